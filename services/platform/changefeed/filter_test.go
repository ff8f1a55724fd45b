package changefeed_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"
	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/page"
	"xinju.dev/services/platform/rpcserver"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
)

const (
	county  = "990101000000"
	inside  = "990101001001"
	outside = "990102001001"
)

// map of residents to the villages they were ever said to live in, and to what
// holds of them.
type places struct {
	lived map[string][]string
	facts map[string][]changefeed.Fact
}

func (p places) Prefix(_ context.Context, division string) (string, error) {
	if division != county {
		return "", fault.DivisionNotFound
	}
	return "990101", nil
}

func (p places) Lived(_ context.Context, prefix string, residents []string) (map[string]bool, error) {
	out := map[string]bool{}
	for _, r := range residents {
		out[r] = slices.ContainsFunc(p.lived[r], func(v string) bool { return strings.HasPrefix(v, prefix) })
	}
	return out, nil
}

func (p places) FactsOf(_ context.Context, residents []string) (out []changefeed.Fact, err error) {
	for _, r := range residents {
		out = append(out, p.facts[r]...)
	}
	return out, nil
}

func some(t *testing.T, kind feedv1.FactKind, id, resident string, version int64, body proto.Message) changefeed.Fact {
	t.Helper()
	raw, err := proto.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	return changefeed.Fact{Kind: int32(kind), ID: id, ResidentID: resident, Version: version, Body: raw}
}

func person(t *testing.T, resident string, version int64) changefeed.Fact {
	return some(t, feedv1.FactKind_FACT_KIND_PERSON, resident, resident, version, &feedv1.PersonFact{Sex: 1})
}

func stay(t *testing.T, id, resident, village string, version int64) changefeed.Fact {
	return some(t, feedv1.FactKind_FACT_KIND_RESIDENCE, id, resident, version, &feedv1.ResidenceFact{Division: village})
}

func gone(f changefeed.Fact) changefeed.Fact {
	f.Deleted, f.Version = true, f.Version+1
	return f
}

// told is what a filtered reader was given, and the proof that it missed nothing.
type told struct {
	positions, entered []string
	next               int64
}

func (g *told) take(t *testing.T, after int64, changes []*feedv1.Change, skipped []*feedv1.SkippedRange, position int64, entered []*feedv1.Fact) {
	t.Helper()
	at := after
	for len(changes) > 0 || len(skipped) > 0 {
		switch {
		case len(changes) > 0 && changes[0].GetPosition() == at+1:
			at++
			g.positions = append(g.positions, fmt.Sprintf("%d %s", at, changes[0].GetFact().GetFactId()))
			changes = changes[1:]
		case len(skipped) > 0 && skipped[0].GetFirst() == at+1 && skipped[0].GetLast() > at:
			at = skipped[0].GetLast()
			skipped = skipped[1:]
		default:
			t.Fatalf("nothing says what became of position %d", at+1)
		}
	}
	if at != position {
		t.Fatalf("told up to %d, the answer says %d", at, position)
	}
	for _, f := range entered {
		g.entered = append(g.entered, f.GetFactId())
	}
	g.next = position
}

func reasonOf(err error) string {
	for _, d := range status.Convert(err).Details() {
		if i, ok := d.(*errdetails.ErrorInfo); ok && i.GetDomain() == rpcserver.Domain {
			return i.GetReason()
		}
	}
	return ""
}

