package rpc

import (
	"context"
	"fmt"

	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/page"
	"xinju.dev/services/platform/wire"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"

	"google.golang.org/genproto/googleapis/type/date"
)

// listRequest is what both lists ask for.
type listRequest struct {
	division, indicator string
	day                 *date.Date
	set                 aggregatorv1.MemberSet
	size                int32
	token               string
}

// ListMembers implements aggregatorv1.AggregatorServiceServer.
func (s *Server) ListMembers(ctx context.Context, req *aggregatorv1.ListMembersRequest) (*aggregatorv1.ListMembersResponse, error) {
	return s.list(ctx, listRequest{
		division: req.GetDivision(), indicator: req.GetIndicatorId(), day: req.GetAsOfDate(),
		set: req.GetSet(), size: req.GetPageSize(), token: req.GetPageToken(),
	})
}

// ListUncovered implements aggregatorv1.AggregatorServiceServer.
func (s *Server) ListUncovered(ctx context.Context, req *aggregatorv1.ListUncoveredRequest) (*aggregatorv1.ListUncoveredResponse, error) {
	resp, err := s.list(ctx, listRequest{
		division: req.GetDivision(), indicator: req.GetIndicatorId(), day: req.GetAsOfDate(),
		set: aggregatorv1.MemberSet_MEMBER_SET_UNCOVERED, size: req.GetPageSize(), token: req.GetPageToken(),
	})
	if err != nil {
		return nil, err
	}
	return &aggregatorv1.ListUncoveredResponse{Members: resp.GetMembers(), NextPageToken: resp.GetNextPageToken(), TotalSize: resp.GetTotalSize(), LineCount: resp.GetLineCount()}, nil
}

func (s *Server) list(ctx context.Context, req listRequest) (*aggregatorv1.ListMembersResponse, error) {
	var c wire.Check
	division(&c, "division", req.division)
	day := s.day(&c, "as_of_date", req.day)
	if req.set < aggregatorv1.MemberSet_MEMBER_SET_UNCOVERED || req.set > aggregatorv1.MemberSet_MEMBER_SET_ELIGIBLE {
		c.Refuse("set", "不是可选值 not one of the values")
	}
	if err := c.Err(); err != nil {
		return nil, err
	}
	q, filter, err := s.query(ctx, req, day)
	if err != nil {
		return nil, err
	}
	out, err := s.book.List(ctx, q)
	if err != nil {
		return nil, err
	}
	resp := &aggregatorv1.ListMembersResponse{TotalSize: out.Total, LineCount: out.Length, Members: members(&out, day)}
	if out.More {
		resp.NextPageToken, err = s.places.after(ctx, filter, out.Lines[len(out.Lines)-1].Place)
	}
	return resp, err
}

func (s *Server) query(ctx context.Context, req listRequest, day civil.Date) (coverage.ListQuery, []byte, error) {
	pages := page.Query{Size: int(req.size), Token: req.token}
	limit, err := pages.Limit()
	if err != nil {
		return coverage.ListQuery{}, nil, err
	}
	q := coverage.ListQuery{Division: req.division, Day: day, Which: coverage.Which(req.set), Limit: limit}
	err = s.book.Look(func(v coverage.View) (err error) {
		q.Of = v.Deriver()
		if q.Key, err = listed(v, req.indicator, req.division, day); err != nil {
			return err
		}
		if _, known := v.World().Any(req.division, day); !known {
			return fault.DivisionNotFound.With("division", req.division)
		}
		return nil
	})
	if err != nil {
		return coverage.ListQuery{}, nil, err
	}
	filter := fmt.Appendf(nil, "members %s %q %d %d", req.division, req.indicator, day, req.set)
	q.After, err = s.places.place(ctx, pages, filter)
	return q, filter, err
}

// members are the lines of a list, made at once.
func members(list *coverage.List, day civil.Date) []*aggregatorv1.Member {
	slab, days := make([]aggregatorv1.Member, len(list.Lines)), make([]date.Date, 3*len(list.Lines))
	out := make([]*aggregatorv1.Member, len(list.Lines))
	village, manager := "", ""
	for i := range list.Lines {
		l := &list.Lines[i]
		if i == 0 || l.Village != village {
			village, manager = l.Village, list.World.Manager(l.Village, day)
		}
		m := &slab[i]
		m.ResidentId, m.Village, m.UnitId, m.Covered = l.ResidentID, l.Village, manager, l.Covered
		m.Weight = l.Weight
		m.SinceDate, m.UntilDate = dateIn(&days[3*i], l.From), dateIn(&days[3*i+1], last(l.To))
		if l.Place.EventID != "" {
			m.EventId, m.EventDate = l.Place.EventID, dateIn(&days[3*i+2], l.On)
		}
		out[i] = m
	}
	return out
}

// member is one line of a list.
func member(list *coverage.List, l *coverage.Line, day civil.Date) *aggregatorv1.Member {
	return members(&coverage.List{Lines: []coverage.Line{*l}, World: list.World}, day)[0]
}

// dateIn writes a day into a message; nil for none.
func dateIn(out *date.Date, d civil.Date) *date.Date {
	if d == civil.None || d >= civil.Forever {
		return nil
	}
	year, month, day := d.YMD()
	out.Year, out.Month, out.Day = int32(year), int32(month), int32(day)
	return out
}
