package aggregator_test

import (
	"fmt"
	"testing"

	"xinju.dev/services/aggregator"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
	feedv1 "xinju.dev/api/gen/xinju/feed/v1"

	"pgregory.net/rapid"
)

// Random changes between freeze and comparison: each number moves by its
// differences, and each difference has a reason.
func TestEveryDifferenceIsExplained(t *testing.T) {
	testkit.EachEngine(t, aggregator.Migrations(), func(t *testing.T, db *sqlstore.DB) {
		r, sources := reportsOfThree(t, db)
		round := 0
		rapid.Check(t, func(rt *rapid.T) {
			if round++; round > 12 {
				return // each round makes two reports in a database
			}
			report := r.freeze(true)
			for range rapid.IntRange(0, 6).Draw(rt, "changes") {
				someChange(rt, sources, round)
			}
			r.follow()
			r.compareAll(report)
		})
	})
}

func someChange(rt *rapid.T, sources map[string]*source, round int) {
	registry, archive := sources[aggregator.Registry], sources[aggregator.Archive]
	id := rapid.SampledFrom([]string{"R1", "R2", "R3", "R8", "R9"}).Draw(rt, "who")
	village := rapid.SampledFrom([]string{village1, village2, village3}).Draw(rt, "where")
	switch rapid.IntRange(0, 5).Draw(rt, "what") {
	case 0:
		registry.write(adult(id, village, "z", 20200101)...)
	case 1:
		archive.write(education(fmt.Sprintf("E%d", rapid.IntRange(0, 9).Draw(rt, "event")), id, 20200000+int32(rapid.IntRange(1, 12).Draw(rt, "month"))*100+3))
	case 2:
		gone := education(fmt.Sprintf("E%d", rapid.IntRange(0, 9).Draw(rt, "event")), id, 0)
		gone.Body = nil
		archive.write(gone)
	case 3:
		registry.write(of(feedv1.FactKind_FACT_KIND_LINK, "link "+id, id, &feedv1.LinkFact{IntoId: "R1"}))
	case 4:
		link := of(feedv1.FactKind_FACT_KIND_LINK, "link "+id, id, &feedv1.LinkFact{IntoId: "R1"})
		link.Body = nil
		registry.write(link)
	case 5: // the village goes to the other town
		town := rapid.SampledFrom([]string{town1, town2}).Draw(rt, "town")
		registry.write(division(village2, "二村", town, 5))
	}
}

func (r *reports) compareAll(before *aggregatorv1.Report) {
	r.t.Helper()
	var numbers []*aggregatorv1.ReportRestatement
	var differences []*aggregatorv1.ReportDifference
	var token, other string
	var total int64
	for {
		resp, err := r.c.CompareReport(r.t.Context(), &aggregatorv1.CompareReportRequest{ReportId: before.GetReportId(), PageSize: 2, PageToken: token})
		if err != nil {
			r.t.Fatal(err)
		}
		numbers, differences, total = append(numbers, resp.GetNumbers()...), append(differences, resp.GetDifferences()...), resp.GetTotalSize()
		other = resp.GetOtherReportId()
		if token = resp.GetNextPageToken(); token == "" {
			break
		}
	}
	r.shiftsOpen(before.GetReportId(), other, numbers)
	if int64(len(differences)) != total {
		r.t.Errorf("%d differences, total %d", len(differences), total)
	}
	for _, d := range differences {
		if len(d.GetCauses()) == 0 || d.GetBefore() == nil && d.GetAfter() == nil {
			r.t.Errorf("without a reason: %v", d)
		}
	}
	now := map[string][2]int32{}
	for _, n := range r.coverage(&aggregatorv1.GetCoverageRequest{Divisions: []string{county, town1, town2, village1, village2, village3}, IndicatorIds: []string{"HED01", "HED02", "EHR03"}, AsOfDate: dateOf("2020-12-31")}) {
		now[n.Division+n.Indicator] = [2]int32{n.Eligible, n.Covered}
	}
	for _, n := range numbers {
		was, is := n.GetBefore().GetRow(), n.GetAfter().GetRow()
		if got := now[n.GetDivision()+n.GetIndicatorId()]; got != [2]int32{is.GetEligible(), is.GetCovered()} {
			r.t.Errorf("%s %s: compared with %d, the present number is %d", n.GetDivision(), n.GetIndicatorId(), is.GetEligible(), got)
		}
		if int64(was.GetEligible())+n.GetAppeared()-n.GetGone() != int64(is.GetEligible()) ||
			int64(was.GetCovered())+n.GetNewlyCovered()-n.GetNoLongerCovered() != int64(is.GetCovered()) {
			r.t.Errorf("%s %s does not add up: %v", n.GetDivision(), n.GetIndicatorId(), n)
		}
	}
}

// shiftsOpen: each count of a comparison is the length of the list that it opens into.
func (r *reports) shiftsOpen(id, other string, numbers []*aggregatorv1.ReportRestatement) {
	r.t.Helper()
	for _, n := range numbers {
		for shift, count := range map[aggregatorv1.ReportShift]int64{
			aggregatorv1.ReportShift_REPORT_SHIFT_APPEARED: n.GetAppeared(), aggregatorv1.ReportShift_REPORT_SHIFT_GONE: n.GetGone(),
			aggregatorv1.ReportShift_REPORT_SHIFT_NEWLY_COVERED: n.GetNewlyCovered(), aggregatorv1.ReportShift_REPORT_SHIFT_NO_LONGER_COVERED: n.GetNoLongerCovered(),
		} {
			resp, err := r.c.CompareReport(r.t.Context(), &aggregatorv1.CompareReportRequest{
				ReportId: id, OtherReportId: other, Division: n.GetDivision(), IndicatorId: n.GetIndicatorId(), Shift: shift, PageSize: 1000,
			})
			if err != nil || resp.GetShiftSize() != count || resp.GetTotalSize() > count || len(resp.GetDifferences()) != int(resp.GetTotalSize()) || len(resp.GetNumbers()) != 1 {
				r.t.Errorf("%s %s %v: %d in the list, %d counted, %v", n.GetDivision(), n.GetIndicatorId(), shift, resp.GetShiftSize(), count, err)
			}
			for _, d := range resp.GetDifferences() {
				if d.GetIndicatorId() != n.GetIndicatorId() {
					r.t.Errorf("%s among those of %s", d.GetIndicatorId(), n.GetIndicatorId())
				}
			}
		}
	}
}

// A village that goes to another town takes its people along: nothing differs in
// the county, and each of the towns differs by them.
func TestAMovedVillageIsRestated(t *testing.T) {
	r, sources := reportsOfThree(t, testkit.SQLite(t, aggregator.Migrations()...))
	before := r.freeze(true)
	sources[aggregator.Registry].write(division(village1, "一村", town2, 5))
	r.follow()
	r.compareAll(before)
	resp, err := r.c.CompareReport(t.Context(), &aggregatorv1.CompareReportRequest{ReportId: before.GetReportId()})
	if err != nil || resp.GetTotalSize() == 0 || len(resp.GetCircumstances()) == 0 {
		t.Fatalf("%d differences, %v, %v", resp.GetTotalSize(), resp.GetCircumstances(), err)
	}
	for _, d := range resp.GetDifferences() {
		if d.GetCauses()[0].GetKind() != aggregatorv1.ReportCauseKind_REPORT_CAUSE_KIND_DIVISION_CHANGED {
			t.Errorf("%v", d)
		}
	}
}
