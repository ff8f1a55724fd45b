package rpc

import (
	"context"
	"io"
	"strconv"
	"time"

	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/report"
	"xinju.dev/services/platform/authz"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/page"
	"xinju.dev/services/platform/wire"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
)

// Reports makes and keeps reports.
type Reports interface {
	Freeze(ctx context.Context, req report.Request, requestID string) (*report.Report, error)
	Get(ctx context.Context, id string) (*report.Report, error)
	List(ctx context.Context, division, before string, limit int) ([]*report.Report, error)
	Number(ctx context.Context, id, division, indicator string, day civil.Date) (*report.Report, *report.Number, error)
	Members(ctx context.Context, q report.MembersQuery) (report.Members, error)
	Verify(ctx context.Context, id string) (kept, computed string, signed []report.Signoff, err error)
	Compare(ctx context.Context, q report.CompareQuery) (report.Compared, error)
	Sign(ctx context.Context, id string, s report.Signoff) (*report.Report, error)
	Render(ctx context.Context, q report.RenderQuery, begin func(mediaType, fileName string) (io.Writer, error)) error
	Export(ctx context.Context, id string, format report.ExportFormat, threshold int64, begin func(mediaType, fileName string) (io.Writer, error)) error
	Template(ctx context.Context, id string) (report.Template, error)
	Templates(ctx context.Context, after string, limit int) ([]report.Template, error)
	PutTemplate(ctx context.Context, t report.Template) (report.Template, error)
	DropTemplate(ctx context.Context, id, etag string) error
}

// ReportServer implements aggregatorv1.ReportServiceServer.
type ReportServer struct {
	aggregatorv1.UnimplementedReportServiceServer
	reports Reports
	now     func() time.Time
}

// NewReports returns the server.
func NewReports(r Reports, now func() time.Time) *ReportServer {
	return &ReportServer{reports: r, now: now}
}

// FreezeReport implements aggregatorv1.ReportServiceServer.
func (s *ReportServer) FreezeReport(ctx context.Context, req *aggregatorv1.FreezeReportRequest) (*aggregatorv1.FreezeReportResponse, error) {
	var c wire.Check
	division(&c, "division", req.GetDivision())
	q := report.Request{
		Division: req.GetDivision(), AsOf: c.Date("as_of_date", req.GetAsOfDate(), false), PackID: c.Text("pack_id", req.GetPackId(), 64, false),
		Indicators: req.GetIndicatorIds(), GroupLevel: c.Range("group_level", req.GetGroupLevel(), 0, int32(facts.Village)),
		Title: c.Text("title", req.GetTitle(), 200, false), WithLists: req.GetWithLists(), CreatedBy: string(authz.CallerOf(ctx)),
	}
	if len(q.Indicators) > maxItems {
		c.Refuse("indicator_ids", "最多 200 个 at most 200")
	}
	today := civil.DateOf(s.now())
	if q.AsOf == civil.None {
		q.AsOf = today
	}
	if q.AsOf > today {
		c.Refuse("as_of_date", "不得晚于今天 must not be after today")
	}
	if err := c.Err(); err != nil {
		return nil, err
	}
	r, err := s.reports.Freeze(ctx, q, req.GetRequestId())
	if err != nil {
		return nil, err
	}
	return &aggregatorv1.FreezeReportResponse{Report: reportMessage(r)}, nil
}

// GetReport implements aggregatorv1.ReportServiceServer.
func (s *ReportServer) GetReport(ctx context.Context, req *aggregatorv1.GetReportRequest) (*aggregatorv1.GetReportResponse, error) {
	id, err := reportID(req.GetReportId())
	if err != nil {
		return nil, err
	}
	r, err := s.reports.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	return &aggregatorv1.GetReportResponse{Report: reportMessage(r)}, nil
}

func reportID(id string) (string, error) {
	var c wire.Check
	return c.ID("report_id", id, wire.Required), c.Err()
}

// ListReports implements aggregatorv1.ReportServiceServer.
func (s *ReportServer) ListReports(ctx context.Context, req *aggregatorv1.ListReportsRequest) (*aggregatorv1.ListReportsResponse, error) {
	var c wire.Check
	code := c.Division("division", req.GetDivision(), false)
	if err := c.Err(); err != nil {
		return nil, err
	}
	filter := []byte("reports " + code)
	limit, before, err := pageOf(req.GetPageSize(), req.GetPageToken(), filter)
	if err != nil {
		return nil, err
	}
	list, err := s.reports.List(ctx, code, before, limit+1)
	if err != nil {
		return nil, err
	}
	resp := &aggregatorv1.ListReportsResponse{}
	for i, r := range list {
		if i == limit {
			resp.NextPageToken = page.Encode(filter, list[i-1].ID)
			break
		}
		resp.Reports = append(resp.Reports, reportMessage(r))
	}
	return resp, nil
}

func pageOf(size int32, token string, filter []byte) (limit int, key string, err error) {
	q := page.Query{Size: int(size), Token: token}
	if limit, err = q.Limit(); err == nil {
		key, err = q.Key(filter)
	}
	return limit, key, err
}

// countOf reads the number of lines that a page token stands for.
func countOf(key string) (int, error) {
	if key == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(key)
	if err != nil || n < 0 {
		return 0, page.ErrToken
	}
	return n, nil
}

// VerifyReport implements aggregatorv1.ReportServiceServer.
func (s *ReportServer) VerifyReport(ctx context.Context, req *aggregatorv1.VerifyReportRequest) (*aggregatorv1.VerifyReportResponse, error) {
	id, err := reportID(req.GetReportId())
	if err != nil {
		return nil, err
	}
	kept, computed, signed, err := s.reports.Verify(ctx, id)
	if err != nil {
		return nil, err
	}
	resp := &aggregatorv1.VerifyReportResponse{Intact: kept == computed, Digest: kept, ComputedDigest: computed}
	for _, one := range signed {
		if one.Digest != computed {
			resp.BrokenSignoffs = append(resp.BrokenSignoffs, one.Role)
		}
	}
	return resp, nil
}

// SignReport implements aggregatorv1.ReportServiceServer.
func (s *ReportServer) SignReport(ctx context.Context, req *aggregatorv1.SignReportRequest) (*aggregatorv1.SignReportResponse, error) {
	var c wire.Check
	id := c.ID("report_id", req.GetReportId(), wire.Required)
	one := report.Signoff{
		Role: c.Text("role", req.GetRole(), 32, true), Name: c.Text("name", req.GetName(), 64, true), On: c.Date("sign_date", req.GetSignDate(), false),
		Remark: c.Text("remark", req.GetRemark(), 500, false), Digest: c.Text("digest", req.GetDigest(), 64, false), By: string(authz.CallerOf(ctx)),
	}
	today := civil.DateOf(s.now())
	if one.On == civil.None {
		one.On = today
	}
	if one.On > today {
		c.Refuse("sign_date", "不得晚于今天 must not be after today")
	}
	if err := c.Err(); err != nil {
		return nil, err
	}
	r, err := s.reports.Sign(ctx, id, one)
	if err != nil {
		return nil, err
	}
	return &aggregatorv1.SignReportResponse{Report: reportMessage(r)}, nil
}
