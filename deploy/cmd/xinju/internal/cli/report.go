package cli

import (
	"fmt"
	"time"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"

	"xinju.dev/deploy/client"
	"xinju.dev/deploy/cmd/xinju/internal/outcome"
	"xinju.dev/deploy/cmd/xinju/internal/show"
)

type reportCmds struct {
	Freeze   reportFreeze  `cmd:"" help:"冻结报告：把数字和名单一并留存，不再变化。Keep numbers and the lists behind them for good."`
	List     reportList    `cmd:"" help:"列出报告。List the reports."`
	Show     reportShow    `cmd:"" help:"一份报告的数字与签字。Numbers and signatures of a report."`
	Members  reportMembers `cmd:"" help:"打开报告中一个数字的名单。The people or events behind a number of a report."`
	Terms    reportTerms   `cmd:"" help:"报告中一个比率由哪些数算出，按冻结时。What a ratio of a report was computed from, as frozen."`
	Compare  reportCompare `cmd:"" help:"与另一份报告或今天的数据比较：哪些人不同、为什么。Who differs from another report or from today, and why."`
	Verify   reportVerify  `cmd:"" help:"核对报告内容与冻结时一致。Check that a report is what was frozen."`
	Sign     reportSign    `cmd:"" help:"签字：填报人、审核人、负责人。Put a signature beside a report."`
	Render   reportRender  `cmd:"" help:"生成自评表、自评报告、台账、季度通报。Make a form of a report."`
	Export   reportExport  `cmd:"" help:"导出汇总数（ADX、Parquet、CSV），小数字已隐去。Export counts with small cells suppressed."`
	Template templateCmds  `cmd:"" help:"表格模板。Templates of forms."`
}

type reportFreeze struct {
	connected
	listing
	Division   divisionCode `required:"" env:"XINJU_DIVISION" placeholder:"CODE" help:"区划代码。Division code."`
	Date       day          `placeholder:"2026-06-30" help:"截止日，默认今天。The day; today by default."`
	By         string       `enum:",county,township,village" default:"" placeholder:"LEVEL" help:"连同 county、township 或 village 的数字。Also the numbers of counties, townships or villages."`
	Indicators []string     `name:"indicator" sep:"," placeholder:"ID" help:"只看这些指标，可重复。Only these indicators; repeatable."`
	Pack       string       `placeholder:"ID" help:"政策包，默认当日生效的。Pack; the one in force by default."`
	Title      string       `placeholder:"TEXT" help:"标题。Title."`
	NoLists    bool         `help:"不留存名单。Keep no lists."`
	RequestID  string       `placeholder:"ID" help:"重试时用同一个，只生成一次。A retry with the same one has no second effect."`
}

const freezePoll = 300 * time.Millisecond

// Run asks, waits and prints.
func (c reportFreeze) Run(a *app) error {
	return c.dial(func(s *client.Suite) error {
		resp, err := s.Reports.FreezeReport(a.ctx, &aggregatorv1.FreezeReportRequest{
			Division: string(c.Division), AsOfDate: c.Date.proto(), PackId: c.Pack, IndicatorIds: c.Indicators, GroupLevel: levels[c.By],
			Title: c.Title, WithLists: !c.NoLists, RequestId: c.RequestID,
		})
		if err != nil {
			return err
		}
		r := resp.GetReport()
		for r.GetState() < aggregatorv1.ReportState_REPORT_STATE_FROZEN {
			t := time.NewTimer(freezePoll)
			select {
			case <-a.ctx.Done():
				t.Stop()
				return a.ctx.Err()
			case <-t.C:
			}
			got, err := s.Reports.GetReport(a.ctx, &aggregatorv1.GetReportRequest{ReportId: r.GetReportId()})
			if err != nil {
				return err
			}
			r = got.GetReport()
		}
		if r.GetState() == aggregatorv1.ReportState_REPORT_STATE_FAILED {
			return &outcome.Error{Code: outcome.Failed, Chinese: "报告未能生成：" + r.GetFailureText(), English: "the report could not be made: " + r.GetFailureReason()}
		}
		return writeReport(a, r, c.Output)
	})
}

