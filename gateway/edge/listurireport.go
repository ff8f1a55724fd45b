package edge

import (
	"net/url"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
)

// openReport writes beside every number of a frozen report the address of its
// frozen list, where the report kept one.
func openReport(r *aggregatorv1.Report) {
	for _, n := range r.GetNumbers() {
		if n.GetListCommand() == "" {
			continue // no list, or none was kept
		}
		row := n.GetRow()
		list := func(set aggregatorv1.MemberSet) string {
			q := url.Values{"division": {row.GetDivision()}, "indicator_id": {row.GetIndicatorId()}, "set": {set.String()}}
			return "/v1/reports/" + r.GetReportId() + "/members?" + q.Encode()
		}
		row.EligibleListUri = list(aggregatorv1.MemberSet_MEMBER_SET_ELIGIBLE)
		if !row.GetPlain() {
			row.CoveredListUri = list(aggregatorv1.MemberSet_MEMBER_SET_COVERED)
			row.UncoveredListUri = list(aggregatorv1.MemberSet_MEMBER_SET_UNCOVERED)
		}
	}
}
