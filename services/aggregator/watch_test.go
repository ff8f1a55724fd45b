package aggregator_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"xinju.dev/services/aggregator"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"

	"github.com/google/go-cmp/cmp"
)

// listening is another system that keeps what it is told.
type listening struct {
	s        *suite
	req      *aggregatorv1.WatchEligibilityRequest
	stream   aggregatorv1.EligibilityFeedService_WatchEligibilityClient
	hangUp   context.CancelFunc
	told     map[string]string
	restarts int
}

func (s *suite) listen(req *aggregatorv1.WatchEligibilityRequest) *listening {
	s.t.Helper()
	l := &listening{s: s, req: req, told: map[string]string{}}
	l.call()
	return l
}

func (l *listening) call() {
	l.s.t.Helper()
	ctx, cancel := context.WithCancel(l.s.t.Context())
	l.hangUp = cancel
	l.s.t.Cleanup(cancel)
	var err error
	if l.stream, err = aggregatorv1.NewEligibilityFeedServiceClient(l.s.conn).WatchEligibility(ctx, l.req); err != nil {
		l.s.t.Fatal(err)
	}
}

// hear takes messages until the condition holds.
func (l *listening) hear(until func(*aggregatorv1.WatchEligibilityResponse) bool) {
	l.s.t.Helper()
	for {
		m, err := l.stream.Recv()
		if err != nil {
			l.s.t.Fatal(err)
		}
		if m.GetRestarted() {
			clear(l.told)
			l.restarts++
		}
		for _, r := range m.GetResidents() {
			if r.GetGone() {
				delete(l.told, r.GetResidentId())
				continue
			}
			l.told[r.GetResidentId()] = spoken(r)
		}
		l.req.ResumeToken = m.GetResumeToken()
		if until(m) {
			return
		}
	}
}

func caughtUp(m *aggregatorv1.WatchEligibilityResponse) bool { return m.GetCaughtUp() }

func spoken(r *aggregatorv1.ResidentAnswers) string {
	var out strings.Builder
	fmt.Fprint(&out, r.GetVillage(), ":")
	for _, v := range r.GetIntervals() {
		fmt.Fprintf(&out, " %s %04d%02d%02d %t", v.GetItemId(), v.GetFromDate().GetYear(), v.GetFromDate().GetMonth(), v.GetFromDate().GetDay(), v.GetCovered())
	}
	return out.String()
}

func TestAnotherSystemHearsOfTransitions(t *testing.T) {
	testkit.EachEngine(t, aggregator.Migrations(), func(t *testing.T, db *sqlstore.DB) {
		s, sources := startOfThree(t, db)
		l := s.listen(&aggregatorv1.WatchEligibilityRequest{ItemIds: []string{"HED01"}, Limit: 1})
		l.hear(caughtUp)
		want := map[string]string{
			"R1": village1 + ": HED01 20200701 true HED01 20210101 false",
			"R2": village1 + ": HED01 20200801 false",
			"R3": village3 + ": HED01 20210101 false",
		}
		if diff := cmp.Diff(want, l.told); diff != "" || l.restarts != 1 {
			t.Fatalf("%d restarts; at first: %s", l.restarts, diff)
		}

		sources[aggregator.Archive].write(education("E3", "R2", 20201212))
		want["R2"] = village1 + ": HED01 20200801 false HED01 20201212 true HED01 20210101 false"
		l.hear(func(*aggregatorv1.WatchEligibilityResponse) bool { return l.told["R2"] == want["R2"] })

		l.hangUp() // what happens meanwhile is told afterwards
		sources[aggregator.Registry].write(merge("R1", "R3")...)
		s.follow()
		l.call()
		l.hear(func(*aggregatorv1.WatchEligibilityResponse) bool { return l.told["R1"] == "" })
		delete(want, "R1")
		want["R3"] = village3 + ": HED01 20210101 false"
		l.hear1(t, want)

		l.hangUp()
		if op := s.rebuilt(""); op.GetFailureReason() != "" {
			t.Fatal(op)
		}
		l.call()
		l.hear(caughtUp)
		if diff := cmp.Diff(want, l.told); diff != "" || l.restarts != 2 {
			t.Errorf("%d restarts; after a rebuild: %s", l.restarts, diff)
		}
		fresh := s.listen(&aggregatorv1.WatchEligibilityRequest{ItemIds: []string{"HED01"}})
		fresh.hear(caughtUp)
		if diff := cmp.Diff(fresh.told, l.told); diff != "" {
			t.Errorf("who begins now is told (-): %s", diff)
		}
	})
}

// hear1 hears on until what was told is what is wanted.
func (l *listening) hear1(t *testing.T, want map[string]string) {
	t.Helper()
	for !cmp.Equal(want, l.told) {
		l.hear(func(*aggregatorv1.WatchEligibilityResponse) bool { return true })
	}
}

