package main

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"

	"xinju.dev/deploy/bench/internal/county"
)

// engine is a database that both ours and the baseline run on.
type engine interface {
	name() string
	// cpu reads the CPU time of the database's own process; nil when it has none
	// or cannot be seen.
	cpu() func() (time.Duration, error)
	// kept returns the address, for sqlstore, of a database that later runs use
	// again, made when missing.
	kept(ctx context.Context, b *bench, residents int, what string) (dsn string, err error)
	// fresh is an empty database that is removed afterwards.
	fresh(ctx context.Context, b *bench) (dsn string, drop func() error, err error)
	// open connects to a database past sqlstore, for what is not ours.
	open(dsn string) (*sql.DB, error)
	// load fills a table of the join from a file of tab-separated integers.
	load(ctx context.Context, db *sql.DB, t county.Table, file string) error
	// dialect is what the SQL of the join differs in.
	dialect() dialect
}

func (b *bench) engines() []engine {
	out := []engine{sqliteEngine{}}
	if b.mysql != nil {
		out = append(out, mysqlEngine{b.mysql})
	}
	return out
}

type sqliteEngine struct{}

func (sqliteEngine) name() string                       { return "SQLite" }
func (sqliteEngine) cpu() func() (time.Duration, error) { return nil }

func (sqliteEngine) kept(_ context.Context, b *bench, residents int, what string) (string, error) {
	dir, err := b.kept(residents)
	return "sqlite:" + filepath.Join(dir, what+".db"), err
}

func (sqliteEngine) fresh(_ context.Context, b *bench) (string, func() error, error) {
	dir, err := os.MkdirTemp(b.folder, "once-")
	return "sqlite:" + filepath.Join(dir, "once.db"), func() error { return os.RemoveAll(dir) }, err
}

// open lets SQLite hold the whole database in memory.
func (sqliteEngine) open(dsn string) (*sql.DB, error) {
	params := url.Values{"_pragma": {"cache_size(-1048576)", "temp_store(2)", "journal_mode(WAL)", "synchronous(1)"}}
	db, err := sql.Open("sqlite", strings.TrimPrefix(dsn, "sqlite:")+"?"+params.Encode())
	if err == nil {
		db.SetMaxOpenConns(1) // the cache belongs to the connection
	}
	return db, err
}

type mysqlEngine struct{ *server }

func (mysqlEngine) name() string                         { return "MariaDB" }
func (m mysqlEngine) cpu() func() (time.Duration, error) { return m.server.cpu }

func (m mysqlEngine) kept(ctx context.Context, b *bench, residents int, what string) (string, error) {
	schema := m.prefix + "_" + strings.ReplaceAll(b.key(residents), "-", "_") + "_" + what
	return m.dsn(schema), m.create(ctx, schema)
}

func (m mysqlEngine) fresh(ctx context.Context, _ *bench) (string, func() error, error) {
	schema, drop, err := m.server.fresh(ctx)
	return m.dsn(schema), drop, err
}

func (m mysqlEngine) open(dsn string) (*sql.DB, error) {
	cfg, err := mysql.ParseDSN(strings.TrimPrefix(dsn, "mysql:"))
	if err != nil {
		return nil, errServer
	}
	return m.server.open(cfg.DBName)
}

func (mysqlEngine) load(ctx context.Context, db *sql.DB, t county.Table, file string) error {
	mysql.RegisterLocalFile(file)
	defer mysql.DeregisterLocalFile(file)
	_, err := db.ExecContext(ctx, "LOAD DATA LOCAL INFILE '"+file+"' INTO TABLE "+t.Name+" ("+strings.Join(t.Columns, ", ")+")")
	return err
}

func missing(file string) (bool, error) {
	_, err := os.Stat(file)
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil
	}
	return false, err
}
