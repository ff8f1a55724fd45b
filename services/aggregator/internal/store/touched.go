package store

import (
	"context"
	"database/sql"

	"xinju.dev/services/platform/sqlstore"
)

// TouchedRow says at which revision a resident's answers may last have changed.
type TouchedRow struct {
	Revision   int64
	ResidentID string
}

// Touch notes that the answers of residents may have changed at a revision. Of
// several changes of a resident the latest is kept.
func (t Tx) Touch(generation, revision int64, ids []string) error {
	rows, values := make([][]any, len(ids)), make([]any, 0, 3*len(ids))
	for i, id := range ids {
		values = append(values, generation, id, revision)
		rows[i] = values[len(values)-3:]
	}
	return t.replace("touched", []string{"generation", "resident_id", "revision"}, rows)
}

// Touched reads up to limit residents touched after a place in the order of
// revision and resident.
func (t Tx) Touched(generation int64, after TouchedRow, limit int) (out []TouchedRow, err error) {
	err = sqlstore.Query(t.tx, func(rows *sql.Rows) error {
		var r TouchedRow
		if err := rows.Scan(&r.Revision, &r.ResidentID); err != nil {
			return err
		}
		out = append(out, r)
		return nil
	}, "SELECT revision, resident_id FROM touched WHERE generation = ? AND revision >= ? AND (revision > ? OR resident_id > ?) "+
		"ORDER BY revision, resident_id LIMIT ?", generation, after.Revision, after.Revision, after.ResidentID, limit)
	return out, err
}

// Epoch names the database.
func (t Tx) Epoch() (epoch string, err error) {
	err = sqlstore.Query(t.tx, func(rows *sql.Rows) error { return rows.Scan(&epoch) }, "SELECT epoch FROM touched_epoch WHERE id = 1")
	return epoch, err
}

// DropTouched deletes the touched rows of a generation, in transactions of their own.
func (s *Store) DropTouched(ctx context.Context, generation int64) error {
	if err := s.dropByID(ctx, generation, "resident_id", "place_left"); err != nil {
		return err
	}
	return s.dropByID(ctx, generation, "resident_id", "touched")
}
