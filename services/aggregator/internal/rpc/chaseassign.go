package rpc

import (
	"context"
	"slices"

	"xinju.dev/services/aggregator/internal/chase"
	"xinju.dev/services/aggregator/internal/derive"
	"xinju.dev/services/aggregator/internal/ledger"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/wire"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"

	"google.golang.org/protobuf/proto"
)

const maxEntries = 1000 // named in one request

// target is one line to be assigned.
type target struct{ indicator, resident, event string }

// assignment is who is asked and until when.
type assignment struct {
	to, unit, by string
	due, day     civil.Date
}

// AssignChase implements aggregatorv1.ChaseServiceServer.
func (s *ChaseServer) AssignChase(ctx context.Context, req *aggregatorv1.AssignChaseRequest) (*aggregatorv1.AssignChaseResponse, error) {
	a, err := s.assignment(req)
	if err != nil {
		return nil, err
	}
	sum, err := digest(req)
	if err != nil {
		return nil, err
	}
	var targets []target
	if f := req.GetFilter(); f != nil {
		targets, err = s.ofNumber(ctx, req, f)
	} else {
		targets, err = s.ofEntries(ctx, req, a.day)
	}
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(targets))
	for i := range targets {
		ids[i] = targets[i].resident
	}
	linked, err := s.book.Linked(ctx, ids)
	if err != nil {
		return nil, err
	}
	resp := &aggregatorv1.AssignChaseResponse{AssignedCount: int32(len(targets)), DueDate: wire.DateProto(a.due)}
	if req.GetFilter() == nil {
		resp.SkippedCount = int32(len(req.GetEntries()) - len(targets))
	}
	return s.assign(ctx, req.GetRequestId(), sum, targets, linked, a, resp)
}

// assignment checks who is asked and until when.
func (s *ChaseServer) assignment(req *aggregatorv1.AssignChaseRequest) (a assignment, err error) {
	var c wire.Check
	division(&c, "division", req.GetDivision())
	a.day = s.base.day(&c, "as_of_date", req.GetAsOfDate())
	if a.due = c.Date("due_date", req.GetDueDate(), false); a.due != civil.None {
		if a.due = s.calendar.Roll(a.due); a.due < civil.DateOf(s.base.now()) {
			c.Refuse("due_date", "不能早于今天 must not be before today")
		}
	}
	for _, t := range []struct {
		path, text string
		into       *string
	}{{"assigned_to", req.GetAssignedTo(), &a.to}, {"assigned_unit", req.GetAssignedUnit(), &a.unit}, {"assigned_by", req.GetAssignedBy(), &a.by}} {
		if *t.into, err = free(&c, t.path, t.text, maxName); err != nil {
			return a, err
		}
	}
	if a.to == "" && a.unit == "" {
		c.Refuse("assigned_to", "须指定人员或机构 a person or a unit is required")
	}
	n := len(req.GetEntries())
	if n > maxEntries {
		c.Refuse("entries", "最多 1000 条 at most 1,000")
	}
	if (n == 0) == (req.GetFilter() == nil) {
		c.Refuse("entries", "entries 与 filter 须且只须给出其一 either entries or a filter")
	}
	if req.GetFilter().GetAtMost() < 0 {
		c.Refuse("filter.at_most", "不能为负数 must not be negative")
	}
	return a, c.Err()
}

// ofNumber lists the lines of a whole number, in its order.
func (s *ChaseServer) ofNumber(ctx context.Context, req *aggregatorv1.AssignChaseRequest, f *aggregatorv1.AssignFilter) ([]target, error) {
	var c wire.Check
	n, err := s.scope(&c, req.GetDivision(), f.GetIndicatorId(), req.GetAsOfDate())
	if err != nil {
		return nil, err
	}
	list, err := s.whole(ctx, n, n.open())
	if err != nil {
		return nil, err
	}
	found := &entries{}
	if f.GetUnassignedOnly() {
		if found, err = s.entriesOf(ctx, n.indicator, list.Lines); err != nil {
			return nil, err
		}
	}
	var out []target
	for i := range list.Lines {
		l := &list.Lines[i]
		if e := found.of(n.indicator, l.ResidentID, l.Place.EventID); e != nil && e.Assigned() {
			continue
		}
		if out = append(out, target{n.indicator, l.ResidentID, l.Place.EventID}); len(out) == int(f.GetAtMost()) {
			break
		}
	}
	return out, nil
}

