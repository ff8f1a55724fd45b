package edge

import (
	"net/url"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
)

const whatIfPath = "/v1/policy-packs:what-if?"

// openTrial writes beside every count of a what-if run the address of its list. The
// rules are not in it: they are kept under the name of the run.
func openTrial(r *aggregatorv1.WhatIfResponse) {
	if s := r.GetSummary(); s.GetTrialId() != "" {
		q := url.Values{"trial_id": {s.GetTrialId()}, "division": {s.GetDivision()}, "as_of_date": {dayText(s.GetAsOfDate())}, "indicator_ids": s.GetIndicatorIds()}
		s.ChangesListUri = whatIfPath + q.Encode()
	}
	if r.GetTrialId() == "" {
		return
	}
	for _, n := range r.GetNumbers() {
		list := func(part aggregatorv1.WhatIfList) string {
			q := url.Values{"trial_id": {r.GetTrialId()}, "division": {n.GetDivision()}, "indicator_ids": {n.GetIndicatorId()}, "as_of_date": {dayText(n.GetAsOfDate())}}
			if part != aggregatorv1.WhatIfList_WHAT_IF_LIST_UNSPECIFIED {
				q.Set("list", part.String())
			}
			return whatIfPath + q.Encode()
		}
		n.ChangesListUri = list(aggregatorv1.WhatIfList_WHAT_IF_LIST_UNSPECIFIED)
		n.OldEligibleListUri = list(aggregatorv1.WhatIfList_WHAT_IF_LIST_OLD_ELIGIBLE)
		n.NewEligibleListUri = list(aggregatorv1.WhatIfList_WHAT_IF_LIST_NEW_ELIGIBLE)
		if !n.GetOldPlain() {
			n.OldCoveredListUri = list(aggregatorv1.WhatIfList_WHAT_IF_LIST_OLD_COVERED)
		}
		if !n.GetNewPlain() {
			n.NewCoveredListUri = list(aggregatorv1.WhatIfList_WHAT_IF_LIST_NEW_COVERED)
		}
	}
}
