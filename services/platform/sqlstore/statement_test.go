package sqlstore_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"testing"

	"gorm.io/gorm"

	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"
)

func TestAStatementReadsWhatIsCommittedAndNothingElse(t *testing.T) {
	testkit.EachEngine(t, nil, func(t *testing.T, db *sqlstore.DB) {
		write := func(query string) {
			t.Helper()
			if err := db.Write(t.Context(), func(tx *gorm.DB) error { return sqlstore.Exec(tx, query) }); err != nil {
				t.Fatal(err)
			}
		}
		early := db.Statement("SELECT n FROM kept WHERE n > ? ORDER BY n")
		if err := early.Each(t.Context(), nil, 0); err == nil {
			t.Fatal("there is no such table yet")
		}
		write("CREATE TABLE kept (n BIGINT NOT NULL PRIMARY KEY)")
		write("INSERT INTO kept VALUES (1), (2), (3)")
		read := func(ctx context.Context, least int) (out []int, err error) {
			err = early.Each(ctx, func(r *sql.Rows) error {
				var n int
				err := r.Scan(&n)
				out = append(out, n)
				return err
			}, least)
			return out, err
		}
		if got, err := read(t.Context(), 1); err != nil || len(got) != 2 || got[0] != 2 {
			t.Errorf("%v, %v", got, err)
		}
		err := db.Write(t.Context(), func(tx *gorm.DB) error {
			if err := sqlstore.Exec(tx, "INSERT INTO kept VALUES (4)"); err != nil {
				return err
			}
			if got, err := read(t.Context(), 3); err != nil || len(got) != 0 {
				t.Errorf("before the commit: %v, %v", got, err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := read(t.Context(), 3); err != nil || len(got) != 1 {
			t.Errorf("after the commit: %v, %v", got, err)
		}
		gone, leave := context.WithCancel(t.Context())
		leave()
		if _, err := read(gone, 0); !errors.Is(err, context.Canceled) {
			t.Errorf("somebody who has left: %v", err)
		}
		stop := errors.New("enough")
		if err := early.Each(t.Context(), func(*sql.Rows) error { return stop }, 0); !errors.Is(err, stop) {
			t.Errorf("%v", err)
		}
		if err := db.Statement("INSERT INTO kept VALUES (9)").Each(t.Context(), nil); db.Engine() == sqlstore.SQLite && err == nil {
			t.Error("a reader wrote")
		}
	})
}

// Every kind of value comes back as what the other way of reading makes of it,
// and a statement outlives a change of its table.
func TestAStatementReadsTheSameValuesAsATransaction(t *testing.T) {
	testkit.EachEngine(t, nil, func(t *testing.T, db *sqlstore.DB) {
		write := func(query string, args ...any) {
			t.Helper()
			if err := db.Write(t.Context(), func(tx *gorm.DB) error { return sqlstore.Exec(tx, query, args...) }); err != nil {
				t.Fatal(err)
			}
		}
		write("CREATE TABLE kinds (k VARCHAR(8) NOT NULL PRIMARY KEY, n BIGINT, f DOUBLE, b VARBINARY(100), t VARCHAR(100), d BOOLEAN NOT NULL)")
		write("INSERT INTO kinds VALUES (?, ?, ?, ?, ?, ?)", "full", int64(-1<<62), 0.5, []byte{0, 1, 255}, "张三·\x00末", true)
		write("INSERT INTO kinds VALUES (?, ?, ?, ?, ?, ?)", "none", nil, nil, nil, nil, false)
		write("INSERT INTO kinds VALUES (?, ?, ?, ?, ?, ?)", "void", int64(0), 0.0, []byte{}, "", false)
		type row struct {
			N sql.NullInt64
			F sql.NullFloat64
			B []byte
			T sql.NullString
			D bool
		}
		const query = "SELECT n, f, b, t, d FROM kinds WHERE k = ? AND ? = 1 AND (? IS NULL OR ? = '')"
		st := db.Statement(query)
		for _, name := range []string{"full", "none", "void", "nobody"} {
			var kept, plain []row
			into := func(to *[]row) func(r *sql.Rows) error {
				return func(r *sql.Rows) error {
					var x row
					err := r.Scan(&x.N, &x.F, &x.B, &x.T, &x.D)
					*to = append(*to, x)
					return err
				}
			}
			args := []any{name, true, []byte(nil), ""}
			if err := st.Each(t.Context(), into(&kept), args...); err != nil {
				t.Fatal(err)
			}
			if err := db.Read(t.Context(), func(tx *gorm.DB) error { return sqlstore.Query(tx, into(&plain), query, args...) }); err != nil {
				t.Fatal(err)
			}
			if len(kept) != len(plain) || len(kept) == 1 && !reflect.DeepEqual(normal(kept[0].B), normal(plain[0].B)) {
				t.Fatalf("%s: %+v, want %+v", name, kept, plain)
			}
			for i := range kept {
				kept[i].B, plain[i].B = nil, nil
			}
			if !reflect.DeepEqual(kept, plain) {
				t.Errorf("%s: %+v, want %+v", name, kept, plain)
			}
		}
		write("ALTER TABLE kinds ADD COLUMN more BIGINT")
		write("INSERT INTO kinds (k, d) VALUES ('late', TRUE)")
		seen := 0
		count := func(*sql.Rows) error { seen++; return nil }
		if err := st.Each(t.Context(), count, "late", 1, nil, ""); err != nil || seen != 1 {
			t.Errorf("after the table changed: %d rows, %v", seen, err)
		}
	})
}

// normal makes nothing of an empty blob: a driver may give either.
func normal(b []byte) string { return string(b) }

// Readers at the same time have a statement each; one that stops in the middle
// leaves it ready for the next, and no snapshot open.
func TestAStatementIsAskedByManyAtOnce(t *testing.T) {
	testkit.EachEngine(t, nil, func(t *testing.T, db *sqlstore.DB) {
		write := func(query string, args ...any) {
			t.Helper()
			if err := db.Write(t.Context(), func(tx *gorm.DB) error { return sqlstore.Exec(tx, query, args...) }); err != nil {
				t.Fatal(err)
			}
		}
		write("CREATE TABLE many (n BIGINT NOT NULL PRIMARY KEY, said VARCHAR(100) NOT NULL)")
		for n := range 50 {
			write("INSERT INTO many VALUES (?, ?)", n, fmt.Sprint("word ", n))
		}
		st := db.Statement("SELECT n, said FROM many WHERE n >= ? ORDER BY n")
		enough := errors.New("enough")
		var wg sync.WaitGroup
		for range 12 {
			wg.Go(func() {
				for from := range 50 {
					var n int
					var said string
					err := st.Each(t.Context(), func(r *sql.Rows) error {
						if err := r.Scan(&n, &said); err != nil {
							return err
						}
						return enough
					}, from)
					if !errors.Is(err, enough) || n != from || said != fmt.Sprint("word ", from) {
						t.Errorf("from %d: %d %q, %v", from, n, said, err)
					}
				}
			})
		}
		wg.Wait()
		write("DELETE FROM many")
		if err := st.Each(t.Context(), func(*sql.Rows) error { return enough }, 0); err != nil {
			t.Errorf("an old snapshot was open: %v", err)
		}
	})
}
