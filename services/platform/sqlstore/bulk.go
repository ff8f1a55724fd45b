package sqlstore

import (
	"database/sql"
	"errors"
	"strings"

	"gorm.io/gorm"

	"xinju.dev/services/platform/sqlstore/internal/rowtable"
)

// maxRows bounds the rows of one bound INSERT: beyond a few hundred nothing is gained.
const maxRows = 256

// sqliteParamBest is far below what SQLite takes: its Go driver looks every
// parameter up in a list, so that binding costs the square of their number
// (3,000 parameters at once take ten times as long as in statements of 200).
const sqliteParamBest = 200

var errShape = errors.New("bulk insert: a row has another number of values than there are columns")

// InsertMany inserts rows into table in the way that the engine takes them
// fastest: SQLite reads them out of memory, MySQL gets statements of a few
// hundred, and thousands as a file. table and columns are names from the
// program, never from a caller; each row has one value per column, of a type
// that a driver takes (int64, string, []byte, bool, driver.Valuer …). It fails
// like a single insert; nothing is inserted halfway once the transaction is
// rolled back, which it must be after a failure.
func InsertMany(tx *gorm.DB, table string, columns []string, rows [][]any) error {
	for _, row := range rows {
		if len(row) != len(columns) {
			return errShape
		}
	}
	if EngineOf(tx) == SQLite {
		if len(rows) >= sqliteRowsFew && len(columns) <= rowtable.Columns {
			return writeRead(tx, "INSERT OR FAIL", table, columns, rows)
		}
		return writeBound(tx, "INSERT", table, columns, rows, sqliteParamBest)
	}
	return writeLoaded(tx, "INSERT", table, columns, rows)
}

// writeLoaded writes rows to a server: many as a file, where it takes files.
func writeLoaded(tx *gorm.DB, verb, table string, columns []string, rows [][]any) error {
	if load := loadingOf(tx); load != nil && len(rows) >= mysqlLoadLeast {
		done, err := load.load(tx, verb, table, columns, rows)
		if err != nil {
			return err
		}
		rows = rows[done:]
	}
	return writeBound(tx, verb, table, columns, rows, mysqlParamMax)
}

// writeBound writes rows with as few statements as limit of parameters allows.
func writeBound(tx *gorm.DB, verb, table string, columns []string, rows [][]any, limit int) error {
	step := max(1, min(maxRows, limit/max(len(columns), 1)))
	args := make([]any, 0, min(step, len(rows))*len(columns))
	for len(rows) > 0 {
		n := min(step, len(rows))
		args = args[:0]
		for _, row := range rows[:n] {
			args = append(args, row...)
		}
		if err := Exec(tx, writeSQL(verb, table, columns, n), args...); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

func writeSQL(verb, table string, columns []string, n int) string {
	var b strings.Builder
	b.WriteString(verb + " INTO `" + table + "` (`" + strings.Join(columns, "`,`") + "`) VALUES ")
	one := "(" + strings.Repeat("?,", len(columns)-1) + "?)"
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(one)
	}
	return b.String()
}

// Exec runs one statement without gorm's own parsing, for the few places where
// that costs. query is from the program; values go into args.
func Exec(tx *gorm.DB, query string, args ...any) error {
	_, err := tx.Statement.ConnPool.ExecContext(tx.Statement.Context, query, args...)
	return Shown(err)
}

// Query runs one query without gorm and calls each for every row. query is from
// the program; values go into args. each must not use tx while rows are open.
func Query(tx *gorm.DB, each func(rows *sql.Rows) error, query string, args ...any) (err error) {
	rows, err := tx.Statement.ConnPool.QueryContext(tx.Statement.Context, query, args...)
	if err != nil {
		return Shown(err)
	}
	defer func() {
		if cerr := rows.Close(); err == nil {
			err = Shown(cerr)
		}
	}()
	for rows.Next() {
		if err := each(rows); err != nil {
			return err
		}
	}
	return Shown(rows.Err())
}
