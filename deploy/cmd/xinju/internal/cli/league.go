package cli

import (
	"fmt"
	"slices"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"

	"xinju.dev/deploy/client"
	"xinju.dev/deploy/cmd/xinju/internal/show"
)

type leagueCmd struct {
	connected
	listing
	Division  divisionCode `required:"" env:"XINJU_DIVISION" placeholder:"CODE" help:"区划代码，其下级参加排名。The divisions below this one are ranked."`
	Indicator string       `required:"" placeholder:"ID" help:"指标。Indicator."`
	By        string       `enum:",county,township,village" default:"" placeholder:"LEVEL" help:"county、township 或 village，默认直接下级。Level of those ranked; directly below by default."`
	Group     string       `placeholder:"ID" help:"改为政策包中的一组区划。A group of the policy pack instead."`
	Date      day          `placeholder:"2026-06-30" help:"截止日，默认今天。The day; today by default."`
	Since     day          `placeholder:"2026-05-31" help:"与该日比较，默认一个月前。The earlier day; a month before by default."`
}

// Help shows how it is used.
func (leagueCmd) Help() string {
	return "例 examples:\n\n  xinju league --division 990101 --indicator EHR03\n  xinju league --division 990101 --by village --indicator IMM03 -o csv > league.csv"
}

// Run asks and prints.
func (c leagueCmd) Run(a *app) error {
	return c.dial(func(s *client.Suite) error {
		resp, err := s.Leagues.GetLeague(a.ctx, &aggregatorv1.GetLeagueRequest{
			Division: string(c.Division), Level: levels[c.By], GroupId: c.Group, IndicatorId: c.Indicator, AsOfDate: c.Date.proto(), BeforeDate: c.Since.proto(),
		})
		if err != nil {
			return err
		}
		on, _ := dateText(resp.GetAsOfDate()).(string)
		all := append(resp.GetStandings(), resp.GetUnranked()...)
		t := standingTable(all, on)
		before, _ := dateText(resp.GetBeforeDate()).(string)
		t.Note("截至 as of %s，与 %s 相比 compared · 政策包 pack %s · 应服务少于 %d 的不排名 none below %d", on, before, resp.GetPackId(), resp.GetMinimum(), resp.GetMinimum())
		t.Note("%s", rankedBy(resp))
		t.Notes = append(t.Notes, standingNotes(all, false)...)
		t.Note("%s 的排名 the league of that day: %s", before, c.again(before))
		t.Notes = append(t.Notes, lagging(resp.GetPositions())...)
		return t.Write(a.Out, c.Output)
	})
}

// rankedBy says what a rank means.
func rankedBy(resp *aggregatorv1.GetLeagueResponse) string {
	if resp.GetBetter() == aggregatorv1.BetterWay_BETTER_WAY_NEITHER {
		return "按数值由大到小排列 by size, the largest first · " + resp.GetBetterText()
	}
	return "排名 ranked: " + resp.GetBetterText()
}

// again is the command of the same league on another day.
func (c leagueCmd) again(on string) string {
	out := fmt.Sprintf("xinju league --division %s --indicator %s --date %s", c.Division, c.Indicator, on)
	if c.By != "" {
		out += " --by " + c.By
	}
	if c.Group != "" {
		out += " --group " + c.Group
	}
	return out
}

type warningsCmd struct {
	connected
	listing
	Division   divisionCode `required:"" env:"XINJU_DIVISION" placeholder:"CODE" help:"区划代码，查看其下级。The divisions below this one are looked at."`
	By         string       `enum:",county,township,village" default:"" placeholder:"LEVEL" help:"county、township 或 village，默认直接下级。Level of those looked at; directly below by default."`
	Indicators []string     `name:"indicator" sep:"," placeholder:"ID" help:"只看这些指标，可重复。Only these indicators; repeatable."`
	Headlines  bool         `help:"只看政策包的首要指标。Only the headlines of the pack."`
	Level      string       `enum:",yellow,red" default:"" placeholder:"LEVEL" help:"只看 yellow 黄色或 red 红色预警。Only what is yellow, or red."`
	Date       day          `placeholder:"2026-06-30" help:"截止日，默认今天。The day; today by default."`
}

// Help shows how it is used.
func (warningsCmd) Help() string {
	return "例 examples:\n\n  xinju warnings --division 990101 --level red\n  xinju warnings --division 990101 --by village --indicator IMM03 -o csv > warnings.csv"
}

var warningLevels = map[string]aggregatorv1.WarningLevel{
	"yellow": aggregatorv1.WarningLevel_WARNING_LEVEL_YELLOW, "red": aggregatorv1.WarningLevel_WARNING_LEVEL_RED,
}

// Run asks and prints.
func (c warningsCmd) Run(a *app) error {
	return c.dial(func(s *client.Suite) error {
		resp, err := s.Leagues.GetWarnings(a.ctx, &aggregatorv1.GetWarningsRequest{
			Division: string(c.Division), Level: levels[c.By], IndicatorIds: c.Indicators, AsOfDate: c.Date.proto(), HeadlinesOnly: c.Headlines,
		})
		if err != nil {
			return err
		}
		list := resp.GetWarnings()
		if c.Level != "" {
			list = slices.DeleteFunc(list, func(s *aggregatorv1.Standing) bool { return s.GetWarning() != warningLevels[c.Level] })
		}
		on, _ := dateText(resp.GetAsOfDate()).(string)
		t := standingTable(list, on)
		t.Note("截至 as of %s · 政策包 pack %s · 查看了 looked at %d · 预警 warnings %d", on, resp.GetPackId(), resp.GetLookedAt(), len(list))
		if n := resp.GetLeftOutCount(); n > 0 {
			t.Note("未看的其他指标 other indicators that were not looked at: %d", n)
		}
		t.Notes = append(t.Notes, standingNotes(list, false)...)
		t.Notes = append(t.Notes, lagging(resp.GetPositions())...)
		return t.Write(a.Out, c.Output)
	})
}

