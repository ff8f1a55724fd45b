package rpc

import (
	"context"

	"xinju.dev/services/aggregator/internal/answers"
	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/wire"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
)

// Faults of leagues.
var (
	ErrGroup        = fault.New(fault.NotFound, "GROUP_NOT_FOUND", "the pack in force there has no such group of divisions", "当地政策包没有该区划分组")
	ErrGroupOutside = fault.New(fault.Precondition, "LEAGUE_GROUP_OUTSIDE",
		"no division of the group lies in the division asked about; name a higher one", "该分组没有位于所查区划内的区划，请改查上级区划")
	ErrLeagueLarge = fault.New(fault.Exhausted, "LEAGUE_TOO_LARGE",
		"more than 20,000 numbers would be ranked; name a lower division or fewer indicators", "参与排名的数值超过 20000 个，请缩小区划或减少指标")
)

// LeagueServer implements aggregatorv1.LeagueServiceServer.
type LeagueServer struct {
	aggregatorv1.UnimplementedLeagueServiceServer
	*Server
}

// Leagues is the same server's LeagueService.
func (s *Server) Leagues() *LeagueServer { return &LeagueServer{Server: s} }

// maxRanked bounds the divisions times the indicators of one answer.
const maxRanked = 20_000

func level(c *wire.Check, l int32) facts.Level {
	if l < 0 || l > int32(facts.Village) {
		c.Refuse("level", "应为 0 到 5 between 0 and 5")
	}
	return facts.Level(l)
}

// GetLeague implements aggregatorv1.LeagueServiceServer.
func (s *LeagueServer) GetLeague(ctx context.Context, req *aggregatorv1.GetLeagueRequest) (*aggregatorv1.GetLeagueResponse, error) {
	var c wire.Check
	division(&c, "division", req.GetDivision())
	day := s.day(&c, "as_of_date", req.GetAsOfDate())
	before := c.Date("before_date", req.GetBeforeDate(), false)
	at := level(&c, req.GetLevel())
	if before == civil.None {
		before = answers.MonthBefore(day)
	}
	if before >= day {
		c.Refuse("before_date", "应早于 as_of_date must be earlier than as_of_date")
	}
	if err := c.Err(); err != nil {
		return nil, err
	}
	var resp *aggregatorv1.GetLeagueResponse
	err := s.ask(ctx, func(a *answers.Asker, v coverage.View) error {
		pack, err := answers.PackFor(v, req.GetDivision(), day)
		if err != nil {
			return err
		}
		column, err := answers.Indicator(v, pack, req.GetIndicatorId())
		if err != nil {
			return err
		}
		codes, group, err := rankedAmong(v, pack, req.GetDivision(), req.GetGroupId(), at, day)
		if err != nil {
			return err
		}
		if len(codes) > maxRanked {
			return ErrLeagueLarge
		}
		l := a.League(answers.LeagueQuery{Pack: pack, Codes: codes, Column: column, Day: day, Before: before})
		total := a.Rows(pack, answers.DivisionPlace(v.World(), req.GetDivision(), day), []answers.Column{column}, day)
		resp = &aggregatorv1.GetLeagueResponse{
			Total: rowMessage(&total[0]), Minimum: int32(pack.Warnings.Minimum), SmallerIsBetter: l.Better == policy.Lower || l.Better == policy.Nearest,
			Better: aggregatorv1.BetterWay(l.Better), BetterText: both(l.Better.Text()),
			AsOfDate: wire.DateProto(day), BeforeDate: wire.DateProto(before), PackId: pack.ID, GroupName: group,
			Standings: standingMessages(l.Ranked), Unranked: standingMessages(l.Unranked), Positions: positions(v),
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return resp, nil
}

// rankedAmong is who is ranked: of the group named those that lie in the division,
// whose numbers alone were asked for (one that the tree does not have lies in the
// pack's own jurisdiction), else the divisions of a level below it.
func rankedAmong(v coverage.View, pack *policy.Pack, code, group string, at facts.Level, day civil.Date) (codes []string, name string, err error) {
	if group == "" {
		return answers.Ranked(v.World(), code, at, day), "", nil
	}
	for i := range pack.Groups {
		g := &pack.Groups[i]
		if g.ID != group {
			continue
		}
		for _, d := range g.Divisions {
			_, known := v.World().Any(d, day)
			if v.World().Within(d, code, day) || !known && code == pack.Jurisdiction {
				codes = append(codes, d)
			}
		}
		if len(codes) == 0 {
			return nil, "", ErrGroupOutside.With("group_id", group)
		}
		return codes, g.Name.Chinese, nil
	}
	return nil, "", ErrGroup.With("group_id", group)
}

// GetWarnings implements aggregatorv1.LeagueServiceServer.
func (s *LeagueServer) GetWarnings(ctx context.Context, req *aggregatorv1.GetWarningsRequest) (*aggregatorv1.GetWarningsResponse, error) {
	var c wire.Check
	division(&c, "division", req.GetDivision())
	day := s.day(&c, "as_of_date", req.GetAsOfDate())
	at := level(&c, req.GetLevel())
	if len(req.GetIndicatorIds()) > maxItems {
		c.Refuse("indicator_ids", "最多 200 个 at most 200")
	}
	if err := c.Err(); err != nil {
		return nil, err
	}
	var resp *aggregatorv1.GetWarningsResponse
	err := s.ask(ctx, func(a *answers.Asker, v coverage.View) error {
		pack, err := answers.PackFor(v, req.GetDivision(), day)
		if err != nil {
			return err
		}
		columns, left, err := chosen(v, pack, req.GetIndicatorIds(), req.GetHeadlinesOnly())
		if err != nil {
			return err
		}
		codes := answers.Ranked(v.World(), req.GetDivision(), at, day)
		if len(codes)*len(columns) > maxRanked {
			return ErrLeagueLarge
		}
		resp = &aggregatorv1.GetWarningsResponse{
			Warnings: standingMessages(a.Warnings(pack, codes, columns, day)), LookedAt: int32(len(codes) * len(columns)),
			AsOfDate: wire.DateProto(day), PackId: pack.ID, Positions: positions(v), LeftOutCount: left,
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return resp, nil
}

func standingMessages(list []answers.Standing) []*aggregatorv1.Standing {
	var out []*aggregatorv1.Standing
	for i := range list {
		s := &list[i]
		m := &aggregatorv1.Standing{
			Row: rowMessage(&s.Row), Rank: int32(s.Rank), RankBefore: int32(s.RankBefore),
			ProjectedDate: wire.DateProto(s.Projected), ProjectionText: both(s.Projection),
			Warning: aggregatorv1.WarningLevel(s.Warning), WarningText: both(s.Warned), UnrankedText: both(s.Unranked),
		}
		if n, ok := s.RankChange(); ok {
			m.RankChange = int32(n)
		}
		m.RateChange, m.HasRateChange = s.RateChange()
		if m.HasRateChange || m.RankBefore > 0 {
			m.BeforeDate = wire.DateProto(s.Before.Day)
		}
		out = append(out, m)
	}
	return out
}
