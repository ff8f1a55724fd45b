package store

import (
	"context"
	"database/sql"
	"math"
	"slices"

	"xinju.dev/services/platform/sqlstore"
)

// Head says which generation serves. Revision grows with every transaction that
// changes what is served; Derivation names the packs and the code that the
// members were derived with.
type Head struct {
	Generation int64
	Revision   int64
	Derivation string
}

// Head reads the one row.
func (t Tx) Head() (Head, error) { return t.head("") }

// LockedHead is Head for a transaction that sets it: nobody else does until that
// one has ended. Two processes that take in pages would otherwise give the same
// revision to two states, and neither would notice.
func (t Tx) LockedHead() (Head, error) {
	if sqlstore.EngineOf(t.tx) == sqlstore.SQLite { // one writes at a time
		return t.head("")
	}
	return t.head(" FOR UPDATE")
}

func (t Tx) head(lock string) (h Head, err error) {
	found := false
	err = sqlstore.Query(t.tx, func(rows *sql.Rows) error {
		found = true
		return rows.Scan(&h.Generation, &h.Revision, &h.Derivation)
	}, "SELECT current, revision, derivation FROM generation WHERE id = 1"+lock)
	if err == nil && !found {
		err = errNoHead
	}
	return h, err
}

// SetHead replaces the one row.
func (t Tx) SetHead(h Head) error {
	return sqlstore.Exec(t.tx, "UPDATE generation SET current = ?, revision = ?, derivation = ? WHERE id = 1", h.Generation, h.Revision, h.Derivation)
}

// dropStep bounds the rows that one transaction deletes.
const dropStep = 5000

// Drop deletes everything of a generation, in transactions of their own.
func (s *Store) Drop(ctx context.Context, generation int64) error {
	if err := s.DropMembers(ctx, generation); err != nil {
		return err
	}
	if err := s.DropTouched(ctx, generation); err != nil {
		return err
	}
	if err := s.dropByID(ctx, generation, "resident_id", "resident_fact"); err != nil {
		return err
	}
	if err := s.DropIndexes(ctx, generation); err != nil {
		return err
	}
	return s.Write(ctx, func(t Tx) error {
		if err := sqlstore.Exec(t.tx, "DELETE FROM world_fact WHERE generation = ?", generation); err != nil {
			return err
		}
		if err := sqlstore.Exec(t.tx, "DELETE FROM record_code WHERE generation = ?", generation); err != nil {
			return err
		}
		return sqlstore.Exec(t.tx, "DELETE FROM followed WHERE generation = ?", generation)
	})
}

// DropIndexes deletes the links and ties of a generation.
func (s *Store) DropIndexes(ctx context.Context, generation int64) error {
	if err := s.dropByID(ctx, generation, "linked_id", "resident_link"); err != nil {
		return err
	}
	return s.dropByID(ctx, generation, "other_id", "resident_tie")
}

// dropByID deletes the rows of a generation in a table whose key goes on with an
// identifier, in transactions of their own.
func (s *Store) dropByID(ctx context.Context, generation int64, column, table string) error {
	for {
		last, more := "", false
		err := s.Write(ctx, func(t Tx) error {
			more = false
			err := sqlstore.Query(t.tx, func(rows *sql.Rows) error {
				more = true
				return rows.Scan(&last)
			}, "SELECT "+column+" FROM "+table+" WHERE generation = ? ORDER BY 1 LIMIT 1 OFFSET ?", generation, dropStep)
			if err != nil {
				return err
			}
			if !more {
				return sqlstore.Exec(t.tx, "DELETE FROM "+table+" WHERE generation = ?", generation)
			}
			return sqlstore.Exec(t.tx, "DELETE FROM "+table+" WHERE generation = ? AND "+column+" <= ?", generation, last)
		})
		if err != nil || !more {
			return err
		}
	}
}

// DropMembers deletes where the residents of a generation have pieces, their sums
// and their lines. The pieces stay in the residents' rows.
func (s *Store) DropMembers(ctx context.Context, generation int64) error {
	if err := s.DropSums(ctx, generation); err != nil {
		return err
	}
	if err := s.DropRuns(ctx, generation); err != nil {
		return err
	}
	if err := s.DropLines(ctx, generation); err != nil {
		return err
	}
	for {
		found := false
		err := s.Write(ctx, func(t Tx) (err error) {
			found, err = t.dropSomeMembers(generation)
			return err
		})
		if err != nil || !found {
			return err
		}
	}
}

// dropSomeMembers deletes a village, or the first rows of one with many: a unit, or
// no village at all.
func (t Tx) dropSomeMembers(generation int64) (found bool, err error) {
	var village, key, resident string
	err = sqlstore.Query(t.tx, func(rows *sql.Rows) error {
		found = true
		return rows.Scan(&village)
	}, "SELECT village FROM member WHERE generation = ? ORDER BY village LIMIT 1", generation)
	if err != nil || !found {
		return false, err
	}
	more := false
	err = sqlstore.Query(t.tx, func(rows *sql.Rows) error {
		more = true
		return rows.Scan(&key, &resident)
	}, "SELECT sort_key, resident_id FROM member WHERE generation = ? AND village = ? ORDER BY sort_key, resident_id LIMIT 1 OFFSET ?", generation, village, dropStep)
	if err != nil {
		return false, err
	}
	if !more {
		return true, sqlstore.Exec(t.tx, "DELETE FROM member WHERE generation = ? AND village = ?", generation, village)
	}
	return true, sqlstore.Exec(t.tx, "DELETE FROM member WHERE generation = ? AND village = ? AND (sort_key < ? OR sort_key = ? AND resident_id <= ?)",
		generation, village, []byte(key), []byte(key), resident)
}

// ofGenerations lists the tables whose rows belong to generations, but for the sums:
// an empty state has some, and they are the first to be dropped.
var ofGenerations = [...]string{
	"followed", "world_fact", "member", "resident_fact", "resident_link", "resident_tie", "record_code", "filling_part",
	"uncovered", "uncovered_block", "touched", "place_left",
}

// Generations lists every generation of which something is stored, looking up the
// next one in each table: not everybody is read.
func (t Tx) Generations() ([]int64, error) {
	var out []int64
	for _, table := range ofGenerations {
		for last, n := int64(math.MinInt64), -1; n < len(out); {
			n = len(out)
			err := sqlstore.Query(t.tx, func(rows *sql.Rows) error {
				err := rows.Scan(&last)
				out = append(out, last)
				return err
			}, "SELECT generation FROM "+table+" WHERE generation > ? ORDER BY generation LIMIT 1", last)
			if err != nil {
				return nil, err
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}
