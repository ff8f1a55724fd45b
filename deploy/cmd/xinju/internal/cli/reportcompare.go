package cli

import (
	"context"
	"fmt"
	"strings"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"

	"xinju.dev/deploy/client"
	"xinju.dev/deploy/cmd/xinju/internal/outcome"
	"xinju.dev/deploy/cmd/xinju/internal/show"
)

type reportCompare struct {
	connected
	listing
	Report    string       `arg:"" help:"报告编号。Identifier of the report."`
	With      string       `placeholder:"ID" help:"另一份报告，默认今天的数据。Another report; today's facts by default."`
	Numbers   bool         `help:"列出数字而不是名单。Show the numbers rather than the people."`
	Division  divisionCode `placeholder:"CODE" help:"只看该区划的数。Only the number of this division."`
	Indicator string       `placeholder:"ID" help:"只看该指标。Only this indicator."`
	Shift     string       `enum:",appeared,gone,newly-covered,no-longer-covered" default:"" placeholder:"SHIFT" help:"只列 appeared 新增、gone 减少、newly-covered 新完成或 no-longer-covered 不再完成的。Only the lines that this count is made of."`
	Then      bool         `help:"改为列出原数的全部名单，须给出 --division 和 --indicator。The whole list of the number then instead; needs --division and --indicator."`
	Now       bool         `help:"改为列出现数的全部名单，须给出 --division 和 --indicator。The whole list of the number now instead."`
	Limit     int          `default:"50" placeholder:"N" help:"最多列出多少条，0 为全部，默认 50。At most so many, 0 for all; 50 by default."`
}

// Help shows how it is used.
func (reportCompare) Help() string {
	return "例 examples:\n\n  xinju report compare 01REPORT --numbers\n  xinju report compare 01REPORT --with 01OTHER --division 990101 --indicator IMM03 --shift appeared"
}

var shifts = map[string]aggregatorv1.ReportShift{
	"appeared": aggregatorv1.ReportShift_REPORT_SHIFT_APPEARED, "gone": aggregatorv1.ReportShift_REPORT_SHIFT_GONE,
	"newly-covered": aggregatorv1.ReportShift_REPORT_SHIFT_NEWLY_COVERED, "no-longer-covered": aggregatorv1.ReportShift_REPORT_SHIFT_NO_LONGER_COVERED,
}

// shiftsNote names the flags that open the columns of a comparison.
const shiftsNote = "名单：行末的命令列出是谁、为什么；原数 --then，现数 --now，新增 --shift appeared，减少 --shift gone，新完成 --shift newly-covered，不再完成 --shift no-longer-covered\n" +
	"lists: the command at the end of a row says who and why; with a flag it opens one number: then, now, came, went, covered, covered no more"

// Run asks and prints.
func (c reportCompare) Run(a *app) error {
	if err := checkLimit(c.Limit); err != nil {
		return err
	}
	if whole := c.Then || c.Now; whole && (c.Division == "" || c.Indicator == "" || c.Then && c.Now) {
		return outcome.Usage("--then 或 --now 须与 --division、--indicator 同用", "--then or --now goes with --division and --indicator")
	}
	limit := c.Limit
	if c.Then || c.Now {
		limit = 1 // the numbers come with the first page
	}
	return c.dial(func(s *client.Suite) error {
		var first *aggregatorv1.CompareReportResponse
		list, more, err := collect(limit, func(size int32, token string) (page[*aggregatorv1.ReportDifference], error) {
			resp, err := s.Reports.CompareReport(a.ctx, &aggregatorv1.CompareReportRequest{
				ReportId: c.Report, OtherReportId: c.With, Division: string(c.Division), IndicatorId: c.Indicator, Shift: shifts[c.Shift], PageSize: size, PageToken: token,
			})
			if first == nil {
				first = resp
			}
			return page[*aggregatorv1.ReportDifference]{resp.GetDifferences(), resp.GetNextPageToken()}, err
		})
		if err != nil {
			return err
		}
		if c.Then || c.Now {
			return c.whole(a, first)
		}
		t := c.table(a.ctx, s, first, list)
		for _, text := range first.GetCircumstances() {
			t.Note("%s", text)
		}
		t.Note("不同 %d 条 differences；对照 compared with %s", first.GetTotalSize(), first.GetOtherReportId())
		if c.Shift != "" && first.GetShiftSize() != first.GetTotalSize() {
			t.Note("一条可计多次，合计 %d（a line may count several times: %d in all）", first.GetShiftSize(), first.GetShiftSize())
		}
		if more && !c.Numbers {
			t.Note("全部 all of them: --limit 0")
		}
		return t.Write(a.Out, c.Output)
	})
}

// whole lists everybody behind the number on one side, of a ratio its terms.
func (c reportCompare) whole(a *app, resp *aggregatorv1.CompareReportResponse) error {
	id := c.Report
	if c.Now {
		id = resp.GetOtherReportId()
	}
	for _, n := range resp.GetNumbers() {
		if isRatio(n.GetBefore().GetRow()) || isRatio(n.GetAfter().GetRow()) {
			return reportTerms{connected: c.connected, listing: c.listing, Report: id, Division: c.Division, Indicator: c.Indicator}.Run(a)
		}
	}
	return reportMembers{connected: c.connected, listing: c.listing, Report: id, Division: c.Division, Indicator: c.Indicator, Set: "eligible", Limit: c.Limit}.Run(a)
}

