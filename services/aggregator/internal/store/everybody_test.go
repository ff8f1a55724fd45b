package store_test

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"xinju.dev/services/aggregator/internal/store"

	"github.com/google/go-cmp/cmp"
)

func TestEverybodyIsReadOnceAndNobodyElse(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		var want, got []string
		for g := int64(1); g <= 3; g++ {
			var rows []store.ResidentRow
			var ties []store.TieRow
			for i := range 700 {
				id := fmt.Sprintf("G%d-%05d", g, i*7919%700) // as they were not listed
				rows = append(rows, store.ResidentRow{ID: id, Facts: []byte("facts of " + id), Members: bytes.Repeat([]byte(id), i%50)})
				ties = append(ties, store.TieRow{Other: id, Resident: "R"})
				if g == 2 {
					want = append(want, id+string(rows[i].Facts)+string(rows[i].Members), id)
				}
			}
			write(t, s, func(tx store.Tx) error { return tx.AddResidents(g, rows) })
			write(t, s, func(tx store.Tx) error { return tx.PutTies(g, ties) })
		}
		err := s.EachResident(t.Context(), 2, func(r store.ResidentRow) error {
			got = append(got, r.ID+string(r.Facts)+string(r.Members))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.EachNamed(t.Context(), 2, func(id []byte) error { got = append(got, string(id)); return nil }); err != nil {
			t.Fatal(err)
		}
		slices.Sort(want)
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}

func TestOneUnpackingReadsManyResidents(t *testing.T) {
	var u store.Unpacking
	for i := range 40 {
		var want []store.MemberRow
		for v := range i % 4 {
			want = append(want, store.MemberRow{
				Village: fmt.Sprintf("V%d", v), SortKey: fmt.Sprint("k", i), ResidentID: "R", Pieces: bytes.Repeat([]byte{byte(i), byte(v)}, i*i*7919%1000),
			})
		}
		rows, err := u.Rows(store.PackMembers(want))
		if err != nil {
			t.Fatal(err)
		}
		var got []store.MemberRow
		for _, m := range rows {
			got = append(got, store.MemberRow{Village: string(m.Village), SortKey: string(m.SortKey), ResidentID: "R", Pieces: m.Pieces})
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("resident %d: %s", i, diff)
		}
	}
}
