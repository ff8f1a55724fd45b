package aggregator_test

import (
	"fmt"
	"strings"
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
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// weighingPack counts children by deliveries and people by screenings, the latter
// at the unit.
const weighingPack = `
id: weighing
version: 1
name: {zh: 计数测试, en: Weighing}
records: [{code: SCREENED, name: {zh: 筛查, en: screened}, value: {zh: 人数, en: people}}]
indicators:
  - {id: POP, name: {zh: 在住人口, en: people present}, kind: stock, eligible: {present: {}}}
  - {id: BORN, name: {zh: 活产, en: live births}, kind: flow, period: calendar_year, events: {pregnancies_ended: {outcomes: [1]}, weight: live_births}, eligible: {present: {}}, covered: {in_hospital: {}}}
  - {id: TIMES, name: {zh: 筛查人次, en: person-times}, kind: flow, period: calendar_year, attribution: event, events: {records: {code: SCREENED}, weight: value}, eligible: {present: {}}}
`

func delivered(id, who string, ymd, children int32, hospital bool) []changefeed.Fact {
	return []changefeed.Fact{
		of(feedv1.FactKind_FACT_KIND_PREGNANCY, id, who, &feedv1.PregnancyFact{EndedYmd: ymd, Outcome: 1, RegisteredYmd: ymd - 10000}),
		of(feedv1.FactKind_FACT_KIND_DELIVERY, "d"+id, who, &feedv1.DeliveryFact{PregnancyId: id, OnYmd: ymd, LiveBirths: children, InHospital: hospital}),
	}
}

func startWeighing(t *testing.T, db *sqlstore.DB) *suite {
	t.Helper()
	packs, err := policy.Load(fstest.MapFS{"weighing.yaml": {Data: []byte(weighingPack)}})
	if err != nil {
		t.Fatal(err)
	}
	sources := newSources(t)
	sources[aggregator.Registry].write(theTree()...)
	for id, at := range map[string]string{"R1": village1, "R2": village2, "R3": village3} {
		sources[aggregator.Registry].write(adult(id, at, "k"+id, 20190101)...)
	}
	m := sources[aggregator.Maternal]
	m.write(delivered("P1", "R1", 20200310, 3, true)...)
	m.write(delivered("P2", "R2", 20200410, 2, false)...)
	m.write(delivered("P3", "R3", 20200510, 1, true)...)
	sources[aggregator.Archive].write(
		of(feedv1.FactKind_FACT_KIND_RECORD, "S1", "R1", &feedv1.RecordFact{Code: "SCREENED", OnYmd: 20200601, Value: 40, UnitId: clinic}),
		of(feedv1.FactKind_FACT_KIND_RECORD, "S2", "R2", &feedv1.RecordFact{Code: "SCREENED", OnYmd: 20200602, Value: 7, UnitId: "closed long ago"}))
	for _, name := range []string{aggregator.Immunization, aggregator.FamilyPlanning} {
		sources[name].write()
	}
	s := startWith(t, db, sources, packs)
	s.follow()
	return s
}

// TestANumberIsTheSumOfTheWeightsOfItsList for every number, list and page size;
// how many lines there are is told as well.
func TestANumberIsTheSumOfTheWeightsOfItsList(t *testing.T) {
	testkit.EachEngine(t, aggregator.Migrations(), func(t *testing.T, db *sqlstore.DB) {
		s := startWeighing(t, db)
		resp, err := s.client.GetCoverage(t.Context(), &aggregatorv1.GetCoverageRequest{Divisions: []string{county, town1, town2, village1, village2}, AsOfDate: dateOf("2020-12-31")})
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]int32{}
		for _, r := range resp.GetRows() {
			for set, want := range map[aggregatorv1.MemberSet]int32{1: r.GetEligible() - r.GetCovered(), 2: r.GetCovered(), 3: r.GetEligible()} {
				for _, size := range []int32{1, 50} {
					n := s.weigh(&aggregatorv1.ListMembersRequest{Division: r.GetDivision(), IndicatorId: r.GetIndicatorId(), AsOfDate: r.GetAsOfDate(), Set: set, PageSize: size})
					if n.sum != want || n.total != want || n.lines != n.counted {
						t.Errorf("%s of %s, %s: the number is %d, the list %+v", r.GetIndicatorId(), r.GetDivision(), set, want, n)
					}
					seen[fmt.Sprint(r.GetIndicatorId(), " ", r.GetDivision(), " ", set.Number())] = n.lines
				}
			}
		}
		for what, lines := range map[string]int32{"BORN " + county + " 3": 3, "BORN " + county + " 1": 1, "TIMES " + county + " 3": 1} {
			if seen[what] != lines {
				t.Errorf("%s has %d lines, want %d", what, seen[what], lines)
			}
		}
		chase, err := aggregatorv1.NewChaseServiceClient(s.conn).ListChase(t.Context(), &aggregatorv1.ListChaseRequest{Division: county, IndicatorId: "BORN", AsOfDate: dateOf("2020-12-31")})
		if err != nil || chase.GetTotalSize() != 2 || chase.GetLineCount() != 1 || chase.GetLines()[0].GetMember().GetWeight() != 2 {
			t.Errorf("the chase list: %v, %v", chase, err)
		}
	})
}