// ofEntries lists those of the lines named that are uncovered on the day and lie
// below the division, each once, under the identifiers that count now.
func (s *ChaseServer) ofEntries(ctx context.Context, req *aggregatorv1.AssignChaseRequest, day civil.Date) ([]target, error) {
	numbers := map[string]scope{}
	var ids []string
	for _, k := range req.GetEntries() {
		var c wire.Check
		if err := checkKey(&c, k); err != nil {
			return nil, err
		}
		n, err := s.scope(&c, req.GetDivision(), k.GetIndicatorId(), req.GetAsOfDate())
		if err != nil {
			return nil, err
		}
		numbers[k.GetIndicatorId()] = n
		ids = append(ids, k.GetResidentId())
	}
	people, at, err := s.book.People(ctx, ids)
	if err != nil {
		return nil, err
	}
	var out []target
	seen := map[target]bool{}
	for i, k := range req.GetEntries() {
		who := &people[i]
		one := target{k.GetIndicatorId(), who.Of, k.GetEventId()}
		if who.Facts == nil || seen[one] {
			continue
		}
		rows := at.Deriver.Rows(who.Facts, at.World)
		rows = slices.DeleteFunc(rows, func(r derive.Row) bool { return !at.World.Within(r.Village, req.GetDivision(), day) })
		key, known := at.Deriver.Key(one.indicator) // packs may have come into use since the number was looked up
		if n := numbers[one.indicator]; known && n.openOn(rows, key, one.event) {
			seen[one] = true
			out = append(out, one)
		}
	}
	return out, nil
}

func checkKey(c *wire.Check, k *aggregatorv1.ChaseKey) error {
	if n := len(k.GetResidentId()); n == 0 || n > maxName {
		c.Refuse("resident_id", "必填，最多 64 个字符 required, at most 64 characters")
	}
	if len(k.GetEventId()) > maxEvent {
		c.Refuse("event_id", "过长 too long")
	}
	return c.Err()
}

// openOn says whether one of the rows, in which the indicator has the key, is on the
// list that is worked through.
func (n *scope) openOn(rows []derive.Row, key ledger.Key, event string) bool {
	return slices.ContainsFunc(rows, func(r derive.Row) bool {
		return slices.ContainsFunc(r.Pieces, func(p derive.Piece) bool {
			return p.Key == key && p.EventID == event && p.Holds(n.day) && !n.served(p.Covered)
		})
	})
}

// assign writes the entries in one transaction.
func (s *ChaseServer) assign(
	ctx context.Context, requestID string, sum []byte, targets []target, linked map[string][]string, a assignment, resp *aggregatorv1.AssignChaseResponse,
) (*aggregatorv1.AssignChaseResponse, error) {
	byIndicator := map[string][]target{}
	for _, t := range targets {
		byIndicator[t.indicator] = append(byIndicator[t.indicator], t)
	}
	raw, err := s.desk.ChangeChases(ctx, "chase.assign", requestID, sum, func(t chase.Tx) ([]byte, error) {
		for indicator, list := range byIndicator {
			if err := s.assignAll(t, indicator, list, linked, a); err != nil {
				return nil, err
			}
		}
		return proto.Marshal(resp)
	})
	if err != nil {
		return nil, err
	}
	out := &aggregatorv1.AssignChaseResponse{}
	return out, proto.Unmarshal(raw, out)
}

func (s *ChaseServer) assignAll(t chase.Tx, indicator string, list []target, linked map[string][]string, a assignment) error {
	ids := make([]string, len(list))
	for i := range list {
		ids[i] = list[i].resident
	}
	found := &entries{linked: linked}
	if err := found.read(t, indicator, ids); err != nil {
		return err
	}
	now := s.base.now().UnixMilli()
	rows := make([]chase.Entry, len(list))
	for i, one := range list {
		next := chase.Entry{Key: chase.Key{Indicator: indicator, ResidentID: one.resident, EventID: one.event}}
		if was := found.of(indicator, one.resident, one.event); was != nil {
			next.Key, next.Version = was.Key, was.Version
		}
		next.Version++
		next.AssignedTo, next.AssignedUnit, next.AssignedBy, next.Due = a.to, a.unit, a.by, a.due
		next.AssignedMs, next.ChangedMs = now, now
		rows[i] = next
	}
	return t.PutChases(rows)
}
