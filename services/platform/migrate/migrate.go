// Package migrate applies numbered SQL files to a database and says whether the
// schema is the one this build was made for.
//
// It never looks at models: what a table is, its SQL says, once per engine.
package migrate

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"

	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/sqlstore"

	"github.com/pressly/goose/v3"
)

// Faults of a schema.
var (
	ErrSchema = fault.New(fault.Precondition, "SCHEMA_MISMATCH",
		"the database schema is not the one of this build; run the migrations, or the newer build",
		"数据库结构与本程序版本不一致，请先执行迁移或使用更新的程序")
	ErrLocked = fault.New(fault.Unavailable, "MIGRATION_RUNNING", "another process is migrating this database", "另一进程正在迁移该数据库")
	errSet    = errors.New("a migration set needs a name of a–z, 0–9 and _, and files for every engine")
)

// Set is the migrations of one package: files sqlite/0001_name.sql and
// mysql/0001_name.sql in goose's format, the same numbers on both engines, one
// DDL statement per file (MySQL commits after each). Name also names the table
// that remembers what was applied, so it never changes.
type Set struct {
	Name string
	FS   fs.FS
}

// State is where one set stands in a database.
type State struct {
	Set     string
	Applied []int64 // versions in the database, ascending
	Build   []int64 // versions this build has, ascending
}

// Current reports that database and build have the same versions.
func (s State) Current() bool { return slices.Equal(s.Applied, s.Build) }

// Up applies what is missing, set after set. On MySQL it waits up to a minute
// for another process that does the same.
func Up(ctx context.Context, db *sqlstore.DB, sets ...Set) error {
	unlock, err := lock(ctx, db)
	if err != nil {
		return err
	}
	defer unlock()
	for _, set := range sets {
		p, err := provider(db, set)
		if err != nil {
			return err
		}
		if _, err := p.Up(ctx); err != nil {
			return fmt.Errorf("migrate %s%s: %w", set.Name, failedAt(err), sqlstore.Shown(err))
		}
	}
	return nil
}

// Check fails with SCHEMA_MISMATCH unless every set stands exactly where this
// build needs it. It changes nothing.
func Check(ctx context.Context, db *sqlstore.DB, sets ...Set) error {
	states, err := Status(ctx, db, sets...)
	if err != nil {
		return err
	}
	for _, s := range states {
		if !s.Current() {
			return ErrSchema.With("set", s.Set).With("applied", last(s.Applied)).With("build", last(s.Build))
		}
	}
	return nil
}

// Status reads where every set stands. It changes nothing.
func Status(ctx context.Context, db *sqlstore.DB, sets ...Set) ([]State, error) {
	var out []State
	for _, set := range sets {
		p, err := provider(db, set)
		if err != nil {
			return nil, err
		}
		s := State{Set: set.Name}
		for _, src := range p.ListSources() {
			s.Build = append(s.Build, src.Version)
		}
		if s.Applied, err = applied(ctx, db, set); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}

// failedAt names the file, which goose's own message does next to the driver's text.
func failedAt(err error) string {
	if p, ok := errors.AsType[*goose.PartialError](err); ok && p.Failed != nil && p.Failed.Source != nil {
		return " at " + path.Base(p.Failed.Source.Path)
	}
	return ""
}

func provider(db *sqlstore.DB, set Set) (*goose.Provider, error) {
	if !validName(set.Name) || set.FS == nil {
		return nil, errSet
	}
	files, err := fs.Sub(set.FS, string(db.Engine()))
	if err != nil {
		return nil, errSet
	}
	dialect := goose.DialectSQLite3
	if db.Engine() == sqlstore.MySQL {
		dialect = goose.DialectMySQL
	}
	p, err := goose.NewProvider(dialect, db.SQL(), files,
		goose.WithTableName(table(set)), goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
	if err != nil {
		return nil, fmt.Errorf("migration set %s: %w", set.Name, err)
	}
	return p, nil
}

func table(set Set) string { return "schema_" + set.Name }

// applied reads goose's version table, which need not exist yet.
func applied(ctx context.Context, db *sqlstore.DB, set Set) ([]int64, error) {
	find := "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = ?"
	if db.Engine() == sqlstore.MySQL {
		find = "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = ?"
	}
	var n int
	if err := db.SQL().QueryRowContext(ctx, find, table(set)).Scan(&n); err != nil || n == 0 {
		return nil, sqlstore.Shown(err)
	}
	rows, err := db.SQL().QueryContext(ctx, "SELECT version_id FROM `"+table(set)+"` WHERE version_id > 0 ORDER BY version_id")
	if err != nil {
		return nil, sqlstore.Shown(err)
	}
	defer func() { _ = rows.Close() }()
	var out []int64
	for rows.Next() {
		var v int64
		if err := rows.Scan(&v); err != nil {
			return nil, sqlstore.Shown(err)
		}
		out = append(out, v)
	}
	return out, sqlstore.Shown(rows.Err())
}

// lock keeps two processes from migrating one MySQL schema at a time. SQLite
// files belong to one process.
func lock(ctx context.Context, db *sqlstore.DB) (unlock func(), err error) {
	if db.Engine() != sqlstore.MySQL {
		return func() {}, nil
	}
	conn, err := db.SQL().Conn(ctx)
	if err != nil {
		return nil, sqlstore.Shown(err)
	}
	const name = "CONCAT('xinju.migrate.', MD5(DATABASE()))"
	var got sql.NullInt64
	if err := conn.QueryRowContext(ctx, "SELECT GET_LOCK("+name+", 60)").Scan(&got); err != nil || got.Int64 != 1 {
		_ = conn.Close()
		if err == nil {
			err = ErrLocked
		}
		return nil, sqlstore.Shown(err)
	}
	return func() {
		_, _ = conn.ExecContext(context.WithoutCancel(ctx), "DO RELEASE_LOCK("+name+")")
		_ = conn.Close()
	}, nil
}

func validName(s string) bool {
	for _, c := range []byte(s) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_' {
			return false
		}
	}
	return s != "" && len(s) <= 40
}

func last(v []int64) string {
	if len(v) == 0 {
		return "0"
	}
	return fmt.Sprint(v[len(v)-1])
}

// Sub makes a Set of the files below dir, for packages that embed a folder.
func Sub(name string, files fs.FS, dir string) Set {
	sub, err := fs.Sub(files, dir)
	if err != nil {
		return Set{Name: name} // refused by Up and Check
	}
	return Set{Name: name, FS: sub}
}
