package rpc

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"xinju.dev/services/aggregator/internal/chase"
	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/platform/page"
	"xinju.dev/services/platform/wire"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"

	"google.golang.org/genproto/googleapis/type/date"
)

// chaseRequest is what both calls that list lines are asked with.
type chaseRequest interface {
	GetDivision() string
	GetIndicatorId() string
	GetAsOfDate() *date.Date
	GetAssignedUnit() string
	GetOutcome() aggregatorv1.ChaseOutcome
	GetState() aggregatorv1.ChaseState
	GetOverdue() bool
	GetWithoutAssignee() bool
	GetWithoutUnit() bool
	GetWithEntry() bool
	GetDirectOnly() bool
	GetPageSize() int32
	GetPageToken() string
}

// ListChase implements aggregatorv1.ChaseServiceServer.
func (s *ChaseServer) ListChase(ctx context.Context, req *aggregatorv1.ListChaseRequest) (*aggregatorv1.ListChaseResponse, error) {
	var c wire.Check
	return s.chaseList(ctx, &c, req, chaseFilter{to: c.Text("assigned_to", req.GetAssignedTo(), maxName, false)})
}

// ListChaseLines implements aggregatorv1.ChaseServiceServer.
func (s *ChaseServer) ListChaseLines(ctx context.Context, req *aggregatorv1.ListChaseLinesRequest) (*aggregatorv1.ListChaseLinesResponse, error) {
	var c wire.Check
	got, err := s.chaseList(ctx, &c, req, chaseFilter{who: c.Text("assignee_key", req.GetAssigneeKey(), keyLength, false)})
	if err != nil {
		return nil, err
	}
	return &aggregatorv1.ListChaseLinesResponse{Lines: got.GetLines(), NextPageToken: got.GetNextPageToken(), TotalSize: got.GetTotalSize(), LineCount: got.GetLineCount()}, nil
}

// chaseList lists lines; f says whose, the request everything else.
func (s *ChaseServer) chaseList(ctx context.Context, c *wire.Check, req chaseRequest, f chaseFilter) (*aggregatorv1.ListChaseResponse, error) {
	f.unit = c.Text("assigned_unit", req.GetAssignedUnit(), maxName, false)
	f.outcome = aggregatorv1.ChaseOutcome(c.Enum("outcome", int32(req.GetOutcome()), aggregatorv1.ChaseOutcome_name, false))
	f.state = aggregatorv1.ChaseState(c.Enum("state", int32(req.GetState()), aggregatorv1.ChaseState_name, false))
	f.overdue, f.nobody, f.noUnit, f.some, f.direct = req.GetOverdue(), req.GetWithoutAssignee(), req.GetWithoutUnit(), req.GetWithEntry(), req.GetDirectOnly()
	n, err := s.scope(c, req.GetDivision(), req.GetIndicatorId(), req.GetAsOfDate())
	if err != nil {
		return nil, err
	}
	pages := page.Query{Size: int(req.GetPageSize()), Token: req.GetPageToken()}
	limit, err := pages.Limit()
	if err != nil {
		return nil, err
	}
	bound := fmt.Appendf(nil, "chase %s %q %d %+q", n.division, n.indicator, n.day, fmt.Sprintf("%+v", f))
	after, err := s.base.places.place(ctx, pages, bound)
	if err != nil {
		return nil, err
	}
	list, found, err := s.lines(ctx, n, &f, after, limit)
	if err != nil {
		return nil, err
	}
	resp := &aggregatorv1.ListChaseResponse{TotalSize: list.Total, LineCount: list.Length}
	for i := range list.Lines {
		resp.Lines = append(resp.Lines, chaseLine(&list, &list.Lines[i], n, found))
	}
	if list.More {
		resp.NextPageToken, err = s.base.places.after(ctx, bound, list.Lines[len(list.Lines)-1].Place)
	}
	return resp, err
}