// TestAnEventAtAUnitThatNobodyKnowsIsShown: it is in no number of any division,
// and in the count and list of what could not be placed.
func TestAnEventAtAUnitThatNobodyKnowsIsShown(t *testing.T) {
	testkit.EachEngine(t, aggregator.Migrations(), func(t *testing.T, db *sqlstore.DB) {
		s := startWeighing(t, db)
		c := aggregatorv1.NewUnplacedServiceClient(s.conn)
		day := dateOf("2020-12-31")
		counts := func() (out []string) {
			resp, err := c.GetUnplaced(t.Context(), &aggregatorv1.GetUnplacedRequest{AsOfDate: day})
			if err != nil {
				t.Fatal(err)
			}
			for _, n := range resp.GetCounts() {
				list, err := c.ListUnplaced(t.Context(), &aggregatorv1.ListUnplacedRequest{Kind: n.GetKind(), IndicatorId: n.GetIndicatorId(), AsOfDate: day})
				if err != nil || list.GetTotalSize() != n.GetCount() || list.GetLineCount() != n.GetLineCount() || len(list.GetMembers()) != int(n.GetLineCount()) {
					t.Errorf("%v opens into %v, %v", n, list, err)
				}
				line := fmt.Sprintf("%d %s %d/%d:", n.GetKind(), n.GetIndicatorId(), n.GetCount(), n.GetLineCount())
				for _, m := range list.GetMembers() {
					line += " " + m.GetResidentId() + m.GetEventId()
				}
				out = append(out, line)
			}
			return out
		}
		if diff := cmp.Diff([]string{"3 TIMES 7/1: R2S2"}, counts()); diff != "" {
			t.Error(diff)
		}
		// Somebody in a village that has ended without a successor, and in places that nobody knows.
		s.sources[aggregator.Registry].write(of(feedv1.FactKind_FACT_KIND_DIVISION, "ended", "", &feedv1.DivisionFact{
			Code: "990101002299", Name: "旧村", Level: 5, Parent: town2, ValidUntilYmd: 20191231,
		}))
		s.sources[aggregator.Registry].write(adult("R4", "990101002299", "k", 20190101)...)
		s.sources[aggregator.Registry].write(adult("R5", "990199999999", "k", 20190101)...)
		s.sources[aggregator.Registry].write(adult("R6", "990199999998", "l", 20190101)...)
		s.follow()
		if diff := cmp.Diff([]string{"1  1/1: R4", "2  2/2: R5 R6", "3 TIMES 7/1: R2S2"}, counts()); diff != "" {
			t.Error(diff)
		}
		first, err := c.ListUnplaced(t.Context(), &aggregatorv1.ListUnplacedRequest{Kind: 2, AsOfDate: day, PageSize: 1})
		if err != nil {
			t.Fatal(err)
		}
		rest, err := c.ListUnplaced(t.Context(), &aggregatorv1.ListUnplacedRequest{Kind: 2, AsOfDate: day, PageSize: 1, PageToken: first.GetNextPageToken()})
		if err != nil || len(rest.GetMembers()) != 1 || rest.GetMembers()[0].GetResidentId() != "R6" || rest.GetNextPageToken() != "" {
			t.Errorf("the second page: %v, %v", rest, err)
		}
		// The unit becomes known: the event is counted there and is lost no more.
		s.sources[aggregator.Registry].write(of(feedv1.FactKind_FACT_KIND_UNIT, "closed long ago", "", &feedv1.UnitFact{Name: "卫生室", Kind: 3, Division: village2}))
		s.follow()
		if diff := cmp.Diff([]string{"1  1/1: R4", "2  2/2: R5 R6"}, counts()); diff != "" {
			t.Error(diff)
		}
		for _, bad := range []*aggregatorv1.ListUnplacedRequest{{}, {Kind: 3}, {Kind: 1, IndicatorId: "POP"}} {
			if _, err := c.ListUnplaced(t.Context(), bad); status.Code(err) != codes.InvalidArgument {
				t.Errorf("%v: %v", bad, err)
			}
		}
		if _, err := c.ListUnplaced(t.Context(), &aggregatorv1.ListUnplacedRequest{Kind: 3, IndicatorId: "NONE"}); reason(err) != "INDICATOR_NOT_FOUND" {
			t.Errorf("an unknown indicator: %v", err)
		}
	})
}

