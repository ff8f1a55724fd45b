// Package store keeps the aggregator's tables: the facts it received, what was
// derived from them, and how far each feed was followed, in generations so that
// a new one can be built beside the one that serves.
//
// It knows no facts and no rules: facts and pieces are bytes to it. The same
// statements run on SQLite and MySQL but for how four things are written (NOT
// INDEXED on the one, FOR UPDATE on the other, a join in the order given, the parts
// of a UNION with or without brackets); none needs triggers, SKIP LOCKED or RETURNING.
package store

import (
	"context"
	"embed"
	"errors"

	"xinju.dev/services/platform/migrate"
	"xinju.dev/services/platform/sqlstore"

	"gorm.io/gorm"
)

//go:embed migrations
var files embed.FS

// Migrations creates the aggregator's tables.
func Migrations() migrate.Set { return migrate.Sub("aggregator", files, "migrations") }

// Store runs transactions over the aggregator's tables.
type Store struct {
	db        *sqlstore.DB
	lines     lineStatements
	foldOnce  int
	everybody *sqlstore.Statement
	named     *sqlstore.Statement
}

// New returns the store in db, which must be migrated.
func New(db *sqlstore.DB) *Store {
	return &Store{
		db: db, lines: newLineStatements(db), foldOnce: foldOnce,
		everybody: db.Statement(residentsOf(db.Engine())), named: db.Statement(everyNamed),
	}
}

// FoldEach sets of how many changed lines one has the changes around it folded into
// their blocks, which changes nothing that is read.
func (s *Store) FoldEach(lines int) { s.foldOnce = lines }

// Tx is one transaction.
type Tx struct {
	tx       *gorm.DB
	foldOnce int // of how many changed lines one has those around it folded
}

// SQL is the transaction itself, for tables of the same database that belong to
// another package.
func (t Tx) SQL() *gorm.DB { return t.tx }

// Write commits what fn did, or nothing. fn may run several times.
func (s *Store) Write(ctx context.Context, fn func(Tx) error) error {
	return s.db.Write(ctx, func(tx *gorm.DB) error { return fn(Tx{tx, s.foldOnce}) })
}

// Read runs fn on one snapshot.
func (s *Store) Read(ctx context.Context, fn func(Tx) error) error {
	return s.db.Read(ctx, func(tx *gorm.DB) error { return fn(Tx{tx, s.foldOnce}) })
}

var errNoHead = errors.New("the generation row is missing")

// add inserts rows with keys that are not there, which is fastest where they are many.
func (t Tx) add(table string, columns []string, rows [][]any) error {
	return sqlstore.InsertMany(t.tx, table, columns, rows)
}

// replace inserts rows or overwrites those with the same key.
func (t Tx) replace(table string, columns []string, rows [][]any) error {
	return sqlstore.ReplaceMany(t.tx, table, columns, rows)
}
