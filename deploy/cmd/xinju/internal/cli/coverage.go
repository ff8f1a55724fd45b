package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"

	"xinju.dev/deploy/client"
	"xinju.dev/deploy/cmd/xinju/internal/outcome"
	"xinju.dev/deploy/cmd/xinju/internal/show"
)

type coverageCmds struct {
	Show    coverageShow    `cmd:"" help:"某日各指标的覆盖率与差额。Indicators of divisions on a day, with the gap in people."`
	Trend   coverageTrend   `cmd:"" help:"一个指标逐月的变化。One indicator, month by month."`
	Members coverageMembers `cmd:"" help:"一个数字背后的名单。The people or events behind a number."`
}

type coverageShow struct {
	connected
	listing
	Division   divisionCode `env:"XINJU_DIVISION" placeholder:"CODE" help:"区划代码，与 --unit 至少给一个。Division code; this or --unit."`
	Unit       []string     `sep:"," placeholder:"ID" help:"机构：它负责的村居，或以 --role provider 它提供的服务，可重复。Units; repeatable."`
	Role       string       `enum:",manager,provider" default:"" placeholder:"ROLE" help:"机构按负责（manager）或提供（provider）统计；不给 --unit 时按机构分列。As manager or provider; without --unit: break down by unit."`
	Date       day          `placeholder:"2026-06-30" help:"截止日，默认今天。The day; today by default."`
	By         string       `enum:",county,township,village" default:"" placeholder:"LEVEL" help:"按 county、township 或 village 分列，默认不分。Break down by county, township or village."`
	Indicators []string     `name:"indicator" sep:"," placeholder:"ID" help:"只看这些指标，可重复；默认政策包的首要指标。Only these indicators, repeatable; by default the headlines of the pack."`
	choice
}

// Help shows how it is used.
func (coverageShow) Help() string {
	return "例 examples:\n\n  xinju coverage show --division 990101000000\n  xinju coverage show --division 990101 --by township --date 2026-06-30 -o csv > coverage.csv\n  xinju coverage show --division 990101 --all -o json"
}

var levels = map[string]int32{"county": 3, "township": 4, "village": 5}

var roles = map[string]aggregatorv1.UnitRole{
	"manager": aggregatorv1.UnitRole_UNIT_ROLE_MANAGER, "provider": aggregatorv1.UnitRole_UNIT_ROLE_PROVIDER,
}

// Run asks and prints.
func (c coverageShow) Run(a *app) error {
	req := &aggregatorv1.GetCoverageRequest{
		GroupLevel: levels[c.By], IndicatorIds: c.Indicators, AsOfDate: c.Date.proto(), HeadlinesOnly: !c.All && len(c.Indicators) == 0,
	}
	if c.Division == "" && len(c.Unit) == 0 {
		return outcome.Usage("须给出 --division 或 --unit", "--division or --unit is needed")
	}
	return c.dial(func(s *client.Suite) error {
		resp, err := coverageAt(a.ctx, s, req, c.Division, c.Unit, roles[c.Role])
		if err != nil {
			return err
		}
		chosen := c.of(resp)
		if err := coverageTable(resp, &chosen, c.Terms).Write(a.Out, c.Output); err != nil {
			return err
		}
		return chosen.tell(a.Err)
	})
}

// coverageAt asks about a division, about units wherever they are counted, or about
// what is theirs in the division: those of its parts by unit.
func coverageAt(ctx context.Context, s *client.Suite, req *aggregatorv1.GetCoverageRequest, division divisionCode, units []string, role aggregatorv1.UnitRole) (*aggregatorv1.GetCoverageResponse, error) {
	if req.UnitRole = role; division == "" {
		req.UnitIds = units
		return s.Aggregator.GetCoverage(ctx, req)
	}
	req.Divisions = []string{string(division)}
	if len(units) > 0 && role == 0 {
		req.UnitRole = aggregatorv1.UnitRole_UNIT_ROLE_MANAGER
	}
	resp, err := s.Aggregator.GetCoverage(ctx, req)
	if len(units) > 0 && err == nil {
		resp.Rows = slices.DeleteFunc(resp.GetRows(), func(r *aggregatorv1.CoverageRow) bool { return !slices.Contains(units, r.GetUnitId()) })
	}
	return resp, err
}

