package sqlstore_test

import (
	"database/sql"
	"fmt"
	"testing"

	"xinju.dev/services/platform/migrate"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"

	"gorm.io/gorm"
)

// BenchmarkInKeys looks up keys of which none, or each, is there, among 100,000.
func BenchmarkInKeys(b *testing.B) {
	for _, engine := range []struct {
		name, ddl string
		open      func(testing.TB, ...migrate.Set) *sqlstore.DB
	}{
		{"sqlite", "CREATE TABLE k (id TEXT NOT NULL PRIMARY KEY, owner TEXT NOT NULL) STRICT, WITHOUT ROWID", testkit.SQLite},
		{"mysql", "CREATE TABLE k (id VARCHAR(64) NOT NULL PRIMARY KEY, owner VARCHAR(64) NOT NULL) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin", testkit.MySQL},
	} {
		db := engine.open(b)
		if _, err := db.SQL().ExecContext(b.Context(), engine.ddl); err != nil {
			b.Fatal(err)
		}
		rows := make([][]any, 100_000)
		for i := range rows {
			rows[i] = []any{fmt.Sprintf("K%012d", i*7), "owner"}
		}
		if err := db.Write(b.Context(), func(tx *gorm.DB) error { return sqlstore.InsertMany(tx, "k", []string{"id", "owner"}, rows) }); err != nil {
			b.Fatal(err)
		}
		for _, tail := range []string{"", "x"} {
			for _, size := range []int{1, 10, 200, 2000} {
				keys := make([]string, size)
				for i := range keys {
					keys[i] = rows[i*(len(rows)/size)][0].(string) + tail
				}
				b.Run(fmt.Sprintf("%s/there=%v/%d", engine.name, tail == "", size), func(b *testing.B) {
					err := db.Write(b.Context(), func(tx *gorm.DB) error {
						for b.Loop() {
							err := sqlstore.InKeys(tx, keys, func(list string, args []any) error {
								return sqlstore.Query(tx, func(*sql.Rows) error { return nil }, "SELECT id, owner FROM k WHERE id IN "+list, args...)
							})
							if err != nil {
								return err
							}
						}
						return nil
					})
					if err != nil {
						b.Fatal(err)
					}
					b.ReportMetric(b.Elapsed().Seconds()*1e6/float64(b.N*size), "us/key")
				})
			}
		}
	}
}
