package rpc

import (
	"context"
	"io"
	"regexp"

	"xinju.dev/services/aggregator/internal/report"
	"xinju.dev/services/platform/page"
	"xinju.dev/services/platform/wire"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"

	"google.golang.org/grpc"
)

// maxPart bounds the bytes of one message of a file.
const maxPart = 256 << 10

// parts sends what is written in messages; media type and name go with the first.
type parts struct {
	send             func(mediaType, fileName string, data []byte) error
	mediaType, named string
	buf              []byte
	sent             bool
}

func (p *parts) begin(mediaType, fileName string) (io.Writer, error) {
	p.mediaType, p.named = mediaType, fileName
	return p, nil
}

// Write implements io.Writer.
func (p *parts) Write(b []byte) (int, error) {
	n := len(b)
	for len(b) > 0 {
		room := min(len(b), maxPart-len(p.buf))
		p.buf, b = append(p.buf, b[:room]...), b[room:]
		if len(p.buf) == maxPart {
			if err := p.flush(); err != nil {
				return 0, err
			}
		}
	}
	return n, nil
}

func (p *parts) flush() error {
	mediaType, named := p.mediaType, p.named
	if p.sent {
		mediaType, named = "", ""
	}
	p.sent = true
	err := p.send(mediaType, named, append([]byte(nil), p.buf...))
	p.buf = p.buf[:0]
	return err
}

func (p *parts) end() error {
	if len(p.buf) > 0 || !p.sent {
		return p.flush()
	}
	return nil
}

// RenderReport implements aggregatorv1.ReportServiceServer.
func (s *ReportServer) RenderReport(req *aggregatorv1.RenderReportRequest, stream grpc.ServerStreamingServer[aggregatorv1.RenderReportResponse]) error {
	var c wire.Check
	q := report.RenderQuery{
		Report: c.ID("report_id", req.GetReportId(), wire.Required), Form: report.Form(c.Enum("form", int32(req.GetForm()), aggregatorv1.ReportForm_name, wire.Required)),
		Format: report.Format(c.Enum("format", int32(req.GetFormat()), aggregatorv1.ReportFormat_name, wire.Required)), Template: req.GetTemplateId(), All: req.GetAllIndicators(),
	}
	if err := c.Err(); err != nil {
		return err
	}
	out := &parts{send: func(mediaType, fileName string, data []byte) error {
		return stream.Send(&aggregatorv1.RenderReportResponse{MediaType: mediaType, FileName: fileName, Data: data})
	}}
	if err := s.reports.Render(stream.Context(), q, out.begin); err != nil {
		return err
	}
	return out.end()
}

// ExportReport implements aggregatorv1.ReportServiceServer.
func (s *ReportServer) ExportReport(req *aggregatorv1.ExportReportRequest, stream grpc.ServerStreamingServer[aggregatorv1.ExportReportResponse]) error {
	var c wire.Check
	id := c.ID("report_id", req.GetReportId(), wire.Required)
	format := report.ExportFormat(c.Enum("format", int32(req.GetFormat()), aggregatorv1.ExportFormat_name, wire.Required))
	threshold := req.GetThreshold()
	if threshold != 0 {
		c.Range("threshold", threshold, report.DefaultThreshold, 100)
	}
	if err := c.Err(); err != nil {
		return err
	}
	out := &parts{send: func(mediaType, fileName string, data []byte) error {
		return stream.Send(&aggregatorv1.ExportReportResponse{MediaType: mediaType, FileName: fileName, Data: data})
	}}
	if err := s.reports.Export(stream.Context(), id, format, int64(threshold), out.begin); err != nil {
		return err
	}
	return out.end()
}

var templateID = regexp.MustCompile(`^[A-Za-z0-9-]{1,64}$`)

func checkTemplateID(c *wire.Check, id string) string {
	if !templateID.MatchString(id) {
		c.Refuse("template_id", "应为 1 到 64 个字母、数字或连字符 1 to 64 letters, digits or hyphens")
	}
	return id
}

// PutReportTemplate implements aggregatorv1.ReportServiceServer.
func (s *ReportServer) PutReportTemplate(ctx context.Context, req *aggregatorv1.PutReportTemplateRequest) (*aggregatorv1.PutReportTemplateResponse, error) {
	var c wire.Check
	t := report.Template{
		ID: checkTemplateID(&c, req.GetTemplateId()), Form: report.Form(c.Enum("form", int32(req.GetForm()), aggregatorv1.ReportForm_name, wire.Required)),
		Name: c.Text("name", req.GetName(), 100, true), Workbook: req.GetWorkbook(), Etag: req.GetEtag(),
	}
	if err := c.Err(); err != nil {
		return nil, err
	}
	t, err := s.reports.PutTemplate(ctx, t)
	if err != nil {
		return nil, err
	}
	return &aggregatorv1.PutReportTemplateResponse{Template: templateMessage(&t)}, nil
}

// GetReportTemplate implements aggregatorv1.ReportServiceServer.
func (s *ReportServer) GetReportTemplate(ctx context.Context, req *aggregatorv1.GetReportTemplateRequest) (*aggregatorv1.GetReportTemplateResponse, error) {
	var c wire.Check
	id := checkTemplateID(&c, req.GetTemplateId())
	if err := c.Err(); err != nil {
		return nil, err
	}
	t, err := s.reports.Template(ctx, id)
	if err != nil {
		return nil, err
	}
	out := templateMessage(&t)
	out.Workbook = t.Workbook
	return &aggregatorv1.GetReportTemplateResponse{Template: out}, nil
}

// ListReportTemplates implements aggregatorv1.ReportServiceServer.
func (s *ReportServer) ListReportTemplates(ctx context.Context, req *aggregatorv1.ListReportTemplatesRequest) (*aggregatorv1.ListReportTemplatesResponse, error) {
	filter := []byte("report templates")
	limit, after, err := pageOf(req.GetPageSize(), req.GetPageToken(), filter)
	if err != nil {
		return nil, err
	}
	list, err := s.reports.Templates(ctx, after, limit+1)
	if err != nil {
		return nil, err
	}
	resp := &aggregatorv1.ListReportTemplatesResponse{}
	for i := range list {
		if i == limit {
			resp.NextPageToken = page.Encode(filter, list[i-1].ID)
			break
		}
		resp.Templates = append(resp.Templates, templateMessage(&list[i]))
	}
	return resp, nil
}

// DeleteReportTemplate implements aggregatorv1.ReportServiceServer.
func (s *ReportServer) DeleteReportTemplate(ctx context.Context, req *aggregatorv1.DeleteReportTemplateRequest) (*aggregatorv1.DeleteReportTemplateResponse, error) {
	var c wire.Check
	id := checkTemplateID(&c, req.GetTemplateId())
	if err := c.Err(); err != nil {
		return nil, err
	}
	return &aggregatorv1.DeleteReportTemplateResponse{}, s.reports.DropTemplate(ctx, id, req.GetEtag())
}

func templateMessage(t *report.Template) *aggregatorv1.ReportTemplate {
	out := &aggregatorv1.ReportTemplate{
		TemplateId: t.ID, Form: aggregatorv1.ReportForm(t.Form), Name: t.Name, BuiltIn: t.BuiltIn, Etag: t.Etag, SizeBytes: t.Size,
	}
	if !t.BuiltIn {
		out.UpdateTime = wire.TimeProto(t.Updated)
	}
	return out
}
