package intakestore

import (
	"database/sql"
	"encoding/hex"
	"slices"

	"gorm.io/gorm"

	"xinju.dev/services/platform/intake"
	"xinju.dev/services/platform/sqlstore"
)

// Asker is an Applier that asks people whether a new entry of a full list is of
// somebody who stands there no more. It tells the store what came of it by
// Settle.
type Asker interface {
	// LapseQuestions ends in tx what was asked because of earlier lists of a
	// sender and is no question any more by a later one (see Undecided).
	LapseQuestions(tx *gorm.DB, sender, batchID string) error
}

// noLikeness stands for an entry that says too little to be known again.
var noLikeness = []byte{0}

// The sides of feed_alike.
const (
	sideNew     = 1
	sideMissed  = 2
	sideRefused = 3
)

var alikeColumns = []string{"batch_id", "likeness", "side", "row_key"}

// likeness is that of the entry to be stored: what is not applied anew keeps its
// own, so that nothing is made for a row that is unchanged.
func (s *SQL) likeness(c intake.ListChunk, r intake.ListRow, e, old entryRow) []byte {
	keeps := e.diff == intake.DiffUnchanged || e.diff == intake.DiffKept || old.diff == intake.DiffAlike
	if keeps && old.likeness != nil || r.Refused {
		return old.likeness
	}
	plain := c.Like(r)
	if len(plain) == 0 {
		return noLikeness
	}
	return s.seal.Index("feed_list_likeness", plain)[:keySize]
}

// side is that of an entry which may be somebody else's.
func (e *entryRow) side() int {
	switch {
	case len(e.likeness) != keySize:
	case e.diff == intake.DiffNew:
		return sideNew
	case e.diff == intake.DiffAlike:
		return sideRefused
	}
	return 0
}

// matchAlike brings together who is new in a list and who is missed in it. The
// list before is gone through by what it has in common with the new entries, so
// that a list in which nobody is new costs nothing.
func (s *SQL) matchAlike(tx *gorm.DB, b intake.Batch, d *intake.Diff) error {
	var some bool
	err := sqlstore.Query(tx, func(rows *sql.Rows) error { return rows.Scan(&some) }, "SELECT EXISTS (SELECT 1 FROM feed_alike WHERE batch_id = ?)", b.ID)
	if err != nil || !some {
		return err
	}
	matched := map[string]bool{}
	for after, more := []byte{}, d.Gone > 0; more; {
		page, err := likelyMissed(tx, b, after)
		if err != nil {
			return err
		}
		if more = len(page) == matchRows; len(page) > 0 {
			after = []byte(page[len(page)-1].key)
		}
		missed, err := keepMissed(tx, b, page)
		if err != nil {
			return err
		}
		for _, e := range missed {
			matched[string(e.likeness)] = true
		}
		d.Missed += int64(len(missed))
		d.Gone -= int64(len(missed))
	}
	for likeness := range matched {
		err := sqlstore.Exec(tx, `UPDATE feed_list SET diff = 7 WHERE batch_id = ? AND diff = 1
			AND row_key IN (SELECT row_key FROM feed_alike WHERE batch_id = ? AND likeness = ? AND side = 1)`, b.ID, b.ID, []byte(likeness))
		if err != nil {
			return err
		}
	}
	return dropRefused(tx, b.ID, matched)
}

// matchRows is how many entries are looked at together.
const matchRows = 1000

// likelyMissed are entries of the list before that have the likeness of a new one.
func likelyMissed(tx *gorm.DB, b intake.Batch, after []byte) (out []entryRow, err error) {
	err = sqlstore.Query(tx, func(rows *sql.Rows) error {
		e, err := scanEntry(rows)
		out = append(out, e)
		return err
	}, selectEntry+` WHERE batch_id = ? AND diff NOT IN (5, 7) AND row_key > ?
		AND EXISTS (SELECT 1 FROM feed_alike a WHERE a.batch_id = ? AND a.likeness = feed_list.likeness) ORDER BY row_key LIMIT ?`, b.Diff.Base, after, b.ID, matchRows)
	return out, err
}

