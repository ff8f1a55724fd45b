package sqlstore_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"gorm.io/gorm"

	"xinju.dev/services/platform/sqlstore"
)

const pageBytes = 4096

// logged opens a database whose log is copied from so many pages on, with a
// write that changes about 50 pages.
func logged(t *testing.T, pages int) (db *sqlstore.DB, file string, write func() (left int)) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "x.db")
	db, err := sqlstore.Open(t.Context(), "sqlite:"+file, sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if _, err := db.SQL().ExecContext(t.Context(), "CREATE TABLE t (id INTEGER PRIMARY KEY, body BLOB)"); err != nil {
		t.Fatal(err)
	}
	db.CopyLogFrom(pages)
	return db, file, func() int {
		err := db.Write(context.Background(), func(tx *gorm.DB) error {
			return sqlstore.Exec(tx, "REPLACE INTO t (id, body) VALUES (1, randomblob(200000))")
		})
		if err != nil {
			t.Fatal(err)
		}
		left, err := db.LogCopied(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		return left
	}
}

func TestTheLogIsCopiedBesideTheWriterAndBeginsAnew(t *testing.T) {
	_, file, write := logged(t, 200)
	copied := 0
	for range 100 { // 5,000 pages
		if write() == 0 {
			copied++
		}
	}
	if copied < 10 {
		t.Errorf("the log was copied whole %d times", copied)
	}
	info, err := os.Stat(file + "-wal")
	if err != nil || info.Size() > 600*pageBytes {
		t.Errorf("the log has %d pages, %v", info.Size()/pageBytes, err)
	}
}

func TestTheLogBeginsAnewWhileTheWriterGoesOn(t *testing.T) {
	db, file, _ := logged(t, 200)
	for range 400 { // 20,000 pages
		err := db.Write(t.Context(), func(tx *gorm.DB) error {
			return sqlstore.Exec(tx, "REPLACE INTO t (id, body) VALUES (1, randomblob(200000))")
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	info, err := os.Stat(file + "-wal")
	if err != nil || info.Size() > 5_000*pageBytes {
		t.Errorf("the log has %d pages, %v", info.Size()/pageBytes, err)
	}
	t.Logf("the log has %d pages", info.Size()/pageBytes)
}

func TestTheLogKeepsWhatAReaderSees(t *testing.T) {
	db, _, write := logged(t, 200)
	write()
	sum := func(tx *gorm.DB) (s string) {
		if err := tx.Raw("SELECT hex(substr(body, 1, 20)) FROM t").Scan(&s).Error; err != nil {
			t.Fatal(err)
		}
		return s
	}
	err := db.Read(t.Context(), func(tx *gorm.DB) error {
		before := sum(tx)
		for range 20 {
			write()
		}
		if sum(tx) != before {
			t.Error("the reader sees another state")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if left := write(); left != 0 {
		t.Errorf("%d pages are left in the log after the reader has gone", left)
	}
}

func TestClosingEndsTheCopying(t *testing.T) {
	for range 20 {
		db, _, _ := logged(t, 1)
		err := db.Write(t.Context(), func(tx *gorm.DB) error {
			return sqlstore.Exec(tx, "REPLACE INTO t (id, body) VALUES (1, randomblob(2000000))")
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
}