// lines reads one page: of the list itself when nothing is filtered, else of
// what passes of the whole list.
func (s *ChaseServer) lines(ctx context.Context, n scope, f *chaseFilter, after coverage.Place, limit int) (coverage.List, *entries, error) {
	if *f == (chaseFilter{}) {
		list, err := s.book.List(ctx, n.list(n.open(), after, limit))
		if err != nil {
			return list, nil, err
		}
		found, err := s.entriesOf(ctx, n.indicator, list.Lines)
		return list, found, err
	}
	all, err := s.whole(ctx, n, f.part(&n))
	if err != nil {
		return all, nil, err
	}
	found, err := s.entriesOf(ctx, n.indicator, all.Lines)
	if err != nil {
		return all, nil, err
	}
	out := coverage.List{World: all.World}
	t := tally{n: n, world: all.World, parts: map[string]string{}}
	for i := range all.Lines {
		l := &all.Lines[i]
		if f.direct && t.part(l.Village) != n.division || !f.takes(n, l, found.of(n.indicator, l.ResidentID, l.Place.EventID)) {
			continue
		}
		out.Total += l.Weight
		out.Length++
		switch {
		case after != (coverage.Place{}) && !l.After(after):
		case len(out.Lines) == limit:
			out.More = true
		default:
			out.Lines = append(out.Lines, *l)
		}
	}
	return out, found, nil
}

func chaseLine(list *coverage.List, l *coverage.Line, n scope, found *entries) *aggregatorv1.ChaseLine {
	e := found.of(n.indicator, l.ResidentID, l.Place.EventID)
	out := &aggregatorv1.ChaseLine{
		Member: member(list, l, n.day), Entry: entry(e, l.ResidentID), State: stateOf(n.served(l.Covered), e), Overdue: overdue(n.served(l.Covered), e, n.day),
	}
	if e != nil && !n.served(l.Covered) {
		out.Hint = hints[outcomeOf(e)]
	}
	return out
}

// ListChaseHistory implements aggregatorv1.ChaseServiceServer.
func (s *ChaseServer) ListChaseHistory(ctx context.Context, req *aggregatorv1.ListChaseHistoryRequest) (*aggregatorv1.ListChaseHistoryResponse, error) {
	pages := page.Query{Size: int(req.GetPageSize()), Token: req.GetPageToken()}
	limit, err := pages.Limit()
	if err != nil {
		return nil, err
	}
	k, who, err := s.key(ctx, &aggregatorv1.ChaseKey{ResidentId: req.GetResidentId(), IndicatorId: req.GetIndicatorId(), EventId: req.GetEventId()}, "")
	if err != nil {
		return nil, err
	}
	bound := fmt.Appendf(nil, "chase history %q", []string{who.ID, k.Indicator, k.EventID})
	after, err := historyPlace(pages, bound)
	if err != nil {
		return nil, err
	}
	states, err := s.desk.ChaseStates(ctx, k.Indicator, k.EventID, append([]string{who.Of}, who.Linked...))
	if err != nil {
		return nil, err
	}
	resp := &aggregatorv1.ListChaseHistoryResponse{TotalSize: int32(len(states))}
	for i := range states {
		e := &states[i]
		if after != nil && after.compare(e) >= 0 {
			continue
		}
		if len(resp.States) == limit {
			last, err := json.Marshal(after)
			resp.NextPageToken = page.Encode(bound, string(last))
			return resp, err
		}
		resp.States = append(resp.States, entry(e, who.Of))
		after = &historyAt{e.ChangedMs, e.ResidentID, e.Version}
	}
	return resp, nil
}

// historyAt is a place in a history: latest first.
type historyAt struct {
	Ms       int64
	Resident string
	Version  int64
}

// compare is above 0 when the state comes before the place, 0 when it is the place.
func (h *historyAt) compare(e *chase.Entry) int {
	return cmp.Or(cmp.Compare(e.ChangedMs, h.Ms), strings.Compare(h.Resident, e.ResidentID), cmp.Compare(e.Version, h.Version))
}

func historyPlace(q page.Query, bound []byte) (*historyAt, error) {
	key, err := q.Key(bound)
	if err != nil || key == "" {
		return nil, err
	}
	var at historyAt
	if err := json.Unmarshal([]byte(key), &at); err != nil {
		return nil, page.ErrToken
	}
	return &at, nil
}
