package reading

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

var errMemory = errors.New("sqlite: no memory for the arguments")

// bind gives the arguments. Texts and blobs are copied to where SQLite finds
// them until the next ones are bound; a nil []byte is NULL.
func (s *stmt) bind(args []driver.Value) error {
	size := 0
	for _, a := range args {
		switch a := a.(type) {
		case string:
			size += len(a)
		case []byte:
			size += len(a)
		}
	}
	// An empty text is not NULL, and so must have an address.
	if size+1 > s.size {
		p := libc.Xrealloc(s.c.tls, s.space, libc.Tsize_t(size+1))
		if p == 0 {
			return errMemory
		}
		s.space, s.size = p, size+1
	}
	free, tls := s.space, s.c.tls
	for i, a := range args {
		n := int32(i + 1)
		var rc int32
		switch a := a.(type) {
		case nil:
			rc = sqlite3.Xsqlite3_bind_null(tls, s.p, n)
		case int64:
			rc = sqlite3.Xsqlite3_bind_int64(tls, s.p, n, a)
		case bool:
			one := int64(0)
			if a {
				one = 1
			}
			rc = sqlite3.Xsqlite3_bind_int64(tls, s.p, n, one)
		case float64:
			rc = sqlite3.Xsqlite3_bind_double(tls, s.p, n, a)
		case string:
			copy(unsafe.Slice(at[byte](free), len(a)), a)
			rc = sqlite3.Xsqlite3_bind_text(tls, s.p, n, free, int32(len(a)), sqlite3.SQLITE_STATIC)
			free += uintptr(len(a))
		case []byte:
			if a == nil {
				rc = sqlite3.Xsqlite3_bind_null(tls, s.p, n)
				break
			}
			copy(unsafe.Slice(at[byte](free), len(a)), a)
			rc = sqlite3.Xsqlite3_bind_blob(tls, s.p, n, free, int32(len(a)), sqlite3.SQLITE_STATIC)
			free += uintptr(len(a))
		default:
			return fmt.Errorf("sqlite: a %T is no argument", a)
		}
		if rc != sqlite3.SQLITE_OK {
			return &Error{int(rc)}
		}
	}
	return nil
}

// rows is the answer to one use of a statement; while it is open, so is the
// snapshot.
type rows struct {
	*stmt
	ended bool
}

// Columns implements driver.Rows.
func (r *rows) Columns() []string { return r.columns }

// Next implements driver.Rows. Texts and blobs stay where SQLite has them,
// which is until the next call; database/sql copies what it hands out.
func (r *rows) Next(into []driver.Value) error {
	if r.ended {
		return io.EOF
	}
	tls := r.c.tls
	switch rc := sqlite3.Xsqlite3_step(tls, r.p); rc {
	case sqlite3.SQLITE_ROW:
	case sqlite3.SQLITE_DONE:
		r.ended = true
		return io.EOF
	default:
		r.ended = true
		return &Error{int(rc)}
	}
	for i := range into {
		switch n := int32(i); sqlite3.Xsqlite3_column_type(tls, r.p, n) {
		case sqlite3.SQLITE_INTEGER:
			into[i] = sqlite3.Xsqlite3_column_int64(tls, r.p, n)
		case sqlite3.SQLITE_FLOAT:
			into[i] = sqlite3.Xsqlite3_column_double(tls, r.p, n)
		case sqlite3.SQLITE_TEXT:
			into[i] = r.bytes(sqlite3.Xsqlite3_column_text(tls, r.p, n), n)
		case sqlite3.SQLITE_BLOB:
			into[i] = r.bytes(sqlite3.Xsqlite3_column_blob(tls, r.p, n), n)
		default:
			into[i] = nil
		}
	}
	return nil
}

func (r *rows) bytes(p uintptr, column int32) []byte {
	size := sqlite3.Xsqlite3_column_bytes(r.c.tls, r.p, column)
	if p == 0 || size <= 0 {
		return []byte{}
	}
	return unsafe.Slice(at[byte](p), size)
}

// Close implements driver.Rows: the snapshot ends, the statement stays.
func (r *rows) Close() error {
	sqlite3.Xsqlite3_reset(r.c.tls, r.p) // repeats the failure of a step, which was told then
	sqlite3.Xsqlite3_clear_bindings(r.c.tls, r.p)
	return nil
}
