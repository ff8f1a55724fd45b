package rowfile

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Writer gives rows back as a file of the same kind in the same encoding, with
// more columns behind those they had. No cell of it is a formula to a spreadsheet.
type Writer struct {
	format rowWriter
	extra  []string
	err    error
	begun  bool
}

// rowWriter writes one format. Every call ends a row.
type rowWriter interface {
	begin(extra []string) error
	row(raw []byte, extra []string) error
	end() error
}

// NewWriter writes to w, for which Close must be called. Where a name of an
// extra column is one of the file's already, as in a file that comes back for
// the second time, a number is put behind it. It fails with FEED_HINT_INVALID
// for a layout that nothing can be written in.
func NewWriter(w io.Writer, l Layout, extra ...string) (*Writer, error) {
	names := make([]string, len(extra))
	for i, name := range extra {
		names[i] = name
		for n := 2; slices.Contains(l.Columns, names[i]) || slices.Contains(names[:i], names[i]); n++ {
			names[i] = fmt.Sprintf("%s%d", name, n)
		}
	}
	out := &Writer{extra: names}
	text := &textOut{dst: w, l: l}
	switch l.Format {
	case CSV:
		out.format = &separatedWriter{textOut: text, split: newSplitter(l)}
	case Fixed:
		out.format = &fixedWriter{textOut: text}
	case JSONL:
		out.format = &jsonWriter{textOut: text}
	case XML:
		out.format = &xmlWriter{textOut: text}
	case XLSX:
		out.format = newSheetWriter(w, l)
	default:
		return nil, ErrHint.With("hint", "format")
	}
	return out, nil
}

// Write gives back a row: raw is what a Record had, extra what stands in the
// extra columns, in their order. It fails only where w does.
func (w *Writer) Write(raw []byte, extra ...string) error {
	w.start()
	if w.err == nil {
		cells := make([]string, len(w.extra))
		copy(cells, extra)
		w.err = w.format.row(raw, cells)
	}
	return w.err
}

func (w *Writer) start() {
	if !w.begun {
		w.begun = true
		w.err = w.format.begin(w.extra)
	}
}

// Close ends the file, with its header where no row was written. It does not
// close what it writes to.
func (w *Writer) Close() error {
	w.start()
	if w.err == nil {
		w.err = w.format.end()
	}
	return w.err
}

// textOut collects what is written in the file's own bytes.
type textOut struct {
	dst io.Writer
	l   Layout
	buf bytes.Buffer // 8-bit text: UTF-8 where the file is UTF-16
}

const flushAt = 64 << 10

// narrow is the encoding of buf.
func (t *textOut) narrow() Encoding {
	if t.l.Encoding == GB18030 {
		return GB18030
	}
	return UTF8
}

func (t *textOut) mark() {
	switch {
	case !t.l.BOM:
	case t.l.Encoding == GB18030:
		t.buf.WriteString(markOf(GB18030))
	default:
		t.buf.WriteString(markOf(UTF8)) // U+FEFF, widened where the file is
	}
}

func (t *textOut) text(s string) {
	t.buf.Write(t.narrow().AppendEncoded(nil, s))
}

func (t *textOut) newline() {
	if t.l.CRLF {
		t.buf.WriteByte('\r')
	}
	t.buf.WriteByte('\n')
}

func (t *textOut) flush(all bool) error {
	if !all && t.buf.Len() < flushAt {
		return nil
	}
	dst := t.dst
	if t.l.Encoding.wide() {
		dst = &widen{dst: t.dst, big: t.l.Encoding == UTF16BE}
	}
	_, err := dst.Write(t.buf.Bytes())
	t.buf.Reset()
	if err != nil {
		return fmt.Errorf("rowfile: give rows back: %w", err)
	}
	return nil
}

func (t *textOut) end() error { return t.flush(true) }

// separatedWriter writes CSV.
type separatedWriter struct {
	*textOut
	split splitter
	width int
}

func (w *separatedWriter) begin(extra []string) error {
	w.width = len(w.l.Columns)
	w.mark()
	if w.l.Header != nil {
		return w.line(w.l.Header, extra)
	}
	return nil
}

func (w *separatedWriter) row(raw []byte, extra []string) error { return w.line(raw, extra) }

func (w *separatedWriter) line(raw []byte, extra []string) error {
	missing := 0
	if fields, ok := w.split.split(raw); ok {
		missing = w.width - len(fields) // so that the extra cells stand in their columns
		for i := len(fields) - 1; i >= w.width && len(bytes.TrimSpace(fields[i])) == 0; i-- {
			raw = w.cutLast(raw, fields[i])
		}
	}
	w.split.harmless(&w.buf, raw)
	for range missing {
		w.buf.WriteByte(w.l.Delimiter)
	}
	for _, c := range extra {
		w.buf.WriteByte(w.l.Delimiter)
		w.text(w.cell(c))
	}
	w.newline()
	return w.flush(false)
}

// cutLast takes the last field, which is blank, from a line.
func (w *separatedWriter) cutLast(raw, field []byte) []byte {
	for _, end := range []string{string(field), `"` + string(field) + `"`} {
		if rest, ok := bytes.CutSuffix(raw, []byte(string(w.l.Delimiter)+end)); ok {
			return rest
		}
	}
	return raw
}

// cell is a value of our own as it may stand in a file that people open with a
// spreadsheet: it never begins like a formula, and is quoted where it must be.
func (w *separatedWriter) cell(s string) string {
	s = oneLine(s)
	if w.l.NoQuotes {
		s = strings.Map(func(r rune) rune {
			if r == rune(w.l.Delimiter) {
				return ' '
			}
			return r
		}, s)
	}
	if s != "" && strings.IndexByte("=+-@", s[0]) >= 0 {
		s = "'" + s
	}
	if !w.l.NoQuotes && (strings.IndexByte(s, w.l.Delimiter) >= 0 || strings.IndexByte(s, '"') >= 0) {
		s = `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
	}
	return s
}

func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7F {
			return ' '
		}
		return r
	}, s)
}

// fixedWriter writes fixed width: extra cells are remarks behind a tab, which a
// reader of the columns does not see.
type fixedWriter struct{ *textOut }

func (w *fixedWriter) begin(extra []string) error {
	w.mark()
	if w.l.Header != nil {
		return w.row(w.l.Header, extra)
	}
	return nil
}

func (w *fixedWriter) row(raw []byte, extra []string) error {
	w.buf.Write(raw)
	for _, c := range extra {
		w.buf.WriteByte('\t')
		w.text(oneLine(c))
	}
	w.newline()
	return w.flush(false)
}
