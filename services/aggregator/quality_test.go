package aggregator_test

import (
	"context"
	"fmt"
	"math"
	"sync/atomic"
	"testing"
	"time"

	"xinju.dev/services/aggregator"
	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
	feedv1 "xinju.dev/api/gen/xinju/feed/v1"
	registryv1 "xinju.dev/api/gen/xinju/registry/v1"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// verifications is a registry that only counts: of the east town 4 were due in
// December 2020 and 3 answered in time; it knows of nothing else.
type verifications struct {
	registryv1.UnimplementedVerificationServiceServer
	down bool
	cut  *atomic.Bool // down from now on; may be nil
}

func (v verifications) GetVerificationStats(_ context.Context, req *registryv1.GetVerificationStatsRequest) (*registryv1.GetVerificationStatsResponse, error) {
	stats := &registryv1.VerificationStats{}
	switch d := req.GetSentFromDate(); {
	case v.down, v.cut != nil && v.cut.Load():
		return nil, status.Error(codes.Unavailable, "away")
	case d.GetMonth() == 12 && req.GetSentUntilDate().GetDay() == 31 && (req.GetDivision() == county || req.GetDivision() == town1):
		stats.Due, stats.InTime = 4, 3
	}
	return &registryv1.GetVerificationStatsResponse{Stats: stats}, nil
}

func countedBy(t testing.TB, v verifications) func(*aggregator.Deps) {
	conn := testkit.Serve(t, func(r grpc.ServiceRegistrar) { registryv1.RegisterVerificationServiceServer(r, v) })
	return func(d *aggregator.Deps) {
		d.Verification, d.VerificationEvery = registryv1.NewVerificationServiceClient(conn), 20*time.Millisecond
	}
}

// aMonthOfRecords is 40 people in the east town and 40 in the west one. In the
// east all fields are there; 4 are flagged, 2 of them for a shared number; of 10
// services 8 were entered in time and one was given to somebody who had left. In
// the west no reason for residence is known of 20, and there are no services.
func aMonthOfRecords(sources map[string]*source) {
	registry := sources[aggregator.Registry]
	registry.write(theTree()...)
	put := func(id, village string, reason int32, flags []string, left int32) {
		registry.write(
			of(feedv1.FactKind_FACT_KIND_PERSON, "person "+id, id, &feedv1.PersonFact{BirthYmd: 19900630, Sex: 2, Hukou: []*feedv1.HukouSpan{{Division: "340101"}}, Flags: flags}),
			of(feedv1.FactKind_FACT_KIND_RESIDENCE, "stay "+id, id, &feedv1.ResidenceFact{
				Division: village, ArrivedYmd: 20200101, RegisteredYmd: 20200102, Reason: reason, SortKey: "k", LeftYmd: left,
			}))
	}
	for i := range 40 {
		flags := map[int][]string{0: {"OVERLAPPING_STAYS"}, 1: {"NO_DOCUMENT", "NUMBER_SHARED"}, 2: {"NAME_RARE"}, 3: {"NUMBER_SHARED"}}[i]
		put(fmt.Sprintf("E%02d", i), village1, 1, flags, 0)
		put(fmt.Sprintf("W%02d", i), village3, int32(i%2), nil, 0)
	}
	put("GONE", village1, 1, nil, 20201130)
	for i := range 10 {
		id := fmt.Sprintf("E%02d", i)
		if i == 9 {
			id = "GONE"
		}
		f := of(feedv1.FactKind_FACT_KIND_EDUCATION, fmt.Sprint("lesson ", i), id, &feedv1.EducationFact{OnYmd: 20201210, Form: 2, UnitId: clinic})
		f.Recorded = map[bool]civil.Date{true: civil.Must("2020-12-17"), false: civil.Must("2020-12-18")}[i < 8]
		sources[aggregator.Archive].write(f)
	}
	for _, name := range []string{aggregator.Immunization, aggregator.Maternal, aggregator.FamilyPlanning} {
		sources[name].write([]changefeed.Fact{education("of "+name, "nobody", 20200101)}...)
	}
}

// wholeRow shows what a row counts.
func wholeRow(r *aggregatorv1.CoverageRow) string {
	return fmt.Sprintf("%s %d/%d", r.GetIndicatorId(), r.GetCovered(), r.GetEligible())
}

func TestTheScoreOfDataQualityIsMadeOfSixRatesThatOpenIntoTheirLists(t *testing.T) {
	testkit.EachEngine(t, aggregator.Migrations(), func(t *testing.T, db *sqlstore.DB) {
		sources := newSources(t)
		aMonthOfRecords(sources)
		s := startWith(t, db, sources, nil, countedBy(t, verifications{}))
		s.follow()
		poll(t, "the verifications", func() bool { return s.ratio("EXC01", town1).GetHasRate() })
		score := s.ratio("DQS01", town1)
		var got []string
		for _, r := range score.GetBeside() {
			got = append(got, wholeRow(r))
		}
		if diff := cmp.Diff([]string{"DQC01 40/40", "DQV01 38/40", "DQT01 8/10", "DQR01 9/10", "DQD01 38/40", "EXC01 0/0"}, got); diff != "" {
			t.Error(diff)
		}
		want := (20*1 + 20*0.95 + 20*0.8 + 15*0.9 + 10*0.95 + 15*0.75)
		if !score.GetHasRate() || math.Abs(score.GetValue()-want) > 1e-9 || score.GetRatio().GetDenominator() != "100" {
			t.Errorf("the score is %v, want %v: %v", score.GetValue(), want, score.GetRatio())
		}
		s.opens(score)
		gone := s.ratio("DQR02", town1)
		list, err := s.client.ListMembers(t.Context(), &aggregatorv1.ListMembersRequest{Division: town1, IndicatorId: "DQR02", AsOfDate: dateOf("2020-12-31"), Set: aggregatorv1.MemberSet_MEMBER_SET_ELIGIBLE})
		if err != nil || gone.GetEligible() != 1 || len(list.GetMembers()) != 1 || list.GetMembers()[0].GetResidentId() != "GONE" {
			t.Errorf("served but gone: %d, %v, %v", gone.GetEligible(), list.GetMembers(), err)
		}
	})
}

// opens follows each rate of a score into the list of what lowers it.
func (s *suite) opens(score *aggregatorv1.CoverageRow) {
	s.t.Helper()
	of := map[string]*aggregatorv1.CoverageRow{}
	for _, r := range score.GetBeside() {
		of[r.GetIndicatorId()] = r
	}
	for _, term := range score.GetRatio().GetNumeratorTerms() {
		if term.GetIndicatorId() == "EXC01" {
			if term.GetSet() != aggregatorv1.MemberSet_MEMBER_SET_UNSPECIFIED {
				s.t.Error("a ratio has no list of its own")
			}
			continue
		}
		list, err := s.client.ListMembers(s.t.Context(), &aggregatorv1.ListMembersRequest{
			Division: term.GetDivision(), IndicatorId: term.GetIndicatorId(), AsOfDate: term.GetAsOfDate(), Set: term.GetSet(),
		})
		row := of[term.GetIndicatorId()]
		if err != nil || list.GetTotalSize() != row.GetEligible()-row.GetCovered() {
			s.t.Errorf("%s opens into %d of %s: %v", term.GetIndicatorId(), list.GetTotalSize(), wholeRow(row), err)
		}
	}
}

func TestTheScoreIsOverWhatIsThereAndSaysWhatIsNot(t *testing.T) {
	testkit.EachEngine(t, aggregator.Migrations(), func(t *testing.T, db *sqlstore.DB) {
		sources := newSources(t)
		aMonthOfRecords(sources)
		s := startWith(t, db, sources, nil, countedBy(t, verifications{down: true}))
		s.follow()
		score := s.ratio("DQS01", town2)
		missing := map[string]bool{}
		for _, term := range score.GetRatio().GetNumeratorTerms() {
			if !term.GetHasValue() {
				missing[term.GetIndicatorId()] = term.GetMissing() != ""
			}
		}
		if diff := cmp.Diff(map[string]bool{"DQT01": true, "DQR01": true, "EXC01": true}, missing); diff != "" {
			t.Error(diff)
		}
		if math.Abs(score.GetValue()-(20*0.5+20+10)/50*100) > 1e-9 || score.GetRatio().GetDenominator() != "50" {
			t.Errorf("the score of the west is %v: %v", score.GetValue(), score.GetRatio())
		}
		unit, err := s.client.GetCoverage(t.Context(), &aggregatorv1.GetCoverageRequest{
			UnitIds: []string{clinic}, UnitRole: aggregatorv1.UnitRole_UNIT_ROLE_MANAGER, IndicatorIds: []string{"DQS01"}, AsOfDate: dateOf("2020-12-31"),
		})
		if err != nil {
			t.Fatal(err)
		}
		want := (20*1 + 20*0.95 + 20*0.8 + 15*0.9 + 10*0.95) / 85 * 100
		if r := unit.GetRows()[0]; math.Abs(r.GetValue()-want) > 1e-9 {
			t.Errorf("of the clinic, what it manages and what it gave: %v, want %v: %v", r.GetValue(), want, r.GetRatio())
		}
	})
}

func TestTownsAreRankedAndWarnedOfByTheirScore(t *testing.T) {
	sources := newSources(t)
	aMonthOfRecords(sources)
	s := startWith(t, testkit.SQLite(t, aggregator.Migrations()...), sources, nil, countedBy(t, verifications{}))
	s.follow()
	poll(t, "the verifications", func() bool { return s.ratio("EXC01", town1).GetHasRate() })
	league, err := aggregatorv1.NewLeagueServiceClient(s.conn).GetLeague(t.Context(), &aggregatorv1.GetLeagueRequest{
		Division: county, IndicatorId: "DQS01", AsOfDate: dateOf("2020-12-31"), BeforeDate: dateOf("2020-11-30"),
	})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, x := range league.GetStandings() {
		got = append(got, fmt.Sprintf("%d %s %.2f", x.GetRank(), x.GetRow().GetDivision(), x.GetRow().GetValue()))
	}
	if diff := cmp.Diff([]string{"1 " + town1 + " 89.25", "2 " + town2 + " 80.00"}, got); diff != "" {
		t.Error(diff, league.GetUnranked())
	}
}

// TestAFigureThatIsNotConfirmedAnyMoreSaysSo: the registry answers, and then is
// away for longer than is allowed. The value stays, with the moment until which it
// is known, and the registry is named as missing, in the score as well; after a
// restart, too.
func TestAFigureThatIsNotConfirmedAnyMoreSaysSo(t *testing.T) {
	testkit.EachEngine(t, aggregator.Migrations(), func(t *testing.T, db *sqlstore.DB) {
		sources, cut := newSources(t), &atomic.Bool{}
		aMonthOfRecords(sources)
		clock := testkit.NewClock(civil.Must("2020-12-31"))
		begun := clock.Now()
		counted := countedBy(t, verifications{cut: cut})
		with := func(d *aggregator.Deps) {
			counted(d)
			d.Now = clock.Now
		}
		s := startWith(t, db, sources, nil, with)
		s.follow()
		poll(t, "the verifications", func() bool { return s.ratio("EXC01", town1).GetHasRate() })
		stale := func(id string) bool {
			row := s.ratio(id, town1)
			for _, l := range row.GetLacking() {
				if l.GetSource() == "registry" && l.GetReason() == aggregatorv1.SourceLackReason_SOURCE_LACK_REASON_SILENT {
					return true
				}
			}
			return false
		}
		term := s.ratio("EXC01", town1).GetRatio().GetDenominatorTerms()[0]
		if term.GetUnreachable() || term.GetKnownTime().AsTime().Before(begun) || stale("EXC01") {
			t.Errorf("at first: %v", term)
		}
		cut.Store(true)
		clock.Advance(2 * time.Hour)
		term = s.ratio("EXC01", town1).GetRatio().GetDenominatorTerms()[0]
		if !term.GetUnreachable() || !term.GetHasValue() || term.GetKnownTime().AsTime().After(clock.Now().Add(-time.Hour)) || term.GetKnownTime() == nil {
			t.Errorf("after two hours: %v", term)
		}
		if !stale("EXC01") || !stale("DQS01") {
			t.Errorf("nobody is told: %v, %v", s.ratio("EXC01", town1).GetLacking(), s.ratio("DQS01", town1).GetLacking())
		}
		cut.Store(false)
		poll(t, "the registry is back", func() bool { return !stale("EXC01") })
	})
}
