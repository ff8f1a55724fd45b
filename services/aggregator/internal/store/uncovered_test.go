package store_test

import (
	"database/sql"
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"xinju.dev/services/aggregator/internal/store"
	"xinju.dev/services/platform/sqlstore"

	"github.com/google/go-cmp/cmp"
)

func TestLinesArePagedInTheOrderOfTheirBytesAndByDay(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		var all []store.LineRow
		for _, village := range []string{"V1", "V2", "V3"} {
			for _, key := range []string{"", "A", "a", "b", "é"} {
				for _, event := range []string{"", "E"} {
					all = append(all, store.LineRow{Indicator: 4, Village: village, SortKey: key, ResidentID: "R" + key, EventID: event, FromDay: 10, UntilDay: 20, OnDay: 3, Weight: 2})
				}
			}
		}
		late := all[3]
		late.FromDay, late.UntilDay = 20, 30
		other := all[0]
		other.Indicator = 5
		write(t, s, func(tx store.Tx) error {
			return tx.PutLines(1, slices.Concat(all, []store.LineRow{late, other}))
		})
		write(t, s, func(tx store.Tx) error { return tx.PutLines(2, all) })
		page := func(p store.LinePage) []store.LineRow {
			return read(t, s, func(tx store.Tx) ([]store.LineRow, error) { return tx.Lines(1, p) })
		}
		p := store.LinePage{Indicator: 4, After: store.LinePlace{Village: "V1"}, Last: "V2", Day: 19, Limit: 100}
		if diff := cmp.Diff(all[:20], page(p)); diff != "" {
			t.Error(diff)
		}
		p.Day = 20
		if diff := cmp.Diff([]store.LineRow{late}, page(p)); diff != "" {
			t.Error(diff)
		}
		p.Day = 10
		for i := range all[:19] { // from every place on, into the next village
			p.After, p.Limit = placeOf(&all[i]), 3
			if diff := cmp.Diff(all[i+1:min(i+4, 20)], page(p)); diff != "" {
				t.Errorf("after %d: %s", i, diff)
			}
		}
		p.After, p.Limit = placeOf(&all[19]), 3
		if got := page(p); len(got) > 0 {
			t.Errorf("after the last line: %v", got)
		}
		write(t, s, func(tx store.Tx) error { return tx.DeleteLines(1, all[:29]) })
		p.After, p.Last, p.Limit = store.LinePlace{Village: "V1"}, "V3", 100
		if diff := cmp.Diff(all[29:], page(p)); diff != "" {
			t.Error(diff)
		}
		if err := s.DropLines(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
		if left := page(p); len(left) > 0 {
			t.Errorf("left: %v", left)
		}
		still := read(t, s, func(tx store.Tx) ([]store.LineRow, error) { return tx.Lines(2, p) })
		if len(still) != len(all) {
			t.Errorf("%d lines of another generation, want %d", len(still), len(all))
		}
	})
}

func placeOf(l *store.LineRow) store.LinePlace {
	return store.LinePlace{Village: l.Village, SortKey: l.SortKey, ResidentID: l.ResidentID, EventID: l.EventID}
}

func TestLinesOutsideOfATransactionAreThoseOfWhatIsServed(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		one := store.LineRow{Indicator: 4, Village: "V1", SortKey: "k", ResidentID: "R", FromDay: 10, UntilDay: 20, Weight: 1}
		p := store.LinePage{Indicator: 4, After: store.LinePlace{Village: "V1"}, Last: "V1", Day: 12, Limit: 5}
		var is store.Head
		write(t, s, func(tx store.Tx) (err error) {
			if is, err = tx.Head(); err != nil {
				return err
			}
			return tx.PutLines(is.Generation, []store.LineRow{one})
		})
		read := func(is store.Head, p store.LinePage) ([]store.LineRow, bool) {
			rows, served, err := s.LinesAt(t.Context(), is, p)
			if err != nil {
				t.Fatal(err)
			}
			return rows, served
		}
		rows, served := read(is, p)
		if diff := cmp.Diff([]store.LineRow{one}, rows); diff != "" || !served {
			t.Errorf("served: %t %s", served, diff)
		}
		empty := p
		empty.Day = 20
		if rows, served := read(is, empty); len(rows) > 0 || !served {
			t.Errorf("a list without lines: %v, served: %t", rows, served)
		}
		for _, other := range []store.Head{{Generation: is.Generation, Revision: is.Revision + 1}, {Generation: is.Generation + 1, Revision: is.Revision}} {
			if rows, served := read(other, p); len(rows) > 0 || served {
				t.Errorf("%+v: %v, served: %t", other, rows, served)
			}
		}
	})
}

func TestManyLinesAreDropped(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		var rows []store.LineRow
		for i := range 20_003 { // more than one transaction deletes
			rows = append(rows, store.LineRow{Indicator: int32(7), Village: "V", ResidentID: fmt.Sprintf("R%05d", i), UntilDay: 99_999, Weight: 1})
		}
		for _, other := range []int32{0, 6, 8, math.MaxInt32 - 1} { // around it
			rows = append(rows, store.LineRow{Indicator: other, Village: "V", ResidentID: "R", UntilDay: 99_999, Weight: 1})
		}
		stays := []store.LineRow{{Indicator: 7, Village: "V", ResidentID: "R", UntilDay: 9, Weight: 1}}
		write(t, s, func(tx store.Tx) error { return errors.Join(tx.PutLines(1, rows), tx.PutLines(2, stays)) })
		if err := s.DropLines(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
		for generation, want := range map[int64]int{1: 0, 2: 1} {
			page := store.LinePage{Indicator: 7, Day: 5, After: store.LinePlace{Village: "V"}, Last: "V", Limit: 10}
			got := read(t, s, func(tx store.Tx) ([]store.LineRow, error) { return tx.Lines(generation, page) })
			if len(got) != want {
				t.Errorf("generation %d has %d lines, want %d", generation, len(got), want)
			}
		}
		n := read(t, s, func(tx store.Tx) (n int, err error) {
			err = sqlstore.Query(tx.SQL(), func(rows *sql.Rows) error { return rows.Scan(&n) }, "SELECT COUNT(*) FROM uncovered")
			return n, err
		})
		if n != len(stays) {
			t.Errorf("%d lines in the table, want %d", n, len(stays))
		}
	})
}
