package cli

import (
	"fmt"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"

	"xinju.dev/deploy/client"
	"xinju.dev/deploy/cmd/xinju/internal/show"
)

type reportTerms struct {
	connected
	listing
	Report    string       `arg:"" help:"报告编号。Identifier of the report."`
	Division  divisionCode `required:"" placeholder:"CODE" help:"区划代码。Division code."`
	Indicator string       `required:"" placeholder:"ID" help:"指标。Indicator."`
	Date      day          `placeholder:"2026-06-30" help:"数字所属日，默认报告截止日。Day of the number; that of the report by default."`
}

// Help says what it is for.
func (reportTerms) Help() string {
	return "报告冻结时一个比率由哪些数算出：人数各有打开冻结名单的命令，外部数据列出数值与来源。What a ratio of a report was computed from when it was frozen: counts with the command that opens their frozen list, figures with value and source.\n\n" +
		"例 example:\n\n  xinju report terms 01REPORT --division 990101 --indicator BIRTHRATE"
}

// Run asks and prints.
func (c reportTerms) Run(a *app) error {
	return c.dial(func(s *client.Suite) error {
		resp, err := s.Reports.GetReportNumber(a.ctx, &aggregatorv1.GetReportNumberRequest{
			ReportId: c.Report, Division: string(c.Division), IndicatorId: c.Indicator, AsOfDate: c.Date.proto(),
		})
		if err != nil {
			return err
		}
		return frozenTerms(resp).Write(a.Out, c.Output)
	})
}

func frozenTerms(resp *aggregatorv1.GetReportNumberResponse) *show.Table {
	t := &show.Table{Columns: []show.Column{
		{Key: "side", Title: "位置 Side"},
		{Key: "times", Title: "系数 Times", Right: true},
		{Key: "indicator", Title: "指标或外部数据 Of"},
		{Key: "as_of", Title: "截至 As of"},
		{Key: "value", Title: "数值 Value", Right: true},
		{Key: "source", Title: "来源或缺项 Source"},
		openColumn,
	}}
	row := resp.GetNumber().GetRow()
	for i, terms := range [][]*aggregatorv1.CoverageTerm{row.GetRatio().GetNumeratorTerms(), row.GetRatio().GetDenominatorTerms()} {
		side := []any{cellOf("numerator", "分子 n"), cellOf("denominator", "分母 d")}[i]
		for _, x := range terms {
			t.Add(side, x.GetTimes(), x.GetIndicatorId()+x.GetFigureId(), dateText(x.GetAsOfDate()), termValue(x), orNil(x.GetSource()+unreachedText(x)+x.GetMissing()), frozenTermOpener(resp, x))
		}
	}
	on, _ := dateText(row.GetAsOfDate()).(string)
	t.Note("%s · %s · %s · %s", resp.GetReportId(), shownText(named(row.GetDivision(), row.GetDivisionName())), shownText(named(row.GetIndicatorId(), row.GetIndicatorName())), on)
	switch {
	case row.GetRatio() == nil: // a count, which opens itself
		t.Note("不是比率 no ratio: %s", resp.GetNumber().GetListCommand())
		return t
	case row.GetAwaits() != "":
		t.Note("没有数值 no number: %s", row.GetAwaits())
		return t
	}
	t.Note("%s", quotientText(row))
	if !resp.GetWithTerms() {
		t.Note("该报告冻结时尚不留存构成项，只知分子分母；按今日所知的构成 this report was frozen before terms were kept and knows both sides alone; as known today: %s", openCommand(nameOf(row, on)))
	} else if !resp.GetWithLists() {
		t.Note("该报告冻结时未保留名单 the report was frozen without lists")
	}
	return t
}

// termValue is the number of a term as people read it.
func termValue(t *aggregatorv1.CoverageTerm) any {
	if !t.GetHasValue() {
		return nil
	}
	if gradeTerm(t) {
		return show.Cell{Value: t.GetValue(), Shown: asPercent(t.GetValue())}
	}
	return exactCell(t.GetValue())
}

// frozenTermOpener opens the number of a term as it was frozen; nil for a figure, whose
// value and source are all there is, and where no list was kept.
func frozenTermOpener(resp *aggregatorv1.GetReportNumberResponse, t *aggregatorv1.CoverageTerm) any {
	set, what := setWords[t.GetSet()], "members"
	switch {
	case t.GetFigureId() != "" || !t.GetHasValue():
		return nil
	case set == "":
		what = "terms"
	case !resp.GetWithLists():
		return nil
	}
	on, _ := dateText(t.GetAsOfDate()).(string)
	command := frozenCommand(what, resp.GetReportId(), t.GetDivision(), t.GetIndicatorId()) + " --date " + on
	if set != "" {
		command += " --set " + set
	}
	return command
}

func frozenCommand(what, report, division, indicator string) string {
	return fmt.Sprintf("xinju report %s %s --division %s --indicator %s", what, report, division, indicator)
}
