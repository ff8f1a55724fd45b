package aggregator_test

import (
	"testing"
	"testing/fstest"

	"xinju.dev/services/aggregator"
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
	feedv1 "xinju.dev/api/gen/xinju/feed/v1"

	"github.com/google/go-cmp/cmp"
)

// lecturePack counts lectures where they were held, and who lives there.
const lecturePack = `
id: lectures
version: 1
name: {zh: 讲座测试, en: Lectures}
rules:
  - {id: R-HERE, name: {zh: 在住, en: lives here}, eligible: {present: {}}}
indicators:
  - {id: POP, name: {zh: 在住人口, en: people present}, kind: stock, eligible: {present: {}}}
  - {id: LECTURES, name: {zh: 讲座, en: lectures}, kind: flow, period: calendar_year, attribution: event, events: {services: {kind: education}}, eligible: {present: {}}, covered: {entered: {within_days: 3}}}
`

const (
	station = "01STATION" // stands in a village
	pole    = "01POLE"    // in a township without anybody at the township itself
)

func lecture(id, resident, unit string, ymd int32) changefeed.Fact {
	return of(feedv1.FactKind_FACT_KIND_EDUCATION, id, resident, &feedv1.EducationFact{OnYmd: ymd, Form: 2, UnitId: unit})
}

// startLectures is four people, one of whom lives in a township and in no village
// of it, and lectures held by two units and by nobody known.
func startLectures(t *testing.T, db *sqlstore.DB) *suite {
	t.Helper()
	packs, err := policy.Load(fstest.MapFS{"lectures.yaml": {Data: []byte(lecturePack)}})
	if err != nil {
		t.Fatal(err)
	}
	sources := newSources(t)
	registry := sources[aggregator.Registry]
	registry.write(theTree()...)
	registry.write(
		of(feedv1.FactKind_FACT_KIND_UNIT, station, "", &feedv1.UnitFact{Name: "一村卫生室", Kind: 3, Division: village1}),
		of(feedv1.FactKind_FACT_KIND_UNIT, pole, "", &feedv1.UnitFact{Name: "西镇卫生院", Kind: 2, Division: town2}))
	for id, at := range map[string]string{"R1": village1, "R2": village2, "R3": village3, "R4": town2} {
		registry.write(adult(id, at, "k"+id, 20200101)...)
	}
	sources[aggregator.Archive].write(
		lecture("E1", "R1", station, 20200201), lecture("E2", "R2", station, 20200202),
		lecture("E3", "R3", pole, 20200203), lecture("E4", "R4", clinic, 20200204), lecture("E5", "R1", "", 20200205))
	for _, name := range []string{aggregator.Immunization, aggregator.Maternal, aggregator.FamilyPlanning} {
		sources[name].write()
	}
	s := startWith(t, db, sources, packs)
	s.follow()
	return s
}

// TestTheListOfAUnitIsItsOwn: a unit stands in a village and people live in a
// township itself; what lies below is on the lists of those below alone.
func TestTheListOfAUnitIsItsOwn(t *testing.T) {
	testkit.EachEngine(t, aggregator.Migrations(), func(t *testing.T, db *sqlstore.DB) {
		s := startLectures(t, db)
		for _, role := range []aggregatorv1.UnitRole{aggregatorv1.UnitRole_UNIT_ROLE_MANAGER, aggregatorv1.UnitRole_UNIT_ROLE_PROVIDER} {
			parts, err := s.client.GetCoverage(t.Context(), &aggregatorv1.GetCoverageRequest{Divisions: []string{county}, UnitRole: role, AsOfDate: dateOf("2020-12-31")})
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range parts.GetRows() {
				for set, want := range map[aggregatorv1.MemberSet]int32{
					aggregatorv1.MemberSet_MEMBER_SET_ELIGIBLE: r.GetEligible(), aggregatorv1.MemberSet_MEMBER_SET_UNCOVERED: r.GetEligible() - r.GetCovered(),
				} {
					for _, size := range []int32{1, 50} {
						if got, total := s.ofUnit(r, set, size); total != want || len(got) != int(want) {
							t.Errorf("%s of %s as %s, %d at a time: the number is %d, the list says %d and has %v", r.GetIndicatorId(), r.GetUnitId(), role, size, want, total, got)
						}
					}
				}
			}
		}
	})
}

// ofUnit pages through the list of a unit.
func (s *suite) ofUnit(r *aggregatorv1.CoverageRow, set aggregatorv1.MemberSet, size int32) (out []string, total int32) {
	s.t.Helper()
	req := &aggregatorv1.ListUnitMembersRequest{
		UnitId: r.GetUnitId(), UnitRole: r.GetUnitRole(), Division: r.GetDivision(), IndicatorId: r.GetIndicatorId(), AsOfDate: r.GetAsOfDate(), Set: set, PageSize: size,
	}
	for {
		list, err := aggregatorv1.NewLeagueServiceClient(s.conn).ListUnitMembers(s.t.Context(), req)
		if err != nil {
			s.t.Fatal(err)
		}
		for _, m := range list.GetMembers() {
			out = append(out, m.GetResidentId()+" "+m.GetEventId())
		}
		if req.PageToken = list.GetNextPageToken(); req.PageToken == "" {
			return out, list.GetTotalSize()
		}
	}
}

// TestWhatCountsAtAUnitIsBelowItsDivisions: chase lists are counted by division,
// entries are assigned, and feeds told, also of what counts where a unit stands.
func TestWhatCountsAtAUnitIsBelowItsDivisions(t *testing.T) {
	s := startLectures(t, testkit.SQLite(t, aggregator.Migrations()...))
	c := aggregatorv1.NewChaseServiceClient(s.conn)
	for code, want := range map[string]map[string]int32{
		county:   {town1: 3, town2: 1},
		town1:    {village1: 2, town1: 1},
		village1: {village1: 2},
	} {
		stats, err := c.GetChaseStats(t.Context(), &aggregatorv1.GetChaseStatsRequest{Division: code, IndicatorId: "LECTURES", AsOfDate: dateOf("2020-12-31")})
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]int32{}
		for _, r := range stats.GetRows() {
			got[r.GetDivision()] += r.GetUncovered()
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("parts of %s: %s", code, diff)
		}
	}
	out, err := c.AssignChase(t.Context(), &aggregatorv1.AssignChaseRequest{
		Division: town1, AsOfDate: dateOf("2020-12-31"), AssignedTo: "甲",
		Entries: []*aggregatorv1.ChaseKey{
			{ResidentId: "R1", IndicatorId: "LECTURES", EventId: "E1"},
			{ResidentId: "R4", IndicatorId: "LECTURES", EventId: "E4"},
			{ResidentId: "R3", IndicatorId: "LECTURES", EventId: "E3"},
		},
	})
	if err != nil || out.GetAssignedCount() != 2 {
		t.Errorf("two of the lines are below the township: %v, %v", out, err)
	}
	l := s.listen(&aggregatorv1.WatchEligibilityRequest{Division: town1})
	l.hear(caughtUp)
	if l.told["R4"] == "" || l.told["R3"] != "" {
		t.Errorf("R4 counts at a unit of the township, R3 does not: %v", l.told)
	}
}
