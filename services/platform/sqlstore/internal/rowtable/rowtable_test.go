package rowtable_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"

	"xinju.dev/services/platform/sqlstore/internal/rowtable"

	_ "github.com/glebarez/go-sqlite"
)

func open(t *testing.T) *sql.DB {
	t.Helper()
	if err := rowtable.Register(); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", filepath.Join(t.TempDir(), "x.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func rowsOf(t *testing.T, width int, rows ...[]any) *rowtable.Rows {
	t.Helper()
	r, err := rowtable.New(rows, width)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Free)
	return r
}

func count(ctx context.Context, db *sql.DB, query string, args ...any) (n int, err error) {
	err = db.QueryRowContext(ctx, query, args...).Scan(&n)
	return n, err
}

func TestRowsAreReadInTheirOrderAndAsOftenAsAsked(t *testing.T) {
	db, r := open(t), rowsOf(t, 2, []any{int64(3), "c"}, []any{int64(1), "a"}, []any{int64(2), nil})
	var got string
	err := db.QueryRowContext(t.Context(), "SELECT group_concat(c0 || ':' || ifnull(c1, '-') || ':' || (c2 IS NULL) || ':' || rowid, ' ') FROM go_rows(?)", r.Handle()).Scan(&got)
	if want := "3:c:1:0 1:a:1:1 2:-:1:2"; err != nil || got != want {
		t.Errorf("%q, %v; want %q", got, err, want)
	}
	if n, err := count(t.Context(), db, "SELECT COUNT(*) FROM go_rows(?1) a JOIN go_rows(?1) b", r.Handle()); err != nil || n != 9 {
		t.Errorf("%d pairs, %v", n, err)
	}
	if n, err := count(t.Context(), db, "SELECT COUNT(*) FROM go_rows(?)", rowsOf(t, 1).Handle()); err != nil || n != 0 {
		t.Errorf("no rows are %d, %v", n, err)
	}
}

func TestAHandleThatMeansNothingIsRefused(t *testing.T) {
	db, r := open(t), rowsOf(t, 1, []any{"secret"})
	gone := rowsOf(t, 1, []any{"gone"})
	gone.Free()
	for name, c := range map[string]struct {
		query string
		args  []any
	}{
		"none given":       {"SELECT COUNT(*) FROM go_rows", nil},
		"nobody's":         {"SELECT COUNT(*) FROM go_rows(?)", []any{r.Handle() + 1000}},
		"freed":            {"SELECT COUNT(*) FROM go_rows(?)", []any{gone.Handle()}},
		"a text":           {"SELECT COUNT(*) FROM go_rows(?)", []any{"x"}},
		"null":             {"SELECT COUNT(*) FROM go_rows(?)", []any{nil}},
		"a range of them":  {"SELECT COUNT(*) FROM go_rows WHERE source > ?", []any{0}},
		"another column":   {"SELECT COUNT(*) FROM go_rows WHERE c0 = ?", []any{r.Handle()}},
		"written to":       {"INSERT INTO go_rows (c0) VALUES (?)", []any{1}},
		"made a table of":  {"CREATE VIRTUAL TABLE t USING go_rows", nil},
		"read by a view":   {"SELECT COUNT(*) FROM v", nil},
		"in a trigger":     {"INSERT INTO u VALUES (1)", nil},
		"a column too far": {"SELECT c40 FROM go_rows(?)", []any{r.Handle()}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, ddl := range []string{
				"CREATE TABLE IF NOT EXISTS u (a)",
				fmt.Sprintf("CREATE VIEW IF NOT EXISTS v AS SELECT c0 FROM go_rows(%d)", r.Handle()),
				fmt.Sprintf("CREATE TRIGGER IF NOT EXISTS w AFTER INSERT ON u BEGIN INSERT INTO u SELECT c0 FROM go_rows(%d); END", r.Handle()),
			} {
				if _, err := db.ExecContext(t.Context(), ddl); err != nil {
					t.Fatal(err)
				}
			}
			var n int
			if err := db.QueryRowContext(t.Context(), c.query, c.args...).Scan(&n); err == nil || errors.Is(err, sql.ErrNoRows) {
				t.Errorf("accepted: %d, %v", n, err)
			}
		})
	}
}

func TestRowsThatCannotBeReadAreRefused(t *testing.T) {
	wide := make([]any, rowtable.Columns+1)
	for name, c := range map[string]struct {
		rows  [][]any
		width int
		want  error
	}{
		"too few values":  {[][]any{{1, 2}, {1}}, 2, rowtable.ErrShape},
		"too many values": {[][]any{{1, 2, 3}}, 2, rowtable.ErrShape},
		"too wide":        {[][]any{wide}, len(wide), rowtable.ErrWidth},
		"no columns":      {[][]any{{}}, 0, rowtable.ErrWidth},
	} {
		if _, err := rowtable.New(c.rows, c.width); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	if _, err := rowtable.New([][]any{{make(chan int)}}, 1); err == nil {
		t.Error("a channel was accepted")
	}
}

func TestConnectionsReadTheirOwnRowsAtTheSameTime(t *testing.T) {
	db := open(t)
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			for n := range 50 {
				rows := make([][]any, 100)
				for i := range rows {
					rows[i] = []any{fmt.Sprintf("%d-%d-%d", w, n, i)}
				}
				r, err := rowtable.New(rows, 1)
				if err != nil {
					t.Error(err)
					return
				}
				got, err := count(t.Context(), db, "SELECT COUNT(*) FROM go_rows(?) WHERE c0 LIKE ?", r.Handle(), fmt.Sprintf("%d-%d-%%", w, n))
				r.Free()
				if err != nil || got != len(rows) {
					t.Errorf("%d of %d rows, %v", got, len(rows), err)
				}
			}
		})
	}
	wg.Wait()
}
