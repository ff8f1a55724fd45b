// Package rowtable shows rows of Go values to SQLite as a table, go_rows:
//
//	INSERT INTO t (a, b) SELECT c0, c1 FROM go_rows(?)
//	SELECT … FROM t WHERE a IN (SELECT c0 FROM go_rows(?))
//
// The driver binds values one by one, looks every parameter up in a list and
// reads the statement's text anew each time; a table is read by SQLite itself,
// once per statement, at a quarter of the time. The argument is the handle of a
// Rows: it means nothing outside of this process and nothing after Free.
//
// The driver has no call for this, so the module is registered as SQLite offers
// it to programs that do not open connections themselves (sqlite3_auto_extension).
// It reads nothing but memory that a Rows owns.
package rowtable

import (
	"errors"
	"strconv"
	"strings"
	"sync"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// Columns is how many columns go_rows has: c0, c1 …
const Columns = 40

// Table is the name of the table.
const Table = "go_rows"

var errModule = errors.New("sqlite: the table of rows could not be registered")

// Register lets every connection opened from now on read go_rows.
var Register = sync.OnceValue(func() error {
	tls := libc.NewTLS()
	defer tls.Close()
	schema, err := libc.CString(schema())
	if err != nil {
		return err
	}
	name, err := libc.CString(Table)
	if err != nil {
		return err
	}
	p := libc.Xcalloc(tls, 1, libc.Tsize_t(unsafe.Sizeof(sqlite3.Sqlite3_module{})))
	if p == 0 {
		return errModule
	}
	*at[sqlite3.Sqlite3_module](p) = sqlite3.Sqlite3_module{
		FxConnect: function(connect), FxDisconnect: function(disconnect), FxBestIndex: function(bestIndex),
		FxOpen: function(open), FxClose: function(closeCursor), FxFilter: function(filter),
		FxNext: function(next), FxEof: function(eof), FxColumn: function(column), FxRowid: function(rowid),
	}
	module = registered{module: p, schema: schema, name: name}
	if sqlite3.Xsqlite3_auto_extension(tls, function(extend)) != sqlite3.SQLITE_OK {
		return errModule
	}
	return nil
})

// registered is memory of SQLite's that lives as long as the program.
type registered struct{ module, schema, name uintptr }

var module registered

func schema() string {
	var b strings.Builder
	b.WriteString("CREATE TABLE x (")
	for c := range Columns {
		b.WriteString("c" + strconv.Itoa(c) + ",")
	}
	b.WriteString("source HIDDEN)")
	return b.String()
}

// extend is called for every new connection.
func extend(tls *libc.TLS, db, _, _ uintptr) int32 {
	return sqlite3.Xsqlite3_create_module(tls, db, module.name, module.module, 0)
}

func connect(tls *libc.TLS, db, _ uintptr, _ int32, _, table, _ uintptr) int32 {
	if rc := sqlite3.Xsqlite3_declare_vtab(tls, db, module.schema); rc != sqlite3.SQLITE_OK {
		return rc
	}
	// Not from triggers and views: a handle is only ever an argument.
	if rc := sqlite3.Xsqlite3_vtab_config(tls, db, sqlite3.SQLITE_VTAB_DIRECTONLY, 0); rc != sqlite3.SQLITE_OK {
		return rc
	}
	p := sqlite3.Xsqlite3_malloc(tls, int32(unsafe.Sizeof(sqlite3.Sqlite3_vtab{})))
	if p == 0 {
		return sqlite3.SQLITE_NOMEM
	}
	*at[sqlite3.Sqlite3_vtab](p) = sqlite3.Sqlite3_vtab{}
	*at[uintptr](table) = p
	return sqlite3.SQLITE_OK
}

func disconnect(tls *libc.TLS, table uintptr) int32 {
	sqlite3.Xsqlite3_free(tls, table)
	return sqlite3.SQLITE_OK
}

// likelyRows is what the planner is told: few against a table worth an index.
const likelyRows = 200

// bestIndex refuses every plan in which the handle is not given.
func bestIndex(_ *libc.TLS, _, plan uintptr) int32 {
	info := at[sqlite3.Sqlite3_index_info](plan)
	if info.FnConstraint == 0 {
		return sqlite3.SQLITE_CONSTRAINT
	}
	constraints := unsafe.Slice(at[sqlite3.Tsqlite3_index_constraint](info.FaConstraint), info.FnConstraint)
	usage := unsafe.Slice(at[sqlite3.Tsqlite3_index_constraint_usage](info.FaConstraintUsage), info.FnConstraint)
	for i := range constraints {
		c := &constraints[i]
		if c.FiColumn == Columns && c.Fop == sqlite3.SQLITE_INDEX_CONSTRAINT_EQ && c.Fusable != 0 {
			usage[i].FargvIndex, usage[i].Fomit = 1, 1
			info.FestimatedCost, info.FestimatedRows = likelyRows, likelyRows
			return sqlite3.SQLITE_OK
		}
	}
	return sqlite3.SQLITE_CONSTRAINT
}

// at is memory of SQLite's, which Go's collector neither moves nor frees.
func at[T any](p uintptr) *T { return *(**T)(unsafe.Pointer(&p)) }

// function is the address by which SQLite calls a function of this package.
func function[T any](f T) uintptr { return *(*uintptr)(unsafe.Pointer(&struct{ f T }{f})) }
