package rpc

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"xinju.dev/services/aggregator/internal/report"
	"xinju.dev/services/platform/page"
	"xinju.dev/services/platform/wire"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
)

// ListReportMembers implements aggregatorv1.ReportServiceServer.
func (s *ReportServer) ListReportMembers(ctx context.Context, req *aggregatorv1.ListReportMembersRequest) (*aggregatorv1.ListReportMembersResponse, error) {
	var c wire.Check
	q := report.MembersQuery{Report: c.ID("report_id", req.GetReportId(), wire.Required), Division: req.GetDivision(), Indicator: req.GetIndicatorId()}
	division(&c, "division", q.Division)
	q.Day = c.Date("as_of_date", req.GetAsOfDate(), false)
	q.Which = report.Which(c.Enum("set", int32(req.GetSet()), aggregatorv1.MemberSet_name, wire.Required))
	if err := c.Err(); err != nil {
		return nil, err
	}
	filter := fmt.Appendf(nil, "report members %s %s %q %d %d", q.Report, q.Division, q.Indicator, q.Day, q.Which)
	limit, key, err := pageOf(req.GetPageSize(), req.GetPageToken(), filter)
	if err != nil {
		return nil, err
	}
	if q.Limit = limit; key != "" {
		if q.After, err = countOf(key); err != nil {
			return nil, err
		}
	}
	m, err := s.reports.Members(ctx, q)
	if err != nil {
		return nil, err
	}
	resp := &aggregatorv1.ListReportMembersResponse{TotalSize: m.Total}
	for i := range m.Lines {
		l := &m.Lines[i]
		resp.Members = append(resp.Members, &aggregatorv1.ReportMember{Member: lineMessage(l), Weight: l.Weight, Facts: reportFacts(&m.Persons[i]), Evidence: evidenceMessage(&l.Evidence)})
	}
	if m.Next > 0 {
		resp.NextPageToken = page.Encode(filter, strconv.Itoa(m.Next))
	}
	return resp, nil
}

// GetReportNumber implements aggregatorv1.ReportServiceServer.
func (s *ReportServer) GetReportNumber(ctx context.Context, req *aggregatorv1.GetReportNumberRequest) (*aggregatorv1.GetReportNumberResponse, error) {
	var c wire.Check
	id, day := c.ID("report_id", req.GetReportId(), wire.Required), c.Date("as_of_date", req.GetAsOfDate(), false)
	division(&c, "division", req.GetDivision())
	indicator := c.Text("indicator_id", req.GetIndicatorId(), maxName, true)
	if err := c.Err(); err != nil {
		return nil, err
	}
	r, n, err := s.reports.Number(ctx, id, req.GetDivision(), indicator, day)
	if err != nil {
		return nil, err
	}
	out := &aggregatorv1.GetReportNumberResponse{Number: reportNumber(r.Content, n), WithTerms: r.Content.WithTerms, WithLists: r.Content.WithLists, ReportId: r.ID}
	if row := out.GetNumber().GetRow(); row.GetKind() == aggregatorv1.IndicatorKind_INDICATOR_KIND_RATIO {
		row.Ratio = ratioAsFrozen(n)
	}
	return out, nil
}

// CompareReport implements aggregatorv1.ReportServiceServer. A token names what
// was compared with, so that all pages are of the same two sides.
func (s *ReportServer) CompareReport(ctx context.Context, req *aggregatorv1.CompareReportRequest) (*aggregatorv1.CompareReportResponse, error) {
	var c wire.Check
	q := report.CompareQuery{
		Report: c.ID("report_id", req.GetReportId(), wire.Required), Other: c.ID("other_report_id", req.GetOtherReportId(), false),
		Division: c.Division("division", req.GetDivision(), false), Indicator: c.Text("indicator_id", req.GetIndicatorId(), maxName, false),
		Part: report.Part(c.Enum("shift", int32(req.GetShift()), aggregatorv1.ReportShift_name, false)),
	}
	if err := c.Err(); err != nil {
		return nil, err
	}
	filter := fmt.Appendf(nil, "report differences %s %s %s %q %d", q.Report, q.Other, q.Division, q.Indicator, q.Part)
	limit, key, err := pageOf(req.GetPageSize(), req.GetPageToken(), filter)
	if err != nil {
		return nil, err
	}
	if q.Limit = limit; key != "" {
		other, n, _ := strings.Cut(key, " ")
		if q.After, err = countOf(n); err != nil {
			return nil, err
		}
		q.Other = other
	}
	out, err := s.reports.Compare(ctx, q)
	if err != nil {
		return nil, err
	}
	resp := &aggregatorv1.CompareReportResponse{TotalSize: out.Total, ShiftSize: out.Sum, ReportId: q.Report, OtherReportId: out.Other, Circumstances: out.Circumstances}
	for i := range out.Numbers {
		resp.Numbers = append(resp.Numbers, restatement(q.Report, &out, &out.Numbers[i]))
	}
	for i := range out.Differences {
		resp.Differences = append(resp.Differences, differenceMessage(&out.Differences[i]))
	}
	if out.Next > 0 {
		resp.NextPageToken = page.Encode(filter, out.Other+" "+strconv.Itoa(out.Next))
	}
	return resp, nil
}

func restatement(id string, of *report.Compared, r *report.Restatement) *aggregatorv1.ReportRestatement {
	out := &aggregatorv1.ReportRestatement{
		Division: r.Division, DivisionName: r.DivisionName, IndicatorId: r.Indicator,
		Appeared: r.Appeared, Gone: r.Gone, NewlyCovered: r.NewlyCovered, NoLongerCovered: r.NoLonger,
	}
	if r.Before != nil {
		out.Before = reportNumber(&report.Content{ID: id, AsOf: r.Before.Day, WithLists: of.WithLists}, r.Before)
	}
	if r.After != nil {
		out.After = reportNumber(&report.Content{ID: of.Other, AsOf: r.After.Day, WithLists: of.WithLists}, r.After)
	}
	return out
}

func differenceMessage(d *report.Difference) *aggregatorv1.ReportDifference {
	out := &aggregatorv1.ReportDifference{
		IndicatorId: d.Indicator, Before: lineMessage(d.Before), After: lineMessage(d.After), Causes: causeMessages(d.Causes),
	}
	if d.Before != nil {
		out.WeightBefore = d.Before.Weight
	}
	if d.After != nil {
		out.WeightAfter = d.After.Weight
	}
	return out
}
