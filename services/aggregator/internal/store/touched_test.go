package store_test

import (
	"fmt"
	"testing"

	"xinju.dev/services/aggregator/internal/store"

	"github.com/google/go-cmp/cmp"
)

// pagesOfTouched reads everything after a place, n rows at a time.
func pagesOfTouched(t *testing.T, s *store.Store, after store.TouchedRow, n int) []string {
	t.Helper()
	var out []string
	for {
		rows := read(t, s, func(tx store.Tx) ([]store.TouchedRow, error) { return tx.Touched(1, after, n) })
		for _, r := range rows {
			out = append(out, fmt.Sprint(r.Revision, " ", r.ResidentID))
			after = r
		}
		if len(rows) < n {
			return out
		}
	}
}

func TestOfSeveralTouchesTheLastIsKept(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		for revision, ids := range [][]string{{"R1", "R2", "R3"}, {"R2"}, {"R4", "R1"}} {
			write(t, s, func(tx store.Tx) error { return tx.Touch(1, int64(revision)+5, ids) })
		}
		write(t, s, func(tx store.Tx) error { return tx.Touch(2, 9, []string{"R9"}) })
		for n := 1; n <= 5; n++ {
			if diff := cmp.Diff([]string{"5 R3", "6 R2", "7 R1", "7 R4"}, pagesOfTouched(t, s, store.TouchedRow{}, n)); diff != "" {
				t.Errorf("%d at a time: %s", n, diff)
			}
		}
		if diff := cmp.Diff([]string{"7 R4"}, pagesOfTouched(t, s, store.TouchedRow{Revision: 7, ResidentID: "R1"}, 3)); diff != "" {
			t.Errorf("after a place: %s", diff)
		}
	})
}

func TestADroppedGenerationLeavesNoTouches(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		var ids []string
		for i := range 5100 { // more than one step
			ids = append(ids, fmt.Sprintf("R%05d", i))
		}
		write(t, s, func(tx store.Tx) error { return tx.Touch(1, 1, ids) })
		write(t, s, func(tx store.Tx) error { return tx.Touch(2, 2, ids[:2]) })
		if err := s.Drop(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
		if left := pagesOfTouched(t, s, store.TouchedRow{}, 100); len(left) != 0 {
			t.Errorf("%d rows are left", len(left))
		}
		if other := read(t, s, func(tx store.Tx) ([]store.TouchedRow, error) { return tx.Touched(2, store.TouchedRow{}, 9) }); len(other) != 2 {
			t.Errorf("of the other generation %d rows, want 2", len(other))
		}
	})
}

func TestEveryDatabaseHasAnEpochOfItsOwn(t *testing.T) {
	seen := map[string]bool{}
	for _, which := range []string{"one", "another"} {
		t.Run(which, func(t *testing.T) {
			each(t, func(t *testing.T, s *store.Store) {
				epoch := read(t, s, func(tx store.Tx) (string, error) { return tx.Epoch() })
				if again := read(t, s, func(tx store.Tx) (string, error) { return tx.Epoch() }); again != epoch || len(epoch) < 32 || seen[epoch] {
					t.Errorf("epoch %q, then %q; seen before: %t", epoch, again, seen[epoch])
				}
				seen[epoch] = true
			})
		})
	}
}
