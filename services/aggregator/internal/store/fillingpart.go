package store

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"

	"xinju.dev/services/platform/sqlstore"
)

// partWriter writes records one after the other: section, how many bytes of the
// place are those of the place before, the others, and the lines; numbers as
// varints. The first place of a part is written whole.
type partWriter struct {
	bytes []byte
	last  []byte
}

func (w *partWriter) add(r *record) {
	same := 0
	for same < min(len(w.last), len(r.place)) && w.last[same] == r.place[same] {
		same++
	}
	w.last = append(w.last[:same], r.place[same:]...)
	w.bytes = binary.AppendUvarint(w.bytes, uint64(r.section))
	w.bytes = binary.AppendUvarint(w.bytes, uint64(same))
	w.bytes = binary.AppendUvarint(w.bytes, uint64(len(r.place)-same))
	w.bytes = append(w.bytes, r.place[same:]...)
	w.bytes = binary.AppendUvarint(w.bytes, uint64(len(r.lines)))
	w.bytes = append(w.bytes, r.lines...)
}

// take ends a part.
func (w *partWriter) take() (part []byte) {
	part = w.bytes
	w.bytes, w.last = make([]byte, 0, len(part)), w.last[:0]
	return part
}

// partReader reads a stored run, a part at a time.
type partReader struct {
	record
	store      *Store
	generation int64
	run, seq   int64
	rest       []byte
}

var errRun = errors.New("a stored run is damaged")

func (r *partReader) at() *record { return &r.record }

func (r *partReader) advance(ctx context.Context) (more bool, err error) {
	if len(r.rest) == 0 {
		if r.rest, err = r.store.part(ctx, r.generation, r.run, r.seq); err != nil || len(r.rest) == 0 {
			return false, err
		}
		r.seq++
	}
	section, same, more := r.number(), r.number(), true
	if same > uint64(len(r.place)) {
		return false, errRun
	}
	r.section = uint32(section)
	r.place = append(r.place[:same], r.cut(&more)...)
	r.lines = r.cut(&more)
	if !more {
		return false, errRun
	}
	return true, nil
}

// number reads one; what is damaged is found at the next cut.
func (r *partReader) number() uint64 {
	v, n := binary.Uvarint(r.rest)
	r.rest = r.rest[max(n, 0):]
	return v
}

// cut reads bytes behind their length.
func (r *partReader) cut(whole *bool) []byte {
	v, n := binary.Uvarint(r.rest)
	if n <= 0 || v > uint64(len(r.rest)-n) {
		*whole = false
		return nil
	}
	out := r.rest[n : n+int(v)]
	r.rest = r.rest[n+int(v):]
	return out
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