// story is a feed in which A lives inside, B outside, C comes inside later, and D
// was once said to live inside by mistake.
func story(t *testing.T) ([]changefeed.Fact, places) {
	facts := []changefeed.Fact{
		person(t, "A", 1), stay(t, "a1", "A", inside, 1), // 1 2
		person(t, "B", 1), stay(t, "b1", "B", outside, 1), // 3 4
		person(t, "C", 1), stay(t, "c1", "C", outside, 1), // 5 6
		person(t, "D", 1), stay(t, "d1", "D", inside, 1), stay(t, "d1", "D", outside, 2), // 7 8 9
		stay(t, "c2", "C", inside, 1),        // 10
		person(t, "B", 2), person(t, "A", 2), // 11 12
		gone(stay(t, "b1", "B", outside, 1)), // 13
		some(t, feedv1.FactKind_FACT_KIND_DIVISION, inside, "", 1, &feedv1.DivisionFact{Code: inside}), // 14
		some(t, feedv1.FactKind_FACT_KIND_UNIT, "U", "", 1, &feedv1.UnitFact{Division: outside}),       // 15
		some(t, feedv1.FactKind_FACT_KIND_LINK, "B", "B", 1, &feedv1.LinkFact{IntoId: "A"}),            // 16
		some(t, feedv1.FactKind_FACT_KIND_PERMIT, "p", "B", 1, &feedv1.PermitFact{Division: inside}),   // 17
		some(t, feedv1.FactKind_FACT_KIND_PERMIT, "q", "B", 1, &feedv1.PermitFact{Division: outside}),  // 18
	}
	return facts, places{
		lived: map[string][]string{"A": {inside}, "B": {outside}, "C": {outside, inside}, "D": {inside, outside}},
		facts: map[string][]changefeed.Fact{"A": {person(t, "A", 2)}, "C": {person(t, "C", 1), stay(t, "c2", "C", inside, 1)}, "D": {person(t, "D", 1)}},
	}
}

func filtered(t *testing.T, db *sqlstore.DB, p changefeed.Places) feedv1.ChangeFeedServiceClient {
	t.Helper()
	srv := changefeed.NewServer(db, table{})
	if p != nil {
		srv.Locating(p)
	}
	srv.SetTimes(time.Hour, time.Hour)
	return feedv1.NewChangeFeedServiceClient(testkit.Serve(t, func(r grpc.ServiceRegistrar) { feedv1.RegisterChangeFeedServiceServer(r, srv) }))
}

func TestAFilteredReaderProvesThatItMissedNothing(t *testing.T) {
	residence, personKind := feedv1.FactKind_FACT_KIND_RESIDENCE, feedv1.FactKind_FACT_KIND_PERSON
	for _, c := range []struct {
		name               string
		kinds              []feedv1.FactKind
		division           string
		positions, entered string
	}{
		{"by kind", []feedv1.FactKind{personKind}, "", "1 A,3 B,5 C,7 D,11 B,12 A", ""},
		{"by division", nil, county, "1 A,2 a1,5 C,6 c1,7 D,8 d1,9 d1,10 c2,12 A,13 b1,14 " + inside + ",16 B,17 p", "A,C,D,c2"},
		{"by both, in any order of kinds", []feedv1.FactKind{residence, personKind, residence}, county, "1 A,2 a1,5 C,6 c1,7 D,8 d1,9 d1,10 c2,12 A,13 b1", "A,C,D,c2"},
		{"what was said before is made up also without stays", []feedv1.FactKind{personKind}, county, "1 A,5 C,7 D,12 A", "A,C,D"},
		{"a kind that there is none of", []feedv1.FactKind{feedv1.FactKind_FACT_KIND_DOSE}, "", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			testkit.EachEngine(t, sets, func(t *testing.T, db *sqlstore.DB) {
				facts, where := story(t)
				add(t, db, facts...)
				client := filtered(t, db, where)
				for _, limit := range []int32{1, 4, 1000} {
					var g told
					req := &feedv1.ReadChangesRequest{Kinds: c.kinds, Division: c.division, Limit: limit}
					for g.next < int64(len(facts)) {
						resp, err := client.ReadChanges(t.Context(), req)
						if err != nil {
							t.Fatal(err)
						}
						g.take(t, g.next, resp.GetChanges(), resp.GetSkipped(), resp.GetPosition(), resp.GetEntered())
						req.ResumeToken = resp.GetResumeToken()
					}
					slices.Sort(g.entered)
					if got := strings.Join(g.positions, ","); got != c.positions {
						t.Errorf("limit %d: given %s, want %s", limit, got, c.positions)
					}
					if got := strings.Join(slices.Compact(g.entered), ","); got != c.entered {
						t.Errorf("limit %d: entered %s, want %s", limit, got, c.entered)
					}
				}
			})
		})
	}
}

