package sqlstore_test

import (
	"context"
	"database/sql"
	"errors"
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
