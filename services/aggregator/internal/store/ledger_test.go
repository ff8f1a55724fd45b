package store_test

import (
	"fmt"
	"testing"

	"xinju.dev/services/aggregator/internal/store"

	"github.com/google/go-cmp/cmp"
)

func TestMonthsAreReadByDivisionAndMonthOrTheLastBefore(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		row := func(division string, month int32) store.MonthRow {
			return store.MonthRow{Division: division, Month: month, Cells: fmt.Append(nil, division, " ", month)}
		}
		mine := []store.MonthRow{row("A", 10), row("A", 11), row("A", 20), row("B", 11)}
		write(t, s, func(tx store.Tx) error {
			if err := tx.PutMonths(1, []store.MonthRow{row("A", 11), row("C", 11)}); err != nil {
				return err
			}
			return tx.PutMonths(2, append(mine, row("B", 12)))
		})
		write(t, s, func(tx store.Tx) error { return tx.DeleteMonths(2, []store.MonthRow{{Division: "B", Month: 12}}) })
		got := read(t, s, func(tx store.Tx) ([]store.MonthRow, error) {
			return tx.Months(2, []string{"A", "B", "C"}, []int32{11, 12, 20})
		})
		if diff := cmp.Diff(mine[1:], got); diff != "" {
			t.Error(diff)
		}
		many := []string{"A", "B", "C"}
		for i := range 120 { // more than one statement takes
			many = append(many, fmt.Sprint("none ", i))
		}
		got = read(t, s, func(tx store.Tx) ([]store.MonthRow, error) { return tx.LatestMonths(2, many, 20) })
		if diff := cmp.Diff([]store.MonthRow{mine[1], mine[3]}, got); diff != "" {
			t.Error(diff)
		}
		if err := s.DropCopies(t.Context(), 2); err != nil {
			t.Fatal(err)
		}
		for copy, want := range map[int64]int{1: 0, 2: 3} {
			n := 0
			read(t, s, func(tx store.Tx) (int, error) {
				return n, tx.EachMonth(copy, "A", func(store.MonthRow) error { n++; return nil })
			})
			if n != want {
				t.Errorf("copy %d has %d rows of A, want %d", copy, n, want)
			}
		}
	})
}

func TestTheBuiltCopyIsOneRow(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		at := func(tx store.Tx) (b store.Built, err error) {
			b, _, err = tx.Built()
			return b, err
		}
		if diff := cmp.Diff(store.Built{}, read(t, s, at)); diff != "" {
			t.Error(diff)
		}
		want := store.Built{Copy: 3, Generation: 1, Revision: 9, Derivation: "d", State: []byte("{}")}
		write(t, s, func(tx store.Tx) error { return tx.SetBuilt(store.Built{Copy: 2, State: []byte{}}) })
		write(t, s, func(tx store.Tx) error { return tx.SetBuilt(want) })
		if diff := cmp.Diff(want, read(t, s, at)); diff != "" {
			t.Error(diff)
		}
	})
}
