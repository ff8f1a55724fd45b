// Package sqlstore opens the suite's databases and runs transactions the same
// way on MySQL and on the embedded SQLite.
//
// A store gets transactions and nothing else; no driver's text ever leaves this
// package, because MySQL's messages quote the values of the row.
package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
)

// Engine is the kind of database behind a DB.
type Engine string

// The two engines. MariaDB and TiDB count as MySQL.
const (
	SQLite Engine = "sqlite"
	MySQL  Engine = "mysql"
)

// Options tune a DB. The zero value is what a record service uses.
type Options struct {
	// Rebuildable lets SQLite lose the last commits when the power fails
	// (synchronous NORMAL instead of FULL). Only for what can be derived again.
	Rebuildable bool
	// Readers bounds the connections that read at the same time; 0 means 8 on
	// SQLite. On MySQL readers and writers share MaxConns.
	Readers int
	// MaxConns bounds the connections to MySQL; 0 means 32.
	MaxConns int
}

// DB is a database that only hands out transactions. It is safe for concurrent use.
type DB struct {
	engine Engine
	write  *gorm.DB
	read   *gorm.DB
	pools  []*sql.DB // pools[0] belongs to write
	asked  *sql.DB   // reads by statements that stay prepared; nil where pools do

	copying *checkpointer       // nil on MySQL
	writing *semaphore.Weighted // writers of this process, who may have to run alone
	turns   turns               // among processes

	mu      sync.Mutex
	waiting map[string]chan struct{} // topic → closed at the next announcement
}

func newDB(e Engine) *DB {
	return &DB{engine: e, writing: semaphore.NewWeighted(writers), turns: turns{longest: longestTry}, waiting: map[string]chan struct{}{}}
}

// Open connects to a database and makes sure that it is set up as the suite
// needs it. dsn is "sqlite:/path/file.db" (created when missing) or
// "mysql:user:password@tcp(host:port)/schema"; parameters are added here.
// It fails with DATABASE_UNSUITABLE when the server or file cannot serve, and
// with STORE_UNAVAILABLE when it cannot be reached. No error quotes the dsn.
func Open(ctx context.Context, dsn string, opts Options) (*DB, error) {
	kind, rest, _ := strings.Cut(dsn, ":")
	switch Engine(kind) {
	case SQLite:
		return openSQLite(ctx, rest, opts)
	case MySQL:
		return openMySQL(ctx, rest, opts)
	}
	return nil, ErrDSN
}

// Engine says which kind of database this is.
func (d *DB) Engine() Engine { return d.engine }

// SQL is the writer's connection pool. It is for migrations and operator
// commands only: stores use Write and Read.
func (d *DB) SQL() *sql.DB { return d.pools[0] }

// Close ends all connections. Transactions still running fail.
func (d *DB) Close() error {
	all := []error{d.copying.close()}
	if d.asked != nil {
		all = append(all, Shown(d.asked.Close()))
	}
	for _, p := range d.pools {
		all = append(all, Shown(p.Close()))
	}
	if d.turns.file != nil {
		all = append(all, d.turns.file.close())
	}
	return errors.Join(all...)
}

// EngineOf says which engine a transaction runs on.
func EngineOf(tx *gorm.DB) Engine { return Engine(tx.Name()) }

func open(dial gorm.Dialector) (*gorm.DB, error) {
	g, err := gorm.Open(dial, &gorm.Config{
		SkipDefaultTransaction: true, // Write and Read are the transactions
		TranslateError:         true,
		DisableAutomaticPing:   true,
		// Statements are not prepared ahead: gorm prepares inside the transaction
		// and database/sql closes the statement with it, so every use is prepared
		// again: one more round trip to MySQL (six statements: 0.6 ms without, 0.8 ms
		// with), a tenth gained on SQLite. A waiter for a statement that another
		// caller prepares would also get that caller's cancellation.
		PrepareStmt: false,
		Logger:      logger.Discard,
		NowFunc:     func() time.Time { return time.Now().UTC() },
	})
	if err != nil {
		return nil, Shown(err)
	}
	return g, nil
}

// ask runs one query that returns one row, outside of any transaction.
func ask(ctx context.Context, p *sql.DB, into []any, query string, args ...any) error {
	return Shown(p.QueryRowContext(ctx, query, args...).Scan(into...))
}
