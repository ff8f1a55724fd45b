package rpc

import (
	"context"
	"slices"

	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/ledger"
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/wire"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
)

const (
	maxDivisions = 1000
	maxItems     = 200 // indicators or rules named in one request
	maxRows      = 20_000
	maxPoints    = 120
)

// GetCoverage implements aggregatorv1.AggregatorServiceServer.
func (s *Server) GetCoverage(_ context.Context, req *aggregatorv1.GetCoverageRequest) (*aggregatorv1.GetCoverageResponse, error) {
	var c wire.Check
	day := s.day(&c, "as_of_date", req.GetAsOfDate())
	if n := len(req.GetDivisions()); n == 0 || n > maxDivisions {
		c.Refuse("divisions", "应为 1 到 1000 个 1 to 1,000 codes")
	}
	for _, code := range req.GetDivisions() {
		division(&c, "divisions", code)
	}
	if len(req.GetIndicatorIds()) > maxItems {
		c.Refuse("indicator_ids", "最多 200 个 at most 200")
	}
	if l := req.GetGroupLevel(); l < 0 || l > int32(facts.Village) {
		c.Refuse("group_level", "应为 0 到 5 between 0 and 5")
	}
	if err := c.Err(); err != nil {
		return nil, err
	}
	resp := &aggregatorv1.GetCoverageResponse{AsOfDate: wire.DateProto(day)}
	err := s.book.Look(func(v coverage.View) error {
		for i, code := range req.GetDivisions() {
			pack, err := packFor(v, code, day)
			if err != nil {
				return err
			}
			if i == 0 {
				resp.PackId = pack.ID
			}
			asked, err := columns(v, pack, req.GetIndicatorIds())
			if err != nil {
				return err
			}
			for _, part := range grouped(v.World(), code, facts.Level(req.GetGroupLevel()), day) {
				if len(resp.Rows)+len(asked) > maxRows {
					return ErrTooLarge
				}
				resp.Rows = append(resp.Rows, rows(v, pack, part, asked, day)...)
			}
		}
		resp.Positions = positions(v)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return resp, nil
}

// grouped breaks a division down to a level; where the tree skips the level, the
// nearest divisions below it stand in. A division at or below the level is itself.
func grouped(w *facts.World, code string, level facts.Level, day civil.Date) []string {
	d, known := w.Any(code, day)
	if !known || level == 0 || d.Level >= level {
		return []string{code}
	}
	var out []string
	open := []string{code}
	for len(open) > 0 {
		var next []string
		for _, parent := range open {
			for _, child := range w.Children(parent, day) {
				if n, ok := w.Division(child, day); ok && n.Level >= level {
					out = append(out, child)
				} else {
					next = append(next, child)
				}
			}
		}
		open = next
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// rows are the columns of one division. Its own pack's wording and target go
// before those of the pack that was asked for.
func rows(v coverage.View, asked *policy.Pack, code string, columns []column, day civil.Date) []*aggregatorv1.CoverageRow {
	own, ok := v.Packs().PackFor(v.World(), code, day)
	name := v.World().Name(code, day)
	out := make([]*aggregatorv1.CoverageRow, len(columns))
	for i, c := range columns {
		ind := c.Indicator
		if ok && own != asked {
			if mine := find(own, ind.ID); mine != nil {
				ind = mine
			}
		}
		out[i] = row(ind, v.Count(c.key, code, day), day)
		out[i].Division, out[i].DivisionName = code, name
	}
	return out
}

// row states one number. Without a denominator or a source there is no rate and no gap.
func row(ind *policy.Indicator, n ledger.Count, day civil.Date) *aggregatorv1.CoverageRow {
	out := &aggregatorv1.CoverageRow{
		IndicatorId: ind.ID, IndicatorName: ind.Name.Chinese, Kind: aggregatorv1.IndicatorKind(ind.Kind),
		Eligible: n.Eligible, Covered: n.Covered, Awaits: both(ind.Awaits),
	}
	if n.Eligible > 0 && out.Awaits == "" {
		out.HasRate, out.Rate = true, float64(n.Covered)/float64(n.Eligible)
	}
	if ind.Kind == policy.Flow {
		out.PeriodFromDate = wire.DateProto(ind.Period.Start(day))
	}
	if t, ok := ind.TargetOn(day); ok {
		out.HasTarget, out.Target, out.TargetText = true, t.Value(), t.Written
		if out.HasRate {
			out.Gap = int32(t.Gap(int(n.Eligible), int(n.Covered)))
		}
	}
	return out
}

// GetTrend implements aggregatorv1.AggregatorServiceServer.
func (s *Server) GetTrend(_ context.Context, req *aggregatorv1.GetTrendRequest) (*aggregatorv1.GetTrendResponse, error) {
	var c wire.Check
	division(&c, "division", req.GetDivision())
	from := c.Date("from_date", req.GetFromDate(), wire.Required)
	until := c.Date("until_date", req.GetUntilDate(), wire.Required)
	if err := c.Err(); err != nil {
		return nil, err
	}
	ends := monthEnds(from, until)
	if len(ends) == 0 || len(ends) > maxPoints {
		c.Refuse("until_date", "应在起始月之后且不超过 120 个月 must give 1 to 120 months")
		return nil, c.Err()
	}
	resp := &aggregatorv1.GetTrendResponse{}
	err := s.book.Look(func(v coverage.View) error {
		pack, err := packFor(v, req.GetDivision(), ends[len(ends)-1])
		if err != nil {
			return err
		}
		column, err := indicator(v, pack, req.GetIndicatorId())
		if err != nil {
			return err
		}
		for _, day := range ends {
			n := v.Count(column.key, req.GetDivision(), day)
			p := &aggregatorv1.TrendPoint{AsOfDate: wire.DateProto(day), Eligible: n.Eligible, Covered: n.Covered}
			if n.Eligible > 0 {
				p.HasRate, p.Rate = true, float64(n.Covered)/float64(n.Eligible)
			}
			resp.Points = append(resp.Points, p)
		}
		resp.Positions = positions(v)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return resp, nil
}

// monthEnds lists the last days of the months from one day's month to another's,
// one more than is allowed at most.
func monthEnds(from, until civil.Date) []civil.Date {
	var out []civil.Date
	y, m, _ := from.YMD()
	for len(out) <= maxPoints {
		end := civil.Of(y, m, civil.DaysIn(y, m))
		if first := civil.Of(y, m, 1); end == civil.None || first > until {
			break
		}
		out = append(out, end)
		if m++; m > 12 {
			y, m = y+1, 1
		}
	}
	return out
}
