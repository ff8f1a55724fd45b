package store_test

import (
	"errors"
	"fmt"
	"testing"

	"xinju.dev/services/aggregator/internal/store"

	"github.com/google/go-cmp/cmp"
)

// TestManyWithMuchInCommonAreDropped: members of no village, who all have the same key,
// and people who all name the same one: more than a step of each, beside a generation
// that stays as it is.
func TestManyWithMuchInCommonAreDropped(t *testing.T) {
	const many = 5_200
	each(t, func(t *testing.T, s *store.Store) {
		var members []store.MemberRow
		var ties []store.TieRow
		var links []store.LinkRow
		for i := range many {
			id := fmt.Sprintf("R%05d", i)
			members = append(members, store.MemberRow{ResidentID: id})
			ties = append(ties, store.TieRow{Other: "mother", Resident: id})
			links = append(links, store.LinkRow{Linked: id, Into: "P"})
		}
		for g := int64(1); g <= 2; g++ {
			write(t, s, func(tx store.Tx) error {
				return errors.Join(tx.PutMembers(g, members), tx.PutTies(g, ties), tx.PutLinks(g, links))
			})
		}
		if err := s.Drop(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]int64{2}, read(t, s, store.Tx.Generations)); diff != "" {
			t.Error(diff)
		}
		n := len(read(t, s, func(tx store.Tx) ([]store.MemberRow, error) { return tx.MemberKeys(2) }))
		naming := read(t, s, func(tx store.Tx) (map[string][]string, error) { return tx.Naming(2, []string{"mother"}) })
		linked := read(t, s, func(tx store.Tx) (map[string][]string, error) { return tx.LinkedInto(2, []string{"P"}) })
		n += len(naming["mother"]) + len(linked["P"])
		if n != 3*many {
			t.Errorf("%d rows of the other generation, want %d", n, 3*many)
		}
	})
}

// TestEveryTableSaysOfWhichGenerationsThereIsSomething: what a crash left in one
// alone is found and removed.
func TestEveryTableSaysOfWhichGenerationsThereIsSomething(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		puts := []func(store.Tx, int64) error{
			func(tx store.Tx, g int64) error { return tx.PutFollowed(g, store.FollowedRow{Source: "registry"}) },
			func(tx store.Tx, g int64) error {
				return tx.PutWorld(g, []store.WorldRow{{Kind: 5, ID: "D", Fact: []byte("x")}})
			},
			func(tx store.Tx, g int64) error {
				return tx.PutMembers(g, []store.MemberRow{{Village: "V", ResidentID: "R"}})
			},
			func(tx store.Tx, g int64) error {
				return tx.PutResidents(g, []store.ResidentRow{{ID: "R", Facts: []byte("x")}})
			},
			func(tx store.Tx, g int64) error { return tx.PutLinks(g, []store.LinkRow{{Linked: "R", Into: "P"}}) },
			func(tx store.Tx, g int64) error { return tx.PutTies(g, []store.TieRow{{Other: "M", Resident: "R"}}) },
			func(tx store.Tx, g int64) error { return tx.PutCodes(g, []string{"SCR"}) },
			func(tx store.Tx, g int64) error {
				return tx.PutLines(g, []store.LineRow{{Village: "V", ResidentID: "R", Weight: 1}})
			},
			func(tx store.Tx, g int64) error { return tx.AddBlock(g, 1, []byte("V"), []byte("x")) },
			func(tx store.Tx, g int64) error { return tx.Touch(g, 1, []string{"R"}) },
			func(tx store.Tx, g int64) error {
				return tx.PutLeft(g, []store.LeftRow{{ResidentID: "R", Place: "V", Revision: 1}})
			},
		}
		var want []int64
		for i, put := range puts {
			g := int64(i + 1)
			write(t, s, func(tx store.Tx) error { return put(tx, g) })
			want = append(want, g)
		}
		if diff := cmp.Diff(want, read(t, s, store.Tx.Generations)); diff != "" {
			t.Error(diff)
		}
		for _, g := range want {
			if err := s.Drop(t.Context(), g); err != nil {
				t.Fatal(err)
			}
		}
		if left := read(t, s, store.Tx.Generations); len(left) > 0 {
			t.Errorf("left: %v", left)
		}
	})
}
