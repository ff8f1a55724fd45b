package sqlstore_test

import (
	"database/sql"
	"fmt"
	"testing"

	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"
)

const keyedDDL = "CREATE TABLE keyed (place VARCHAR(20) NOT NULL, id INTEGER NOT NULL, mark VARCHAR(20) NOT NULL, PRIMARY KEY (place, id))"

func keyed(t *testing.T, db *sqlstore.DB, write func(tx *gorm.DB) error) (out []string) {
	t.Helper()
	if write != nil {
		if err := db.Write(t.Context(), write); err != nil {
			t.Fatal(err)
		}
	}
	err := db.Read(t.Context(), func(tx *gorm.DB) error {
		return sqlstore.Query(tx, func(rows *sql.Rows) error {
			var place, mark string
			var id int
			err := rows.Scan(&place, &id, &mark)
			out = append(out, fmt.Sprintf("%s %d %s", place, id, mark))
			return err
		}, "SELECT place, id, mark FROM keyed ORDER BY place, id")
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestRowsTakeThePlaceOfThoseWithTheirKey(t *testing.T) {
	columns := []string{"place", "id", "mark"}
	ways := map[string]func(tx *gorm.DB, rows [][]any) error{
		"replaced": func(tx *gorm.DB, rows [][]any) error { return sqlstore.ReplaceMany(tx, "keyed", columns, rows) },
		"updated":  func(tx *gorm.DB, rows [][]any) error { return sqlstore.UpdateMany(tx, "keyed", columns, 2, rows) },
	}
	testkit.EachEngine(t, nil, func(t *testing.T, db *sqlstore.DB) {
		for name, put := range ways {
			for _, n := range []int{1, 40} { // bound, and read
				t.Run(fmt.Sprintf("%d %s", n, name), func(t *testing.T) {
					if _, err := db.SQL().ExecContext(t.Context(), "DROP TABLE IF EXISTS keyed"); err != nil {
						t.Fatal(err)
					}
					for _, ddl := range []string{keyedDDL, "CREATE INDEX keyed_mark ON keyed (mark)"} {
						if _, err := db.SQL().ExecContext(t.Context(), ddl); err != nil {
							t.Fatal(err)
						}
					}
					var first, second [][]any
					var want []string
					for i := range n {
						first = append(first, []any{"a", i, "old"})
						second = append(second, []any{"a", i, "twice"}, []any{"a", i, "new"}, []any{"b", i, "new"})
					}
					for _, place := range []string{"a", "b"} {
						for i := range n {
							want = append(want, fmt.Sprintf("%s %d new", place, i))
						}
					}
					keyed(t, db, func(tx *gorm.DB) error { return put(tx, first) })
					if diff := cmp.Diff(want, keyed(t, db, func(tx *gorm.DB) error { return put(tx, second) })); diff != "" {
						t.Error(diff)
					}
					keys := [][]any{}
					for i := range n {
						keys = append(keys, []any{"a", i}, []any{"c", i}) // nobody has the second
					}
					del := func(tx *gorm.DB) error { return sqlstore.DeleteMany(tx, "keyed", columns[:2], keys) }
					if diff := cmp.Diff(want[n:], keyed(t, db, del)); diff != "" {
						t.Error(diff)
					}
					wrong := func(tx *gorm.DB) error { return put(tx, [][]any{{"a", 1}, {"a", 2}}) }
					if err := db.Write(t.Context(), wrong); err == nil {
						t.Error("rows of another shape are taken")
					}
				})
			}
		}
	})
}
