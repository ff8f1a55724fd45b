package store

import (
	"context"
	"database/sql"
	"strings"

	"xinju.dev/services/platform/sqlstore"
)

// ResidentRow is what is kept under one identifier: its facts, and what the person
// of that identifier counts for, as PackMembers wrote it.
type ResidentRow struct {
	ID      string
	Facts   []byte
	Members []byte
}

// Residents reads the rows of those of the identifiers that have one.
func (t Tx) Residents(generation int64, ids []string) (map[string]ResidentRow, error) {
	out := make(map[string]ResidentRow, len(ids))
	err := sqlstore.InKeys(t.tx, ids, func(list string, args []any) error {
		return sqlstore.Query(t.tx, func(rows *sql.Rows) error {
			var r ResidentRow
			if err := rows.Scan(&r.ID, &r.Facts, &r.Members); err != nil {
				return err
			}
			out[r.ID] = r
			return nil
		}, "SELECT resident_id, facts, members FROM resident_fact WHERE generation = ? AND resident_id IN "+list, append([]any{generation}, args...)...)
	})
	return out, err
}

// PutResidents writes rows. They are written fastest in the order of their identifiers.
func (t Tx) PutResidents(generation int64, list []ResidentRow) error {
	return sqlstore.UpdateMany(t.tx, "resident_fact", residentColumns, residentKey, residentRows(generation, list))
}

// AddResidents writes rows of which none is there.
func (t Tx) AddResidents(generation int64, list []ResidentRow) error {
	return t.add("resident_fact", residentColumns, residentRows(generation, list))
}

// residentColumns begin with the key.
var residentColumns = []string{"generation", "resident_id", "facts", "members"}

const residentKey = 2

func residentRows(generation int64, list []ResidentRow) [][]any {
	rows := make([][]any, len(list))
	values := make([]any, 0, len(residentColumns)*len(list))
	for i := range list {
		members := list[i].Members
		if members == nil {
			members = []byte{}
		}
		values = append(values, generation, list[i].ID, list[i].Facts, members)
		rows[i] = values[len(values)-len(residentColumns):]
	}
	return rows
}

// EachResident calls each for up to limit rows after an identifier, in order. The
// bytes of a row are valid until each returns.
func (t Tx) EachResident(generation int64, after string, limit int, each func(ResidentRow) error) error {
	return sqlstore.Query(t.tx, scanResident(each), allResidents+" AND resident_id > ? ORDER BY resident_id LIMIT ?", generation, after, limit)
}

const allResidents = "SELECT resident_id, facts, members FROM resident_fact WHERE generation = ?"

func scanResident(each func(ResidentRow) error) func(*sql.Rows) error {
	return func(rows *sql.Rows) error {
		var r ResidentRow
		if err := rows.Scan(&r.ID, (*sql.RawBytes)(&r.Facts), (*sql.RawBytes)(&r.Members)); err != nil {
			return err
		}
		return each(r)
	}
}

// residentsOf reads all rows of a generation as they lie in the table: SQLite would
// look every one of them up by its place in the index.
func residentsOf(e sqlstore.Engine) string {
	if e == sqlstore.SQLite {
		return strings.Replace(allResidents, " WHERE", " NOT INDEXED WHERE", 1)
	}
	return allResidents
}

// EachResident calls each for all rows of a generation, in any order and as one
// statement finds them. The bytes of a row are valid until each returns.
func (s *Store) EachResident(ctx context.Context, generation int64, each func(ResidentRow) error) error {
	return s.everybody.Each(ctx, scanResident(each), generation)
}

// EachID calls each for up to limit identifiers after one, in order.
func (t Tx) EachID(generation int64, after string, limit int, each func(id string) error) error {
	return sqlstore.Query(t.tx, func(rows *sql.Rows) error {
		var id string
		if err := rows.Scan(&id); err != nil {
			return err
		}
		return each(id)
	}, "SELECT resident_id FROM resident_fact WHERE generation = ? AND resident_id > ? ORDER BY resident_id LIMIT ?", generation, after, limit)
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
