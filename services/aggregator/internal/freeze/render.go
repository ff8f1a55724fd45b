package freeze

import (
	"context"
	"io"
	"strconv"
	"strings"
	"time"

	"xinju.dev/services/aggregator/internal/desk"
	"xinju.dev/services/aggregator/internal/report"
)

// Render writes a form of a report; begin is called once before the first byte.
// It fails with REPORT_NOT_FOUND, REPORT_NOT_FROZEN, REPORT_DAMAGED,
// REPORT_TEMPLATE_NOT_FOUND, REPORT_FORMAT_NOT_OFFERED, REPORT_WITHOUT_LISTS,
// REPORT_TOO_LONG.
func (f *Freezer) Render(ctx context.Context, q report.RenderQuery, begin func(mediaType, fileName string) (io.Writer, error)) error {
	how, offered := renderings[q.Format]
	if !offered || how.proseOnly && q.Form != report.SelfReport && q.Form != report.Bulletin {
		return report.ErrFormat
	}
	r, err := f.Intact(ctx, q.Report)
	if err != nil {
		return err
	}
	if q.Form == report.Ledger && !r.Content.WithLists {
		return report.ErrWithoutLists
	}
	r.All = q.All
	var workbook []byte
	if q.Format == report.FormatXLSX {
		if workbook, err = f.workbook(ctx, q); err != nil {
			return err
		}
	}
	w, err := begin(how.mediaType, r.ID+"-"+strings.TrimPrefix(q.Form.BuiltInID(), "builtin-")+how.ending)
	if err != nil {
		return err
	}
	lines := func(each func(*report.Line) error) error { return f.EachLine(ctx, r.ID, each) }
	return how.write(w, q.Form, workbook, r, lines)
}

type rendering struct {
	mediaType, ending string
	proseOnly         bool
	write             func(w io.Writer, f report.Form, workbook []byte, r *report.Report, lines report.Lines) error
}

