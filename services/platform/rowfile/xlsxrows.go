package rowfile

import (
	"encoding/binary"
	"errors"
	"io"

	"xinju.dev/services/platform/fault"
)

// sheetRows are the rows of one sheet below its header.
type sheetRows struct {
	l      Layout
	s      *sheetScanner
	shared *textStore
	from   Position
	cells  [][]byte
	raw    []byte
	done   bool
}

func newSheetRows(src io.ReaderAt, size int64, l Layout, from Position, o options) (*sheetRows, error) {
	b, err := openBook(src, size, o)
	if err != nil {
		return nil, err
	}
	b.dates = l.DateSystem
	shared, err := b.texts()
	if err != nil {
		return nil, err
	}
	s, err := b.sheet(l.Part, shared)
	if err != nil {
		_ = shared.close()
		return nil, err
	}
	return &sheetRows{l: l, s: s, shared: shared, from: from, cells: make([][]byte, len(l.Columns)), done: from.Offset >= l.Extent}, nil
}

func (r *sheetRows) close() error {
	return errors.Join(r.s.close(), r.shared.close())
}

func (r *sheetRows) next(rec *Record) error {
	for !r.done {
		err := r.s.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return r.failed(rec, err)
		}
		if r.s.number <= r.from.Row || r.s.blankRow() {
			continue
		}
		r.give(rec)
		return nil
	}
	r.done = true
	rec.End = Position{r.l.Extent, max(r.s.number, r.from.Row)}
	return io.EOF
}

// failed gives one row more where there is no way on: rows are missing, which
// must not pass for the end.
func (r *sheetRows) failed(rec *Record, err error) error {
	r.done = true
	why, known := errors.AsType[*fault.Error](err)
	if !known || errors.Is(why, ErrRead) {
		return readFault(err)
	}
	if errors.Is(why, ErrFileTorn) {
		why = ErrTorn
	}
	rec.Number, rec.Raw, rec.Cells, rec.Fault = max(r.s.number, r.from.Row)+1, nil, nil, why
	rec.End = Position{r.l.Extent, rec.Number}
	return nil
}

func (r *sheetRows) give(rec *Record) {
	clear(r.cells)
	rec.Number, rec.End = r.s.number, Position{r.s.x.offset, r.s.number}
	for _, c := range r.s.row {
		text := r.s.arena[c.from:c.to]
		switch {
		case c.column < len(r.cells):
			r.cells[c.column] = text
			if c.why != nil && rec.Fault == nil {
				rec.Fault, rec.Column = c.why, c.column
			}
		case !blank(text) && rec.Fault == nil:
			rec.Fault, rec.Column = ErrColumns, -1
		}
	}
	rec.Cells = r.cells
	for _, m := range r.l.Merged {
		if rec.Number >= m.From && rec.Number <= m.To {
			rec.Fault, rec.Column = ErrCellMerged, -1
		}
	}
	if r.s.long {
		rec.Fault, rec.Column = ErrTooLong, -1
	}
	r.raw = appendRawCells(r.raw[:0], r.s.row, r.s.arena)
	rec.Raw = r.raw
}

// appendRawCells keeps a row so that it can be given back as it was.
func appendRawCells(dst []byte, row []sheetCell, arena []byte) []byte {
	for _, c := range row {
		dst = append(dst, c.kind)
		dst = binary.AppendUvarint(dst, uint64(c.column))
		dst = binary.AppendUvarint(dst, uint64(c.to-c.from))
		dst = append(dst, arena[c.from:c.to]...)
	}
	return dst
}

// eachRawCell reads what appendRawCells wrote; ok is false for anything else.
func eachRawCell(raw []byte, visit func(kind byte, column int, text []byte)) (ok bool) {
	for len(raw) > 0 {
		kind := raw[0]
		column, n := binary.Uvarint(raw[1:])
		if n <= 0 || column >= 16384 {
			return false
		}
		raw = raw[1+n:]
		length, n := binary.Uvarint(raw)
		if n <= 0 || length > uint64(len(raw)-n) {
			return false
		}
		visit(kind, int(column), raw[n:n+int(length)])
		raw = raw[n+int(length):]
	}
	return true
}

