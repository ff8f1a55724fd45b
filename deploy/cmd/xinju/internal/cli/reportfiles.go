package cli

import (
	"cmp"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"

	"xinju.dev/deploy/client"
	"xinju.dev/deploy/cmd/xinju/internal/outcome"
	"xinju.dev/deploy/cmd/xinju/internal/show"
)

var (
	reportForms = map[string]aggregatorv1.ReportForm{
		"self-form": aggregatorv1.ReportForm_REPORT_FORM_SELF_FORM, "self-report": aggregatorv1.ReportForm_REPORT_FORM_SELF_REPORT,
		"ledger": aggregatorv1.ReportForm_REPORT_FORM_LEDGER, "bulletin": aggregatorv1.ReportForm_REPORT_FORM_BULLETIN,
	}
	formNames     = map[aggregatorv1.ReportForm]string{1: "自评表 self-form", 2: "自评报告 self-report", 3: "台账 ledger", 4: "季度通报 bulletin"}
	reportFormats = map[string]aggregatorv1.ReportFormat{"xlsx": 1, "csv": 2, "csv-gb18030": 3, "json": 4, "markdown": 5, "text": 6}
	exportFormats = map[string]aggregatorv1.ExportFormat{"adx": 1, "parquet": 2, "csv": 3}
)

// endings are what files of a format are called.
var endings = map[string]string{
	".xlsx": "xlsx", ".csv": "csv", ".json": "json", ".md": "markdown", ".txt": "text", ".xml": "adx", ".parquet": "parquet",
}

// formatOf is the format that was asked for, else that of the file's name, if it
// is one of formats: a workbook called .csv is of no use.
func formatOf[F comparable](formats map[string]F, asked, file, usual string) F {
	return cmp.Or(formats[asked], formats[endings[strings.ToLower(filepath.Ext(file))]], formats[usual])
}

type reportRender struct {
	connected
	Report   string `arg:"" help:"报告编号。Identifier of the report."`
	Form     string `required:"" enum:"self-form,self-report,ledger,bulletin" placeholder:"FORM" help:"self-form 自评表、self-report 自评报告、ledger 台账、bulletin 季度通报。The form."`
	Format   string `enum:",xlsx,csv,csv-gb18030,json,markdown,text" default:"" placeholder:"FORMAT" help:"xlsx、csv、csv-gb18030、json、markdown 或 text；默认按文件名，否则 xlsx。The format; by the name of the file, else xlsx."`
	Template string `placeholder:"ID" help:"模板，默认内置。Template of an .xlsx; the one built in by default."`
	All      bool   `help:"全部指标，不只是首要指标。Every number of the report, not the headlines alone."`
	To       string `placeholder:"FILE" help:"写入文件，默认标准输出。File to write; standard output by default."`
}

// Run asks and writes the file.
func (c reportRender) Run(a *app) error {
	return c.dial(func(s *client.Suite) error {
		stream, err := s.Reports.RenderReport(a.ctx, &aggregatorv1.RenderReportRequest{
			ReportId: c.Report, Form: reportForms[c.Form], Format: formatOf(reportFormats, c.Format, c.To, "xlsx"), TemplateId: c.Template, AllIndicators: c.All,
		})
		if err != nil {
			return err
		}
		return save(a, c.To, func() ([]byte, error) {
			part, err := stream.Recv()
			return part.GetData(), err
		})
	})
}

type reportExport struct {
	connected
	Report    string `arg:"" help:"报告编号。Identifier of the report."`
	Format    string `enum:",adx,parquet,csv" default:"" placeholder:"FORMAT" help:"adx、parquet 或 csv；默认按文件名，否则 csv。The format; by the name of the file, else csv."`
	Threshold int32  `placeholder:"N" help:"小于此数的计数隐去，5 到 100，默认 5。Counts below it are suppressed, 5 to 100; 5 by default."`
	To        string `placeholder:"FILE" help:"写入文件，默认标准输出。File to write; standard output by default."`
}

// Run asks and writes the file.
func (c reportExport) Run(a *app) error {
	return c.dial(func(s *client.Suite) error {
		stream, err := s.Reports.ExportReport(a.ctx, &aggregatorv1.ExportReportRequest{ReportId: c.Report, Format: formatOf(exportFormats, c.Format, c.To, "csv"), Threshold: c.Threshold})
		if err != nil {
			return err
		}
		return save(a, c.To, func() ([]byte, error) {
			part, err := stream.Recv()
			return part.GetData(), err
		})
	})
}

