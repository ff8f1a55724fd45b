package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"strconv"
	"strings"

	"xinju.dev/services/platform/sqlstore/internal/reading"
	"xinju.dev/services/platform/sqlstore/internal/rowtable"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
)

const (
	sqliteReaders = 8
	busyTimeoutMS = 5000

	// What the writer holds in memory, in KiB below zero: keys that come in no
	// order touch a page each, and SQLite's own 2 MiB make it read and write the
	// same pages again and again within one transaction. 200,000 rows into three
	// tables with keys in no order: 33 µs of CPU a row with SQLite's own settings,
	// 24 µs with these and a longer log; 16 KiB pages and mmap gained nothing more.
	// Twice as much gains an import of 1,000,000 residents a few hundredths, and
	// takes 64 MiB: the driver's memory comes in powers of two, and a page with what
	// SQLite keeps beside it is just above one.
	writerCache = "-32768"
)

// openSQLite opens one pool with a single connection that writes, so that
// writers queue in the process instead of failing with SQLITE_BUSY, and one
// pool that can only read.
func openSQLite(ctx context.Context, path string, opts Options) (*DB, error) {
	if path == "" || strings.ContainsAny(path, "?#%") || strings.HasPrefix(path, "file:") || strings.Contains(path, ":memory:") {
		return nil, ErrDSN
	}
	if err := rowtable.Register(); err != nil {
		return nil, ErrUnsuitable.With("engine", string(SQLite)).Because(err)
	}
	readers := opts.Readers
	if readers <= 0 {
		readers = sqliteReaders
	}
	level := "2" // FULL
	if opts.Rebuildable {
		level = "1" // NORMAL
	}
	if err := createPrivate(path); err != nil {
		return nil, ErrUnsuitable.With("engine", string(SQLite)).Because(err)
	}
	db := newDB(SQLite)
	var err error
	if db.turns.file, err = openTurn(path); err != nil {
		return nil, ErrUnsuitable.With("engine", string(SQLite)).Because(err)
	}
	if db.write, err = db.openFile(ctx, path, 1, url.Values{
		"_txlock": {"immediate"},
		"_pragma": {
			"busy_timeout(" + strconv.Itoa(busyTimeoutMS) + ")", "journal_mode(WAL)", "synchronous(" + level + ")", "foreign_keys(1)", "temp_store(2)",
			"cache_size(" + writerCache + ")", "wal_autocheckpoint(" + writerCheckpoint + ")",
		},
	}); err == nil {
		db.read, err = db.openFile(ctx, path, readers, url.Values{
			"_txlock": {"deferred"},
			"_pragma": {"busy_timeout(" + strconv.Itoa(busyTimeoutMS) + ")", "query_only(1)", "synchronous(" + level + ")", "foreign_keys(1)", "temp_store(2)"},
		})
	}
	if err == nil {
		err = db.assertPragmas(ctx, level)
	}
	if err != nil {
		_ = db.Close()
		return nil, err
	}
	if err := db.copyLog(ctx, path, level); err != nil {
		_ = db.Close()
		return nil, err
	}
	db.asked = sql.OpenDB(reading.Connector{File: path, BusyTimeout: busyTimeoutMS})
	db.asked.SetMaxOpenConns(readers)
	db.asked.SetMaxIdleConns(readers)
	return db, nil
}

// createPrivate makes a new database's file for its owner's eyes only; SQLite
// gives its mode to the files beside it. A file that is there is not opened:
// closing it would end the locks that this process holds on it.
func createPrivate(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return f.Close()
}

// copyLog lets the log be copied by a connection of its own.
func (d *DB) copyLog(ctx context.Context, path, level string) error {
	params := url.Values{"_pragma": {"busy_timeout(" + strconv.Itoa(busyTimeoutMS) + ")", "synchronous(" + level + ")"}}
	own, err := sql.Open(sqlite.DriverName, path+"?"+params.Encode())
	if err != nil {
		return ErrUnsuitable.With("engine", string(SQLite)).Because(Shown(err))
	}
	own.SetMaxOpenConns(1)
	d.copying = newCheckpointer(ctx, own, d.pools[0])
	return nil
}

func (d *DB) openFile(ctx context.Context, path string, conns int, params url.Values) (*gorm.DB, error) {
	pool, err := sql.Open(sqlite.DriverName, path+"?"+params.Encode())
	if err != nil {
		return nil, ErrUnsuitable.With("engine", string(SQLite)).Because(Shown(err))
	}
	pool.SetMaxOpenConns(conns)
	pool.SetMaxIdleConns(conns)
	d.pools = append(d.pools, pool)
	if err := pool.PingContext(ctx); err != nil {
		return nil, ErrUnsuitable.With("engine", string(SQLite)).Because(Shown(err))
	}
	return open(sqliteDialector{&sqlite.Dialector{DriverName: sqlite.DriverName, Conn: pool}})
}

type setting struct{ pragma, value string }

// assertPragmas reads back what was asked for: a misspelt parameter is ignored
// by the driver without a word.
func (d *DB) assertPragmas(ctx context.Context, level string) error {
	for i, pool := range d.pools {
		want := []setting{
			{"journal_mode", "wal"}, {"synchronous", level}, {"foreign_keys", "1"}, {"busy_timeout", strconv.Itoa(busyTimeoutMS)}, {"query_only", []string{"0", "1"}[i]},
		}
		if i == 0 {
			want = append(want, setting{"cache_size", writerCache}, setting{"wal_autocheckpoint", writerCheckpoint})
		}
		for _, w := range want {
			var got string
			if err := ask(ctx, pool, []any{&got}, "PRAGMA "+w.pragma); err != nil {
				return err
			}
			if got != w.value {
				return ErrUnsuitable.With("engine", string(SQLite)).With("setting", w.pragma).With("value", got)
			}
		}
	}
	return nil
}

// sqliteDialector replaces the driver's errors before gorm hands them out.
type sqliteDialector struct{ *sqlite.Dialector }

func (sqliteDialector) Translate(err error) error { return Shown(err) }