func isRatio(r *aggregatorv1.CoverageRow) bool {
	return r.GetKind() == aggregatorv1.IndicatorKind_INDICATOR_KIND_RATIO
}

func (c reportCompare) table(ctx context.Context, s *client.Suite, resp *aggregatorv1.CompareReportResponse, list []*aggregatorv1.ReportDifference) *show.Table {
	if !c.Numbers {
		return differenceTable(ctx, newDirectory(s), list, plainOf(resp.GetNumbers()))
	}
	t := restatementTable(resp.GetNumbers(), fmt.Sprintf("xinju report compare %s --with %s", c.Report, resp.GetOtherReportId()))
	t.Notes = append(t.Notes, shiftsNote)
	return t
}

func restatementTable(list []*aggregatorv1.ReportRestatement, command string) *show.Table {
	t := &show.Table{Columns: []show.Column{
		{Key: "division", Title: "区划 Division"},
		{Key: "indicator", Title: "指标 Indicator"},
		{Key: "covered_before", Title: "原分子 n then", Right: true},
		{Key: "eligible_before", Title: "原分母 d then", Right: true},
		{Key: "covered_after", Title: "现分子 n now", Right: true},
		{Key: "eligible_after", Title: "现分母 d now", Right: true},
		{Key: "appeared", Title: "新增 Came", Right: true},
		{Key: "gone", Title: "减少 Went", Right: true},
		{Key: "newly_covered", Title: "新完成 Covered", Right: true},
		{Key: "no_longer_covered", Title: "不再完成 No more", Right: true},
		openColumn,
	}}
	for _, n := range list {
		was, is := n.GetBefore().GetRow(), n.GetAfter().GetRow()
		coveredWas, eligibleWas := sidesOf(n.GetBefore())
		coveredIs, eligibleIs := sidesOf(n.GetAfter())
		cells := []any{named(n.GetDivision(), n.GetDivisionName()), named(n.GetIndicatorId(), nameOfEither(was, is)), coveredWas, eligibleWas, coveredIs, eligibleIs}
		open := fmt.Sprintf("%s --division %s --indicator %s", command, n.GetDivision(), n.GetIndicatorId())
		if !isCount(was) && !isCount(is) { // a ratio has no lines that come or go
			t.Add(append(cells, nil, nil, nil, nil, ratioOpener(was, is, open))...)
			continue
		}
		newly, no := any(n.GetNewlyCovered()), any(n.GetNoLongerCovered())
		if was.GetPlain() || is.GetPlain() {
			newly, no = nil, nil
		}
		t.Add(append(cells, n.GetAppeared(), n.GetGone(), newly, no, open)...)
	}
	return t
}

// sidesOf is what is covered and what is eligible of a number, of a ratio its terms.
func sidesOf(n *aggregatorv1.ReportNumber) (covered, eligible any) {
	if n.GetDenominator() != "" {
		return exactCell(n.GetNumerator()), exactCell(n.GetDenominator())
	}
	return coveredCell(n.GetRow()), eligibleCell(n.GetRow())
}

func nameOfEither(was, is *aggregatorv1.CoverageRow) string {
	if is != nil {
		return is.GetIndicatorName()
	}
	return was.GetIndicatorName()
}

// ratioOpener opens a ratio into its terms on the later side, or on the earlier one
// when the later has no such number; nil when neither has a value.
func ratioOpener(was, is *aggregatorv1.CoverageRow, open string) any {
	switch {
	case is != nil && is.GetAwaits() == "":
		return open + " --now"
	case was != nil && was.GetAwaits() == "":
		return open + " --then"
	}
	return nil
}

// plainOf says of which indicators nobody is covered or not.
func plainOf(list []*aggregatorv1.ReportRestatement) map[string]bool {
	plain := map[string]bool{}
	for _, n := range list {
		if n.GetBefore().GetRow().GetPlain() || n.GetAfter().GetRow().GetPlain() {
			plain[n.GetIndicatorId()] = true
		}
	}
	return plain
}

func differenceTable(ctx context.Context, names *directory, list []*aggregatorv1.ReportDifference, plain map[string]bool) *show.Table {
	t := &show.Table{Columns: []show.Column{
		{Key: "indicator", Title: "指标 Indicator"},
		{Key: "resident_id", Title: "居民编号 Resident"},
		{Key: "village", Title: "村居 Village"},
		{Key: "before", Title: "原 Then"},
		{Key: "after", Title: "现 Now"},
		{Key: "why", Title: "原因 Why"},
		{Key: "event_id"},
	}}
	for _, d := range list {
		one := d.GetAfter()
		if one == nil {
			one = d.GetBefore()
		}
		var why []string
		for _, cause := range d.GetCauses() {
			why = append(why, cause.GetText())
		}
		counts := plain[d.GetIndicatorId()]
		t.Add(d.GetIndicatorId(), one.GetResidentId(), names.division(ctx, one.GetVillage()), standing(d.GetBefore(), counts), standing(d.GetAfter(), counts), strings.Join(why, "；"), orNil(one.GetEventId()))
	}
	return t
}

// standing is how somebody counted; under a plain count nobody is served or not.
func standing(m *aggregatorv1.Member, plain bool) any {
	switch {
	case m == nil:
		return cellOf("absent", "未计入 not counted")
	case plain:
		return cellOf("counted", "计入 counted")
	case m.GetCovered():
		return cellOf("covered", "已服务 covered")
	}
	return cellOf("uncovered", "未服务 uncovered")
}
