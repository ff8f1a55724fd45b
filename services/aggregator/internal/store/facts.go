package store

import (
	"database/sql"

	"xinju.dev/services/platform/sqlstore"
)

// ResidentRow is the facts of one resident.
type ResidentRow struct {
	ID    string
	Facts []byte
}

// Residents reads the facts of those of the residents who have any.
func (t Tx) Residents(generation int64, ids []string) (map[string][]byte, error) {
	out := make(map[string][]byte, len(ids))
	err := sqlstore.InKeys(t.tx, ids, func(list string, args []any) error {
		return sqlstore.Query(t.tx, func(rows *sql.Rows) error {
			var id string
			var facts []byte
			if err := rows.Scan(&id, &facts); err != nil {
				return err
			}
			out[id] = facts
			return nil
		}, "SELECT resident_id, facts FROM resident_fact WHERE generation = ? AND resident_id IN "+list, append([]any{generation}, args...)...)
	})
	return out, err
}

// PutResidents writes the facts of residents.
func (t Tx) PutResidents(generation int64, list []ResidentRow) error {
	rows := make([][]any, len(list))
	for i := range list {
		rows[i] = []any{generation, list[i].ID, list[i].Facts}
	}
	return t.replace("resident_fact", []string{"generation", "resident_id", "facts"}, rows)
}

// EachResident calls each for up to limit residents after an identifier, in order.
func (t Tx) EachResident(generation int64, after string, limit int, each func(id string, facts []byte) error) error {
	return sqlstore.Query(t.tx, func(rows *sql.Rows) error {
		var id string
		var facts []byte
		if err := rows.Scan(&id, &facts); err != nil {
			return err
		}
		return each(id, facts)
	}, "SELECT resident_id, facts FROM resident_fact WHERE generation = ? AND resident_id > ? ORDER BY resident_id LIMIT ?", generation, after, limit)
}

// WorldRow is one division or unit.
type WorldRow struct {
	Kind int32
	ID   string
	Fact []byte
}

// World reads all divisions and units, by kind and id.
func (t Tx) World(generation int64) (out []WorldRow, err error) {
	err = sqlstore.Query(t.tx, func(rows *sql.Rows) error {
		var w WorldRow
		if err := rows.Scan(&w.Kind, &w.ID, &w.Fact); err != nil {
			return err
		}
		out = append(out, w)
		return nil
	}, "SELECT kind, fact_id, fact FROM world_fact WHERE generation = ? ORDER BY kind, fact_id", generation)
	return out, err
}

// PutWorld writes divisions and units.
func (t Tx) PutWorld(generation int64, list []WorldRow) error {
	rows := make([][]any, len(list))
	for i := range list {
		rows[i] = []any{generation, list[i].Kind, list[i].ID, list[i].Fact}
	}
	return t.replace("world_fact", []string{"generation", "kind", "fact_id", "fact"}, rows)
}