// keepMissed keeps those who are not in the list in it all the same.
func keepMissed(tx *gorm.DB, b intake.Batch, page []entryRow) (missed []entryRow, err error) {
	keys := make([]string, len(page))
	for i, e := range page {
		keys[i] = e.key
	}
	there, err := selectEntries(tx, b.ID, keys)
	if err != nil {
		return nil, err
	}
	var rows, alike [][]any
	for _, e := range page {
		if _, here := there[e.key]; here {
			continue
		}
		e.diff, e.number = intake.DiffMissed, 0
		missed = append(missed, e)
		rows = append(rows, e.values(b.ID))
		alike = append(alike, []any{b.ID, e.likeness, sideMissed, []byte(e.key)})
	}
	if err := sqlstore.InsertMany(tx, "feed_alike", alikeColumns, alike); err != nil {
		return nil, err
	}
	return missed, sqlstore.InsertMany(tx, "feed_list", entryColumns, rows)
}

// dropRefused drops entries of refused rows that nobody is missed for any more:
// they were never applied.
func dropRefused(tx *gorm.DB, batchID string, matched map[string]bool) error {
	var gone [][]byte
	err := sqlstore.Query(tx, func(rows *sql.Rows) error {
		var key, likeness []byte
		err := rows.Scan(&key, &likeness)
		if !matched[string(likeness)] {
			gone = append(gone, key)
		}
		return err
	}, "SELECT row_key, likeness FROM feed_alike WHERE batch_id = ? AND side = 3", batchID)
	for _, key := range gone {
		if err == nil {
			err = sqlstore.Exec(tx, "DELETE FROM feed_list WHERE batch_id = ? AND row_key = ? AND diff = 7", batchID, key)
		}
	}
	return err
}

// missed are those of a list who may be a new one of a likeness.
func (s *SQL) missed(tx *gorm.DB, b intake.Batch, likeness []byte) (out []intake.ListEntry, err error) {
	err = sqlstore.Query(tx, func(rows *sql.Rows) error {
		var key, memo []byte
		if err := rows.Scan(&key, &memo); err != nil {
			return err
		}
		e := intake.ListEntry{Key: hex.EncodeToString(key), Diff: intake.DiffMissed}
		var err error
		e.Memo, err = s.openMemo(b.Sender, e.Key, memo)
		out = append(out, e)
		return err
	}, `SELECT l.row_key, l.memo FROM feed_alike a JOIN feed_list l ON l.batch_id = a.batch_id AND l.row_key = a.row_key
		WHERE a.batch_id = ? AND a.likeness = ? AND a.side = 2 AND l.diff = 6 ORDER BY l.row_key`, b.ID, likeness)
	return out, err
}

// Undecided returns those of some entries of a list, by their keys, about whom a
// question stands: new ones that may be somebody else, and those who are missed.
func (s *SQL) Undecided(tx *gorm.DB, batchID string, keys []string) ([]string, error) {
	raw, err := rawKeys(keys)
	if err != nil {
		return nil, err
	}
	there, err := selectEntries(tx, batchID, raw)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(keys), func(k string) bool {
		b, err := hex.DecodeString(k)
		e := there[string(b)]
		return err != nil || e.diff != intake.DiffAlike && e.diff != intake.DiffMissed
	}), nil
}

func rawKeys(names []string) ([]string, error) {
	out := make([]string, len(names))
	for i, name := range names {
		key, err := hex.DecodeString(name)
		if err != nil {
			return nil, err
		}
		out[i] = string(key)
	}
	return out, nil
}

// sweepAlike removes a part of what a list that nobody needs was asked by.
func sweepAlike(tx *gorm.DB, batchID string) error {
	var last []byte
	err := sqlstore.Query(tx, func(rows *sql.Rows) error { return rows.Scan(&last) },
		"SELECT MAX(likeness) FROM (SELECT likeness FROM feed_alike WHERE batch_id = ? ORDER BY likeness LIMIT ?) part", batchID, sweepRows)
	if err != nil || last == nil {
		return err
	}
	return sqlstore.Exec(tx, "DELETE FROM feed_alike WHERE batch_id = ? AND likeness <= ?", batchID, last)
}
