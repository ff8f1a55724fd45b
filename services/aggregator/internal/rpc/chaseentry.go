package rpc

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"time"

	"xinju.dev/services/aggregator/internal/chase"
	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/wire"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
)

// entries finds what is kept of lines, also under identifiers that were merged
// into their persons since. Of several entries of a line the latest counts.
type entries struct {
	found  map[chase.Key]*chase.Entry
	linked map[string][]string
}

// entriesOf reads the entries of lines of one indicator.
func (s *ChaseServer) entriesOf(ctx context.Context, indicator string, lines []coverage.Line) (*entries, error) {
	ids := make([]string, len(lines))
	for i := range lines {
		ids[i] = lines[i].ResidentID
	}
	linked, err := s.book.Linked(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := &entries{linked: linked}
	rows, err := s.desk.Chases(ctx, indicator, out.identifiers(ids))
	out.take(rows)
	return out, err
}

// identifiers lists everything that entries of the persons may be kept under.
func (e *entries) identifiers(ids []string) []string {
	all := slices.Clone(ids)
	for _, list := range e.linked {
		all = append(all, list...)
	}
	return all
}

func (e *entries) take(rows []chase.Entry) {
	e.found = make(map[chase.Key]*chase.Entry, len(rows))
	for i := range rows {
		e.found[rows[i].Key] = &rows[i]
	}
}

// read looks everything up that is kept of the persons.
func (e *entries) read(t chase.Tx, indicator string, ids []string) error {
	rows, err := t.Chases(indicator, e.identifiers(ids))
	e.take(rows)
	return err
}

// of is the entry of a line; nil when there is none.
func (e *entries) of(indicator, resident, event string) *chase.Entry {
	latest := e.found[chase.Key{Indicator: indicator, ResidentID: resident, EventID: event}]
	for _, id := range e.linked[resident] {
		one := e.found[chase.Key{Indicator: indicator, ResidentID: id, EventID: event}]
		if one != nil && (latest == nil || one.ChangedMs > latest.ChangedMs) {
			latest = one
		}
	}
	return latest
}

// stateOf says where a line stands.
func stateOf(served bool, e *chase.Entry) aggregatorv1.ChaseState {
	switch {
	case served:
		return aggregatorv1.ChaseState_CHASE_STATE_CLOSED
	case e == nil:
		return aggregatorv1.ChaseState_CHASE_STATE_UNASSIGNED
	case outcomeOf(e) == aggregatorv1.ChaseOutcome_CHASE_OUTCOME_DONE:
		return aggregatorv1.ChaseState_CHASE_STATE_REPORTED_DONE
	case e.Outcome != 0:
		return aggregatorv1.ChaseState_CHASE_STATE_ENDED_OTHERWISE
	}
	return aggregatorv1.ChaseState_CHASE_STATE_ASSIGNED
}

func outcomeOf(e *chase.Entry) aggregatorv1.ChaseOutcome { return aggregatorv1.ChaseOutcome(e.Outcome) }

// overdue says whether the day has passed until which a line of the list was to be
// looked after, and nothing was noted.
func overdue(served bool, e *chase.Entry, day civil.Date) bool {
	return !served && e != nil && e.Outcome == 0 && e.Due != civil.None && e.Due < day
}

// hints is what to do next, by outcome.
var hints = map[aggregatorv1.ChaseOutcome]string{
	aggregatorv1.ChaseOutcome_CHASE_OUTCOME_DONE:              "已报完成，尚无服务记录：请补录服务记录，录入后自动销号 / reported done, no record yet: enter the record, and the line closes by itself",
	aggregatorv1.ChaseOutcome_CHASE_OUTCOME_REFUSED:           "已拒绝：请再次宣传告知并留存告知记录 / refused: inform again and keep a note of it",
	aggregatorv1.ChaseOutcome_CHASE_OUTCOME_MOVED_AWAY:        "已迁离：请向登记机构报送离开信息，或发起协查 / moved away: send the departure to the registry, or a verification",
	aggregatorv1.ChaseOutcome_CHASE_OUTCOME_WRONG_INFORMATION: "信息有误：请向登记机构发起协查更正 / wrong information: send a verification to the registry",
	aggregatorv1.ChaseOutcome_CHASE_OUTCOME_NOT_FOUND:         "查无此人：请发起协查核实居住情况 / not found: send a verification of where the person lives",
}

// entry puts an entry into a message; resident is the identifier that counts now.
func entry(e *chase.Entry, resident string) *aggregatorv1.ChaseEntry {
	if e == nil {
		return nil
	}
	out := &aggregatorv1.ChaseEntry{
		ResidentId: resident, IndicatorId: e.Indicator, EventId: e.EventID,
		AssignedTo: e.AssignedTo, AssignedUnit: e.AssignedUnit, DueDate: wire.DateProto(e.Due), AssignedBy: e.AssignedBy,
		Outcome: outcomeOf(e), OutcomeDate: wire.DateProto(e.OutcomeOn), OutcomeBy: e.OutcomeBy, Remark: e.Remark,
		Etag: strconv.FormatInt(e.Version, 10), UpdateTime: wire.TimeProto(time.UnixMilli(e.ChangedMs)),
	}
	if e.AssignedMs != 0 {
		out.AssignTime = wire.TimeProto(time.UnixMilli(e.AssignedMs))
	}
	return out
}

// chaseFilter is what lines of a list must have. Zero values ask for nothing.
type chaseFilter struct {
	to, who, unit        string // who: the key of a name
	outcome              aggregatorv1.ChaseOutcome
	state                aggregatorv1.ChaseState
	overdue              bool
	nobody, noUnit, some bool
	direct               bool
}

// takes says whether a line passes.
func (f *chaseFilter) takes(n scope, l *coverage.Line, e *chase.Entry) bool {
	if e == nil && (f.to != "" || f.who != "" || f.unit != "" || f.outcome != 0 || f.nobody || f.noUnit || f.some) {
		return false
	}
	state := stateOf(n.served(l.Covered), e)
	switch {
	case f.to != "" && e.AssignedTo != f.to, f.who != "" && assigneeKey(e.AssignedTo) != f.who, f.unit != "" && e.AssignedUnit != f.unit,
		f.nobody && e.AssignedTo != "", f.noUnit && e.AssignedUnit != "",
		f.outcome != 0 && outcomeOf(e) != f.outcome,
		f.overdue && !overdue(n.served(l.Covered), e, n.day):
		return false
	}
	if f.state == aggregatorv1.ChaseState_CHASE_STATE_CLOSED {
		return e != nil
	}
	return f.state == 0 || f.state == state
}

const keyLength = 16

// assigneeKey stands for the name of who was asked in addresses, which end up in
// logs and histories: a name may not be read there. It hides the name from readers,
// not from who knows the names and tries them.
func assigneeKey(name string) string {
	if name == "" {
		return ""
	}
	sum := sha256.Sum256([]byte("assignee " + name))
	return hex.EncodeToString(sum[:keyLength/2])
}

// part is the list that lines of the state are in.
func (f *chaseFilter) part(n *scope) coverage.Which {
	if f.state == aggregatorv1.ChaseState_CHASE_STATE_CLOSED {
		return n.done()
	}
	return n.open()
}

// version reads an etag; 0 for none.
func version(etag string) (int64, error) {
	if etag == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(strings.TrimSpace(etag), 10, 64)
	if err != nil || n < 1 {
		return 0, chase.ErrChanged
	}
	return n, nil
}
