package store_test

import (
	"slices"
	"testing"

	"xinju.dev/services/aggregator/internal/store"

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
		p := store.LinePage{Indicator: 4, Villages: []string{"V1", "V3"}, Day: 19, Limit: 100}
		if diff := cmp.Diff(slices.Concat(all[:10], all[20:]), page(p)); diff != "" {
			t.Error(diff)
		}
		p.Day = 20
		if diff := cmp.Diff([]store.LineRow{late}, page(p)); diff != "" {
			t.Error(diff)
		}
		for i := range all[:10] { // from every place on
			after := store.LinePage{Indicator: 4, Villages: []string{"V1"}, Day: 10, After: &all[i], Limit: 3}
			if diff := cmp.Diff(all[i+1:min(i+4, 10)], page(after)); diff != "" && i < 9 {
				t.Errorf("after %d: %s", i, diff)
			}
		}
		write(t, s, func(tx store.Tx) error { return tx.DeleteLines(1, all[:29]) })
		p.Villages, p.Day = []string{"V1", "V2", "V3"}, 10
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
