// Package recordstore keeps dated service records about residents in SQL: what
// every kind of record needs (versions, replayed creates, lists by key, voiding,
// the change feed) is written once here and given a row type per kind.
//
// It knows no kind of record, no wire format and no rule. A table has the
// columns of BaseRow and the kind's own; deletes only mark. The table of a kind:
//
//	id          CHAR(26) PRIMARY KEY   (SQLite: TEXT)
//	resident_id CHAR(26) NOT NULL      (SQLite: TEXT)
//	on_date     INT NOT NULL           yyyymmdd, 0 = none (SQLite: INTEGER)
//	version     BIGINT NOT NULL
//	created_ms  BIGINT NOT NULL
//	updated_ms  BIGINT NOT NULL
//	deleted     TINYINT(1) NOT NULL    (SQLite: INTEGER)
//	INDEX (resident_id, on_date, id), also for the list of all facts, and, for lists without a resident, INDEX (on_date, id)
package recordstore

import (
	"time"

	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/record"
	"xinju.dev/services/platform/sqlstore"

	"gorm.io/gorm"
)

// Faults of batches and changes.
var (
	ErrBatch = fault.New(fault.Invalid, "BATCH_SIZE_INVALID",
		"a batch has from 1 to 500 items", "每批须为 1 至 500 条")
	ErrResident = fault.New(fault.Invalid, "RECORD_RESIDENT_FIXED",
		"a record cannot be moved to another resident; withdraw it and create it again", "记录不能改到另一居民名下，请作废后重新登记")
)

// BaseRow is the part of a row that every kind shares. Kinds embed it.
type BaseRow struct {
	ID         string     `gorm:"column:id;primaryKey"`
	ResidentID string     `gorm:"column:resident_id"`
	OnDate     civil.Date `gorm:"column:on_date"` // the record's main date
	Version    int64      `gorm:"column:version"`
	CreatedMS  int64      `gorm:"column:created_ms"`
	UpdatedMS  int64      `gorm:"column:updated_ms"`
	Deleted    bool       `gorm:"column:deleted"`
}

// RowOf makes the shared part of a row; on is the record's main date.
func RowOf(b record.Base, on civil.Date) BaseRow {
	return BaseRow{
		ID: b.ID, ResidentID: b.ResidentID, OnDate: on, Version: b.Version,
		CreatedMS: b.CreateTime.UnixMilli(), UpdatedMS: b.UpdateTime.UnixMilli(), Deleted: b.Deleted,
	}
}

// Base is the way back from RowOf; times are UTC, to the millisecond.
func (r BaseRow) Base() record.Base {
	return record.Base{
		ID: r.ID, ResidentID: r.ResidentID, Version: r.Version,
		CreateTime: time.UnixMilli(r.CreatedMS).UTC(), UpdateTime: time.UnixMilli(r.UpdatedMS).UTC(), Deleted: r.Deleted,
	}
}

// Shared returns the part that every kind shares.
func (r BaseRow) Shared() BaseRow { return r }

// Row is what R must be: a struct that embeds BaseRow and names its table.
type Row interface {
	TableName() string
	Shared() BaseRow
}

// Kind says how one kind of record T is kept as row R, a gorm row struct that
// embeds BaseRow and has TableName.
type Kind[T any, R Row] struct {
	Name    string // "dose": names requests and page tokens, so it never changes
	Base    func(*T) *record.Base
	ToRow   func(T) R
	FromRow func(R) T
	Fact    func(T) changefeed.Fact // given by the service, so that its store needs no protobuf

	// Before, when set, runs in the transaction ahead of each create and update,
	// with ids and versions already set: to lock what must not change meanwhile,
	// to complete items in place from what is stored, and to refuse. Its error ends the write.
	Before func(tx *gorm.DB, items []T) error

	// Persons, when set, returns all identifiers that stand for the same person as
	// one of them; residentlink.Expand is one. Lists of a resident then hold the
	// records of all of them.
	Persons func(tx *gorm.DB, residentID string) ([]string, error)

	// Frees are columns beside the shared ones that a withdrawal writes: slots of
	// unique indexes, which ToRow fills otherwise once the record is withdrawn.
	Frees []string
}

// Store keeps one kind of record. It is safe for concurrent use and implements
// Ordered.
type Store[T any, R Row] struct {
	db  *sqlstore.DB
	now func() time.Time
	k   Kind[T, R]
}

// New returns a store over an already migrated database.
func New[T any, R Row](db *sqlstore.DB, now func() time.Time, k Kind[T, R]) *Store[T, R] {
	return &Store[T, R]{db: db, now: now, k: k}
}

// stamp is now as it will be read back.
func (s *Store[T, R]) stamp() time.Time { return s.now().UTC().Truncate(time.Millisecond) }

func (s *Store[T, R]) items(rows []R) []T {
	out := make([]T, len(rows))
	for i := range rows {
		out[i] = s.k.FromRow(rows[i])
	}
	return out
}
