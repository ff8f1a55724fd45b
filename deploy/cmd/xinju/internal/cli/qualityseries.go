package cli

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"

	"xinju.dev/deploy/client"
	"xinju.dev/deploy/cmd/xinju/internal/show"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/wire"
)

// mostMonths is how many months a series of scores has at most.
const mostMonths = 60

// series prints the scores of every place of a league by month, the latest last.
func (c qualityCmd) series(a *app, s *client.Suite, league *aggregatorv1.GetLeagueResponse, all []*aggregatorv1.Standing) error {
	until := league.GetAsOfDate()
	last, _ := wire.Date(until)
	y, m, _ := last.YMD()
	months := 12*y + m - 1 - (c.Months - 1)
	from := wire.DateProto(civil.Of(months/12, months%12+1, 1))
	all = slices.SortedFunc(slices.Values(all), func(a, b *aggregatorv1.Standing) int {
		return cmp.Compare(a.GetRow().GetDivision(), b.GetRow().GetDivision())
	})
	t := &show.Table{Columns: []show.Column{{Key: "division", Title: "区划 Division"}, {Key: "division_name"}}}
	for _, x := range all {
		r := x.GetRow()
		resp, err := s.Aggregator.GetTrend(a.ctx, &aggregatorv1.GetTrendRequest{
			Division: r.GetDivision(), IndicatorId: qualityScore, FromDate: from, UntilDate: until,
		})
		if err != nil {
			return err
		}
		cells := []any{named(r.GetDivision(), r.GetDivisionName()), r.GetDivisionName()}
		for _, p := range resp.GetPoints() {
			if len(t.Rows) == 0 {
				month, _ := dateText(p.GetAsOfDate()).(string)
				t.Columns = append(t.Columns, show.Column{Key: month[:min(7, len(month))], Title: month[:min(7, len(month))], Right: true})
			}
			cells = append(cells, pointCell(resp, p))
		}
		t.Add(cells...)
	}
	t.Notes = append(t.Notes, c.monthCommands(t, last)...)
	t.Note("数据质量得分，逐月月末 data quality by month · 不足 %d 人的空缺 none below %d people · 排位 ranking: xinju quality %s", league.GetMinimum(), league.GetMinimum(), c.Division)
	t.Notes = append(t.Notes, lagging(league.GetPositions())...)
	return t.Write(a.Out, c.Output)
}

// monthCommands opens each column: the league of that month with the rates that
// every score in it is made of.
func (c qualityCmd) monthCommands(t *show.Table, last civil.Date) []string {
	by := ""
	if c.By != "" {
		by = " --by " + c.By
	}
	var notes []string
	for _, column := range t.Columns[min(2, len(t.Columns)):] {
		month := " --month " + column.Key
		if strings.HasPrefix(last.String(), column.Key) && civil.Date(c.Month) == civil.None {
			month = "" // until today
		}
		notes = append(notes, fmt.Sprintf("%s 的得分由哪些率算出 what its scores are made of: xinju quality %s%s%s --terms", column.Key, c.Division, month, by))
	}
	return notes
}
