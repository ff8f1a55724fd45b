package rpc

import (
	"context"
	"fmt"

	"xinju.dev/services/aggregator/internal/answers"
	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/platform/page"
	"xinju.dev/services/platform/wire"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
)

// ListUnitMembers implements aggregatorv1.LeagueServiceServer.
func (s *LeagueServer) ListUnitMembers(ctx context.Context, req *aggregatorv1.ListUnitMembersRequest) (*aggregatorv1.ListUnitMembersResponse, error) {
	var c wire.Check
	if req.GetDivision() != "" {
		division(&c, "division", req.GetDivision())
	}
	day := s.day(&c, "as_of_date", req.GetAsOfDate())
	role := unitRole(&c, req.GetUnitRole())
	if req.GetSet() < aggregatorv1.MemberSet_MEMBER_SET_UNCOVERED || req.GetSet() > aggregatorv1.MemberSet_MEMBER_SET_ELIGIBLE {
		c.Refuse("set", "不是可选值 not one of the values")
	}
	if err := c.Err(); err != nil {
		return nil, err
	}
	pages := page.Query{Size: int(req.GetPageSize()), Token: req.GetPageToken()}
	limit, err := pages.Limit()
	if err != nil {
		return nil, err
	}
	filter := fmt.Appendf(nil, "unit members %q %d %s %q %d %d", req.GetUnitId(), role, req.GetDivision(), req.GetIndicatorId(), day, req.GetSet())
	after, err := place(pages, filter)
	if err != nil {
		return nil, err
	}
	q := coverage.ListQuery{Direct: true, Day: day, Which: coverage.Which(req.GetSet()), After: after, Limit: limit}
	codes, total, lines, err := s.unitCodes(req, role, &q)
	if err != nil {
		return nil, err
	}
	resp := &aggregatorv1.ListUnitMembersResponse{TotalSize: total, LineCount: lines}
	last := after
	for _, code := range codes {
		if code < after.Village {
			continue
		}
		if q.Division, q.Limit = code, limit-len(resp.Members); q.Limit == 0 {
			resp.NextPageToken, err = token(filter, last)
			break
		}
		list, err := s.book.List(ctx, q)
		if err != nil {
			return nil, err
		}
		resp.Members = append(resp.Members, members(&list, day)...)
		if n := len(list.Lines); n > 0 {
			last = list.Lines[n-1].Place
		}
		if list.More {
			resp.NextPageToken, err = token(filter, last)
			return resp, err
		}
	}
	return resp, err
}

// unitCodes are the places where somebody is on the list, the sum of the weights
// in it and how many lines it has.
func (s *LeagueServer) unitCodes(req *aggregatorv1.ListUnitMembersRequest, role answers.By, q *coverage.ListQuery) (codes []string, total, lines int32, err error) {
	err = s.book.Look(func(v coverage.View) error {
		codes, total, lines = nil, 0, 0
		at, pack, err := placeAsked(v, req.GetDivision(), req.GetUnitId(), role, q.Day)
		if err != nil {
			return err
		}
		column, err := answers.Indicator(v, pack, req.GetIndicatorId())
		if err != nil {
			return err
		}
		if column.Kind == policy.Ratio {
			return answers.ErrNoList.With("indicator_id", column.ID)
		}
		q.Key = column.Key
		all, _ := answers.UnitCodes(v.World(), column.Indicator, &at, q.Day)
		coverage.Prepare(v, all, q.Day)
		for _, code := range all {
			if n := q.Which.Of(v.Direct(q.Key, code, q.Day)); n > 0 {
				codes, total = append(codes, code), total+n
				lines += q.Which.Of(v.Direct(v.Deriver().Lines(q.Key), code, q.Day))
			}
		}
		return nil
	})
	return codes, total, lines, err
}
