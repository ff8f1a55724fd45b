package rowfile

import (
	"bytes"
	"errors"
	"io"
	"unicode/utf8"

	"xinju.dev/services/platform/fault"
)

// Record is one row as the file has it. Its slices are valid until the next call
// of Next.
type Record struct {
	Number int      // of the line, the row of the sheet, or the row element or object, counted from 1
	Cells  [][]byte // one for each column of the layout, not decoded: see Decoder; with a Fault what there is
	Raw    []byte   // what NewWriter takes to give the row back: of CSV, FIXED, XML and JSON its own bytes
	End    Position // behind the row

	Fault  *fault.Error // why the row cannot be read
	Column int          // of the cell that is at fault, -1 for the row as a whole
}

// source gives the rows of one format.
type source interface {
	next(*Record) error // io.EOF at the end; what is wrong with a row is in it
	close() error
}

// Reader gives the rows of a file. It is not safe for concurrent use.
type Reader struct {
	rows source
	rec  Record
	here Position
}

// NewReader reads a file on from a position that a Record gave, or from
// Layout.Start. It fails with FEED_FILE_TORN, FEED_FILE_HOSTILE or
// FEED_READ_FAILED where not even the frame of the rows is whole.
func NewReader(src io.ReaderAt, size int64, l Layout, from Position, opts ...Option) (*Reader, error) {
	if from.Offset < l.Start.Offset || from.Row < l.Start.Row {
		from = l.Start
	}
	var rows source
	var err error
	switch l.Format {
	case CSV, Fixed:
		rows = newLineRows(src, size, l, from)
	case JSONL:
		rows = newJSONRows(src, size, l, from)
	case XML:
		rows = newXMLRows(src, size, l, from)
	case XLSX:
		rows, err = newSheetRows(src, size, l, from, newOptions(opts))
	default:
		err = ErrHint.With("hint", "format")
	}
	if err != nil {
		return nil, err
	}
	return &Reader{rows: rows, here: from}, nil
}

// Next returns the next row that is not blank, and io.EOF after the last one. It
// fails only where the disk does, with FEED_READ_FAILED.
func (r *Reader) Next() (Record, error) {
	r.rec.Fault, r.rec.Column = nil, -1
	err := r.rows.next(&r.rec)
	r.here = r.rec.End
	if err != nil {
		return Record{End: r.here}, err
	}
	return r.rec, nil
}

// Here is the position behind the last row; at the end of the file it is that of
// the end.
func (r *Reader) Here() Position { return r.here }

// Close gives back what the reader holds: a temporary file of a large workbook.
func (r *Reader) Close() error { return r.rows.close() }

// lineRows are separated values and fixed width.
type lineRows struct {
	l     Layout
	lines *lineReader
	split splitter
	fixed [][]byte
}

const keptOfLong = 4 << 10 // of a row that is too long, for looking at it

// beginning is what is kept of a row that cannot be kept whole.
func beginning(raw []byte) []byte {
	if len(raw) <= keptOfLong {
		return raw
	}
	return raw[:wholeCodes(raw[:keptOfLong])]
}

func newLineRows(src io.ReaderAt, size int64, l Layout, from Position) *lineRows {
	return &lineRows{l: l, lines: newLineReader(textFrom(src, size, l, from.Offset), from.Offset, from.Row), split: newSplitter(l)}
}

func (s *lineRows) close() error { return nil }

func (s *lineRows) next(rec *Record) error {
	for {
		ln, err := s.lines.next()
		if err != nil {
			rec.End = Position{s.lines.offset, s.lines.number}
			return readFault(err)
		}
		raw := s.unmark(ln.raw)
		if blank(raw) {
			continue
		}
		rec.Number, rec.Raw, rec.End = ln.number, raw, Position{ln.end, ln.number}
		s.cut(rec, ln)
		return nil
	}
}

// unmark takes a byte order mark from the beginning of any line: files are
// joined by hand, and there it is never content.
func (s *lineRows) unmark(raw []byte) []byte {
	if len(raw) > 2 && raw[0] == 0xEF {
		raw = cutMark(raw, true, UTF8)
	}
	if len(raw) > 3 && raw[0] == 0x84 && s.l.Encoding == GB18030 {
		raw = cutMark(raw, true, GB18030)
	}
	return raw
}

func (s *lineRows) cut(rec *Record, ln line) {
	rec.Cells = nil
	if ln.tooLong {
		rec.Raw = beginning(rec.Raw)
		rec.Fault = ErrTooLong
		return
	}
	if s.l.Format == Fixed {
		var why cutFault
		s.fixed, why = cutFixed(s.fixed, rec.Raw, s.l.Fixed)
		rec.Cells = s.fixed
		switch {
		case why == cutShort && ln.unended, why == cutLast && ln.unended:
			rec.Fault = ErrTorn
		case why == cutShort, why == cutLong:
			rec.Fault = ErrColumns
		}
	} else if fields, ok := s.split.split(rec.Raw); !ok {
		rec.Cells, rec.Fault = fields, ErrQuotes
		if ln.unended {
			rec.Fault = ErrTorn
		}
	} else {
		rec.Fault = s.count(fields, ln)
		rec.Cells = fields[:min(len(fields), len(s.l.Columns))]
	}
	if rec.Fault == nil && s.l.Mixed && s.l.Encoding == GB18030 && surelyUTF8(rec.Raw) {
		rec.Fault = ErrEncoding
	}
}

// count checks the number of columns. Empty ones beyond the header, which
// spreadsheets add, do no harm.
func (s *lineRows) count(fields [][]byte, ln line) *fault.Error {
	want := len(s.l.Columns)
	switch {
	case len(fields) < want && ln.unended:
		return ErrTorn
	case len(fields) < want:
		return ErrColumns
	}
	for _, extra := range fields[want:] {
		if len(bytes.TrimSpace(extra)) > 0 {
			return ErrColumns
		}
	}
	return nil
}

// surelyUTF8 reports a line of UTF-8 in a file of GB 18030: it is valid there as
// well, but says something else.
func surelyUTF8(raw []byte) bool {
	if ascii(raw) || !utf8.Valid(raw) {
		return false
	}
	three := 0
	for i := 0; i < len(raw); {
		_, n := utf8.DecodeRune(raw[i:])
		if n >= 3 {
			three++
		}
		i += n
	}
	return three >= 2
}

// readFault leaves io.EOF and what is a fault already as they are.
func readFault(err error) error {
	if _, known := errors.AsType[*fault.Error](err); known || errors.Is(err, io.EOF) {
		return err
	}
	return ErrRead.Because(err)
}
