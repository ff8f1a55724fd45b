package store

import (
	"context"
	"database/sql"

	"xinju.dev/services/platform/sqlstore"
)

// Parts of ledger_sum.
const (
	sumOfAll     = "all"
	sumOfVillage = "v" // and the code
)

// SumRow is the numbers of a village as they are stored for the next start.
type SumRow struct {
	Village string
	Body    []byte
}

// SumOfAll reads what is stored of no single village; nil: nothing.
func (t Tx) SumOfAll(generation int64) (body []byte, err error) {
	err = sqlstore.Query(t.tx, func(rows *sql.Rows) error { return rows.Scan(&body) },
		"SELECT body FROM ledger_sum WHERE generation = ? AND part = ?", generation, sumOfAll)
	return body, err
}

// PutSumOfAll writes it.
func (t Tx) PutSumOfAll(generation int64, body []byte) error {
	return t.replace("ledger_sum", []string{"generation", "part", "body"}, [][]any{{generation, sumOfAll, body}})
}

// EachSum calls each for every village that has a row, by village. The bytes of a
// row are valid until each returns.
func (t Tx) EachSum(generation int64, each func(SumRow) error) error {
	return sqlstore.Query(t.tx, func(rows *sql.Rows) error {
		var r SumRow
		if err := rows.Scan(&r.Village, (*sql.RawBytes)(&r.Body)); err != nil {
			return err
		}
		r.Village = r.Village[len(sumOfVillage):]
		return each(r)
	}, "SELECT part, body FROM ledger_sum WHERE generation = ? AND part >= ? ORDER BY part", generation, sumOfVillage)
}

// PutSums writes rows of villages.
func (t Tx) PutSums(generation int64, list []SumRow) error {
	rows := make([][]any, len(list))
	for i := range list {
		rows[i] = []any{generation, sumOfVillage + list[i].Village, list[i].Body}
	}
	return t.replace("ledger_sum", []string{"generation", "part", "body"}, rows)
}

// DeleteSums deletes rows of villages.
func (t Tx) DeleteSums(generation int64, villages []string) error {
	keys := make([][]any, len(villages))
	for i, v := range villages {
		keys[i] = []any{generation, sumOfVillage + v}
	}
	return sqlstore.DeleteMany(t.tx, "ledger_sum", []string{"generation", "part"}, keys)
}

// dropSums bounds the rows of villages that one transaction deletes.
const dropSums = 200

// DropSums deletes all rows of a generation: first what says that the others count.
func (s *Store) DropSums(ctx context.Context, generation int64) error {
	for {
		last := ""
		err := s.Write(ctx, func(t Tx) error {
			last = ""
			err := sqlstore.Query(t.tx, func(rows *sql.Rows) error { return rows.Scan(&last) },
				"SELECT part FROM ledger_sum WHERE generation = ? ORDER BY part LIMIT 1 OFFSET ?", generation, dropSums)
			if err != nil {
				return err
			}
			if last == "" {
				return sqlstore.Exec(t.tx, "DELETE FROM ledger_sum WHERE generation = ?", generation)
			}
			return sqlstore.Exec(t.tx, "DELETE FROM ledger_sum WHERE generation = ? AND part < ?", generation, last)
		})
		if err != nil || last == "" {
			return err
		}
	}
}

// Villages lists where anybody has pieces, in order.
func (t Tx) Villages(generation int64) (out []string, err error) {
	const first = "SELECT village FROM member WHERE generation = ?"
	const one = " ORDER BY village LIMIT 1" // the next one after another: not everybody is read
	for query, args := first+one, []any{generation}; ; query, args = first+" AND village > ?"+one, []any{generation, out[len(out)-1]} {
		n := len(out)
		err := sqlstore.Query(t.tx, func(rows *sql.Rows) error {
			var village string
			if err := rows.Scan(&village); err != nil {
				return err
			}
			out = append(out, village)
			return nil
		}, query, args...)
		if err != nil || len(out) == n {
			return out, err
		}
	}
}