// TestTheLedgerNamesTheRecordThatCovers: of each covered line, in the list and in
// the form; the frozen list is as heavy as its number.
func TestTheLedgerNamesTheRecordThatCovers(t *testing.T) {
	testkit.EachEngine(t, aggregator.Migrations(), func(t *testing.T, db *sqlstore.DB) {
		s := startWeighing(t, db)
		id := freezeOn(t, s.conn)
		list, err := aggregatorv1.NewReportServiceClient(s.conn).ListReportMembers(t.Context(), &aggregatorv1.ListReportMembersRequest{ReportId: id, Division: county, IndicatorId: "BORN", Set: 3})
		if err != nil {
			t.Fatal(err)
		}
		got, sum := map[string]string{}, int32(0)
		for _, m := range list.GetMembers() {
			e := m.GetEvidence()
			got[m.GetMember().GetEventId()] = fmt.Sprint(e.GetKind(), " ", e.GetRecordId(), " ", e.GetRecordDate().GetMonth(), " ", m.GetMember().GetWeight())
			sum += m.GetWeight()
		}
		if diff := cmp.Diff(map[string]string{"P1": "delivery dP1 3 3", "P2": "  0 2", "P3": "delivery dP3 5 1"}, got); diff != "" || sum != 6 {
			t.Errorf("%d: %s", sum, diff)
		}
		form, err := renderOnce(t.Context(), s.conn, id)
		if err != nil || !strings.Contains(string(form.(*aggregatorv1.RenderReportResponse).GetData()), ",P1,2020-12-31,dP1,分娩,2020-03-10,") {
			t.Errorf("the form: %v %s", err, form)
		}
	})
}

// weighed is what a list says, added up over its pages.
type weighed struct{ total, lines, sum, counted int32 }

func (s *suite) weigh(req *aggregatorv1.ListMembersRequest) (out weighed) {
	s.t.Helper()
	for {
		list, err := s.client.ListMembers(s.t.Context(), req)
		if err != nil {
			s.t.Fatal(err)
		}
		out.total, out.lines = list.GetTotalSize(), list.GetLineCount()
		for _, m := range list.GetMembers() {
			out.sum, out.counted = out.sum+m.GetWeight(), out.counted+1
		}
		if req.PageToken = list.GetNextPageToken(); req.PageToken == "" {
			return out
		}
	}
}
