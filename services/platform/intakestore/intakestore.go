// Package intakestore keeps in SQL what package intake hands in: batches, their
// rows with one outcome each, senders, and the full lists of senders. It records
// items through the service's Applier, in the transaction that stores their
// outcomes and their change facts.
//
// It decides nothing about what an item does and knows no wire format.
package intakestore

import (
	"embed"
	"time"

	"gorm.io/gorm"

	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/intake"
	"xinju.dev/services/platform/migrate"
	"xinju.dev/services/platform/outcome"
	"xinju.dev/services/platform/seal"
	"xinju.dev/services/platform/sqlstore"
)

// Applier is the half of a target that knows the service's tables.
type Applier interface {
	// ApplyItems records items in tx: one outcome each, in their order, and the
	// facts that changed, which the caller appends to the change feed. There are
	// at most intake.ChunkRows of them. An error means that tx must roll back; a
	// fault of kind Invalid, that a smaller part may pass. It may be called again
	// for the same items, so it must not change them.
	ApplyItems(tx *gorm.DB, c Call, items []any) ([]outcome.Outcome, []changefeed.Fact, error)
	// Waiting returns the rows among those given, which waited when they came,
	// that wait to this day.
	Waiting(tx *gorm.DB, b intake.Batch, rows []intake.RowResult) (map[int]bool, error)
}

// Preparer is an Applier that can do a part of its work ahead: without the
// database, and while the items before are recorded.
type Preparer interface {
	// PrepareItems puts into the place of each item what ApplyItems takes as well.
	PrepareItems(sender string, items []any)
}

// Call says where items came from.
type Call struct {
	Target  string
	BatchID string
	Sender  string
	Rows    []int     // row number of each item in the batch
	At      time.Time // when the file was received: what "today" is for its rows
	Now     time.Time // when they are applied, so when it becomes known what they say; zero for At
}

// SQL keeps batches. It implements the interfaces of package intake.
type SQL struct {
	db    *sqlstore.DB
	seal  seal.Sealer
	apply Applier
}

var (
	_ intake.Store    = (*SQL)(nil)
	_ intake.Preparer = (*SQL)(nil)
	_ intake.Reader   = (*SQL)(nil)
	_ intake.Senders  = (*SQL)(nil)
	_ intake.Lists    = (*SQL)(nil)
)

// New returns a store on a migrated database.
func New(db *sqlstore.DB, sealer seal.Sealer, a Applier) *SQL {
	return &SQL{db: db, seal: sealer, apply: a}
}

//go:embed migrations
var files embed.FS

// Migrations creates the tables feed_batch, feed_row, feed_pack, feed_sender,
// feed_signer, feed_list, feed_alike and feed_profile.
func Migrations() migrate.Set { return migrate.Sub("intake", files, "migrations") }

func ms(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func at(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// forUpdate locks what is read; SQLite has one writer anyway.
func forUpdate(tx *gorm.DB) string {
	if sqlstore.EngineOf(tx) == sqlstore.MySQL {
		return " FOR UPDATE"
	}
	return ""
}

func insertIgnore(tx *gorm.DB) string {
	if sqlstore.EngineOf(tx) == sqlstore.MySQL {
		return "INSERT IGNORE INTO "
	}
	return "INSERT OR IGNORE INTO "
}
