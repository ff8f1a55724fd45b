package aggregator_test

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"xinju.dev/services/platform/sqlstore"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"

	"google.golang.org/grpc/status"
)

// reports is the calls of ReportService on a suite.
type reports struct {
	*suite
	db *sqlstore.DB
	c  aggregatorv1.ReportServiceClient
}

func startReports(t testing.TB, db *sqlstore.DB, sources map[string]*source) *reports {
	t.Helper()
	s := start(t, db, sources)
	return &reports{s, db, aggregatorv1.NewReportServiceClient(s.conn)}
}

// reportsOfThree is startOfThree with the calls of reports.
func reportsOfThree(t testing.TB, db *sqlstore.DB) (*reports, map[string]*source) {
	t.Helper()
	s, sources := startOfThree(t, db)
	return &reports{s, db, aggregatorv1.NewReportServiceClient(s.conn)}, sources
}

// freeze makes a report of the county by township and waits until it is frozen.
func (r *reports) freeze(lists bool) *aggregatorv1.Report {
	r.t.Helper()
	resp, err := r.c.FreezeReport(r.t.Context(), &aggregatorv1.FreezeReportRequest{
		Division: county, AsOfDate: dateOf("2020-12-31"), GroupLevel: 5, IndicatorIds: []string{"HED01", "EHR03"}, WithLists: lists, Title: "演示",
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return r.ready(resp.GetReport().GetReportId())
}

func (r *reports) ready(id string) (out *aggregatorv1.Report) {
	r.t.Helper()
	poll(r.t, "freezing", func() bool {
		out = r.get(id)
		return out.GetState() >= aggregatorv1.ReportState_REPORT_STATE_FROZEN
	})
	if out.GetState() != aggregatorv1.ReportState_REPORT_STATE_FROZEN {
		r.t.Fatalf("the report failed: %s %s", out.GetFailureReason(), out.GetFailureText())
	}
	return out
}

func (r *reports) get(id string) *aggregatorv1.Report {
	r.t.Helper()
	resp, err := r.c.GetReport(r.t.Context(), &aggregatorv1.GetReportRequest{ReportId: id})
	if err != nil {
		r.t.Fatal(err)
	}
	return resp.GetReport()
}

func (r *reports) members(id, division, indicator string, set aggregatorv1.MemberSet) (all []*aggregatorv1.ReportMember, total int64) {
	r.t.Helper()
	token := ""
	for {
		resp, err := r.c.ListReportMembers(r.t.Context(), &aggregatorv1.ListReportMembersRequest{ReportId: id, Division: division, IndicatorId: indicator, Set: set, PageSize: 1, PageToken: token})
		if err != nil {
			r.t.Fatalf("members of %s %s %v: %v %v", division, indicator, set, err, status.Convert(err).Details())
		}
		all, total = append(all, resp.GetMembers()...), resp.GetTotalSize()
		if token = resp.GetNextPageToken(); token == "" {
			return all, total
		}
	}
}

func (r *reports) render(form aggregatorv1.ReportForm, format aggregatorv1.ReportFormat, id, template string) []byte {
	r.t.Helper()
	return r.rendered(&aggregatorv1.RenderReportRequest{ReportId: id, Form: form, Format: format, TemplateId: template})
}

func (r *reports) rendered(req *aggregatorv1.RenderReportRequest) []byte {
	r.t.Helper()
	stream, err := r.c.RenderReport(r.t.Context(), req)
	if err != nil {
		r.t.Fatal(err)
	}
	var out bytes.Buffer
	for {
		part, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return out.Bytes()
		}
		if err != nil {
			r.t.Fatal(err)
		}
		out.Write(part.GetData())
	}
}

// checkLists compares every number of a report with the lengths of its lists.
func (r *reports) checkLists(rep *aggregatorv1.Report) {
	r.t.Helper()
	for _, n := range rep.GetNumbers() {
		row := n.GetRow()
		if n.GetListCommand() == "" || row.GetKind() == aggregatorv1.IndicatorKind_INDICATOR_KIND_RATIO {
			continue
		}
		for set, want := range map[aggregatorv1.MemberSet]int32{
			aggregatorv1.MemberSet_MEMBER_SET_ELIGIBLE: row.GetEligible(), aggregatorv1.MemberSet_MEMBER_SET_COVERED: row.GetCovered(),
			aggregatorv1.MemberSet_MEMBER_SET_UNCOVERED: row.GetEligible() - row.GetCovered(),
		} {
			list, total := r.members(rep.GetReportId(), row.GetDivision(), row.GetIndicatorId(), set)
			sum := int32(0)
			for _, m := range list {
				sum += m.GetWeight()
			}
			if sum != want || total != int64(want) {
				r.t.Errorf("%s %s %v: list %d, total %d, number %d", row.GetDivision(), row.GetIndicatorId(), set, sum, total, want)
			}
		}
	}
}

// verified is the digest of what is stored.
func (r *reports) verified(id string) *aggregatorv1.VerifyReportResponse {
	r.t.Helper()
	v, err := r.c.VerifyReport(r.t.Context(), &aggregatorv1.VerifyReportRequest{ReportId: id})
	if err != nil {
		r.t.Fatal(err)
	}
	return v
}