func coverageTable(resp *aggregatorv1.GetCoverageResponse, shown *chosen, terms bool) *show.Table {
	t := &show.Table{Columns: []show.Column{
		{Key: "division", Title: "区划 Division"},
		{Key: "division_name"},
		{Key: "indicator", Title: "指标 Indicator"},
		{Key: "indicator_name"},
		{Key: "eligible", Title: "应服务 Eligible", Right: true},
		{Key: "covered", Title: "已服务 Covered", Right: true},
		{Key: "rate", Title: "覆盖率 Rate", Right: true},
		{Key: "target", Title: "目标 Target", Right: true},
		{Key: "gap", Title: "差额(人) Gap", Right: true},
		{Key: "awaits"},
		{Key: "unit_id"},
		{Key: "lacking"},
		{Key: "numerator"},
		{Key: "denominator"},
		{Key: "better"},
		openColumn,
	}}
	on, _ := dateText(resp.GetAsOfDate()).(string)
	for _, r := range shown.rows {
		t.Add(named(placeOf(r), r.GetDivisionName()), r.GetDivisionName(), named(r.GetIndicatorId(), r.GetIndicatorName()), r.GetIndicatorName(),
			eligibleCell(r), coveredCell(r), valueCell(r), targetCell(r), gapCell(r), orNil(r.GetAwaits()),
			orNil(r.GetUnitId()), orNil(lackText(r.GetLacking())), orNil(r.GetRatio().GetNumerator()), orNil(r.GetRatio().GetDenominator()),
			betterCell(r.GetBetter()), openCell(r, on))
	}
	t.Note("截至 as of %s · 政策包 pack %s", on, resp.GetPackId())
	t.Notes = append(t.Notes, openNote)
	t.Notes = append(t.Notes, absentNotes(shown.rows)...)
	t.Notes = append(t.Notes, ratioNotes(shown.rows, terms)...)
	t.Notes = append(t.Notes, lackNotes(shown.rows)...)
	t.Notes = append(t.Notes, lagging(resp.GetPositions())...)
	return t
}

// betterCell is which way a number is better, as a word of the packs.
func betterCell(b aggregatorv1.BetterWay) any {
	if b == aggregatorv1.BetterWay_BETTER_WAY_UNSPECIFIED {
		return nil
	}
	return strings.ToLower(strings.TrimPrefix(b.String(), "BETTER_WAY_"))
}

// noSource is shown where a rate would stand if somebody recorded the facts.
const noSource = "暂无数据来源 no source yet"

// notCounted is shown where no source is missing: by the rules that hold there it is
// not counted. A note says why.
const notCounted = "当地不统计 not counted there"

// absentCell stands where a number would, for what has none.
func absentCell(notThere bool) any {
	if notThere {
		return show.Cell{Shown: notCounted}
	}
	return show.Cell{Shown: noSource}
}

// absentNotes says once of each reason why something is not counted there.
func absentNotes(rows []*aggregatorv1.CoverageRow) []string {
	var notes []string
	for _, r := range rows {
		if note := notCounted + ": " + r.GetAwaits(); r.GetNotCounted() && !slices.Contains(notes, note) {
			notes = append(notes, note)
		}
	}
	return notes
}

func rateCell(known bool, rate float64) any {
	if !known {
		return nil
	}
	return show.Cell{Value: rate, Shown: percent(rate)}
}

// percent shows two decimals and never rounds up to a target that is not reached:
// 89.996 % is 89.99 %, not 90.00 %.
func percent(rate float64) string { return decimals(rate*100, false) + "%" }