type reportList struct {
	connected
	listing
	Division divisionCode `placeholder:"CODE" help:"只看该区划的报告。Only reports of this division."`
	Limit    int          `default:"50" placeholder:"N" help:"最多列出多少份，0 为全部，默认 50。At most so many, 0 for all; 50 by default."`
}

var reportStates = map[aggregatorv1.ReportState]string{1: "等待 queued", 2: "生成中 running", 3: "已冻结 frozen", 4: "失败 failed"}

// Run asks and prints.
func (c reportList) Run(a *app) error {
	if err := checkLimit(c.Limit); err != nil {
		return err
	}
	return c.dial(func(s *client.Suite) error {
		list, _, err := collect(c.Limit, func(size int32, token string) (page[*aggregatorv1.Report], error) {
			resp, err := s.Reports.ListReports(a.ctx, &aggregatorv1.ListReportsRequest{Division: string(c.Division), PageSize: size, PageToken: token})
			return page[*aggregatorv1.Report]{resp.GetReports(), resp.GetNextPageToken()}, err
		})
		if err != nil {
			return err
		}
		t := &show.Table{Columns: []show.Column{
			{Key: "report_id", Title: "报告 Report"},
			{Key: "state", Title: "状态 State"},
			{Key: "title", Title: "标题 Title"},
			{Key: "division", Title: "区划 Division"},
			{Key: "as_of", Title: "截至 As of"},
			{Key: "signed", Title: "签字 Signed", Right: true},
			{Key: "digest"},
		}}
		for _, r := range list {
			t.Add(r.GetReportId(), reportStates[r.GetState()], r.GetTitle(), named(r.GetDivision(), r.GetDivisionName()), dateText(r.GetAsOfDate()), len(r.GetSignoffs()), orNil(r.GetDigest()))
		}
		if len(list) > 0 {
			t.Note("打开 open one: xinju report show %s", list[0].GetReportId())
		}
		return t.Write(a.Out, c.Output)
	})
}

type reportShow struct {
	connected
	listing
	Report string `arg:"" help:"报告编号。Identifier of the report."`
}

// Run asks and prints.
func (c reportShow) Run(a *app) error {
	return c.dial(func(s *client.Suite) error {
		resp, err := s.Reports.GetReport(a.ctx, &aggregatorv1.GetReportRequest{ReportId: c.Report})
		if err != nil {
			return err
		}
		return writeReport(a, resp.GetReport(), c.Output)
	})
}

// writeReport prints the numbers, each with the command that opens its list.
func writeReport(a *app, r *aggregatorv1.Report, f show.Format) error {
	if f == show.JSON {
		return show.Message(a.Out, r)
	}
	t := &show.Table{Columns: []show.Column{
		{Key: "division", Title: "区划 Division"},
		{Key: "division_name"},
		{Key: "indicator", Title: "指标 Indicator"},
		{Key: "indicator_name"},
		{Key: "value", Title: "完成值 Value", Right: true},
		{Key: "covered", Title: "分子 n", Right: true},
		{Key: "eligible", Title: "分母 d", Right: true},
		{Key: "target", Title: "目标 Target", Right: true},
		{Key: "gap", Title: "差额(人) Gap", Right: true},
		openColumn,
	}}
	on, _ := dateText(r.GetAsOfDate()).(string)
	for _, n := range r.GetNumbers() {
		row := n.GetRow()
		value := orNil(n.GetValueText())
		if row.GetAwaits() != "" {
			value = absentCell(row.GetNotCounted())
		}
		covered, eligible := coveredCell(row), eligibleCell(row)
		switch {
		case row.GetPlain(): // the value says it: it is no part of anything
			eligible = show.Cell{Value: row.GetEligible(), Shown: "—"}
		case n.GetDenominator() != "":
			covered, eligible = exactCell(n.GetNumerator()), exactCell(n.GetDenominator())
		}
		t.Add(named(row.GetDivision(), row.GetDivisionName()), row.GetDivisionName(), named(row.GetIndicatorId(), row.GetIndicatorName()), row.GetIndicatorName(),
			value, covered, eligible, targetCell(row), gapCell(row), frozenOpener(r.GetReportId(), n))
	}
	if len(r.GetNumbers()) > 0 {
		t.Notes = append(t.Notes, frozenNote)
	}
	t.Note("%s · %s · 截至 as of %s · 政策包 pack %s", r.GetReportId(), reportStates[r.GetState()], on, r.GetPackId())
	if r.GetDigest() != "" {
		t.Note("摘要 SHA-256 %s", r.GetDigest())
	}
	if r.GetFailureReason() != "" {
		t.Note("未能生成 failed: %s %s", r.GetFailureReason(), r.GetFailureText())
	}
	for _, one := range r.GetSignoffs() {
		signed, _ := dateText(one.GetSignDate()).(string)
		t.Note("签字 signed: %s %s %s %s", one.GetRole(), one.GetName(), signed, one.GetRemark())
	}
	return t.Write(a.Out, f)
}

