package rowfile

import (
	"bytes"
	"errors"
	"io"

	"xinju.dev/services/platform/fault"
)

// cellSet are the cells of a row of names and values, in the order of columns.
type cellSet struct {
	columns map[string]int // by name, decoded
	raw     map[string]int // by name as the file has it
	names   []string
	grow    bool // unknown names become columns
	enc     Encoding
	arena   []byte
	from    []int
	to      []int // -1: the row does not have it
	cells   [][]byte
}

func newCellSet(columns []string, enc Encoding, grow bool) *cellSet {
	c := &cellSet{columns: map[string]int{}, raw: map[string]int{}, enc: enc, grow: grow}
	for _, name := range columns {
		c.add(name)
	}
	return c
}

func (c *cellSet) add(name string) int {
	c.columns[name] = len(c.names)
	c.names = append(c.names, name)
	c.from, c.to, c.cells = append(c.from, 0), append(c.to, -1), append(c.cells, nil)
	return len(c.names) - 1
}

func (c *cellSet) reset() {
	c.arena = c.arena[:0]
	for i := range c.to {
		c.to[i] = -1
	}
}

// put says that the bytes of the arena from a place on are the value of a name.
func (c *cellSet) put(name []byte, from int) (column int, why *fault.Error) {
	i, known := c.raw[string(name)]
	if !known {
		text, _ := c.enc.AppendText(nil, name)
		if i, known = c.columns[string(text)]; !known {
			switch {
			case !c.grow:
				return -1, ErrColumns
			case len(c.names) >= maxColumns:
				return -1, ErrColumnsMany
			case len(text) > maxName:
				return -1, ErrShape
			}
			i = c.add(string(text))
		}
		if len(c.raw) < 4*maxColumns {
			c.raw[string(name)] = i
		}
	}
	if c.to[i] >= 0 {
		return i, ErrNameTwice
	}
	c.from[i], c.to[i] = from, len(c.arena)
	return i, nil
}

const maxName = 200 // bytes of a column's name

func (c *cellSet) slices() [][]byte {
	for i := range c.to {
		c.cells[i] = nil
		if c.to[i] >= 0 {
			c.cells[i] = c.arena[c.from[i]:c.to[i]]
		}
	}
	return c.cells
}

// xmlRows are the row elements of an XML file.
type xmlRows struct {
	x      *xmlScanner
	path   [][]byte // names down to the row element, in the file's encoding
	stack  [][]byte
	set    *cellSet
	name   []byte // of the cell that is read: names below the row, joined by dots
	number int
	done   bool
	extent int64 // where the file ends
	levels []xmlLevel
	text   []byte // of the element that is read, escapes and all
	why    *fault.Error
	column int
}

func newXMLRows(src io.ReaderAt, size int64, l Layout, from Position) *xmlRows {
	r := &xmlRows{
		x:   newXMLScanner(textFrom(src, size, l, from.Offset), from.Offset),
		set: newCellSet(l.Columns, l.CellEncoding(), false), number: from.Row,
		extent: l.Extent, done: from.Offset >= l.Extent,
	}
	for _, name := range l.RowPath {
		r.path = append(r.path, l.CellEncoding().AppendEncoded(nil, name))
	}
	if from.Offset > 0 {
		r.stack = append(r.stack, r.path[:len(r.path)-1]...)
	}
	return r
}

func (r *xmlRows) close() error { return nil }

func (r *xmlRows) next(rec *Record) error {
	for !r.done {
		t, err := r.x.next()
		if err != nil {
			return r.between(rec, err)
		}
		switch t.kind {
		case xmlText:
			if len(bytes.TrimSpace(t.text)) > 0 && len(r.stack) > 0 {
				r.broken(rec, ErrMalformed)
				return nil
			}
		case xmlEnd:
			if len(r.stack) == 0 || !bytes.Equal(r.stack[len(r.stack)-1], t.name) {
				r.broken(rec, ErrMalformed)
				return nil
			}
			r.stack = r.stack[:len(r.stack)-1]
			r.done = len(r.stack) == 0
		case xmlStart:
			if r.isRow(t) {
				if filled, err := r.row(rec, t); filled || err != nil {
					return err
				}
				continue
			}
			if !t.empty {
				if len(r.stack) >= maxNesting {
					r.done = true
					r.fail(rec, ErrFileHostile.With("limit", "nesting"))
					return nil
				}
				r.stack = append(r.stack, bytes.Clone(t.name))
			}
		}
	}
	rec.End = Position{r.extent, r.number}
	return io.EOF
}

func (r *xmlRows) isRow(t *xmlToken) bool {
	if len(r.stack) != len(r.path)-1 || !bytes.Equal(t.name, r.path[len(r.path)-1]) {
		return false
	}
	for i, name := range r.stack {
		if !bytes.Equal(name, r.path[i]) {
			return false
		}
	}
	return true
}

// between says what an error outside of rows means: a file without its end has
// lost rows, which must not pass for its end.
func (r *xmlRows) between(rec *Record, err error) error {
	switch {
	case errors.Is(err, errTag):
		r.broken(rec, ErrMalformed)
		return nil
	case errors.Is(err, io.EOF) && len(r.stack) == 0:
		rec.End = Position{r.extent, r.number}
		return io.EOF
	}
	r.done = true
	why, known := errors.AsType[*fault.Error](err)
	switch {
	case known:
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		why = ErrTorn
	default:
		return ErrRead.Because(err)
	}
	r.fail(rec, why)
	return nil
}

func (r *xmlRows) fail(rec *Record, why *fault.Error) {
	r.number++
	rec.Number, rec.Raw, rec.Cells, rec.Fault = r.number, bytes.Clone(beginning(r.x.kept)), nil, why
	rec.End = Position{r.x.offset, r.number}
	if r.done {
		rec.End.Offset = r.extent
	}
}

// broken gives a row that is none and goes on at the next start of one.
func (r *xmlRows) broken(rec *Record, why *fault.Error) {
	r.fail(rec, why)
	r.x.keeping = false
	r.stack = append(r.stack[:0], r.path[:len(r.path)-1]...)
	if err := r.x.seek(r.path[len(r.path)-1]); err != nil {
		r.done = true
		rec.End.Offset = r.extent
		return
	}
	rec.End.Offset = r.x.offset
}
