package cli

import (
	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"

	"xinju.dev/deploy/client"
	"xinju.dev/deploy/cmd/xinju/internal/outcome"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/wire"
)

// qualityScore is the indicator of the packs that the ranking is by.
const qualityScore = "DQS01"

type qualityCmd struct {
	connected
	listing
	Division divisionCode `arg:"" placeholder:"CODE" help:"区划代码，其下级参加排位。The divisions below this one are ranked."`
	By       string       `enum:",county,township,village" default:"" placeholder:"LEVEL" help:"county、township 或 village，默认直接下级。Level of those ranked; directly below by default."`
	Month    month        `placeholder:"2026-10" help:"月份，默认本月截至今天。The month; this one until today by default."`
	Months   int          `placeholder:"12" help:"改为列出最近若干个月末的得分（至多 60），每个区划一行；人数不足的空缺。The scores at the ends of so many months instead, at most 60, a line for each place; absent where there are too few people."`
	Terms    bool         `help:"列出每个得分由哪些率算出；只有一个区划时总是列出。The rates that each score is made of; always shown of a single place."`
}

// Help shows how it is used.
func (qualityCmd) Help() string {
	return "得分是各项率的加权平均，缺数的项不计权重并列明原因；--terms 列出各项及打开名单的命令。The score is the weighted mean of rates; what is missing is named, and --terms shows each rate with the command that opens its list.\n\n" +
		"例 examples:\n\n  xinju quality 990101 --month 2026-10\n  xinju quality 990101 --terms\n  xinju quality 990101 --months 12\n  xinju quality 990101 --by village -o csv > quality.csv"
}

// Run asks and prints.
func (c qualityCmd) Run(a *app) error {
	req := &aggregatorv1.GetLeagueRequest{Division: string(c.Division), Level: levels[c.By], IndicatorId: qualityScore}
	if first := civil.Date(c.Month); first != civil.None {
		y, m, _ := first.YMD()
		req.AsOfDate, req.BeforeDate = wire.DateProto(civil.Of(y, m+1, 1).AddDays(-1)), wire.DateProto(first.AddDays(-1))
		if m == 12 {
			req.AsOfDate = wire.DateProto(civil.Of(y, 12, 31))
		}
	}
	if c.Months < 0 || c.Months > mostMonths {
		return outcome.Usage("--months 须为 1 至 60", "--months must be 1 to 60")
	}
	return c.dial(func(s *client.Suite) error {
		resp, err := s.Leagues.GetLeague(a.ctx, req)
		if err != nil {
			return err
		}
		all := append(resp.GetStandings(), resp.GetUnranked()...)
		if c.Months > 0 {
			return c.series(a, s, resp, all)
		}
		on, _ := dateText(resp.GetAsOfDate()).(string)
		t := standingTable(all, on)
		before, _ := dateText(resp.GetBeforeDate()).(string)
		t.Note("数据质量排位通报 data quality · 截至 as of %s，与 %s 相比 compared · 政策包 pack %s · 不足 %d 人的不排名 none below %d", on, before, resp.GetPackId(), resp.GetMinimum(), resp.GetMinimum())
		t.Notes = append(t.Notes, standingNotes(all, c.Terms)...)
		t.Notes = append(t.Notes, lagging(resp.GetPositions())...)
		return t.Write(a.Out, c.Output)
	})
}
