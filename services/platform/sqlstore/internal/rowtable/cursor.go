package rowtable

import (
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// cursor is a reading of a Rows, in SQLite's memory: no call of it may cost a
// look into a map.
type cursor struct {
	sqlite3.Sqlite3_vtab_cursor
	cells uintptr // the first cell of the row it stands on
	row   int
	rows  int
	width int
}

func open(tls *libc.TLS, _, out uintptr) int32 {
	p := sqlite3.Xsqlite3_malloc(tls, int32(unsafe.Sizeof(cursor{})))
	if p == 0 {
		return sqlite3.SQLITE_NOMEM
	}
	*at[cursor](p) = cursor{}
	*at[uintptr](out) = p
	return sqlite3.SQLITE_OK
}

func closeCursor(tls *libc.TLS, p uintptr) int32 {
	sqlite3.Xsqlite3_free(tls, p)
	return sqlite3.SQLITE_OK
}

func filter(tls *libc.TLS, p uintptr, _ int32, _ uintptr, argc int32, argv uintptr) int32 {
	if argc != 1 {
		return sqlite3.SQLITE_MISUSE
	}
	rows := find(sqlite3.Xsqlite3_value_int64(tls, *at[uintptr](argv)))
	if rows == nil {
		return sqlite3.SQLITE_MISUSE
	}
	c := at[cursor](p)
	c.cells, c.row, c.rows, c.width = rows.cells, 0, rows.n, rows.width
	return sqlite3.SQLITE_OK
}

func next(_ *libc.TLS, p uintptr) int32 {
	c := at[cursor](p)
	c.row++
	c.cells += uintptr(c.width) * cellSize
	return sqlite3.SQLITE_OK
}

func eof(_ *libc.TLS, p uintptr) int32 {
	if c := at[cursor](p); c.row < c.rows {
		return 0
	}
	return 1
}

func rowid(_ *libc.TLS, p, out uintptr) int32 {
	*at[int64](out) = int64(at[cursor](p).row)
	return sqlite3.SQLITE_OK
}

// column gives SQLite texts and blobs where they are: they outlive the statement.
func column(tls *libc.TLS, p, ctx uintptr, n int32) int32 {
	c := at[cursor](p)
	if int(n) >= c.width {
		sqlite3.Xsqlite3_result_null(tls, ctx)
		return sqlite3.SQLITE_OK
	}
	switch v := at[cell](c.cells + uintptr(n)*cellSize); v.kind {
	case kindNull:
		sqlite3.Xsqlite3_result_null(tls, ctx)
	case kindInt:
		sqlite3.Xsqlite3_result_int64(tls, ctx, v.value)
	case kindFloat:
		sqlite3.Xsqlite3_result_double(tls, ctx, *(*float64)(unsafe.Pointer(&v.value)))
	case kindText:
		sqlite3.Xsqlite3_result_text(tls, ctx, uintptr(v.value), v.size, sqlite3.SQLITE_STATIC)
	case kindBlob:
		sqlite3.Xsqlite3_result_blob(tls, ctx, uintptr(v.value), v.size, sqlite3.SQLITE_STATIC)
	}
	return sqlite3.SQLITE_OK
}
