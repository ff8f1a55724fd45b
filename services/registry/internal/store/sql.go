package store

import (
	"database/sql"
	"slices"
	"strings"

	"gorm.io/gorm"

	"xinju.dev/services/platform/sqlstore"
)

// step bounds the rows of one statement that is written out.
const step = 200

// marks are n placeholders.
func marks(n int) string { return strings.Repeat("?,", n-1) + "?" }

// selectIn runs a query that ends in IN (…) over keys; before are the arguments
// that stand ahead of the list.
func selectIn[K any](tx *gorm.DB, query string, before []any, keys []K, each func(*sql.Rows) error) error {
	return sqlstore.InKeys(tx, keys, func(list string, args []any) error {
		return sqlstore.Query(tx, each, query+" IN "+list, slices.Concat(before, args)...)
	})
}

// insertAbsent inserts rows whose keys are not there yet.
func insertAbsent(tx *gorm.DB, table string, columns []string, rows [][]any) error {
	verb := "INSERT OR IGNORE INTO "
	if sqlstore.EngineOf(tx) == sqlstore.MySQL {
		verb = "INSERT IGNORE INTO "
	}
	one := "(" + marks(len(columns)) + ")"
	for chunk := range slices.Chunk(rows, step) {
		var args []any
		for _, row := range chunk {
			args = append(args, row...)
		}
		values := strings.TrimSuffix(strings.Repeat(one+",", len(chunk)), ",")
		if err := sqlstore.Exec(tx, verb+table+" ("+strings.Join(columns, ", ")+") VALUES "+values, args...); err != nil {
			return err
		}
	}
	return nil
}

// deleteIn deletes by key.
func deleteIn[K any](tx *gorm.DB, query string, keys []K) error {
	return deleteOf(tx, query, nil, keys)
}

// deleteOf deletes by key; before are the arguments ahead of the list.
func deleteOf[K any](tx *gorm.DB, query string, before []any, keys []K) error {
	return sqlstore.InKeys(tx, keys, func(list string, args []any) error {
		return sqlstore.Exec(tx, query+" IN "+list, slices.Concat(before, args)...)
	})
}