// sheetLayout finds the sheet, its header and its merged cells.
func sheetLayout(src io.ReaderAt, size int64, h Hints, o options) (Layout, error) {
	b, err := openBook(src, size, o)
	if err != nil {
		return Layout{}, err
	}
	shared, err := b.texts()
	if err != nil {
		return Layout{}, err
	}
	defer shared.close() //nolint:errcheck // temporary
	l := Layout{Format: XLSX, Encoding: UTF8, Confidence: 1, DateSystem: b.dates}
	if h.DateSystem != "" {
		l.DateSystem = h.DateSystem
	}
	b.dates = l.DateSystem
	found := false
	for _, sheet := range b.sheets {
		if h.Sheet != "" && sheet.name != h.Sheet || h.Sheet == "" && sheet.hidden {
			continue
		}
		if found {
			if len(l.OtherSheets) < 20 {
				l.OtherSheets = append(l.OtherSheets, shown(sheet.name))
			}
			continue
		}
		if found, err = b.layoutOf(sheet, shared, h, &l); err != nil {
			return l, err
		}
	}
	if !found {
		return l, ErrSheet
	}
	return l, nil
}

// layoutOf fills the layout by one sheet; found is false when it has no rows.
func (b *book) layoutOf(sheet bookSheet, shared *textStore, h Hints, l *Layout) (found bool, err error) {
	s, err := b.sheet(sheet.part, shared)
	if err != nil {
		return false, err
	}
	defer s.close() //nolint:errcheck // only read
	f := headerFinder{hints: h}
	for !f.done {
		err := s.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			if why, known := errors.AsType[*fault.Error](err); f.found() && known && errors.Is(why, ErrFileTorn) {
				break // the rows before the tear are good
			}
			return false, err
		}
		f.look(s)
	}
	if !f.found() || len(f.columns) == 0 {
		return false, nil
	}
	if len(f.columns) > maxColumns {
		return false, ErrColumnsMany
	}
	l.Sheet, l.Part, l.Columns = sheet.name, sheet.part, f.columns
	l.Start = Position{0, f.row}
	l.Extent = int64(b.parts[sheet.part].UncompressedSize64) + 1 // the end itself is one more
	l.Merged, err = s.merged(f.row)
	return true, err
}

// headerFinder takes the first row as the header, but for titles above it: rows
// of one cell before one with more.
type headerFinder struct {
	hints   Hints
	row     int
	columns []string
	follows bool // a row that is not blank stands below
	done    bool
	looked  int
}

const titleRows = 20

func (f *headerFinder) found() bool { return f.columns != nil && f.follows }

func (f *headerFinder) look(s *sheetScanner) {
	if s.blankRow() {
		return
	}
	f.looked++
	filled := 0
	for _, c := range s.row {
		if !blank(s.arena[c.from:c.to]) {
			filled++
		}
	}
	switch {
	case s.number < f.hints.HeaderRow:
	case f.columns == nil:
		f.take(s)
	case f.hints.HeaderRow == 0 && !f.hints.NoHeader && len(f.columns) <= 1+emptyBefore(f.columns) && filled > 1 && f.looked <= titleRows:
		f.take(s)
		f.follows = false
	default:
		f.follows = true
		f.done = len(f.columns) > 1+emptyBefore(f.columns) || f.looked > titleRows || f.hints.HeaderRow > 0 || f.hints.NoHeader
	}
}

// emptyBefore counts the columns without a name before the first with one.
func emptyBefore(columns []string) (n int) {
	for n < len(columns)-1 && columns[n] == "" {
		n++
	}
	return n
}

func (f *headerFinder) take(s *sheetScanner) {
	f.row, f.columns = s.number, []string{}
	for _, c := range s.row {
		if text := s.arena[c.from:c.to]; !blank(text) {
			for len(f.columns) < c.column {
				f.columns = append(f.columns, "")
			}
			f.columns = append(f.columns, shown(Uncover(string(text))))
		}
	}
	if f.hints.NoHeader {
		f.columns = numbered(len(f.columns))
		f.row--
		f.follows = true
		f.done = true
	}
}
