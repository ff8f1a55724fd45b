// Package reading is a database/sql driver that reads an SQLite file with
// statements that stay prepared.
//
// The driver that everything else goes through keeps the text of a prepared
// statement and has SQLite read it anew at each use, which for a question that
// finds one row by its key is most of the work: 10 µs for the simplest, 40 µs
// for one of three tables, where the answer itself takes 5 µs. This one knows
// nothing but SELECT and five kinds of values.
package reading

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"strconv"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

var errReads = errors.New("sqlite: this connection only reads")

// Error is SQLite's extended result code; the text, which may quote a value, is
// not kept.
type Error struct{ Code int }

func (e *Error) Error() string { return "sqlite error " + strconv.Itoa(e.Code) }

// Connector opens connections to File, which must exist.
type Connector struct {
	File        string
	BusyTimeout int // in milliseconds
}

// Driver implements driver.Connector.
func (c Connector) Driver() driver.Driver { return opener{} }

type opener struct{}

// Open implements driver.Driver; a Connector opens connections.
func (opener) Open(string) (driver.Conn, error) { return nil, errReads }

// Connect implements driver.Connector.
func (c Connector) Connect(ctx context.Context) (driver.Conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	o := &conn{tls: libc.NewTLS()}
	if err := o.open(c); err != nil {
		return nil, errors.Join(err, o.Close())
	}
	return o, nil
}

// conn is one connection. database/sql lets one goroutine at a time use it and
// what it prepared.
type conn struct {
	tls *libc.TLS
	db  uintptr
}

func (c *conn) open(from Connector) error {
	name, err := libc.CString(from.File)
	if err != nil {
		return err
	}
	defer libc.Xfree(c.tls, name)
	db := c.tls.Alloc(int(unsafe.Sizeof(uintptr(0))))
	defer c.tls.Free(int(unsafe.Sizeof(uintptr(0))))
	rc := sqlite3.Xsqlite3_open_v2(c.tls, name, db, sqlite3.SQLITE_OPEN_READWRITE|sqlite3.SQLITE_OPEN_NOMUTEX, 0)
	c.db = *at[uintptr](db) // also when it failed
	if rc != sqlite3.SQLITE_OK {
		return &Error{int(rc)}
	}
	sqlite3.Xsqlite3_extended_result_codes(c.tls, c.db, 1)
	sqlite3.Xsqlite3_busy_timeout(c.tls, c.db, int32(from.BusyTimeout))
	for _, pragma := range []string{"PRAGMA query_only(1)", "PRAGMA temp_store(2)"} {
		if err := c.run(pragma); err != nil {
			return err
		}
	}
	return nil
}

func (c *conn) run(query string) error {
	s, err := c.Prepare(query)
	if err != nil {
		return err
	}
	rows, err := s.(*stmt).start(nil)
	if err == nil {
		if err = rows.Next(make([]driver.Value, len(rows.columns))); rows.ended {
			err = nil
		}
		err = errors.Join(err, rows.Close())
	}
	return errors.Join(err, s.Close())
}

// Prepare implements driver.Conn. It fails for what would write.
func (c *conn) Prepare(query string) (driver.Stmt, error) {
	text, err := libc.CString(query)
	if err != nil {
		return nil, err
	}
	defer libc.Xfree(c.tls, text)
	p := c.tls.Alloc(int(unsafe.Sizeof(uintptr(0))))
	defer c.tls.Free(int(unsafe.Sizeof(uintptr(0))))
	if rc := sqlite3.Xsqlite3_prepare_v3(c.tls, c.db, text, -1, sqlite3.SQLITE_PREPARE_PERSISTENT, p, 0); rc != sqlite3.SQLITE_OK {
		return nil, &Error{int(rc)}
	}
	s := &stmt{c: c, p: *at[uintptr](p)}
	if s.p == 0 || sqlite3.Xsqlite3_stmt_readonly(c.tls, s.p) == 0 {
		return nil, errors.Join(errReads, s.Close())
	}
	s.inputs = int(sqlite3.Xsqlite3_bind_parameter_count(c.tls, s.p))
	for i := range sqlite3.Xsqlite3_column_count(c.tls, s.p) {
		s.columns = append(s.columns, libc.GoString(sqlite3.Xsqlite3_column_name(c.tls, s.p, i)))
	}
	return s, nil
}

// Close implements driver.Conn.
func (c *conn) Close() error {
	if c.tls == nil {
		return nil
	}
	rc := sqlite3.Xsqlite3_close_v2(c.tls, c.db)
	c.tls.Close()
	c.tls, c.db = nil, 0
	if rc != sqlite3.SQLITE_OK {
		return &Error{int(rc)}
	}
	return nil
}

// Begin implements driver.Conn: each statement is a snapshot of its own.
func (c *conn) Begin() (driver.Tx, error) { return nil, errReads }

// stmt is a prepared statement.
type stmt struct {
	c       *conn
	p       uintptr
	inputs  int
	columns []string
	space   uintptr // SQLite's copy of texts and blobs that are bound
	size    int
}

// NumInput implements driver.Stmt.
func (s *stmt) NumInput() int { return s.inputs }

// Close implements driver.Stmt.
func (s *stmt) Close() error {
	libc.Xfree(s.c.tls, s.space)
	sqlite3.Xsqlite3_finalize(s.c.tls, s.p) // repeats the failure of a step, which was told then
	s.p, s.space, s.size = 0, 0, 0
	return nil
}

// Exec implements driver.Stmt.
func (s *stmt) Exec([]driver.Value) (driver.Result, error) { return nil, errReads }

// Query implements driver.Stmt.
func (s *stmt) Query(args []driver.Value) (driver.Rows, error) { return s.start(args) }

// QueryContext implements driver.StmtQueryContext. The end of ctx is noticed
// before the first row and between two.
func (s *stmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	plain := make([]driver.Value, len(args))
	for i, a := range args {
		if a.Name != "" {
			return nil, fmt.Errorf("sqlite: named argument %d", a.Ordinal)
		}
		plain[i] = a.Value
	}
	return s.start(plain)
}

func (s *stmt) start(args []driver.Value) (*rows, error) {
	if err := s.bind(args); err != nil {
		return nil, err
	}
	return &rows{stmt: s}, nil
}

// at is memory of SQLite's, which the garbage collector never moves.
func at[T any](p uintptr) *T { return *(**T)(unsafe.Pointer(&p)) }
