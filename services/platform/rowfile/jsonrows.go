package rowfile

import (
	"bytes"
	"errors"
	"io"
)

// jsonRows are the objects of JSON Lines, or of one array.
type jsonRows struct {
	l      Layout
	lines  *lineReader
	array  *arrayReader
	object objectReader
	text   []byte // a row in UTF-8
}

func newJSONRows(src io.ReaderAt, size int64, l Layout, from Position) *jsonRows {
	r := &jsonRows{l: l, object: objectReader{set: newCellSet(l.Columns, UTF8, false)}}
	text := textFrom(src, size, l, from.Offset)
	if l.Array {
		r.array = &arrayReader{src: text, buf: make([]byte, 64<<10), gb: l.Encoding == GB18030, offset: from.Offset, number: from.Row, extent: l.Extent, done: from.Offset >= l.Extent}
	} else {
		r.lines = newLineReader(text, from.Offset, from.Row)
	}
	return r
}

func (r *jsonRows) close() error { return nil }

func (r *jsonRows) next(rec *Record) error {
	for {
		if err := r.raw(rec); err != nil {
			return readFault(err)
		}
		if rec.Fault != nil {
			rec.Raw, rec.Cells = beginning(rec.Raw), nil
			return nil //nolint:nilerr // what is wrong is in the record
		}
		text := rec.Raw
		if r.l.Encoding == GB18030 {
			if r.l.Mixed && surelyUTF8(rec.Raw) {
				rec.Fault = ErrEncoding
				return nil
			}
			r.text, _ = appendGB18030(r.text[:0], rec.Raw)
			text = r.text
		}
		filled, why, column := r.object.read(text)
		if !filled {
			continue
		}
		rec.Cells, rec.Fault, rec.Column = r.object.set.slices(), why, column
		if why != nil && errors.Is(why, ErrMalformed) && r.torn(rec) {
			rec.Fault = ErrTorn
		}
		return nil
	}
}

// torn reports that the file ends within this row.
func (r *jsonRows) torn(rec *Record) bool {
	return r.lines != nil && r.lines.eof && r.lines.from == r.lines.to && rec.End.Offset >= r.l.Extent &&
		!bytes.HasSuffix(bytes.TrimRight(rec.Raw, " \t"), []byte("}"))
}

// raw gives the bytes of the next row.
func (r *jsonRows) raw(rec *Record) error {
	if r.array != nil {
		return r.array.next(rec)
	}
	for {
		ln, err := r.lines.next()
		if err != nil {
			rec.End = Position{r.lines.offset, r.lines.number}
			return err
		}
		raw := cutMark(ln.raw, true, UTF8)
		if raw = cutMark(raw, r.l.Encoding == GB18030, GB18030); blank(raw) {
			continue
		}
		rec.Number, rec.Raw, rec.End = ln.number, raw, Position{ln.end, ln.number}
		if ln.tooLong {
			rec.Fault = ErrTooLong
		}
		return nil
	}
}

// arrayReader cuts an array into its objects without decoding it.
type arrayReader struct {
	src    io.Reader
	buf    []byte
	from   int
	to     int
	gb     bool
	offset int64
	number int
	extent int64 // where the file ends
	done   bool
	raw    []byte
	long   bool
}

// scan is where a byte stands in JSON text.
type scan struct {
	depth  int
	quoted bool
	escape bool
	code   []byte // of a longer code of GB 18030, as far as it was read
}

func (a *arrayReader) byte() (byte, error) {
	if a.from == a.to {
		n, err := a.src.Read(a.buf)
		a.from, a.to = 0, n
		if n == 0 {
			if err == nil {
				err = io.ErrNoProgress
			}
			return 0, err
		}
	}
	c := a.buf[a.from]
	a.from++
	a.offset++
	return c, nil
}

func (a *arrayReader) next(rec *Record) error {
	a.raw, a.long = a.raw[:0], false
	junk := false
	for !a.done {
		c, err := a.byte()
		switch {
		case errors.Is(err, io.EOF):
			a.torn(rec)
			return nil
		case err != nil:
			return err
		case c == '{' && junk:
			a.from--
			a.offset--
			a.give(rec)
			rec.Fault = ErrMalformed
			return nil
		case c == '{':
			return a.object(rec)
		case c == ']':
			a.done = true
			if junk {
				a.give(rec)
				rec.Fault = ErrMalformed
				return nil
			}
		case c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == ',':
		default:
			junk = true
			a.keep(c)
		}
	}
	rec.End = Position{a.extent, a.number}
	return io.EOF
}

func (a *arrayReader) keep(c byte) {
	if len(a.raw) < maxLine {
		a.raw = append(a.raw, c)
	} else {
		a.long = true
	}
}

func (a *arrayReader) give(rec *Record) {
	a.number++
	rec.Number, rec.Raw, rec.End = a.number, a.raw, Position{a.offset, a.number}
	if a.done {
		rec.End.Offset = a.extent
	}
	if a.long {
		rec.Fault = ErrTooLong
	}
}

func (a *arrayReader) torn(rec *Record) {
	a.done = true
	a.give(rec)
	rec.Fault = ErrTorn
}

func (a *arrayReader) object(rec *Record) error {
	a.keep('{')
	s := scan{depth: 1}
	for s.depth > 0 {
		c, err := a.byte()
		if errors.Is(err, io.EOF) {
			a.torn(rec)
			return nil
		}
		if err != nil {
			return err
		}
		a.keep(c)
		s.step(c, a.gb)
	}
	a.give(rec)
	return nil
}

// step takes one byte. In GB 18030 a backslash or a brace can be the second byte
// of a character.
func (s *scan) step(c byte, gb bool) {
	switch {
	case gb && len(s.code) > 0:
		s.code = append(s.code, c)
		second := s.code[1]
		if len(s.code) == 4 || second < '0' || second > '9' {
			s.code = s.code[:0]
		}
	case gb && c >= leadMin && c <= leadMax:
		s.code = append(s.code, c)
	case s.escape:
		s.escape = false
	case c == '"':
		s.quoted = !s.quoted
	case s.quoted && c == '\\':
		s.escape = true
	case !s.quoted && (c == '{' || c == '['):
		s.depth++
	case !s.quoted && (c == '}' || c == ']'):
		s.depth--
	}
}

// jsonLayout finds the columns of a JSON file: the names of all its objects.
func jsonLayout(src io.ReaderAt, size int64, l Layout, _ Hints) (Layout, error) {
	head := make([]byte, headBytes)
	n, err := io.ReadFull(textFrom(src, size, l, 0), head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return l, ErrRead.Because(err)
	}
	if text := unmarked(head[:n]); len(text) > 0 && text[0] == '[' {
		l.Array, l.Start = true, Position{Offset: int64(n-len(text)) + 1}
		l.Extent++ // the end itself, which a torn file does not have
	}
	rows := newJSONRows(src, size, l, l.Start)
	rows.object.set.grow = true
	l.Columns, err = allColumns(rows, rows.object.set)
	if err != nil {
		return l, err
	}
	if len(l.Columns) == 0 {
		return l, ErrRowsUnknown
	}
	return l, nil
}
