package migrate_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"xinju.dev/services/platform/migrate"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"
)

// set makes a set that has the first n of three tables on both engines.
func set(name string, n int) migrate.Set {
	files := fstest.MapFS{}
	for i, table := range []string{"one", "two", "three"}[:n] {
		for _, engine := range []string{"sqlite", "mysql"} {
			file := engine + "/000" + string(rune('1'+i)) + "_" + table + ".sql"
			files[file] = &fstest.MapFile{Data: []byte("-- +goose Up\nCREATE TABLE " + name + "_" + table + " (id BIGINT NOT NULL PRIMARY KEY);\n")}
		}
	}
	return migrate.Set{Name: name, FS: files}
}

func TestASchemaIsBroughtToTheBuildAndChecked(t *testing.T) {
	testkit.EachEngine(t, nil, func(t *testing.T, db *sqlstore.DB) {
		ctx := t.Context()
		check := func(want error, sets ...migrate.Set) {
			t.Helper()
			if err := migrate.Check(ctx, db, sets...); !errors.Is(err, want) {
				t.Errorf("check: %v, want %v", err, want)
			}
		}
		check(migrate.ErrSchema, set("a", 2))
		if states, err := migrate.Status(ctx, db, set("a", 2)); err != nil || !cmp.Equal(states, []migrate.State{{Set: "a", Build: []int64{1, 2}}}) {
			t.Errorf("status before: %+v, %v", states, err)
		}
		for range 2 { // the second time there is nothing to do
			if err := migrate.Up(ctx, db, set("a", 2), set("b", 1)); err != nil {
				t.Fatal(err)
			}
		}
		check(nil, set("a", 2), set("b", 1))
		check(migrate.ErrSchema, set("a", 3)) // the build is newer
		check(migrate.ErrSchema, set("a", 1)) // the database is newer
		err := db.Write(ctx, func(tx *gorm.DB) error { return sqlstore.Exec(tx, "INSERT INTO a_one (id) VALUES (1)") })
		if err != nil {
			t.Fatal(err)
		}
		if err := migrate.Up(ctx, db, set("a", 3)); err != nil {
			t.Fatal(err)
		}
		check(nil, set("a", 3))
		states, err := migrate.Status(ctx, db, set("a", 3), set("b", 1))
		want := []migrate.State{{Set: "a", Applied: []int64{1, 2, 3}, Build: []int64{1, 2, 3}}, {Set: "b", Applied: []int64{1}, Build: []int64{1}}}
		if diff := cmp.Diff(want, states); err != nil || diff != "" {
			t.Errorf("status after: %v\n%s", err, diff)
		}
	})
}

func TestSeveralProcessesMayMigrateAtOnce(t *testing.T) {
	db := testkit.MySQL(t)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if err := migrate.Up(t.Context(), db, set("a", 3)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if err := migrate.Check(t.Context(), db, set("a", 3)); err != nil {
		t.Error(err)
	}
}

func TestABrokenMigrationSaysWhichSetAndLeavesTheSchemaBehind(t *testing.T) {
	testkit.EachEngine(t, nil, func(t *testing.T, db *sqlstore.DB) {
		bad := set("a", 1)
		for _, engine := range []string{"sqlite", "mysql"} {
			bad.FS.(fstest.MapFS)[engine+"/0002_broken.sql"] = &fstest.MapFile{Data: []byte("-- +goose Up\nCREATE TABEL x (id INT);\n")}
		}
		if err := migrate.Up(t.Context(), db, bad); err == nil || !strings.Contains(err.Error(), "migrate a at 0002_broken.sql") || strings.Contains(err.Error(), "TABEL") {
			t.Errorf("got %v, want the name of the file and no SQL", err)
		}
		states, err := migrate.Status(t.Context(), db, bad)
		if err != nil || states[0].Current() || !cmp.Equal(states[0].Applied, []int64{1}) {
			t.Errorf("status %+v, %v", states, err)
		}
	})
}

func TestASetNeedsANameAndFiles(t *testing.T) {
	db := testkit.SQLite(t)
	for name, bad := range map[string]migrate.Set{
		"no name": {FS: set("a", 1).FS}, "a name for SQL": {Name: "a; DROP TABLE x", FS: set("a", 1).FS}, "no files": {Name: "a"},
		"no files of the engine": {Name: "a", FS: fstest.MapFS{"mysql/0001_x.sql": &fstest.MapFile{}}},
	} {
		if err := migrate.Up(t.Context(), db, bad); err == nil {
			t.Errorf("%s: up accepted it", name)
		}
		if err := migrate.Check(t.Context(), db, bad); err == nil {
			t.Errorf("%s: check accepted it", name)
		}
	}
}
