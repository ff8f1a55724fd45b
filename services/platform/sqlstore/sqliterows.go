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

// writeRead lets SQLite read the rows itself. INSERT OR FAIL: what a failing
// statement has inserted stays until the transaction is rolled back, which it is.
// To be able to undo the statement alone, SQLite would copy every page before it
// changes it, a tenth of the time.
func writeRead(tx *gorm.DB, verb, table string, columns []string, rows [][]any) error {
	query := verb + " INTO `" + table + "` (`" + strings.Join(columns, "`,`") + "`) SELECT " + readColumns(len(columns)) + " FROM " + rowtable.Table + "(?)"
	return readRuns(tx, query, len(columns), rows)
}

// readRuns runs a statement that reads rows, as many of them at a time as is good.
func readRuns(tx *gorm.DB, query string, width int, rows [][]any) error {
	for len(rows) > 0 {
		n := min(sqliteRowsMost, len(rows))
		if err := withRows(rows[:n], width, func(handle int64) error { return Exec(tx, query, handle) }); err != nil {
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

// readColumns lists the first columns of rows that are read.
func readColumns(n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString("c" + strconv.Itoa(i))
	}
	return b.String()
}
