package store

import (
	"context"
	"database/sql"
	"strings"

	"xinju.dev/services/platform/sqlstore"
)

// Built says which copy of the ledger by months may be read: that of a revision
// of a generation. State is what else belongs to it, bytes to the store.
type Built struct {
	Copy       int64
	Generation int64
	Revision   int64
	Derivation string
	State      []byte
}

// Built reads the one row; found is false before the first copy is complete.
func (t Tx) Built() (b Built, found bool, err error) {
	err = sqlstore.Query(t.tx, func(rows *sql.Rows) error {
		found = true
		return rows.Scan(&b.Copy, &b.Generation, &b.Revision, &b.Derivation, &b.State)
	}, "SELECT copy, generation, revision, derivation, state FROM ledger_built WHERE id = 1")
	return b, found, err
}

// BuiltAt reads which revision of which copy may be read, without its state.
func (t Tx) BuiltAt() (copy, revision int64, err error) {
	err = sqlstore.Query(t.tx, func(rows *sql.Rows) error { return rows.Scan(&copy, &revision) },
		"SELECT copy, revision FROM ledger_built WHERE id = 1")
	return copy, revision, err
}

// SetBuilt replaces the one row.
func (t Tx) SetBuilt(b Built) error {
	return t.replace("ledger_built", []string{"id", "copy", "generation", "revision", "derivation", "state"},
		[][]any{{1, b.Copy, b.Generation, b.Revision, b.Derivation, b.State}})
}

// MonthRow is one division in one month.
type MonthRow struct {
	Division string
	Month    int32
	Cells    []byte
}

// PutMonths writes rows.
func (t Tx) PutMonths(copy int64, list []MonthRow) error {
	rows := make([][]any, len(list))
	for i := range list {
		rows[i] = []any{copy, list[i].Division, list[i].Month, list[i].Cells}
	}
	return t.replace("ledger_month", []string{"copy", "division", "month", "cells"}, rows)
}

// DeleteMonths deletes rows by division and month.
func (t Tx) DeleteMonths(copy int64, list []MonthRow) error {
	for i := range list {
		err := sqlstore.Exec(t.tx, "DELETE FROM ledger_month WHERE copy = ? AND division = ? AND month = ?", copy, list[i].Division, list[i].Month)
		if err != nil {
			return err
		}
	}
	return nil
}

// EachMonth calls each for every row of a division, in order.
func (t Tx) EachMonth(copy int64, division string, each func(MonthRow) error) error {
	return t.months(each, "SELECT division, month, cells FROM ledger_month WHERE copy = ? AND division = ? ORDER BY month", copy, division)
}

// Months reads the rows that there are of these divisions and months. Neither
// list is empty.
func (t Tx) Months(copy int64, divisions []string, months []int32) (out []MonthRow, err error) {
	args := make([]any, 0, 1+len(divisions)+len(months))
	args = append(args, copy)
	for _, d := range divisions {
		args = append(args, d)
	}
	for _, m := range months {
		args = append(args, m)
	}
	err = t.months(func(r MonthRow) error {
		out = append(out, r)
		return nil
	}, "SELECT division, month, cells FROM ledger_month WHERE copy = ? AND division IN (?"+strings.Repeat(",?", len(divisions)-1)+
		") AND month IN (?"+strings.Repeat(",?", len(months)-1)+")", args...)
	return out, err
}

// latestStep bounds the divisions of one statement of LatestMonths.
const latestStep = 50

// LatestMonths reads, of each division that has one, the last row before a month.
func (t Tx) LatestMonths(copy int64, divisions []string, before int32) (out []MonthRow, err error) {
	const one = "SELECT * FROM (SELECT division, month, cells FROM ledger_month WHERE copy = ? AND division = ? AND month < ? ORDER BY month DESC LIMIT 1) latest"
	for start := 0; start < len(divisions); start += latestStep {
		part := divisions[start:min(start+latestStep, len(divisions))]
		var args []any
		for _, d := range part {
			args = append(args, copy, d, before)
		}
		err := t.months(func(r MonthRow) error {
			out = append(out, r)
			return nil
		}, one+strings.Repeat(" UNION ALL "+one, len(part)-1), args...)
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (t Tx) months(each func(MonthRow) error, query string, args ...any) error {
	return sqlstore.Query(t.tx, func(rows *sql.Rows) error {
		var r MonthRow
		if err := rows.Scan(&r.Division, &r.Month, &r.Cells); err != nil {
			return err
		}
		return each(r)
	}, query, args...)
}

// DropCopies deletes the months of every copy but one, a division at a time.
func (s *Store) DropCopies(ctx context.Context, but int64) error {
	for {
		found := false
		err := s.Write(ctx, func(t Tx) error {
			var copy int64
			var division string
			found = false
			for _, reach := range []string{"<", ">"} {
				err := sqlstore.Query(t.tx, func(rows *sql.Rows) error {
					found = true
					return rows.Scan(&copy, &division)
				}, "SELECT copy, division FROM ledger_month WHERE copy "+reach+" ? ORDER BY copy, division LIMIT 1", but)
				if err != nil {
					return err
				}
				if found {
					return sqlstore.Exec(t.tx, "DELETE FROM ledger_month WHERE copy = ? AND division = ?", copy, division)
				}
			}
			return nil
		})
		if err != nil || !found {
			return err
		}
	}
}
