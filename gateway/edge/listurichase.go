package edge

import (
	"maps"
	"net/url"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
)

// openChases writes beside every count of a row the address that lists its lines.
// People who were asked stand in it by their key: names do not belong in addresses.
func openChases(r *aggregatorv1.GetChaseStatsResponse) {
	for _, row := range r.GetRows() {
		of := url.Values{"division": {r.GetDivision()}, "indicator_id": {r.GetIndicatorId()}, "as_of_date": {dayText(r.GetAsOfDate())}}
		switch {
		case r.GetGroup() == aggregatorv1.ChaseGroup_CHASE_GROUP_UNIT && row.GetAssignedUnit() != "":
			of.Set("assigned_unit", row.GetAssignedUnit())
		case r.GetGroup() == aggregatorv1.ChaseGroup_CHASE_GROUP_UNIT:
			of.Set("without_unit", "true")
		case r.GetGroup() == aggregatorv1.ChaseGroup_CHASE_GROUP_ASSIGNEE && row.GetAssigneeKey() != "":
			of.Set("assignee_key", row.GetAssigneeKey())
		case r.GetGroup() == aggregatorv1.ChaseGroup_CHASE_GROUP_ASSIGNEE:
			of.Set("without_assignee", "true")
		case row.GetDivision() == r.GetDivision():
			of.Set("direct_only", "true")
		default:
			of.Set("division", row.GetDivision())
		}
		row.Lists = chaseLists(of)
	}
}

// chaseLists gives each count of a row its address.
func chaseLists(of url.Values) *aggregatorv1.ChaseStatLists {
	list := func(key, value string) string {
		q := maps.Clone(of)
		if key != "" {
			q.Set(key, value)
		}
		return "/v1/chase:lines?" + q.Encode()
	}
	outcome := func(o aggregatorv1.ChaseOutcome) string { return list("outcome", o.String()) }
	return &aggregatorv1.ChaseStatLists{
		Uncovered:        list("", ""),
		WithEntry:        list("with_entry", "true"),
		Assigned:         list("state", aggregatorv1.ChaseState_CHASE_STATE_ASSIGNED.String()),
		ReportedDone:     outcome(aggregatorv1.ChaseOutcome_CHASE_OUTCOME_DONE),
		Refused:          outcome(aggregatorv1.ChaseOutcome_CHASE_OUTCOME_REFUSED),
		MovedAway:        outcome(aggregatorv1.ChaseOutcome_CHASE_OUTCOME_MOVED_AWAY),
		WrongInformation: outcome(aggregatorv1.ChaseOutcome_CHASE_OUTCOME_WRONG_INFORMATION),
		NotFound:         outcome(aggregatorv1.ChaseOutcome_CHASE_OUTCOME_NOT_FOUND),
		Overdue:          list("overdue", "true"),
		Closed:           list("state", aggregatorv1.ChaseState_CHASE_STATE_CLOSED.String()),
	}
}
