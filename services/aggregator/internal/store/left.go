package store

import (
	"database/sql"

	"xinju.dev/services/platform/sqlstore"
)

// LeftRow says that a resident lived or counted in a place, as known until a
// revision, and not afterwards.
type LeftRow struct {
	ResidentID string
	Place      string
	Revision   int64
}

// PutLeft writes rows; of one resident and place the latest is kept.
func (t Tx) PutLeft(generation int64, list []LeftRow) error {
	rows := make([][]any, len(list))
	for i, l := range list {
		rows[i] = []any{generation, l.ResidentID, l.Place, l.Revision}
	}
	return t.replace("place_left", []string{"generation", "resident_id", "place", "revision"}, rows)
}

// Left reads the places that residents have left after a revision.
func (t Tx) Left(generation int64, ids []string, after int64) (map[string][]string, error) {
	out := map[string][]string{}
	err := sqlstore.InKeys(t.tx, ids, func(list string, args []any) error {
		return sqlstore.Query(t.tx, func(rows *sql.Rows) error {
			var id, place string
			if err := rows.Scan(&id, &place); err != nil {
				return err
			}
			out[id] = append(out[id], place)
			return nil
		}, "SELECT resident_id, place FROM place_left WHERE generation = ? AND revision > ? AND resident_id IN "+list+" ORDER BY resident_id, place",
			append([]any{generation, after}, args...)...)
	})
	return out, err
}
