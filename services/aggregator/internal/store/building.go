package store

import (
	"database/sql"
	"errors"

	"xinju.dev/services/platform/sqlstore"
)

// Building says who makes a generation beside the one that serves.
type Building struct {
	Owner      string // empty: nobody
	Beat       int64  // grows while the owner is at work
	Generation int64  // that the owner makes, or that was made last; never given twice
}

var errNoBuilding = errors.New("the building row is missing")

// LockedBuilding reads the one row; nobody else changes it until the transaction
// has ended.
func (t Tx) LockedBuilding() (b Building, err error) {
	lock := " FOR UPDATE"
	if sqlstore.EngineOf(t.tx) == sqlstore.SQLite { // one writes at a time
		lock = ""
	}
	found := false
	err = sqlstore.Query(t.tx, func(rows *sql.Rows) error {
		found = true
		return rows.Scan(&b.Owner, &b.Beat, &b.Generation)
	}, "SELECT owner, beat, generation FROM building WHERE id = 1"+lock)
	if err == nil && !found {
		err = errNoBuilding
	}
	return b, err
}

// SetBuilding replaces the one row.
func (t Tx) SetBuilding(b Building) error {
	return sqlstore.Exec(t.tx, "UPDATE building SET owner = ?, beat = ?, generation = ? WHERE id = 1", b.Owner, b.Beat, b.Generation)
}
