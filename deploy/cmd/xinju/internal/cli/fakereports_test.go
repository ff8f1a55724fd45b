package cli

import (
	"context"
	"fmt"
	"slices"

	"google.golang.org/grpc"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
)

func (f *answering) frozen() *aggregatorv1.Report {
	r := &aggregatorv1.Report{ReportId: "01REPORT", State: aggregatorv1.ReportState_REPORT_STATE_FROZEN, Title: "自评", Division: county, DivisionName: "临江县", AsOfDate: ymd(2026, 6, 30), PackId: "xiangan-2018", Digest: "abcd"}
	if f.broken {
		r.State, r.FailureReason, r.FailureText = aggregatorv1.ReportState_REPORT_STATE_FAILED, "INTERNAL", "无法生成"
	}
	return r
}

func (f *answering) FreezeReport(context.Context, *aggregatorv1.FreezeReportRequest) (*aggregatorv1.FreezeReportResponse, error) {
	return &aggregatorv1.FreezeReportResponse{Report: f.frozen()}, nil
}

func (f *answering) GetReport(context.Context, *aggregatorv1.GetReportRequest) (*aggregatorv1.GetReportResponse, error) {
	return &aggregatorv1.GetReportResponse{Report: f.frozen()}, nil
}

func (f *answering) ListReports(context.Context, *aggregatorv1.ListReportsRequest) (*aggregatorv1.ListReportsResponse, error) {
	return &aggregatorv1.ListReportsResponse{Reports: []*aggregatorv1.Report{f.frozen()}}, nil
}

func (f *answering) VerifyReport(context.Context, *aggregatorv1.VerifyReportRequest) (*aggregatorv1.VerifyReportResponse, error) {
	return &aggregatorv1.VerifyReportResponse{Intact: !f.broken, Digest: "abcd", ComputedDigest: "dcba"}, nil
}

func (f *answering) SignReport(context.Context, *aggregatorv1.SignReportRequest) (*aggregatorv1.SignReportResponse, error) {
	return &aggregatorv1.SignReportResponse{Report: f.frozen()}, nil
}

func (*answering) ListReportMembers(context.Context, *aggregatorv1.ListReportMembersRequest) (*aggregatorv1.ListReportMembersResponse, error) {
	return &aggregatorv1.ListReportMembersResponse{TotalSize: 1, Members: []*aggregatorv1.ReportMember{{Member: &aggregatorv1.Member{ResidentId: someone, Village: village}, Weight: 1}}}, nil
}

// GetReportNumber is a ratio of a count and a figure; f.broken stands for a report of
// before terms were kept.
func (f *answering) GetReportNumber(_ context.Context, r *aggregatorv1.GetReportNumberRequest) (*aggregatorv1.GetReportNumberResponse, error) {
	ratio := &aggregatorv1.CoverageRatio{Numerator: "7", Denominator: "3"}
	if !f.broken {
		ratio.NumeratorTerms = []*aggregatorv1.CoverageTerm{
			{IndicatorId: "FLOAT", Set: aggregatorv1.MemberSet_MEMBER_SET_ELIGIBLE, Division: county, Times: "1", AsOfDate: ymd(2025, 12, 31), HasValue: true, Value: "7"},
			{IndicatorId: "SHARE", Division: county, Times: "40", AsOfDate: ymd(2026, 6, 30), HasValue: true, Value: "1/2"},
		}
		ratio.DenominatorTerms = []*aggregatorv1.CoverageTerm{{FigureId: "staff", Division: county, Times: "1", AsOfDate: ymd(2026, 6, 30), HasValue: true, Value: "3", Source: "统计年报"}}
	}
	return &aggregatorv1.GetReportNumberResponse{ReportId: r.GetReportId(), WithTerms: !f.broken, WithLists: !f.broken, Number: &aggregatorv1.ReportNumber{Row: &aggregatorv1.CoverageRow{
		Division: county, DivisionName: "临江县", IndicatorId: r.GetIndicatorId(), IndicatorName: "考核人口基数", AsOfDate: ymd(2026, 6, 30),
		Kind: aggregatorv1.IndicatorKind_INDICATOR_KIND_RATIO, Unit: aggregatorv1.RateUnit_RATE_UNIT_COUNT, HasRate: true, Rate: 7.0 / 3, Value: 7.0 / 3, Ratio: ratio,
	}}}, nil
}

