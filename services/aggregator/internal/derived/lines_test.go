package derived_test

import (
	"database/sql"
	"errors"
	"fmt"

	"xinju.dev/services/aggregator/internal/store"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/sqlstore"
)

// folding is the tables of a database, where changed lines are folded into their blocks
// often and not once in a while.
func folding(db *sqlstore.DB) *store.Store {
	s := store.New(db)
	s.FoldEach(40)
	return s
}

// linesIn is the uncovered lists of a generation on days over some years.
func linesIn(t tester, db *sqlstore.DB, generation int64) []string {
	t.Helper()
	out := []string{}
	err := store.New(db).Read(t.Context(), func(tx store.Tx) error {
		lists, err := listsIn(tx, generation)
		for _, indicator := range lists {
			for day := civil.Must("2019-01-01"); day < civil.Must("2024-01-01"); day += 61 {
				p := store.LinePage{Indicator: indicator, Day: int32(day), Last: "\xff", Limit: 1 << 20}
				rows, failed := tx.Lines(generation, p)
				err = errors.Join(err, failed)
				for _, r := range rows {
					out = append(out, fmt.Sprintf("%s %+v", day, r))
				}
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func listsIn(tx store.Tx, generation int64) (out []int32, err error) {
	err = sqlstore.Query(tx.SQL(), func(rows *sql.Rows) error {
		var indicator int32
		err := rows.Scan(&indicator)
		out = append(out, indicator)
		return err
	}, "SELECT indicator FROM uncovered WHERE generation = ? UNION SELECT indicator FROM uncovered_block WHERE generation = ? ORDER BY 1", generation, generation)
	return out, err
}
