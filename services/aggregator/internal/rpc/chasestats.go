package rpc

import (
	"context"
	"maps"
	"slices"

	"xinju.dev/services/aggregator/internal/chase"
	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/ledger"
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
	kept, err := s.desk.ChasesOf(ctx, n.indicator)
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(kept))
	for i := range kept {
		ids[i] = kept[i].ResidentID
	}
	t := tally{n: n, group: group}
	lines, err := s.book.LinesOf(ctx, n.list(coverage.Eligible, coverage.Place{}, 0), ids, func(v coverage.View) error {
		t.begin(v)
		return nil
	})
	if err != nil {
		return nil, err
	}
	found, err := s.entriesOf(ctx, n.indicator, lines)
	if err != nil {
		return nil, err
	}
	for i := range lines {
		if e := found.of(n.indicator, lines[i].ResidentID, lines[i].Place.EventID); e != nil {
			t.add(&lines[i], e)
		}
	}
	resp := &aggregatorv1.GetChaseStatsResponse{Division: n.division, IndicatorId: n.indicator, AsOfDate: wire.DateProto(n.day), Group: max(group, aggregatorv1.ChaseGroup_CHASE_GROUP_DIVISION)}
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

// begin takes what needs no entry from the ledger: how many lines of each part are
// not covered. Reading the list would take as long as the list is.
func (t *tally) begin(v coverage.View) {
	t.world, t.rows, t.parts = v.World(), map[string]*aggregatorv1.ChaseStat{}, map[string]string{}
	if t.group == aggregatorv1.ChaseGroup_CHASE_GROUP_UNIT || t.group == aggregatorv1.ChaseGroup_CHASE_GROUP_ASSIGNEE {
		return
	}
	children := slices.DeleteFunc(t.world.Children(t.n.division, t.n.day), func(c string) bool { return facts.UnitOf(c) != "" })
	coverage.Prepare(v, append([]string{t.n.division}, children...), t.n.day)
	key := v.Deriver().Lines(t.n.key)
	own := v.Count(key, t.n.division, t.n.day)
	for _, child := range children {
		n := v.Count(key, child, t.n.day)
		own.Eligible, own.Covered = own.Eligible-n.Eligible, own.Covered-n.Covered
		t.start(child, n)
	}
	t.start(t.n.division, own)
}

// start begins the row of one division, if anything counts in it.
func (t *tally) start(code string, n ledger.Count) {
	if n.Eligible > 0 {
		t.rows[code] = &aggregatorv1.ChaseStat{Division: code, DivisionName: t.world.Name(code, t.n.day), Uncovered: t.n.open().Of(n)}
	}
}

// row is the one that a line with an entry counts in; nil when the numbers know of
// no such line.
func (t *tally) row(l *coverage.Line, e *chase.Entry) *aggregatorv1.ChaseStat {
	fresh := &aggregatorv1.ChaseStat{}
	var key string
	switch t.group {
	case aggregatorv1.ChaseGroup_CHASE_GROUP_UNIT:
		key, fresh.AssignedUnit = e.AssignedUnit, e.AssignedUnit
	case aggregatorv1.ChaseGroup_CHASE_GROUP_ASSIGNEE:
		key, fresh.AssignedTo, fresh.AssigneeKey = e.AssignedTo, e.AssignedTo, assigneeKey(e.AssignedTo)
	default:
		return t.rows[t.part(l.Village)]
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

// add counts one line that has an entry.
func (t *tally) add(l *coverage.Line, e *chase.Entry) {
	r := t.row(l, e)
	switch {
	case r == nil:
		return
	case t.n.served(l.Covered):
		r.Closed++
		return
	}
	if r.Division == "" {
		r.Uncovered++
	}
	r.WithEntry++
	if overdue(t.n.served(l.Covered), e, t.n.day) {
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
