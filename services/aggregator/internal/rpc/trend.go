package rpc

import (
	"context"

	"xinju.dev/services/aggregator/internal/answers"
	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/wire"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
)

// GetTrend implements aggregatorv1.AggregatorServiceServer.
func (s *Server) GetTrend(ctx context.Context, req *aggregatorv1.GetTrendRequest) (*aggregatorv1.GetTrendResponse, error) {
	var c wire.Check
	if req.GetUnitId() == "" || req.GetDivision() != "" {
		division(&c, "division", req.GetDivision())
	}
	from := c.Date("from_date", req.GetFromDate(), wire.Required)
	until := c.Date("until_date", req.GetUntilDate(), wire.Required)
	role := unitRole(&c, req.GetUnitRole())
	if err := c.Err(); err != nil {
		return nil, err
	}
	ends := answers.MonthEnds(from, until, maxPoints)
	if len(ends) == 0 || len(ends) > maxPoints {
		c.Refuse("until_date", "应在起始月之后且不超过 120 个月 must give 1 to 120 months")
		return nil, c.Err()
	}
	var resp *aggregatorv1.GetTrendResponse
	err := s.ask(ctx, func(a *answers.Asker, v coverage.View) error {
		last := ends[len(ends)-1]
		at, pack, err := placeAsked(v, req.GetDivision(), req.GetUnitId(), role, last)
		if err != nil {
			return err
		}
		column, err := answers.Indicator(v, pack, req.GetIndicatorId())
		if err != nil {
			return err
		}
		rows := a.Trend(pack, at, column, ends)
		resp = trendMessage(rows)
		resp.Positions = positions(v)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return resp, nil
}

// placeAsked is a division or a unit, and the pack that governs it on a day.
func placeAsked(v coverage.View, code, unitID string, by answers.By, day civil.Date) (answers.Place, *policy.Pack, error) {
	if unitID == "" {
		pack, err := answers.PackFor(v, code, day)
		return answers.DivisionPlace(v.World(), code, day), pack, err
	}
	at, err := answers.UnitPlace(v.World(), unitID, by, code)
	if err != nil {
		return at, nil, err
	}
	if code != "" {
		pack, err := answers.PackFor(v, code, day)
		return at, pack, err
	}
	pack, err := answers.PackOfUnit(v, unitID, day)
	return at, pack, err
}

func trendMessage(rows []answers.Row) *aggregatorv1.GetTrendResponse {
	last := &rows[len(rows)-1]
	resp := &aggregatorv1.GetTrendResponse{
		IndicatorName: last.Indicator.Name.Chinese, Kind: aggregatorv1.IndicatorKind(last.Indicator.Kind), Unit: rateUnit(last),
		IndicatorId: last.ID, Division: last.Place.Code, UnitId: last.Place.UnitID, UnitRole: aggregatorv1.UnitRole(last.Place.By),
		Plain: last.Plain, Better: aggregatorv1.BetterWay(last.Better), Awaits: both(last.Awaits), NotCounted: last.NotCounted, Lacking: lackMessages(last.Lacking),
	}
	if last.HasTarget {
		resp.TargetText = last.Target.Shown()
	}
	for i := range rows {
		r := &rows[i]
		resp.Points = append(resp.Points, &aggregatorv1.TrendPoint{
			AsOfDate: wire.DateProto(r.Day), Eligible: r.Eligible, Covered: r.Covered, HasRate: r.HasRate, Rate: r.Rate,
			Value: r.Value(), Over: r.Over, Ratio: ratioMessage(r.Ratio),
		})
	}
	return resp
}
