package sqlstore

import (
	"database/sql"
	"errors"
	"reflect"
	"slices"
	"strconv"
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
	if len(rows) >= 2*step && EngineOf(tx) == SQLite {
		done, err := insertPrepared(tx, table, columns, rows, step)
		if err != nil {
			return err
		}
		rows = rows[done:]
	}
	args := make([]any, 0, step*len(columns))
	for len(rows) > 0 {
		n := min(step, len(rows))
		var err error
		if args, err = flatten(args[:0], columns, rows[:n]); err != nil {
			return err
		}
		if err := Exec(tx, insertSQL(table, columns, n), args...); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

// insertPrepared inserts as many runs of rows as there are with one prepared
// statement and returns how many rows that were: on SQLite half of the time of a
// short insert goes into reading its text.
func insertPrepared(tx *gorm.DB, table string, columns []string, rows [][]any, step int) (done int, err error) {
	same, err := constants(columns, rows)
	if err != nil {
		return 0, err
	}
	varying := len(columns) - len(same)
	step = max(step, min(maxRows, len(rows), (sqliteParamBest-len(same))/varying))
	stmt, err := tx.Statement.ConnPool.PrepareContext(tx.Statement.Context, insertSameSQL(table, columns, same, step))
	if err != nil {
		return 0, Shown(err)
	}
	defer func() {
		if cerr := stmt.Close(); err == nil {
			err = Shown(cerr)
		}
	}()
	args := make([]any, 0, step*varying+len(same))
	for _, c := range same {
		args = append(args, rows[0][c])
	}
	for ; done+step <= len(rows); done += step {
		args = args[:len(same)]
		for _, row := range rows[done : done+step] {
			next := same
			for c, v := range row {
				if len(next) > 0 && next[0] == c {
					next = next[1:]
					continue
				}
				args = append(args, v)
			}
		}
		if _, err = stmt.ExecContext(tx.Statement.Context, args...); err != nil {
			return done, Shown(err)
		}
	}
	return done, nil
}

// constants returns the positions of the columns that hold one value in every
// row; at least one column is left over.
func constants(columns []string, rows [][]any) (same []int, err error) {
	for _, row := range rows {
		if len(row) != len(columns) {
			return nil, errShape
		}
	}
	for c := range columns {
		first := rows[0][c]
		if first != nil && !reflect.TypeOf(first).Comparable() || len(same) == len(columns)-1 {
			continue
		}
		if !slices.ContainsFunc(rows, func(row []any) bool { return row[c] != first }) {
			same = append(same, c)
		}
	}
	return same, nil
}

// insertSameSQL is insertSQL where some columns hold one value in every row: it
// is bound once for all of them.
func insertSameSQL(table string, columns []string, same []int, n int) string {
	if len(same) == 0 {
		return insertSQL(table, columns, n)
	}
	picked := make([]string, len(columns))
	varying := 0
	for c := range columns {
		if slices.Contains(same, c) {
			picked[c] = "?"
			continue
		}
		varying++
		picked[c] = "column" + strconv.Itoa(varying)
	}
	one := "(" + strings.Repeat("?,", varying-1) + "?)"
	return "INSERT INTO `" + table + "` (`" + strings.Join(columns, "`,`") + "`) SELECT " + strings.Join(picked, ",") +
		" FROM (VALUES " + strings.Repeat(one+",", n-1) + one + ")"
}

func flatten(args []any, columns []string, rows [][]any) ([]any, error) {
	for _, row := range rows {
		if len(row) != len(columns) {
			return nil, errShape
		}
		args = append(args, row...)
	}
	return args, nil
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