func TestADivisionHearsOfItsOwn(t *testing.T) {
	s, sources := startOfThree(t, testkit.SQLite(t, aggregator.Migrations()...))
	l := s.listen(&aggregatorv1.WatchEligibilityRequest{Division: town2})
	l.hear(caughtUp)
	if len(l.told) != 1 || !strings.Contains(l.told["R3"], "R-") {
		t.Fatalf("told %v, want R3 with rules and indicators", l.told)
	}
	// R3 never lived there after all, and R2 moves in.
	stay := adult("R3", village2, "c", 20200701)[1]
	move := adult("R2", village3, "a", 20201201)[1]
	move.ID = "second stay R2"
	sources[aggregator.Registry].write(stay, move)
	l.hear(func(*aggregatorv1.WatchEligibilityResponse) bool { return l.told["R3"] == "" && l.told["R2"] != "" })
}

// TestADivisionHearsOfNobodyElse: of who never lived or counted in the division not
// even the identifier is told; of who leaves it, also when the reader was away
// and much has changed since, that the person is gone.
func TestADivisionHearsOfNobodyElse(t *testing.T) {
	testkit.EachEngine(t, aggregator.Migrations(), func(t *testing.T, db *sqlstore.DB) {
		sources := newSources(t)
		registry, archive := sources[aggregator.Registry], sources[aggregator.Archive]
		threeAdults(sources)
		registry.write(adult("R4", village3, "d", 20190101)...)
		registry.write(adult("R5", village1, "e", 20190101)...)
		s := start(t, db, sources)
		s.follow()
		l := s.listen(&aggregatorv1.WatchEligibilityRequest{Division: town2})
		l.hear(caughtUp)
		if got := slices.Sorted(maps.Keys(l.told)); !slices.Equal(got, []string{"R3", "R4"}) {
			t.Fatalf("told of %v", got)
		}
		heard := func() (ids []string) {
			for {
				m, err := l.stream.Recv()
				if err != nil {
					t.Fatal(err)
				}
				for _, r := range m.GetResidents() {
					ids = append(ids, fmt.Sprint(r.GetResidentId(), " gone ", r.GetGone(), " ", r.GetMergedIntoId()))
				}
				l.req.ResumeToken = m.GetResumeToken()
				if m.GetCaughtUp() {
					return ids
				}
			}
		}
		archive.write(education("X1", "R1", 20201101), education("X2", "R2", 20201102), education("X3", "R3", 20201103))
		s.follow()
		l.hangUp()
		l.call()
		if diff := cmp.Diff([]string{"R3 gone false "}, heard()); diff != "" {
			t.Errorf("changes elsewhere: %s", diff)
		}

		// While nobody listens: R3 never lived there after all, R4 is merged into R5 of
		// elsewhere, both are changed again, and so is somebody between them.
		l.hangUp()
		registry.write(adult("R3", village2, "c", 20200701)[1])
		s.follow()
		registry.write(merge("R4", "R5")...)
		s.follow()
		archive.write(education("X4", "R2", 20201104))
		s.follow()
		archive.write(education("X5", "R3", 20201105), education("X6", "R4", 20201106))
		s.follow()
		l.call()
		got := heard()
		if !slices.Contains(got, "R3 gone true ") {
			t.Errorf("R3 has left: %v", got)
		}
		if slices.ContainsFunc(got, func(s string) bool { return strings.HasPrefix(s, "R1") || strings.HasPrefix(s, "R2") }) {
			t.Errorf("others are told of: %v", got)
		}
		if !slices.ContainsFunc(got, func(s string) bool { return strings.HasPrefix(s, "R4 gone true") }) {
			t.Errorf("R4 is somebody else: %v", got)
		}
		// Who begins only now is not told of those who left before.
		l.hangUp()
		l = s.listen(&aggregatorv1.WatchEligibilityRequest{Division: town2})
		l.hear(caughtUp)
		archive.write(education("X7", "R3", 20201107), education("X8", "R1", 20201108))
		s.follow()
		l.hangUp()
		l.call()
		if got := heard(); len(got) > 0 {
			t.Errorf("a new reader is told of %v", got)
		}
	})
}

func TestRefusalsOfListening(t *testing.T) {
	s := start(t, testkit.SQLite(t, aggregator.Migrations()...), newSources(t))
	for name, c := range map[string]struct {
		reason string
		req    *aggregatorv1.WatchEligibilityRequest
	}{
		"an unknown item":        {"INDICATOR_NOT_FOUND", &aggregatorv1.WatchEligibilityRequest{ItemIds: []string{"NONE"}}},
		"a ratio":                {"INDICATOR_HAS_NO_LIST", &aggregatorv1.WatchEligibilityRequest{ItemIds: []string{"HED01", "DQS01"}}},
		"an unknown division":    {"DIVISION_NOT_FOUND", &aggregatorv1.WatchEligibilityRequest{Division: "990199000000"}},
		"a negative limit":       {"FIELD_INVALID", &aggregatorv1.WatchEligibilityRequest{Limit: -1}},
		"another filter's token": {"PAGE_TOKEN_INVALID", &aggregatorv1.WatchEligibilityRequest{ResumeToken: "AAAA"}},
	} {
		t.Run(name, func(t *testing.T) {
			stream, err := aggregatorv1.NewEligibilityFeedServiceClient(s.conn).WatchEligibility(t.Context(), c.req)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := stream.Recv(); reason(err) != c.reason {
				t.Errorf("reason %q, want %q", reason(err), c.reason)
			}
		})
	}
}
