package intake

import (
	"bytes"
	"context"
	"strings"

	"xinju.dev/services/platform/fault"
)

// rejectColumns are added to the header of a file of refused rows. No name of
// data/columns.yaml equals them, so that the corrected file can be sent as it is.
var rejectColumns = [2]string{"原因", "说明"}

const rejectsPage = 500

// WriteRejects writes the refused rows of a batch as a file of the same kind in
// the same encoding: the row as it was sent, and two columns behind it that say
// why. Only where a cell would be a formula to a spreadsheet stands an
// apostrophe before it, which is taken off again when the file is sent.
func WriteRejects(ctx context.Context, r Reader, batchID string, write func([]byte) error) error {
	b, err := r.FeedBatch(ctx, batchID)
	if err != nil {
		return err
	}
	l := b.Layout
	var out bytes.Buffer
	if l.BOM {
		out.WriteString(bom)
	}
	s := splitter{delim: l.Delimiter, gb: l.Encoding == GB18030}
	s.harmless(&out, l.Header)
	l.addColumns(&out, rejectColumns[0], rejectColumns[1])
	texts := reasonTexts()
	header, _ := s.split(l.Header)
	width := len(header)
	for after := 0; ; {
		rows, err := r.RefusedRows(ctx, batchID, after, rejectsPage)
		if err != nil {
			return err
		}
		for _, row := range rows {
			s.harmless(&out, row.Raw)
			if fields, ok := s.split(row.Raw); ok {
				for range width - len(fields) { // so that the reasons stand in their columns
					out.WriteByte(l.Delimiter)
				}
			}
			l.addColumns(&out, row.Reason, explain(texts[row.Reason], row.Column))
			after = row.Number
			if out.Len() >= 256<<10 {
				if err := write(out.Bytes()); err != nil {
					return err
				}
				out.Reset()
			}
		}
		if len(rows) < rejectsPage {
			break
		}
	}
	if out.Len() == 0 {
		return nil
	}
	return write(out.Bytes())
}

func (l Layout) addColumns(out *bytes.Buffer, cells ...string) {
	for _, c := range cells {
		out.WriteByte(l.Delimiter)
		out.Write(l.Encoding.encode(l.cell(c)))
	}
	if l.CRLF {
		out.WriteByte('\r')
	}
	out.WriteByte('\n')
}

// cell is a value of our own as it may stand in a file that people open with a
// spreadsheet: it never begins like a formula, and is quoted where it must be.
func (l Layout) cell(s string) string {
	s = strings.Map(func(r rune) rune {
		if r == '\n' || r == '\r' || r == '\t' {
			return ' '
		}
		return r
	}, s)
	if strings.HasPrefix(s, "=") || strings.HasPrefix(s, "+") || strings.HasPrefix(s, "-") || strings.HasPrefix(s, "@") {
		s = "'" + s
	}
	if strings.IndexByte(s, l.Delimiter) >= 0 || strings.IndexByte(s, '"') >= 0 {
		s = `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
	}
	return s
}

// explain is the Chinese text of a reason with the column it is about.
func explain(why *fault.Error, column string) string {
	text := ""
	if why != nil {
		text = why.Chinese
	}
	if column == "" {
		return text
	}
	return "列“" + column + "”：" + text
}

func reasonTexts() map[string]*fault.Error {
	out := map[string]*fault.Error{}
	for _, e := range fault.Declared() {
		out[e.Reason] = e
	}
	return out
}
