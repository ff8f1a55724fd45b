package store

import (
	"context"
	"database/sql"
	"encoding/binary"

	"xinju.dev/services/platform/sqlstore"
)

// partWriter writes records one after the other: section and place with its lines.
type partWriter struct{ places }

func (w *partWriter) add(r *record) {
	w.bytes = binary.AppendUvarint(w.bytes, uint64(r.section))
	w.places.add(r.place, r.lines)
}

// partReader reads a stored run, a part at a time.
type partReader struct {
	record
	store      *Store
	generation int64
	run, seq   int64
	left       placed
}

func (r *partReader) at() *record { return &r.record }

func (r *partReader) advance(ctx context.Context) (more bool, err error) {
	if len(r.left.Rest) == 0 {
		if r.left.Rest, err = r.store.part(ctx, r.generation, r.run, r.seq); err != nil || len(r.left.Rest) == 0 {
			return false, err
		}
		r.seq++
	}
	section := r.left.Number()
	if err := r.left.next(); err != nil {
		return false, err
	}
	r.section, r.place, r.lines = uint32(section), r.left.place, r.left.of
	return true, nil
}

// addParts writes parts of a run from a number on.
func (t Tx) addParts(generation, run, seq int64, parts [][]byte) error {
	rows := make([][]any, len(parts))
	for i, part := range parts {
		rows[i] = []any{generation, run, seq + int64(i), part}
	}
	return t.add("filling_part", []string{"generation", "run", "seq", "records"}, rows)
}

// part reads one; it is empty behind the last.
func (s *Store) part(ctx context.Context, generation, run, seq int64) (part []byte, err error) {
	err = s.Read(ctx, func(t Tx) error {
		return sqlstore.Query(t.tx, func(rows *sql.Rows) error { return rows.Scan(&part) },
			"SELECT records FROM filling_part WHERE generation = ? AND run = ? AND seq = ?", generation, run, seq)
	})
	return part, err
}

// dropParts bounds the parts that one transaction deletes.
const dropParts = 64

// DropRuns deletes the runs of a generation.
func (s *Store) DropRuns(ctx context.Context, generation int64) error {
	for {
		found := false
		err := s.Write(ctx, func(t Tx) error {
			var run, seq int64
			found = false
			err := sqlstore.Query(t.tx, func(rows *sql.Rows) error {
				found = true
				return rows.Scan(&run, &seq)
			}, "SELECT run, seq FROM filling_part WHERE generation = ? ORDER BY run, seq LIMIT 1", generation)
			if err != nil || !found {
				return err
			}
			return sqlstore.Exec(t.tx, "DELETE FROM filling_part WHERE generation = ? AND run = ? AND seq < ?", generation, run, seq+dropParts)
		})
		if err != nil || !found {
			return err
		}
	}
}
