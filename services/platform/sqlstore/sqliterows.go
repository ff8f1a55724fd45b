package sqlstore

import (
	"strconv"
	"strings"

	"gorm.io/gorm"

	"xinju.dev/services/platform/sqlstore/internal/rowtable"
)

// Bounds of the rows that one statement reads: memory that both hold them and a
// list of them costs, and what a failing statement has to undo.
const (
	sqliteRowsMost = 4096
	sqliteRowsFew  = 2 // a single one is bound as fast
)

// insertRead lets SQLite read the rows itself.
func insertRead(tx *gorm.DB, table string, columns []string, rows [][]any) error {
	query := insertReadSQL(table, columns)
	for len(rows) > 0 {
		n := min(sqliteRowsMost, len(rows))
		if err := withRows(rows[:n], len(columns), func(handle int64) error { return Exec(tx, query, handle) }); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

func withRows(rows [][]any, width int, use func(handle int64) error) error {
	r, err := rowtable.New(rows, width)
	if err != nil {
		return err
	}
	defer r.Free()
	return use(r.Handle())
}

func insertReadSQL(table string, columns []string) string {
	var b strings.Builder
	// OR FAIL: what a failing statement has inserted stays until the transaction is
	// rolled back, which it is. To be able to undo the statement alone, SQLite would
	// copy every page before it changes it, a tenth of the time.
	b.WriteString("INSERT OR FAIL INTO `" + table + "` (`" + strings.Join(columns, "`,`") + "`) SELECT ")
	for i := range columns {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString("c" + strconv.Itoa(i))
	}
	b.WriteString(" FROM " + rowtable.Table + "(?)")
	return b.String()
}
