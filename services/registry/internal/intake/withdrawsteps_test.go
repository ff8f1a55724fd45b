package intake_test

import (
	"fmt"
	"slices"
	"testing"

	"xinju.dev/services/platform/intake"
)

func TestAWithdrawalShowsHowFarItHasCome(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.rows = intake.ChunkRows
		const n = 2300
		var both, rows []string
		for i := range n {
			rows = append(rows, arrival(fmt.Sprintf("E%05d", i), i))
		}
		both = append(slices.Clone(rows[:7]), arrival("other", n))
		b := w.load(ga, fileOf(rows...))
		w.load(ga, fileOf(both...)) // keeps seven of them
		if _, err := w.process(w.store, nil).Undo(t.Context(), b.ID, "错发"); err != nil {
			t.Fatal(err)
		}
		var seen []int64
		died := false
		look := func(point string) error {
			if point != "withdraw.step" {
				return nil
			}
			seen = append(seen, w.batch(b.ID).Undone)
			if len(seen) == 2 && !died {
				died = true
				return errKilled // and the process that comes after goes on
			}
			return nil
		}
		if err := w.run(look); err == nil {
			t.Fatal("it was not killed: there was one step alone")
		}
		if err := w.run(look); err != nil {
			t.Fatal(err)
		}
		done := w.batch(b.ID)
		left := len(w.query("SELECT event_id FROM event"))
		if done.State != intake.Withdrawn || left != 8 || len(slices.Compact(slices.Clone(seen))) < 3 || !slices.IsSorted(seen) || done.Undone < n-1000 || done.Undone > n {
			t.Errorf("state %d, %d events left, undone %v and %d in the end", done.State, left, seen, done.Undone)
		}
	})
}
