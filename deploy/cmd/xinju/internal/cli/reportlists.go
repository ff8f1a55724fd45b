package cli

import (
	"strings"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"

	"xinju.dev/deploy/client"
	"xinju.dev/deploy/cmd/xinju/internal/show"
)

type reportMembers struct {
	connected
	listing
	Report    string       `arg:"" help:"报告编号。Identifier of the report."`
	Division  divisionCode `required:"" placeholder:"CODE" help:"区划代码。Division code."`
	Indicator string       `required:"" placeholder:"ID" help:"指标。Indicator."`
	Set       string       `enum:"eligible,covered,uncovered" default:"eligible" placeholder:"SET" help:"eligible、covered 或 uncovered，默认 eligible。Which list; eligible by default."`
	Limit     int          `default:"50" placeholder:"N" help:"最多列出多少人，0 为全部，默认 50。At most so many, 0 for all; 50 by default."`
}

// Run asks, page by page, and prints.
func (c reportMembers) Run(a *app) error {
	if err := checkLimit(c.Limit); err != nil {
		return err
	}
	return c.dial(func(s *client.Suite) error {
		total := int64(0)
		list, _, err := collect(c.Limit, func(size int32, token string) (page[*aggregatorv1.ReportMember], error) {
			resp, err := s.Reports.ListReportMembers(a.ctx, &aggregatorv1.ListReportMembersRequest{
				ReportId: c.Report, Division: string(c.Division), IndicatorId: c.Indicator, Set: sets[c.Set], PageSize: size, PageToken: token,
			})
			total = max(total, resp.GetTotalSize())
			return page[*aggregatorv1.ReportMember]{resp.GetMembers(), resp.GetNextPageToken()}, err
		})
		if err != nil {
			return err
		}
		t := &show.Table{Columns: []show.Column{
			{Key: "village", Title: "村居 Village"},
			{Key: "resident_id", Title: "居民编号 Resident"},
			{Key: "event_id", Title: "记录 Record"},
			{Key: "event_date", Title: "日期 Date"},
			{Key: "since", Title: "自 Since"},
			{Key: "until", Title: "至 Until"},
			{Key: "covered", Title: "已服务 Covered"},
			{Key: "weight", Title: "计数 Count", Right: true},
			{Key: "unit_id", Title: "负责机构 Unit"},
			{Key: "evidence_id", Title: "佐证 Evidence"},
			{Key: "evidence_kind"},
			{Key: "evidence_date"},
			{Key: "facts", Title: "事实 Facts", Right: true},
		}}
		for _, m := range list {
			one := m.GetMember()
			t.Add(one.GetVillage(), one.GetResidentId(), orNil(one.GetEventId()), dateText(one.GetEventDate()), dateText(one.GetSinceDate()),
				dateText(one.GetUntilDate()), one.GetCovered(), m.GetWeight(), orNil(one.GetUnitId()),
				orNil(m.GetEvidence().GetRecordId()), orNil(m.GetEvidence().GetKind()), dateText(m.GetEvidence().GetRecordDate()), len(m.GetFacts()))
		}
		t.Note("共 %d，列出 %d（%d of %d shown）", total, len(list), len(list), total)
		return t.Write(a.Out, c.Output)
	})
}

type reportCompare struct {
	connected
	listing
	Report  string `arg:"" help:"报告编号。Identifier of the report."`
	With    string `placeholder:"ID" help:"另一份报告，默认今天的数据。Another report; today's facts by default."`
	Numbers bool   `help:"列出数字而不是名单。Show the numbers rather than the people."`
	Limit   int    `default:"50" placeholder:"N" help:"最多列出多少条，0 为全部，默认 50。At most so many, 0 for all; 50 by default."`
}

// Run asks and prints.
func (c reportCompare) Run(a *app) error {
	if err := checkLimit(c.Limit); err != nil {
		return err
	}
	return c.dial(func(s *client.Suite) error {
		var first *aggregatorv1.CompareReportResponse
		list, _, err := collect(c.Limit, func(size int32, token string) (page[*aggregatorv1.ReportDifference], error) {
			resp, err := s.Reports.CompareReport(a.ctx, &aggregatorv1.CompareReportRequest{ReportId: c.Report, OtherReportId: c.With, PageSize: size, PageToken: token})
			if first == nil {
				first = resp
			}
			return page[*aggregatorv1.ReportDifference]{resp.GetDifferences(), resp.GetNextPageToken()}, err
		})
		if err != nil {
			return err
		}
		t := differenceTable(list)
		if c.Numbers {
			t = restatementTable(first.GetNumbers())
		}
		for _, text := range first.GetCircumstances() {
			t.Note("%s", text)
		}
		t.Note("不同 %d 条 differences；对照 compared with %s", first.GetTotalSize(), first.GetOtherReportId())
		if c.Numbers && first.GetTotalSize() > 0 {
			t.Note("是谁、为什么 who and why: xinju report compare %s --with %s", c.Report, first.GetOtherReportId())
		}
		return t.Write(a.Out, c.Output)
	})
}

func restatementTable(list []*aggregatorv1.ReportRestatement) *show.Table {
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
		{Key: "no_longer_covered", Title: "不再完成 Uncovered", Right: true},
	}}
	for _, n := range list {
		was, is := n.GetBefore().GetRow(), n.GetAfter().GetRow()
		t.Add(named(n.GetDivision(), n.GetDivisionName()), n.GetIndicatorId(), coveredCell(was), eligibleCell(was), coveredCell(is), eligibleCell(is),
			n.GetAppeared(), n.GetGone(), n.GetNewlyCovered(), n.GetNoLongerCovered())
	}
	return t
}

func differenceTable(list []*aggregatorv1.ReportDifference) *show.Table {
	t := &show.Table{Columns: []show.Column{
		{Key: "indicator", Title: "指标 Indicator"},
		{Key: "resident_id", Title: "居民编号 Resident"},
		{Key: "village", Title: "村居 Village"},
		{Key: "before", Title: "原 Then"},
		{Key: "after", Title: "现 Now"},
		{Key: "why", Title: "原因 Why"},
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
		t.Add(d.GetIndicatorId(), one.GetResidentId(), one.GetVillage(), standing(d.GetBefore()), standing(d.GetAfter()), strings.Join(why, "；"))
	}
	return t
}

func standing(m *aggregatorv1.Member) string {
	switch {
	case m == nil:
		return "无 absent"
	case m.GetCovered():
		return "已服务 covered"
	}
	return "未服务 uncovered"
}
