package store

import (
	"context"
	"database/sql"

	"xinju.dev/services/platform/sqlstore"
)

// TieRow says that the facts kept under one identifier name another one.
type TieRow struct{ Other, Resident string }

// Naming lists the identifiers whose facts name each of ids, ascending.
func (t Tx) Naming(generation int64, ids []string) (map[string][]string, error) {
	out := map[string][]string{}
	err := sqlstore.InKeys(t.tx, ids, func(list string, args []any) error {
		return t.ties(func(r TieRow) error {
			out[r.Other] = append(out[r.Other], r.Resident)
			return nil
		}, "generation = ? AND other_id IN "+list, append([]any{generation}, args...)...)
	})
	return out, err
}

func (t Tx) ties(each func(TieRow) error, where string, args ...any) error {
	return sqlstore.Query(t.tx, func(rows *sql.Rows) error {
		var r TieRow
		if err := rows.Scan(&r.Other, &r.Resident); err != nil {
			return err
		}
		return each(r)
	}, "SELECT other_id, resident_id FROM resident_tie WHERE "+where+" ORDER BY other_id, resident_id", args...)
}

const everyNamed = "SELECT other_id FROM resident_tie WHERE generation = ?"

// EachNamed calls each for the identifier that each tie of a generation names, in any
// order and as one statement finds them. The bytes are valid until each returns.
func (s *Store) EachNamed(ctx context.Context, generation int64, each func(id []byte) error) error {
	return s.named.Each(ctx, func(rows *sql.Rows) error {
		var id sql.RawBytes
		if err := rows.Scan(&id); err != nil {
			return err
		}
		return each(id)
	}, generation)
}

// PutTies writes ties.
func (t Tx) PutTies(generation int64, list []TieRow) error {
	return t.replace("resident_tie", tieColumns, tieRows(generation, list))
}

var tieColumns = []string{"generation", "other_id", "resident_id"}

func tieRows(generation int64, list []TieRow) [][]any {
	rows := make([][]any, len(list))
	for i, r := range list {
		rows[i] = []any{generation, r.Other, r.Resident}
	}
	return rows
}

// AddTies writes ties of which none is there.
func (t Tx) AddTies(generation int64, list []TieRow) error {
	return t.add("resident_tie", tieColumns, tieRows(generation, list))
}

// DeleteTies deletes ties.
func (t Tx) DeleteTies(generation int64, list []TieRow) error {
	for _, r := range list {
		err := sqlstore.Exec(t.tx, "DELETE FROM resident_tie WHERE generation = ? AND other_id = ? AND resident_id = ?", generation, r.Other, r.Resident)
		if err != nil {
			return err
		}
	}
	return nil
}
