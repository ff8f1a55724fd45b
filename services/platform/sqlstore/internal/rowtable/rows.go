package rowtable

import (
	"errors"
	"sync"
	"unsafe"

	"modernc.org/libc"
)

// Errors of New. None quotes a value.
var (
	ErrShape   = errors.New("sqlite: a row has another number of values than the others")
	ErrWidth   = errors.New("sqlite: a row has too many values")
	errMemory  = errors.New("sqlite: no memory for the rows")
	errSize    = errors.New("sqlite: a value is too long")
	errChanged = errors.New("sqlite: a value changed while it was read")
)

// The kinds of a cell, which are those of SQLite.
const (
	kindNull = iota
	kindInt
	kindFloat
	kindText
	kindBlob
)

// cell is one value. Texts and blobs stand behind all cells.
type cell struct {
	kind  int32
	size  int32 // of a text or blob, in bytes
	value int64 // the number, the bits of the float, or the address
}

const cellSize = unsafe.Sizeof(cell{})

// Rows is a copy of rows of values in memory that SQLite can read.
type Rows struct {
	handle int64
	cells  uintptr
	n      int
	width  int
}

// live are the Rows that were not freed, by handle.
var live = struct {
	sync.Mutex
	last int64
	rows map[int64]*Rows
}{rows: map[int64]*Rows{}}

func find(handle int64) *Rows {
	live.Lock()
	defer live.Unlock()
	return live.rows[handle]
}

// MaxValue bounds one text or blob, as SQLite does.
const MaxValue = 1_000_000_000

// New copies rows of width values each, at most Columns, of the types that
// database/sql takes; a nil []byte is NULL, as with the driver. Free the result.
func New(rows [][]any, width int) (*Rows, error) {
	if width < 1 || width > Columns {
		return nil, ErrWidth
	}
	bytes, err := measure(rows, width)
	if err != nil {
		return nil, err
	}
	tls := libc.NewTLS()
	defer tls.Close()
	space := uintptr(len(rows)*width)*cellSize + uintptr(bytes)
	r := &Rows{n: len(rows), width: width, cells: libc.Xmalloc(tls, libc.Tsize_t(max(space, 1)))}
	if r.cells == 0 {
		return nil, errMemory
	}
	if err := r.fill(rows, bytes); err != nil {
		r.Free()
		return nil, err
	}
	live.Lock()
	defer live.Unlock()
	live.last++
	r.handle = live.last
	live.rows[r.handle] = r
	return r, nil
}

// Handle is the argument of go_rows that means these rows.
func (r *Rows) Handle() int64 { return r.handle }

// Free gives the memory back. No statement may be reading the rows any more.
func (r *Rows) Free() {
	live.Lock()
	delete(live.rows, r.handle)
	live.Unlock()
	if r.cells == 0 {
		return
	}
	tls := libc.NewTLS()
	libc.Xfree(tls, r.cells)
	tls.Close()
	r.cells = 0
}

// measure adds up the bytes of texts and blobs.
func measure(rows [][]any, width int) (bytes int, err error) {
	for _, row := range rows {
		if len(row) != width {
			return 0, ErrShape
		}
		for _, v := range row {
			n, err := sizeOf(v)
			if err != nil {
				return 0, err
			}
			if n > MaxValue {
				return 0, errSize
			}
			bytes += n
		}
	}
	return bytes, nil
}

// sizeOf is how many bytes a value takes behind the cells.
func sizeOf(v any) (int, error) {
	switch v := v.(type) { // what most values are
	case string:
		return len(v), nil
	case []byte:
		return len(v), nil
	case nil, int64, int, bool, float64:
		return 0, nil
	}
	p, err := read(v)
	return p.size(), err
}

func (r *Rows) fill(rows [][]any, bytes int) error {
	cells := unsafe.Slice(at[cell](r.cells), r.n*r.width)
	free := r.cells + uintptr(len(cells))*cellSize
	space := unsafe.Slice(at[byte](free), bytes)
	for _, row := range rows {
		for i, v := range row {
			var n int
			switch v := v.(type) { // what most values are
			case int64:
				cells[i] = cell{kind: kindInt, value: v}
				continue
			case int:
				cells[i] = cell{kind: kindInt, value: int64(v)}
				continue
			case string:
				if len(v) > len(space) {
					return errChanged
				}
				n = copy(space, v)
				cells[i] = cell{kind: kindText, size: int32(n), value: int64(free)}
			default:
				p, err := read(v)
				if err != nil {
					return err
				}
				if p.size() > len(space) {
					return errChanged
				}
				cells[i] = cell{kind: p.kind, value: p.number}
				if p.kind == kindText || p.kind == kindBlob {
					n = copy(space, p.text) + copy(space, p.blob)
					cells[i].size, cells[i].value = int32(n), int64(free)
				}
			}
			space, free = space[n:], free+uintptr(n)
		}
		cells = cells[r.width:]
	}
	return nil
}
