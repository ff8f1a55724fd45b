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
	after, err := s.places.place(ctx, pages, filter)
	if err != nil {
		return nil, err
	}
	q := coverage.ListQuery{Direct: true, Day: day, Which: coverage.Which(req.GetSet()), After: after, Limit: limit}
	if err := s.unitPlaces(req, role, &q); err != nil || len(q.Places) == 0 {
		return &aggregatorv1.ListUnitMembersResponse{}, err
	}
	list, err := s.book.List(ctx, q)
	if err != nil {
		return nil, err
	}
	resp := &aggregatorv1.ListUnitMembersResponse{TotalSize: list.Total, LineCount: list.Length, Members: members(&list, day)}
	if list.More {
		resp.NextPageToken, err = s.places.after(ctx, filter, list.Lines[len(list.Lines)-1].Place)
	}
	return resp, err
}

// unitPlaces finds what is asked for and the places where it is counted: they hang
// on the tree and the packs alone, so that the list is of one state.
func (s *LeagueServer) unitPlaces(req *aggregatorv1.ListUnitMembersRequest, role answers.By, q *coverage.ListQuery) error {
	return s.book.Look(func(v coverage.View) error {
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
		q.Key, q.Of, q.World = column.Key, v.Deriver(), v.World()
		q.Places, _ = answers.UnitCodes(q.World, column.Indicator, &at, q.Day)
		return nil
	})
}
