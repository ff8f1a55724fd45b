package sqlstore

import (
	"database/sql"
	"errors"
	"strings"

	"gorm.io/gorm"
)

// maxRows bounds the rows of one INSERT: beyond a few hundred nothing is gained.
const maxRows = 256

// sqliteParamBest is far below what SQLite takes: its Go driver looks every
// parameter up in a list, so that binding costs the square of their number
// (3,000 parameters at once take ten times as long as in statements of 200).
const sqliteParamBest = 200

var errShape = errors.New("bulk insert: a row has another number of values than there are columns")

// InsertMany inserts rows into table with as few statements as the engine's
// limit of parameters allows. table and columns are names from the program,
// never from a caller; each row has one value per column, of a type that a
// driver takes (int64, string, []byte, bool, driver.Valuer …). It fails like a
// single insert; nothing is inserted halfway once the transaction is rolled back.
func InsertMany(tx *gorm.DB, table string, columns []string, rows [][]any) error {
	step := maxRows
	limit := sqliteParamBest
	if EngineOf(tx) == MySQL {
		limit = mysqlParamMax
	}
	if n := limit / max(len(columns), 1); n < step {
		step = max(n, 1)
	}
	args := make([]any, 0, step*len(columns))
	query := ""
	for start, built := 0, 0; start < len(rows); {
		n := min(step, len(rows)-start)
		args = args[:0]
		for _, row := range rows[start : start+n] {
			if len(row) != len(columns) {
				return errShape
			}
			args = append(args, row...)
		}
		if n != built {
			query, built = insertSQL(table, columns, n), n
		}
		if err := Exec(tx, query, args...); err != nil {
			return err
		}
		start += n
	}
	return nil
}

func insertSQL(table string, columns []string, n int) string {
	var b strings.Builder
	b.WriteString("INSERT INTO `" + table + "` (`" + strings.Join(columns, "`,`") + "`) VALUES ")
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
