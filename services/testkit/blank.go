package testkit

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"sync"

	"xinju.dev/services/platform/migrate"
	"xinju.dev/services/platform/sqlstore"
)

// blank is the file of an SQLite database that was migrated and is still empty.
// A test program makes one for each list of migrations and copies it for each
// test: applying a hundred of them takes longer than most tests.
type blank struct {
	once sync.Once
	file []byte
	err  error
}

// Rows that a migration makes up by chance, such as the epoch of a feed, are made
// up anew in each copy: no two databases may have the same.
var byChance = regexp.MustCompile(`(?is)INSERT INTO (\w+) .*randomblob`)

func madeUp(sets []migrate.Set) (statements []string, err error) {
	for _, s := range sets {
		err := fs.WalkDir(s.FS, "sqlite", func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			text, err := fs.ReadFile(s.FS, path)
			if row := byChance.FindSubmatch(text); row != nil {
				statements = append(statements, "DELETE FROM "+string(row[1]), string(text))
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return statements, nil
}

var blanks sync.Map // of what the migrations say → *blank

func blankFile(ctx context.Context, sets []migrate.Set) ([]byte, error) {
	key, err := textOf(sets)
	if err != nil {
		return nil, err
	}
	kept, _ := blanks.LoadOrStore(key, &blank{})
	b := kept.(*blank)
	b.once.Do(func() { b.file, b.err = migrated(ctx, sets) })
	return b.file, b.err
}

// textOf stands for the files of all sets, so that two sets that have one name in
// different tests are two.
func textOf(sets []migrate.Set) (string, error) {
	h := sha256.New()
	for _, s := range sets {
		_, _ = fmt.Fprintf(h, "%q\n", s.Name)
		err := fs.WalkDir(s.FS, ".", func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			text, err := fs.ReadFile(s.FS, path)
			_, _ = fmt.Fprintf(h, "%q %d %s\n", path, len(text), text)
			return err
		})
		if err != nil {
			return "", err
		}
	}
	return string(h.Sum(nil)), nil
}

func migrated(ctx context.Context, sets []migrate.Set) ([]byte, error) {
	dir, err := os.MkdirTemp("", "xinju-blank")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	path := filepath.Join(dir, "blank.db")
	db, err := sqlstore.Open(ctx, "sqlite:"+path, sqlstore.Options{Rebuildable: true})
	if err != nil {
		return nil, err
	}
	if err := migrate.Up(ctx, db, sets...); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	if err := db.Close(); err != nil { // which writes the log back into the file
		return nil, err
	}
	if _, err := os.Stat(path + "-wal"); err == nil {
		return nil, fmt.Errorf("the log of %s was not written back", path)
	}
	return os.ReadFile(path) //nolint:gosec // the file made above
}
