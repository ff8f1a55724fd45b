package report

import (
	"bufio"
	"encoding/json"
	"io"
	"regexp"
	"strings"
	"unicode/utf8"

	"xinju.dev/services/platform/rowfile"
)

// CSV writes a form as CSV, in UTF-8 with a byte order mark or in GB18030, as
// office programs open it. A text that a program would take for a formula gets
// an apostrophe before it.
func CSV(w io.Writer, f Form, r *Report, lines Lines, gb bool) error {
	encoding := rowfile.UTF8
	if gb {
		encoding = rowfile.GB18030
	}
	out := &csvOut{w: bufio.NewWriterSize(w, 64<<10), encoding: encoding}
	if !gb {
		out.raw("\ufeff")
	}
	var titles []any
	for _, c := range f.fields() {
		titles = append(titles, c.title)
	}
	if err := out.row(titles); err != nil {
		return err
	}
	if err := f.rows(r, lines, out.row); err != nil {
		return err
	}
	return out.w.Flush()
}

type csvOut struct {
	w        *bufio.Writer
	encoding rowfile.Encoding
	buf      []byte
	err      error
}

func (o *csvOut) raw(s string) { _, o.err = o.w.WriteString(s) }

func (o *csvOut) row(row []any) error {
	var line strings.Builder
	for i, v := range row {
		if i > 0 {
			line.WriteByte(',')
		}
		line.WriteString(quoted(v))
	}
	line.WriteString("\r\n")
	o.buf = o.encoding.AppendEncoded(o.buf[:0], line.String())
	if o.err == nil {
		_, o.err = o.w.Write(o.buf)
	}
	return o.err
}

func quoted(v any) string {
	s := cell(v)
	if _, isText := v.(string); isText {
		s = harmless(s)
	}
	if strings.ContainsAny(s, ",;\t\"\r\n") {
		return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
	}
	return s
}

// below0 is a value below 0 with its unit: no program computes anything of it.
var below0 = regexp.MustCompile(`^-[0-9]+(\.[0-9]+)?[%‰]?$`)

// harmless keeps a text from being taken for a formula: what begins with a sign
// that begins one, also in its full width, which some programs take for it.
func harmless(s string) string {
	first, _ := utf8.DecodeRuneInString(s)
	if s != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", first) && !below0.MatchString(s) {
		return "'" + s
	}
	return s
}

// JSON writes a form as one object: what it is of, its rows by key, its signatures.
func JSON(w io.Writer, f Form, r *Report, lines Lines) error {
	out := bufio.NewWriterSize(w, 64<<10)
	head, err := json.Marshal(headOf(f, r))
	if err != nil {
		return err
	}
	_, _ = out.Write(head[:len(head)-1]) // errors stay with the writer until Flush
	_, _ = out.WriteString(`,"rows":[`)
	fields := f.fields()
	first := true
	err = f.rows(r, lines, func(row []any) error {
		line := []byte{','}
		if first {
			line, first = nil, false
		}
		line = append(line, '\n', '{')
		for i, v := range row {
			if i > 0 {
				line = append(line, ',')
			}
			raw, err := json.Marshal(v)
			if err != nil {
				return err
			}
			line = append(append(append(line, '"'), fields[i].key...), '"', ':')
			line = append(line, raw...)
		}
		_, err := out.Write(append(line, '}'))
		return err
	})
	if err != nil {
		return err
	}
	_, _ = out.WriteString("\n]}\n")
	return out.Flush()
}

// head is what a form says of the report.
type head struct {
	Form      string        `json:"form"`
	ReportID  string        `json:"report_id"`
	Title     string        `json:"title"`
	Division  string        `json:"division"`
	Name      string        `json:"division_name"`
	AsOf      string        `json:"as_of_date"`
	Early     string        `json:"early,omitempty"` // the quarter of the bulletin is not over
	PackID    string        `json:"pack_id"`
	Digest    string        `json:"digest"`
	Created   string        `json:"create_time"`
	Frozen    string        `json:"freeze_time"`
	CreatedBy string        `json:"creator"`
	Positions []Position    `json:"positions"`
	Signoffs  []signoffHead `json:"signoffs"`
}

type signoffHead struct {
	Role   string `json:"role"`
	Name   string `json:"name"`
	On     string `json:"sign_date"`
	Remark string `json:"remark"`
	Digest string `json:"digest"`
}

const timeForm = "2006-01-02T15:04:05.000Z07:00"

func headOf(f Form, r *Report) head {
	c := r.Content
	h := head{
		Form: f.Name(), ReportID: r.ID, Title: c.Title, Division: c.Division, Name: c.DivisionName, AsOf: c.AsOf.String(), Early: f.early(c), PackID: c.PackID,
		Digest: r.Digest, Created: c.Created.UTC().Format(timeForm), Frozen: c.Frozen.UTC().Format(timeForm), CreatedBy: c.CreatedBy,
		Positions: c.Positions, Signoffs: []signoffHead{},
	}
	for _, s := range r.Signoffs {
		h.Signoffs = append(h.Signoffs, signoffHead{s.Role, s.Name, s.On.String(), s.Remark, s.Digest})
	}
	return h
}
