package sqlstore_test

import (
	"bytes"
	"fmt"
	"testing"

	"xinju.dev/services/platform/migrate"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"

	"gorm.io/gorm"
)

// A table as services have them: ten columns, a key of two texts, an index.
var wideColumns = []string{"sender", "event_id", "resident_id", "replaces", "digest", "coded", "sealed", "batch_id", "batch_row", "record_ms"}

const wideSQLite = `CREATE TABLE wide (sender TEXT NOT NULL, event_id TEXT NOT NULL, resident_id TEXT NOT NULL, replaces TEXT, digest BLOB NOT NULL,
 coded BLOB NOT NULL, sealed BLOB, batch_id TEXT NOT NULL, batch_row INTEGER NOT NULL, record_ms INTEGER NOT NULL, PRIMARY KEY (sender, event_id)) STRICT, WITHOUT ROWID;
CREATE INDEX wide_resident ON wide (resident_id, record_ms)`

const wideMySQL = `CREATE TABLE wide (sender VARCHAR(64) NOT NULL, event_id VARCHAR(64) NOT NULL, resident_id VARCHAR(64) NOT NULL, replaces VARCHAR(64), digest BINARY(16) NOT NULL,
 coded MEDIUMBLOB NOT NULL, sealed MEDIUMBLOB, batch_id VARCHAR(64) NOT NULL, batch_row INT NOT NULL, record_ms BIGINT NOT NULL, PRIMARY KEY (sender, event_id),
 KEY wide_resident (resident_id, record_ms)) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`

func wideRows(from, n int) [][]any {
	rows := make([][]any, n)
	for i := range rows {
		id := fmt.Sprintf("E%010d", from+i)
		rows[i] = []any{
			"ga.990000", id, "01J8ZQ4T9W" + id, nil, []byte("0123456789abcdef"), bytes.Repeat([]byte{'c'}, 90), bytes.Repeat([]byte{0xe5}, 120),
			"01J8ZQ4T9WABCDEFGHJKMNPQRS", int64(from + i), int64(1_780_000_000_000),
		}
	}
	return rows
}

type way struct {
	name   string
	insert func(tx *gorm.DB, table string, columns []string, rows [][]any) error
}

func bound(limit int) func(*gorm.DB, string, []string, [][]any) error {
	return func(tx *gorm.DB, table string, columns []string, rows [][]any) error {
		return sqlstore.InsertBound(tx, table, columns, rows, limit)
	}
}

// BenchmarkInsert compares the ways of InsertMany, in transactions of one call.
func BenchmarkInsert(b *testing.B) {
	for _, engine := range []struct {
		name, ddl string
		open      func(testing.TB, ...migrate.Set) *sqlstore.DB
		ways      []way
	}{
		{"sqlite", wideSQLite, testkit.SQLite, []way{{"bound", bound(200)}, {"read", sqlstore.InsertRead}}},
		{"mysql", wideMySQL, testkit.MySQL, []way{{"bound", bound(65535)}, {"load", sqlstore.InsertLoaded}}},
	} {
		for _, w := range engine.ways {
			for _, size := range []int{1, 2, 10, 100, 1000, 8000} {
				b.Run(fmt.Sprintf("%s/%s/%d", engine.name, w.name, size), func(b *testing.B) {
					db := engine.open(b)
					if _, err := db.SQL().ExecContext(b.Context(), engine.ddl); err != nil {
						b.Fatal(err)
					}
					for n := 0; b.Loop(); n++ {
						rows := wideRows(n*size, size)
						err := db.Write(b.Context(), func(tx *gorm.DB) error { return w.insert(tx, "wide", wideColumns, rows) })
						if err != nil {
							b.Fatal(err)
						}
					}
					b.ReportMetric(b.Elapsed().Seconds()*1e6/float64(b.N*size), "us/row")
				})
			}
		}
	}
}
