package rowfile

import (
	"errors"
	"io"
	"strconv"

	"xinju.dev/services/platform/fault"
)

// sheetScanner gives the rows of a sheet as they stream by.
type sheetScanner struct {
	b      *book
	part   *guarded
	x      *xmlScanner
	shared *textStore
	number int // of the last row
	ended  bool
	begun  bool

	row   []sheetCell
	arena []byte
	long  bool
	raw   []byte // of the element that is read, escapes and all
	text  []byte
}

type sheetCell struct {
	column   int
	kind     byte
	from, to int // in the arena
	why      *fault.Error
}

func (b *book) sheet(part string, shared *textStore) (*sheetScanner, error) {
	r, err := b.open(part, b.o.maxSheet)
	if err != nil {
		return nil, err
	}
	return &sheetScanner{b: b, part: r, x: newXMLScanner(r, 0), shared: shared}, nil
}

func (s *sheetScanner) close() error { return s.part.Close() }

// next reads the next row that the sheet has, also where it is blank. It fails
// with io.EOF behind the last one, and with FEED_FILE_TORN, FEED_FILE_HOSTILE or
// ROW_MALFORMED where there is no way on.
func (s *sheetScanner) next() error {
	for !s.ended {
		t, err := s.x.next()
		if err != nil {
			return partFault(torn(err))
		}
		switch name := string(t.name); {
		case t.kind == xmlEnd && name == "sheetData":
			s.ended = true
		case t.kind != xmlStart:
		case name == "sheetData":
			s.ended, s.begun = t.empty, true
		case name == "row" && s.begun:
			return s.readRow(t)
		}
	}
	return io.EOF
}

func (s *sheetScanner) readRow(t *xmlToken) error {
	s.row, s.arena, s.long = s.row[:0], s.arena[:0], false
	number := s.number + 1
	if r := attribute(t, "r"); r != "" {
		n, err := strconv.Atoi(r)
		if err != nil || n < number || n > maxSheetRows {
			return ErrMalformed
		}
		number = n
	}
	s.number = number
	if number > maxSheetRows {
		return ErrMalformed
	}
	for ended := t.empty; !ended; {
		t, err := s.x.next()
		if err != nil {
			return partFault(torn(err))
		}
		switch {
		case t.kind == xmlStart && string(t.name) == "c":
			if err := s.readCell(t); err != nil {
				return err
			}
		case t.kind == xmlEnd:
			ended = string(t.name) == "row"
		}
	}
	return nil
}

// rawCell is a cell as it is written.
type rawCell struct {
	kind    string
	format  numberFormat
	value   bool // <v> or <is> is there
	formula bool
}

func (s *sheetScanner) readCell(t *xmlToken) error {
	c := sheetCell{column: 0, from: len(s.arena)}
	if n := len(s.row); n > 0 {
		c.column = s.row[n-1].column + 1
	}
	if ref := attribute(t, "r"); ref != "" {
		column, row, ok := cellPlace(ref)
		if !ok || column < c.column || row != s.number {
			return ErrMalformed
		}
		c.column = column
	}
	if c.column >= 16384 {
		return ErrMalformed
	}
	raw := rawCell{kind: attribute(t, "t")}
	if i, err := strconv.Atoi(attribute(t, "s")); err == nil && i >= 0 && i < len(s.b.cells) {
		raw.format = s.b.cells[i]
	}
	if !t.empty {
		if err := s.readValue(&raw); err != nil {
			return err
		}
	}
	if err := s.settle(&c, raw); err != nil {
		return err
	}
	c.to = len(s.arena)
	if len(s.arena) > maxLine {
		s.long = true
		s.arena = s.arena[:c.from]
		return nil
	}
	if c.to > c.from || c.why != nil {
		s.row = append(s.row, c)
	}
	return nil
}