var warningNames = map[aggregatorv1.WarningLevel]string{
	aggregatorv1.WarningLevel_WARNING_LEVEL_NONE: "—", aggregatorv1.WarningLevel_WARNING_LEVEL_YELLOW: "黄 yellow", aggregatorv1.WarningLevel_WARNING_LEVEL_RED: "红 red",
}

func standingTable(list []*aggregatorv1.Standing, on string) *show.Table {
	t := &show.Table{Columns: []show.Column{
		{Key: "rank", Title: "排名 Rank", Right: true},
		{Key: "rank_change", Title: "升降 +/−", Right: true},
		{Key: "division", Title: "区划 Division"},
		{Key: "division_name"},
		{Key: "indicator", Title: "指标 Indicator"},
		{Key: "indicator_name"},
		{Key: "eligible", Title: "应服务 Eligible", Right: true},
		{Key: "covered", Title: "已服务 Covered", Right: true},
		{Key: "rate", Title: "覆盖率 Rate", Right: true},
		{Key: "rate_change", Title: "变化 Change", Right: true},
		{Key: "target", Title: "目标 Target", Right: true},
		{Key: "gap", Title: "差额(人) Gap", Right: true},
		{Key: "projected_date", Title: "预计达标 Projected"},
		{Key: "projection"},
		{Key: "warning", Title: "预警 Warning"},
		{Key: "remark", Title: "说明 Remark"},
		{Key: "numerator"},
		{Key: "denominator"},
		{Key: "better"},
		{Key: "list_before"},
		openColumn,
	}}
	for _, s := range list {
		r := s.GetRow()
		t.Add(rankCell(s.GetRank()), changeCell(s), named(r.GetDivision(), r.GetDivisionName()), r.GetDivisionName(), named(r.GetIndicatorId(), r.GetIndicatorName()), r.GetIndicatorName(),
			eligibleCell(r), coveredCell(r), valueCell(r), rateChangeCell(s), targetCell(r), gapCell(r), dateText(s.GetProjectedDate()), orNil(s.GetProjectionText()),
			coded(s.GetWarning(), "WARNING_LEVEL_", warningNames), orNil(s.GetWarningText()+s.GetUnrankedText()),
			orNil(r.GetRatio().GetNumerator()), orNil(r.GetRatio().GetDenominator()), betterCell(r.GetBetter()), openBefore(s), openCell(r, on))
	}
	return t
}

// openBefore opens the number of the earlier day; nil without one.
func openBefore(s *aggregatorv1.Standing) any {
	if s.GetBeforeDate() == nil {
		return nil
	}
	on, _ := dateText(s.GetBeforeDate()).(string)
	return openCommand(nameOf(s.GetRow(), on))
}

func rankCell(rank int32) any {
	if rank == 0 {
		return nil
	}
	return rank
}

func changeCell(s *aggregatorv1.Standing) any {
	if s.GetRank() == 0 || s.GetRankBefore() == 0 {
		return nil
	}
	return show.Cell{Value: s.GetRankChange(), Shown: fmt.Sprintf("%+d", s.GetRankChange())}
}

// scales are what a rate is multiplied with to be read in a unit.
var scales = map[aggregatorv1.RateUnit]float64{
	aggregatorv1.RateUnit_RATE_UNIT_PERMILLE: 1000, aggregatorv1.RateUnit_RATE_UNIT_PER_10K: 10_000, aggregatorv1.RateUnit_RATE_UNIT_PER_100K: 100_000, aggregatorv1.RateUnit_RATE_UNIT_COUNT: 1,
}

func rateChangeCell(s *aggregatorv1.Standing) any {
	if !s.GetHasRateChange() {
		return nil
	}
	scale, ok := scales[s.GetRow().GetUnit()]
	if !ok {
		scale = 100
	}
	return show.Cell{Value: s.GetRateChange(), Shown: fmt.Sprintf("%+.2f", s.GetRateChange()*scale)}
}

// standingNotes says how the numbers open, why there are none, and what a ratio is
// computed from.
func standingNotes(list []*aggregatorv1.Standing, terms bool) []string {
	rows := rowsOfStandings(list)
	notes := []string{openNote}
	for _, s := range list {
		if command := openBefore(s); command != nil {
			notes = append(notes, fmt.Sprintf("升降与变化之前的数，各行同此 the number before a change, of other rows likewise: %s", command))
			break
		}
	}
	return slices.Concat(notes, absentNotes(rows), ratioNotes(rows, terms))
}

func rowsOfStandings(list []*aggregatorv1.Standing) []*aggregatorv1.CoverageRow {
	rows := make([]*aggregatorv1.CoverageRow, len(list))
	for i, s := range list {
		rows[i] = s.GetRow()
	}
	return rows
}
