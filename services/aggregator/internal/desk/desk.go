// Package desk keeps what people put into the aggregator and no feed can give
// back: policy packs loaded at run time, figures from outside, who was asked to
// look after whom and what came of it, frozen reports and their signatures.
//
// It lies in the same database as the derived tables, outlives every generation
// of them and is never rebuilt. It knows no rules: packs and reports are bytes
// to it. The same statements run on SQLite and MySQL.
package desk

import (
	"context"
	"embed"

	"xinju.dev/services/platform/migrate"
	"xinju.dev/services/platform/sqlstore"

	"gorm.io/gorm"
)

//go:embed migrations
var files embed.FS

// Migrations creates the tables of the desk.
func Migrations() migrate.Set { return migrate.Sub("desk", files, "migrations") }

// Desk runs transactions over these tables.
type Desk struct{ db *sqlstore.DB }

// New returns the desk in db, which must be migrated.
func New(db *sqlstore.DB) *Desk { return &Desk{db: db} }

// Tx is one transaction.
type Tx struct{ tx *gorm.DB }

// Write commits what fn did, or nothing. fn may run several times.
func (d *Desk) Write(ctx context.Context, fn func(Tx) error) error {
	return d.db.Write(ctx, func(tx *gorm.DB) error { return fn(Tx{tx}) })
}

// Read runs fn on one snapshot.
func (d *Desk) Read(ctx context.Context, fn func(Tx) error) error {
	return d.db.Read(ctx, func(tx *gorm.DB) error { return fn(Tx{tx}) })
}