func TestAFilteredWatcherHearsOfWhatItIsNotGiven(t *testing.T) {
	testkit.EachEngine(t, sets, func(t *testing.T, db *sqlstore.DB) {
		facts, where := story(t)
		add(t, db, facts...)
		client := filtered(t, db, where)
		watch, err := client.WatchChanges(t.Context(), &feedv1.WatchChangesRequest{Division: county, Limit: 3})
		if err != nil {
			t.Fatal(err)
		}
		var g told
		for more := int64(len(facts)); g.next < more+1; {
			m, err := watch.Recv()
			if err != nil {
				t.Fatal(err)
			}
			g.take(t, g.next, m.GetChanges(), m.GetSkipped(), m.GetPosition(), m.GetEntered())
			if g.next == more {
				add(t, db, person(t, "B", 3)) // nobody's business here, and still told
			}
		}
		if want := 13; len(g.positions) != want {
			t.Errorf("given %v, want %d", g.positions, want)
		}
	})
}

func TestAResumeTokenBelongsToItsFilterAndEpoch(t *testing.T) {
	testkit.EachEngine(t, sets, func(t *testing.T, db *sqlstore.DB) {
		facts, where := story(t)
		add(t, db, facts...)
		client := filtered(t, db, where)
		first, err := client.ReadChanges(t.Context(), &feedv1.ReadChangesRequest{Limit: 4, Division: county})
		if err != nil {
			t.Fatal(err)
		}
		for name, c := range map[string]struct {
			req  *feedv1.ReadChangesRequest
			want string
		}{
			"another filter":         {&feedv1.ReadChangesRequest{ResumeToken: first.GetResumeToken()}, page.ErrToken.Reason},
			"damaged":                {&feedv1.ReadChangesRequest{ResumeToken: first.GetResumeToken() + "A", Division: county}, page.ErrToken.Reason},
			"beside a position":      {&feedv1.ReadChangesRequest{ResumeToken: first.GetResumeToken(), Division: county, After: 4}, "FIELD_INVALID"},
			"an unknown kind":        {&feedv1.ReadChangesRequest{Kinds: []feedv1.FactKind{99}}, "FIELD_INVALID"},
			"a division of 6 digits": {&feedv1.ReadChangesRequest{Division: "990101"}, "FIELD_INVALID"},
			"an unknown division":    {&feedv1.ReadChangesRequest{Division: outside}, fault.DivisionNotFound.Reason},
		} {
			if _, err := client.ReadChanges(t.Context(), c.req); reasonOf(err) != c.want {
				t.Errorf("%s: %v, want %s", name, err, c.want)
			}
		}
		if _, err := changefeed.Renew(t.Context(), db); err != nil {
			t.Fatal(err)
		}
		if _, err := client.ReadChanges(t.Context(), &feedv1.ReadChangesRequest{ResumeToken: first.GetResumeToken(), Division: county}); reasonOf(err) != changefeed.ErrEpoch.Reason {
			t.Errorf("after a new epoch: %v", err)
		}
		blind := filtered(t, db, nil)
		if _, err := blind.ReadChanges(t.Context(), &feedv1.ReadChangesRequest{Division: county}); reasonOf(err) != changefeed.ErrFilter.Reason {
			t.Errorf("a source that knows no places: %v", err)
		}
		if _, err := blind.ListFacts(t.Context(), &feedv1.ListFactsRequest{Division: county}); reasonOf(err) != changefeed.ErrFilter.Reason {
			t.Errorf("a list of a source that knows no places: %v", err)
		}
	})
}

func TestAListIsFilteredAsTheFeedIs(t *testing.T) {
	testkit.EachEngine(t, sets, func(t *testing.T, db *sqlstore.DB) {
		_, where := story(t)
		all := table{}
		for _, f := range []changefeed.Fact{person(t, "A", 2), person(t, "B", 2), stay(t, "c2", "C", inside, 1), stay(t, "z", "B", outside, 1)} {
			all[f.ID] = f
		}
		srv := changefeed.NewServer(db, all).Locating(where)
		var got []string
		req := &feedv1.ListFactsRequest{PageSize: 1, Division: county}
		for n := 0; n == 0 || req.GetPageToken() != ""; n++ {
			resp, err := srv.ListFacts(t.Context(), req)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range resp.GetFacts() {
				got = append(got, f.GetFactId())
			}
			req.PageToken = resp.GetNextPageToken()
		}
		if want := "A,c2"; strings.Join(got, ",") != want {
			t.Errorf("got %v, want %s", got, want)
		}
		_, err := srv.ListFacts(t.Context(), &feedv1.ListFactsRequest{PageToken: "AA"})
		if !errors.Is(err, page.ErrToken) {
			t.Errorf("a token of nothing: %v", err)
		}
	})
}
