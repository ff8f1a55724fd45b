package store

import (
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

// Ties calls each for every tie of a generation, by the identifier that is named.
func (t Tx) Ties(generation int64, each func(TieRow) error) error {
	return t.ties(each, "generation = ?", generation)
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

// PutTies writes ties.
func (t Tx) PutTies(generation int64, list []TieRow) error {
	rows := make([][]any, len(list))
	for i, r := range list {
		rows[i] = []any{generation, r.Other, r.Resident}
	}
	return t.replace("resident_tie", []string{"generation", "other_id", "resident_id"}, rows)
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

// DropTies deletes the ties of a generation.
func (t Tx) DropTies(generation int64) error {
	return sqlstore.Exec(t.tx, "DELETE FROM resident_tie WHERE generation = ?", generation)
}
