package rpc

import (
	"context"
	"maps"
	"slices"

	"xinju.dev/services/aggregator/internal/chase"
	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/platform/wire"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
)

// GetChaseStats implements aggregatorv1.ChaseServiceServer.
func (s *ChaseServer) GetChaseStats(ctx context.Context, req *aggregatorv1.GetChaseStatsRequest) (*aggregatorv1.GetChaseStatsResponse, error) {
	var c wire.Check
	group := aggregatorv1.ChaseGroup(c.Enum("group", int32(req.GetGroup()), aggregatorv1.ChaseGroup_name, false))
	n, err := s.scope(&c, req.GetDivision(), req.GetIndicatorId(), req.GetAsOfDate())
	if err != nil {
		return nil, err
	}
	list, err := s.whole(ctx, n, coverage.Eligible)
	if err != nil {
		return nil, err
	}
	found, err := s.entriesOf(ctx, n.indicator, list.Lines)
	if err != nil {
		return nil, err
	}
	t := tally{n: n, world: list.World, group: group, rows: map[string]*aggregatorv1.ChaseStat{}, parts: map[string]string{}}
	for i := range list.Lines {
		l := &list.Lines[i]
		t.add(l, found.of(n.indicator, l.ResidentID, l.Place.EventID))
	}
	resp := &aggregatorv1.GetChaseStatsResponse{}
	for _, key := range slices.Sorted(maps.Keys(t.rows)) {
		resp.Rows = append(resp.Rows, t.rows[key])
	}
	return resp, nil
}

// tally counts lines by group.
type tally struct {
	n     scope
	world *facts.World
	group aggregatorv1.ChaseGroup
	rows  map[string]*aggregatorv1.ChaseStat
	parts map[string]string // by village: the row it counts in
}

// row is the one that a line counts in; nil for none.
func (t *tally) row(l *coverage.Line, e *chase.Entry) *aggregatorv1.ChaseStat {
	fresh := &aggregatorv1.ChaseStat{}
	var key string
	switch t.group {
	case aggregatorv1.ChaseGroup_CHASE_GROUP_UNIT:
		if e == nil {
			return nil
		}
		key, fresh.AssignedUnit = e.AssignedUnit, e.AssignedUnit
	case aggregatorv1.ChaseGroup_CHASE_GROUP_ASSIGNEE:
		if e == nil {
			return nil
		}
		key, fresh.AssignedTo = e.AssignedTo, e.AssignedTo
	default:
		key = t.part(l.Village)
		fresh.Division, fresh.DivisionName = key, t.world.Name(key, t.n.day)
	}
	if t.rows[key] == nil {
		t.rows[key] = fresh
	}
	return t.rows[key]
}

// part is the division directly below the one asked for that a village lies in;
// the one asked for itself for what counts in it directly, at its units too.
func (t *tally) part(village string) string {
	if code, known := t.parts[village]; known {
		return code
	}
	out := t.n.division
	for _, child := range t.world.Children(t.n.division, t.n.day) {
		if facts.UnitOf(child) == "" && t.world.Within(village, child, t.n.day) {
			out = child
		}
	}
	t.parts[village] = out
	return out
}

// add counts one line.
func (t *tally) add(l *coverage.Line, e *chase.Entry) {
	r := t.row(l, e)
	switch {
	case r == nil:
		return
	case l.Covered:
		if e != nil {
			r.Closed++
		}
		return
	}
	r.Uncovered++
	if e == nil {
		return
	}
	r.WithEntry++
	if overdue(l.Covered, e, t.n.day) {
		r.Overdue++
	}
	switch outcomeOf(e) {
	case aggregatorv1.ChaseOutcome_CHASE_OUTCOME_UNSPECIFIED:
		r.Assigned++
	case aggregatorv1.ChaseOutcome_CHASE_OUTCOME_DONE:
		r.ReportedDone++
	case aggregatorv1.ChaseOutcome_CHASE_OUTCOME_REFUSED:
		r.Refused++
	case aggregatorv1.ChaseOutcome_CHASE_OUTCOME_MOVED_AWAY:
		r.MovedAway++
	case aggregatorv1.ChaseOutcome_CHASE_OUTCOME_WRONG_INFORMATION:
		r.WrongInformation++
	case aggregatorv1.ChaseOutcome_CHASE_OUTCOME_NOT_FOUND:
		r.NotFound++
	}
}