// save writes a file as it comes. One that could not be finished is removed:
// half a form must not look like a whole one.
func save(a *app, to string, next func() ([]byte, error)) (err error) {
	data, err := next() // a refusal comes before anything is written
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	w := a.Out
	if to != "" {
		f, failed := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
		if failed != nil {
			return outcome.Usage("无法写入 "+to, "cannot write "+to)
		}
		defer func() {
			if closed := f.Close(); err == nil {
				err = closed
			}
			if err != nil {
				_ = os.Remove(to) // the first failure is told
			}
		}()
		w = f
	}
	for err == nil {
		if _, err = w.Write(data); err == nil {
			data, err = next()
		}
	}
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

type templateCmds struct {
	List   templateList   `cmd:"" help:"列出模板。List the templates."`
	Get    templateGet    `cmd:"" help:"取出一个模板的工作簿，可作为自制模板的起点。Write a template's workbook: a start for one's own."`
	Put    templatePut    `cmd:"" help:"存入或替换一个模板。Store or replace a template."`
	Delete templateDelete `cmd:"" help:"删除一个模板。Delete a template."`
}

type templateList struct {
	connected
	listing
}

// Run asks and prints.
func (c templateList) Run(a *app) error {
	return c.dial(func(s *client.Suite) error {
		list, _, err := collect(0, func(size int32, token string) (page[*aggregatorv1.ReportTemplate], error) {
			resp, err := s.Reports.ListReportTemplates(a.ctx, &aggregatorv1.ListReportTemplatesRequest{PageSize: size, PageToken: token})
			return page[*aggregatorv1.ReportTemplate]{resp.GetTemplates(), resp.GetNextPageToken()}, err
		})
		if err != nil {
			return err
		}
		t := &show.Table{Columns: []show.Column{
			{Key: "template_id", Title: "模板 Template"},
			{Key: "form", Title: "表格 Form"},
			{Key: "name", Title: "名称 Name"},
			{Key: "etag", Title: "版本 Etag"},
			{Key: "size_bytes", Title: "字节 Bytes", Right: true},
		}}
		for _, one := range list {
			t.Add(one.GetTemplateId(), formNames[one.GetForm()], one.GetName(), orNil(one.GetEtag()), one.GetSizeBytes())
		}
		return t.Write(a.Out, c.Output)
	})
}

type templateGet struct {
	connected
	Template string `arg:"" help:"模板编号。Identifier of the template."`
	To       string `placeholder:"FILE" help:"写入文件，默认标准输出。File to write; standard output by default."`
}

// Run asks and writes the file.
func (c templateGet) Run(a *app) error {
	return c.dial(func(s *client.Suite) error {
		resp, err := s.Reports.GetReportTemplate(a.ctx, &aggregatorv1.GetReportTemplateRequest{TemplateId: c.Template})
		if err != nil {
			return err
		}
		sent := false
		return save(a, c.To, func() ([]byte, error) {
			if sent {
				return nil, io.EOF
			}
			sent = true
			return resp.GetTemplate().GetWorkbook(), nil
		})
	})
}

const maxTemplate = 2 << 20

type templatePut struct {
	connected
	Template string `arg:"" help:"模板编号。Identifier of the template."`
	File     string `arg:"" help:"工作簿（.xlsx）。The workbook."`
	Form     string `required:"" enum:"self-form,self-report,ledger,bulletin" placeholder:"FORM" help:"适用的表格。The form that it is for."`
	Name     string `required:"" placeholder:"TEXT" help:"名称。Name for people."`
	Etag     string `placeholder:"ETAG" help:"替换时给出现有版本。The stored etag when it is replaced."`
}

// Run reads the file and sends it.
func (c templatePut) Run(a *app) error {
	info, err := os.Stat(c.File)
	if err != nil {
		return unreadable(err)
	}
	if info.Size() > maxTemplate {
		return outcome.Usage("模板超过 2 MiB", "the template is larger than 2 MiB")
	}
	workbook, err := os.ReadFile(c.File)
	if err != nil {
		return unreadable(err)
	}
	return c.dial(func(s *client.Suite) error {
		resp, err := s.Reports.PutReportTemplate(a.ctx, &aggregatorv1.PutReportTemplateRequest{
			TemplateId: c.Template, Form: reportForms[c.Form], Name: c.Name, Workbook: workbook, Etag: c.Etag,
		})
		if err != nil {
			return err
		}
		return show.Message(a.Out, resp.GetTemplate())
	})
}

type templateDelete struct {
	connected
	Template string `arg:"" help:"模板编号。Identifier of the template."`
	Etag     string `required:"" placeholder:"ETAG" help:"现有版本。Its etag."`
}

// Run asks.
func (c templateDelete) Run(a *app) error {
	return c.dial(func(s *client.Suite) error {
		_, err := s.Reports.DeleteReportTemplate(a.ctx, &aggregatorv1.DeleteReportTemplateRequest{TemplateId: c.Template, Etag: c.Etag})
		return err
	})
}