func (*answering) RenderReport(_ *aggregatorv1.RenderReportRequest, out grpc.ServerStreamingServer[aggregatorv1.RenderReportResponse]) error {
	if err := out.Send(&aggregatorv1.RenderReportResponse{Data: []byte("indicator,")}); err != nil {
		return err
	}
	return out.Send(&aggregatorv1.RenderReportResponse{Data: []byte("value\n")})
}

func (*answering) CompareReport(_ context.Context, r *aggregatorv1.CompareReportRequest) (*aggregatorv1.CompareReportResponse, error) {
	number := func(covered int32) *aggregatorv1.ReportNumber {
		return &aggregatorv1.ReportNumber{Row: &aggregatorv1.CoverageRow{Division: county, IndicatorId: "IMM03", Eligible: 10, Covered: covered, HasRate: true}}
	}
	ratio := &aggregatorv1.ReportNumber{Row: &aggregatorv1.CoverageRow{Division: county, IndicatorId: "BASE", Kind: aggregatorv1.IndicatorKind_INDICATOR_KIND_RATIO}, Numerator: "7", Denominator: "3"}
	return &aggregatorv1.CompareReportResponse{
		OtherReportId: "01TODAY", TotalSize: 1, Circumstances: []string{"政策包 lessons 已更换或修改 another version of the pack counts"},
		Numbers: slices.DeleteFunc([]*aggregatorv1.ReportRestatement{
			{Division: county, DivisionName: "临江县", IndicatorId: "IMM03", Before: number(7), After: number(8), NewlyCovered: 1},
			{Division: county, DivisionName: "临江县", IndicatorId: "BASE", Before: ratio, After: ratio},
		}, func(n *aggregatorv1.ReportRestatement) bool {
			return r.GetIndicatorId() != "" && n.GetIndicatorId() != r.GetIndicatorId()
		}),
		Differences: []*aggregatorv1.ReportDifference{{
			IndicatorId: "IMM03", Before: &aggregatorv1.Member{ResidentId: someone, Village: village}, After: &aggregatorv1.Member{ResidentId: someone, Village: village, Covered: true},
			WeightBefore: 1, WeightAfter: 1,
			Causes: []*aggregatorv1.ReportCause{{Kind: aggregatorv1.ReportCauseKind_REPORT_CAUSE_KIND_FACT_RECORDED, SubjectId: "DOSE1", VersionAfter: 1, Text: "事实 7 DOSE1 版本 0 → 1 新增 recorded"}},
		}},
	}, nil
}

// ExportReport says what it was asked for.
func (*answering) ExportReport(r *aggregatorv1.ExportReportRequest, out grpc.ServerStreamingServer[aggregatorv1.ExportReportResponse]) error {
	said := fmt.Sprintf("REPORT_%s %v %d", r.GetReportId(), r.GetFormat(), r.GetThreshold())
	return out.Send(&aggregatorv1.ExportReportResponse{Data: []byte(said)})
}

func (*answering) ListReportTemplates(context.Context, *aggregatorv1.ListReportTemplatesRequest) (*aggregatorv1.ListReportTemplatesResponse, error) {
	return &aggregatorv1.ListReportTemplatesResponse{Templates: []*aggregatorv1.ReportTemplate{{TemplateId: "builtin-self-form", Form: aggregatorv1.ReportForm_REPORT_FORM_SELF_FORM, Name: "自评表", BuiltIn: true, SizeBytes: 9}}}, nil
}

func (*answering) GetReportTemplate(_ context.Context, r *aggregatorv1.GetReportTemplateRequest) (*aggregatorv1.GetReportTemplateResponse, error) {
	return &aggregatorv1.GetReportTemplateResponse{Template: &aggregatorv1.ReportTemplate{TemplateId: r.GetTemplateId(), Workbook: []byte("PK-" + r.GetTemplateId())}}, nil
}

func (f *answering) PutReportTemplate(_ context.Context, r *aggregatorv1.PutReportTemplateRequest) (*aggregatorv1.PutReportTemplateResponse, error) {
	f.remember(func() { f.template = r })
	return &aggregatorv1.PutReportTemplateResponse{Template: &aggregatorv1.ReportTemplate{TemplateId: r.GetTemplateId(), Etag: "3"}}, nil
}

func (f *answering) DeleteReportTemplate(_ context.Context, r *aggregatorv1.DeleteReportTemplateRequest) (*aggregatorv1.DeleteReportTemplateResponse, error) {
	f.remember(func() { f.dropped = r })
	return &aggregatorv1.DeleteReportTemplateResponse{}, nil
}
