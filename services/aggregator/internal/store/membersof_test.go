package store_test

import (
	"fmt"
	"testing"

	"xinju.dev/services/aggregator/internal/store"

	"github.com/google/go-cmp/cmp"
)

func TestMembersAreFoundByTheirResidents(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		var rows []store.MemberRow
		for i := range 300 {
			rows = append(rows, store.MemberRow{Village: fmt.Sprintf("V%d", i%7), SortKey: "k", ResidentID: fmt.Sprintf("R%03d", i), Pieces: []byte{byte(i)}})
		}
		rows = append(rows, store.MemberRow{Village: "", SortKey: "", ResidentID: "R000", Pieces: []byte{9}})
		write(t, s, func(tx store.Tx) error { return tx.PutMembers(1, rows) })
		write(t, s, func(tx store.Tx) error {
			return tx.PutMembers(2, []store.MemberRow{{Village: "W", SortKey: "k", ResidentID: "R001", Pieces: []byte{7}}})
		})
		rows[3].Pieces = []byte("changed")
		write(t, s, func(tx store.Tx) error { return tx.PutMembers(1, rows[3:5]) })
		for _, n := range []int{1, 250} { // bound, and read
			ids := []string{"nobody"}
			for i := range n {
				ids = append(ids, rows[i].ResidentID)
			}
			got := read(t, s, func(tx store.Tx) (map[string][]store.MemberRow, error) { return tx.MembersOf(1, ids) })
			if len(got) != n || len(got["R000"]) != 2 {
				t.Fatalf("%d residents, %d rows of the first", len(got), len(got["R000"]))
			}
			for i := 1; i < n; i++ {
				if diff := cmp.Diff(rows[i:i+1], got[rows[i].ResidentID]); diff != "" {
					t.Error(diff)
				}
			}
		}
	})
}