// readValue fills s.text with what stands in <v>, or in the <t> of <is>.
func (s *sheetScanner) readValue(c *rawCell) error {
	s.text, s.raw = s.text[:0], s.raw[:0]
	taking, phonetic := false, false
	for {
		t, err := s.x.next()
		if err != nil {
			return partFault(torn(err))
		}
		switch t.kind {
		case xmlText:
			if taking && !phonetic && len(s.raw)+len(s.text) <= 2*maxLine {
				s.raw = append(s.raw, t.text...)
			}
		case xmlStart:
			switch string(t.name) {
			case "f":
				c.formula = true
			case "v", "t":
				c.value, taking = true, !t.empty
			case "rPh":
				phonetic = !t.empty
			}
		case xmlEnd:
			switch string(t.name) {
			case "v", "t":
				s.text, _ = appendUnescaped(s.text, s.raw, UTF8)
				s.raw, taking = s.raw[:0], false
			case "rPh":
				phonetic = false
			case "c":
				return nil
			}
		}
	}
}

// settle turns what is written into the cell's text. The result that a formula
// had when the workbook was saved is taken: nothing is ever computed here.
func (s *sheetScanner) settle(c *sheetCell, raw rawCell) error {
	c.kind = textCell
	switch {
	case raw.formula && !raw.value:
		c.kind, c.why = formulaCell, ErrCellFormula
		return nil
	case !raw.value:
		return nil
	}
	switch raw.kind {
	case "s":
		i, err := strconv.Atoi(string(s.text))
		if err != nil {
			return ErrMalformed
		}
		text, found, err := s.shared.text(i)
		if err != nil {
			return err
		}
		if !found {
			return ErrMalformed
		}
		s.appendX(text)
	case "inlineStr", "str":
		s.appendX(s.text)
	case "b":
		s.arena = append(s.arena, map[bool]string{true: "TRUE", false: "FALSE"}[string(s.text) == "1"]...)
	case "e":
		c.kind, c.why = errorCell, ErrCellError
		s.arena = append(s.arena, s.text...)
	case "d":
		s.arena = append(s.arena, s.text...)
	default:
		s.settleNumber(c, raw.format)
	}
	return nil
}

func (s *sheetScanner) settleNumber(c *sheetCell, f numberFormat) {
	if len(s.text) == 0 {
		return
	}
	s.arena, c.why = f.numberText(s.arena, string(s.text), s.b.dates)
	if f.kind == plainNumber {
		c.kind = numberCell
	}
	if c.why != nil { // kept as it is, so that it can be given back
		c.kind = numberCell
		s.arena = append(s.arena[:c.from], s.text...)
	}
}

func (s *sheetScanner) appendX(text []byte) {
	s.arena = unescapeX(s.arena, text)
}

// blankRow reports a row without any value.
func (s *sheetScanner) blankRow() bool {
	if s.long {
		return false
	}
	for _, c := range s.row {
		if c.why != nil || !blank(s.arena[c.from:c.to]) {
			return false
		}
	}
	return true
}

// merged reads the ranges of merged cells, which stand behind the rows, as far
// as they reach below a row.
func (s *sheetScanner) merged(below int) ([]RowRange, error) {
	var out []RowRange
	for {
		err := s.x.seek([]byte("mergeCell"))
		var t *xmlToken
		if err == nil {
			t, err = s.x.next()
		}
		if errors.Is(err, ErrFileHostile) {
			return nil, err
		}
		if err != nil {
			return out, nil //nolint:nilerr // the end, or a tear, which is the reader's to tell
		}
		from, to, ok := mergedRows(attribute(t, "ref"))
		if !ok || to <= below {
			continue
		}
		if len(out) >= maxMerged {
			return nil, ErrMerged
		}
		out = append(out, RowRange{max(from, below+1), to})
	}
}

const maxMerged = 200

func mergedRows(ref string) (from, to int, ok bool) {
	for i := range len(ref) {
		if ref[i] != ':' {
			continue
		}
		_, from, ok1 := cellPlace(ref[:i])
		_, to, ok2 := cellPlace(ref[i+1:])
		return min(from, to), max(from, to), ok1 && ok2
	}
	return 0, 0, false
}