var renderings = map[report.Format]rendering{
	report.FormatXLSX: {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx", false, report.XLSX},
	report.FormatCSV: {"text/csv; charset=utf-8", ".csv", false, func(w io.Writer, f report.Form, _ []byte, r *report.Report, lines report.Lines) error {
		return report.CSV(w, f, r, lines, false)
	}},
	report.FormatGB: {"text/csv; charset=gb18030", ".csv", false, func(w io.Writer, f report.Form, _ []byte, r *report.Report, lines report.Lines) error {
		return report.CSV(w, f, r, lines, true)
	}},
	report.FormatJSON: {"application/json", ".json", false, func(w io.Writer, f report.Form, _ []byte, r *report.Report, lines report.Lines) error {
		return report.JSON(w, f, r, lines)
	}},
	report.FormatMarkdown: {"text/markdown; charset=utf-8", ".md", true, func(w io.Writer, f report.Form, _ []byte, r *report.Report, _ report.Lines) error {
		return report.Prose(w, f, r, true)
	}},
	report.FormatText: {"text/plain; charset=utf-8", ".txt", true, func(w io.Writer, f report.Form, _ []byte, r *report.Report, _ report.Lines) error {
		return report.Prose(w, f, r, false)
	}},
}

func (f *Freezer) workbook(ctx context.Context, q report.RenderQuery) ([]byte, error) {
	if q.Template == "" || q.Template == q.Form.BuiltInID() {
		return report.BuiltIn(q.Form)
	}
	t, err := f.Template(ctx, q.Template)
	if err == nil && t.Form != q.Form {
		err = report.ErrTemplate
	}
	return t.Workbook, err
}

// Export writes the counts of a report for other systems; begin is called once
// before the first byte. threshold 0 is the usual one. It fails with
// REPORT_NOT_FOUND, REPORT_NOT_FROZEN, REPORT_DAMAGED.
func (f *Freezer) Export(ctx context.Context, id string, format report.ExportFormat, threshold int64, begin func(mediaType, fileName string) (io.Writer, error)) error {
	r, err := f.Intact(ctx, id)
	if err != nil {
		return err
	}
	if threshold == 0 {
		threshold = report.DefaultThreshold
	}
	exports := report.Exports(r.Content, threshold)
	switch format {
	case report.ExportADX:
		w, err := begin("application/adx+xml", r.ID+".adx.xml")
		if err != nil {
			return err
		}
		return report.ADX(w, r.Content, exports)
	case report.ExportParquet:
		w, err := begin("application/vnd.apache.parquet", r.ID+".parquet")
		if err != nil {
			return err
		}
		return report.Parquet(w, exports)
	case report.ExportAsCSV:
		w, err := begin("text/csv; charset=utf-8", r.ID+".csv")
		if err != nil {
			return err
		}
		return report.ExportCSV(w, exports)
	}
	return report.ErrFormat
}

// Template returns a template with its workbook, one built in as well. It fails
// with REPORT_TEMPLATE_NOT_FOUND.
func (f *Freezer) Template(ctx context.Context, id string) (report.Template, error) {
	for _, t := range builtIn() {
		if t.ID == id {
			raw, err := report.BuiltIn(t.Form)
			t.Workbook, t.Size = raw, int64(len(raw))
			return t, err
		}
	}
	var row desk.TemplateRow
	err := f.Desk.Read(ctx, func(t desk.Tx) error {
		var found bool
		var err error
		if row, found, err = t.Template(id); err == nil && !found {
			err = report.ErrTemplate
		}
		return err
	})
	return templateOf(row), err
}

func builtIn() (out []report.Template) {
	for _, form := range report.Forms() {
		raw, err := report.BuiltIn(form)
		if err == nil {
			out = append(out, report.Template{ID: form.BuiltInID(), Form: form, Name: form.Name() + "（内置）", BuiltIn: true, Size: int64(len(raw))})
		}
	}
	return out
}

func templateOf(r desk.TemplateRow) report.Template {
	return report.Template{
		ID: r.ID, Form: report.Form(r.Form), Name: r.Name, Etag: strconv.FormatInt(r.Version, 10), Size: r.Size,
		Updated: time.UnixMilli(r.UpdatedMS).UTC(), Workbook: r.Workbook,
	}
}

// Templates lists up to limit templates after one, those built in first, without
// workbooks.
func (f *Freezer) Templates(ctx context.Context, after string, limit int) ([]report.Template, error) {
	var out []report.Template
	if after == "" || strings.HasPrefix(after, builtInPrefix) {
		for _, t := range builtIn() { // in the order of forms
			out = append(out, t)
			if t.ID == after {
				out = out[:0]
			}
		}
		after = ""
	}
	err := f.Desk.Read(ctx, func(t desk.Tx) error {
		rows, err := t.Templates(after, limit)
		for _, r := range rows {
			out = append(out, templateOf(r))
		}
		return err
	})
	return out[:min(len(out), limit)], err
}

const builtInPrefix = "builtin-"

// PutTemplate stores a template, over the version that etag names when there is
// one. It fails with REPORT_TEMPLATE_INVALID, REPORT_TEMPLATE_CHANGED,
// REPORT_TEMPLATE_BUILT_IN.
func (f *Freezer) PutTemplate(ctx context.Context, t report.Template) (report.Template, error) {
	if strings.HasPrefix(t.ID, builtInPrefix) {
		return t, report.ErrBuiltIn
	}
	if err := report.CheckTemplate(t.Form, t.Workbook); err != nil {
		return t, err
	}
	row := desk.TemplateRow{
		ID: t.ID, Form: int32(t.Form), Name: t.Name, Version: 1, UpdatedMS: f.Now().UnixMilli(), Size: int64(len(t.Workbook)), Workbook: t.Workbook,
	}
	err := f.Desk.Write(ctx, func(tx desk.Tx) error {
		have, found, err := tx.Template(t.ID)
		switch {
		case err != nil:
			return err
		case found != (t.Etag != "") || found && strconv.FormatInt(have.Version, 10) != t.Etag:
			return report.ErrTemplateEtag
		case !found:
			return tx.AddTemplate(row)
		}
		row.Version = have.Version + 1
		replaced, err := tx.ReplaceTemplate(row)
		if err == nil && !replaced {
			err = report.ErrTemplateEtag
		}
		return err
	})
	row.Workbook = nil
	return templateOf(row), err
}

// DropTemplate deletes a template in the version that etag names. It fails with
// REPORT_TEMPLATE_NOT_FOUND, REPORT_TEMPLATE_CHANGED, REPORT_TEMPLATE_BUILT_IN.
func (f *Freezer) DropTemplate(ctx context.Context, id, etag string) error {
	if strings.HasPrefix(id, builtInPrefix) {
		return report.ErrBuiltIn
	}
	version, err := strconv.ParseInt(etag, 10, 64)
	if err != nil {
		return report.ErrTemplateEtag
	}
	return f.Desk.Write(ctx, func(t desk.Tx) error {
		_, found, err := t.Template(id)
		if err == nil && !found {
			err = report.ErrTemplate
		}
		if err != nil {
			return err
		}
		dropped, err := t.DropTemplate(id, version)
		if err == nil && !dropped {
			err = report.ErrTemplateEtag
		}
		return err
	})
}