func targetCell(r *aggregatorv1.CoverageRow) any {
	if !r.GetHasTarget() {
		return nil
	}
	text := r.GetTargetText()
	if text == "" {
		text = percent(r.GetTarget())
	}
	return show.Cell{Value: r.GetTarget(), Shown: text}
}

func gapCell(r *aggregatorv1.CoverageRow) any {
	if !r.GetHasGap() {
		return nil
	}
	return r.GetGap()
}

// lagging says which sources are not fully counted yet.
func lagging(positions []*aggregatorv1.FeedPosition) []string {
	var notes []string
	for _, p := range positions {
		switch {
		case p.GetAlarm() != "":
			notes = append(notes, fmt.Sprintf("注意：%s 的数据已停止跟进（following %s has stopped: %s）", p.GetSource(), p.GetSource(), p.GetAlarm()))
		case p.GetHead() > p.GetPosition():
			notes = append(notes, fmt.Sprintf("注意：%s 还有 %d 条变更未计入（%d changes of %s are not counted yet）",
				p.GetSource(), p.GetHead()-p.GetPosition(), p.GetHead()-p.GetPosition(), p.GetSource()))
		}
	}
	return notes
}

type coverageTrend struct {
	connected
	listing
	Division  divisionCode `env:"XINJU_DIVISION" placeholder:"CODE" help:"区划代码，与 --unit 至少给一个。Division code; this or --unit."`
	Unit      string       `placeholder:"ID" help:"机构。A unit."`
	Role      string       `enum:"manager,provider" default:"manager" placeholder:"ROLE" help:"机构按负责或提供统计，默认负责。As manager, the default, or provider."`
	Indicator string       `required:"" placeholder:"ID" help:"指标。Indicator."`
	From      month        `required:"" placeholder:"2025-07" help:"起始月。First month."`
	Until     month        `required:"" placeholder:"2026-06" help:"截止月（含）。Last month, inclusive."`
}

// Run asks and prints.
func (c coverageTrend) Run(a *app) error {
	if c.Division == "" && c.Unit == "" {
		return outcome.Usage("须给出 --division 或 --unit", "--division or --unit is needed")
	}
	return c.dial(func(s *client.Suite) error {
		resp, err := s.Aggregator.GetTrend(a.ctx, &aggregatorv1.GetTrendRequest{
			Division: string(c.Division), IndicatorId: c.Indicator, FromDate: c.From.proto(), UntilDate: c.Until.proto(),
			UnitId: c.Unit, UnitRole: roles[c.Role],
		})
		if err != nil {
			return err
		}
		t := trendTable(resp)
		t.Notes = append(t.Notes, trendNotes(resp)...)
		t.Notes = append(t.Notes, lagging(resp.GetPositions())...)
		return t.Write(a.Out, c.Output)
	})
}

func trendTable(resp *aggregatorv1.GetTrendResponse) *show.Table {
	t := &show.Table{Columns: []show.Column{
		{Key: "date", Title: "截至 As of"},
		{Key: "eligible", Title: "应服务 Eligible", Right: true},
		{Key: "covered", Title: "已服务 Covered", Right: true},
		{Key: "rate", Title: "覆盖率 Rate", Right: true},
		{Title: "0%                100%"},
		openColumn,
	}}
	for _, p := range resp.GetPoints() {
		r := pointRow(resp, p)
		r.Eligible, r.Covered = p.GetEligible(), p.GetCovered()
		t.Add(dateText(p.GetAsOfDate()), eligibleCell(r), coveredCell(r), pointCell(resp, p), bar(p.GetHasRate() && !resp.GetPlain(), p.GetRate()), openCell(r, lastDay(p)))
	}
	return t
}

// bar draws a rate in 20 steps.
func bar(known bool, rate float64) any {
	if !known {
		return nil
	}
	n := max(0, min(20, int(rate*20)))
	return strings.Repeat("█", n) + strings.Repeat("░", 20-n)
}