const frozenNote = "名单：行末的命令打开冻结的全部名单，加 --set covered 或 --set uncovered 只列其一；比率列出冻结时的构成\n" +
	"lists: the command at the end of a row opens everybody as frozen, --set covered or --set uncovered a part; a ratio opens into what it was computed from"

// frozenOpener opens a number of a report; of a ratio, which has no list, what it was
// computed from. Nil when there is nothing behind it or no list was kept.
func frozenOpener(id string, n *aggregatorv1.ReportNumber) any {
	row := n.GetRow()
	if n.GetListCommand() == "" && row.GetAwaits() == "" && row.GetKind() == aggregatorv1.IndicatorKind_INDICATOR_KIND_RATIO {
		return frozenCommand("terms", id, row.GetDivision(), row.GetIndicatorId()) // of before terms were kept: it says so
	}
	return orNil(n.GetListCommand())
}

type reportVerify struct {
	connected
	Report string `arg:"" help:"报告编号。Identifier of the report."`
}

// Run asks and prints; a report that is not intact ends it with a failure.
func (c reportVerify) Run(a *app) error {
	return c.dial(func(s *client.Suite) error {
		resp, err := s.Reports.VerifyReport(a.ctx, &aggregatorv1.VerifyReportRequest{ReportId: c.Report})
		if err != nil {
			return err
		}
		if !resp.GetIntact() {
			return &outcome.Error{Code: outcome.Failed, Chinese: "报告内容与冻结时不一致：" + resp.GetComputedDigest(), English: "the report is not what was frozen: " + resp.GetComputedDigest()}
		}
		_, err = fmt.Fprintf(a.Out, "一致 intact %s\n", resp.GetDigest())
		for _, role := range resp.GetBrokenSignoffs() {
			if err == nil {
				_, err = fmt.Fprintf(a.Err, "签字摘要不一致 signed on another digest: %s\n", role)
			}
		}
		return err
	})
}

type reportSign struct {
	connected
	listing
	Report string `arg:"" help:"报告编号。Identifier of the report."`
	Role   string `required:"" placeholder:"ROLE" help:"角色：填报人、审核人、负责人。The role signed as."`
	Name   string `required:"" placeholder:"NAME" help:"姓名。Name of who signs."`
	Date   day    `placeholder:"2026-06-30" help:"签字日，默认今天。Day of signing; today by default."`
	Remark string `placeholder:"TEXT" help:"备注。Remark."`
	Digest string `placeholder:"SHA256" help:"所见报告的摘要，不同则拒绝。Digest that was seen; refused when it differs."`
}

// Run asks and prints.
func (c reportSign) Run(a *app) error {
	return c.dial(func(s *client.Suite) error {
		resp, err := s.Reports.SignReport(a.ctx, &aggregatorv1.SignReportRequest{
			ReportId: c.Report, Role: c.Role, Name: c.Name, SignDate: c.Date.proto(), Remark: c.Remark, Digest: c.Digest,
		})
		if err != nil {
			return err
		}
		return writeReport(a, resp.GetReport(), c.Output)
	})
}
