package edge

import (
	"net/url"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
)

// openReport writes beside every number of a frozen report the address of its
// frozen list, where the report kept one.
func openReport(r *aggregatorv1.Report) {
	for _, n := range r.GetNumbers() {
		openFrozen(r.GetReportId(), n)
	}
}

func openFrozen(id string, n *aggregatorv1.ReportNumber) {
	if n.GetListCommand() == "" {
		return // no list, or none was kept
	}
	row := n.GetRow()
	list := func(set aggregatorv1.MemberSet) string {
		q := url.Values{"division": {row.GetDivision()}, "indicator_id": {row.GetIndicatorId()}, "set": {set.String()}}
		return "/v1/reports/" + id + "/members?" + q.Encode()
	}
	row.EligibleListUri = list(aggregatorv1.MemberSet_MEMBER_SET_ELIGIBLE)
	if !row.GetPlain() {
		row.CoveredListUri = list(aggregatorv1.MemberSet_MEMBER_SET_COVERED)
		row.UncoveredListUri = list(aggregatorv1.MemberSet_MEMBER_SET_UNCOVERED)
	}
}

// openComparison writes beside the numbers of both sides the addresses of their
// frozen lists, and beside each count of differences that of those it is made of.
func openComparison(r *aggregatorv1.CompareReportResponse) {
	for _, n := range r.GetNumbers() {
		openFrozen(r.GetReportId(), n.GetBefore())
		openFrozen(r.GetOtherReportId(), n.GetAfter())
		list := func(shift aggregatorv1.ReportShift) string {
			q := url.Values{"other_report_id": {r.GetOtherReportId()}, "division": {n.GetDivision()}, "indicator_id": {n.GetIndicatorId()}, "shift": {shift.String()}}
			return "/v1/reports/" + r.GetReportId() + "/differences?" + q.Encode()
		}
		n.AppearedListUri = list(aggregatorv1.ReportShift_REPORT_SHIFT_APPEARED)
		n.GoneListUri = list(aggregatorv1.ReportShift_REPORT_SHIFT_GONE)
		n.NewlyCoveredListUri = list(aggregatorv1.ReportShift_REPORT_SHIFT_NEWLY_COVERED)
		n.NoLongerCoveredListUri = list(aggregatorv1.ReportShift_REPORT_SHIFT_NO_LONGER_COVERED)
	}
}
