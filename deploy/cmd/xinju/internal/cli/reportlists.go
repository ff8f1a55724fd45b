package cli

import (
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
	Date      day          `placeholder:"2026-06-30" help:"数字所属日，默认报告截止日；比率的构成项可能属于另一日。Day of the number; that of the report by default. A term of a ratio may be of another one."`
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
				ReportId: c.Report, Division: string(c.Division), IndicatorId: c.Indicator, AsOfDate: c.Date.proto(), Set: sets[c.Set], PageSize: size, PageToken: token,
			})
			total = max(total, resp.GetTotalSize())
			return page[*aggregatorv1.ReportMember]{resp.GetMembers(), resp.GetNextPageToken()}, err
		})
		if err != nil {
			return err
		}
		names := newDirectory(s)
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
			t.Add(names.division(a.ctx, one.GetVillage()), one.GetResidentId(), orNil(one.GetEventId()), dateText(one.GetEventDate()), dateText(one.GetSinceDate()),
				dateText(one.GetUntilDate()), one.GetCovered(), m.GetWeight(), orNil(one.GetUnitId()),
				orNil(m.GetEvidence().GetRecordId()), orNil(m.GetEvidence().GetKind()), dateText(m.GetEvidence().GetRecordDate()), len(m.GetFacts()))
		}
		t.Note("共 %d，列出 %d（%d of %d shown）", total, len(list), len(list), total)
		return t.Write(a.Out, c.Output)
	})
}
