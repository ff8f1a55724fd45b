package intake_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"xinju.dev/services/platform/intake"
	"xinju.dev/services/platform/outcome"
)

func TestACancelledBatchStopsAtAChunkAndGoesOnWhereItStopped(t *testing.T) {
	file := randomFile(61, 150)
	want, _ := undisturbed(t, newSQLiteWorld(t), file)
	eachWorld(t, func(t *testing.T, w *world) {
		b, err := w.receive(ga, file)
		if err != nil {
			t.Fatal(err)
		}
		in := w.process(w.store, nil)
		chunks := 0
		if err := w.run(func(point string) error {
			if point == "chunk.stored" {
				if chunks++; chunks == 3 {
					_, err := in.Cancel(t.Context(), b.ID)
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		stopped := w.batch(b.ID)
		rows := int64(len(w.results()))
		if stopped.State != intake.Cancelled || stopped.Counts.Received() != 60 || rows != 60 || len(w.spooled()) != 1 {
			t.Errorf("state %d, counts %v, %d rows, kept %v", stopped.State, stopped.Counts, rows, w.spooled())
		}
		if again, err := w.receive(ga, file); err != nil || again.ID != b.ID || again.State != intake.Cancelled {
			t.Errorf("sent again: %v, state %d", err, again.State)
		}
		if _, err := in.Resume(t.Context(), b.ID); err != nil {
			t.Fatal(err)
		}
		if err := w.run(nil); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, w.dump()); diff != "" {
			t.Error(diff)
		}
		if _, err := in.Cancel(t.Context(), b.ID); !errors.Is(err, intake.ErrBatchState) {
			t.Errorf("cancelling what is done: %v", err)
		}
		if _, err := in.Cancel(t.Context(), "nobody's"); !errors.Is(err, intake.ErrBatchNotFound) {
			t.Error(err)
		}
	})
}

func TestAPausedSenderWaitsAndOthersDoNot(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		yes, no := true, false
		w.register(ga.Sender, intake.Setting{Paused: &yes, By: "核对中"})
		mine, err := w.receive(ga, randomFile(62, 100))
		if err != nil {
			t.Fatal(err)
		}
		other := w.load(intake.Header{Sender: "ga-990102"}, fileOf(arrival("E1", 1)))
		if b := w.batch(mine.ID); b.State != intake.Queued || other.State != intake.Succeeded {
			t.Errorf("the paused one: %d, the other: %d", b.State, other.State)
		}
		w.register(ga.Sender, intake.Setting{Paused: &no})
		stored := 0
		if err := w.run(func(point string) error {
			if point == "chunk.stored" {
				if stored++; stored == 2 {
					w.register(ga.Sender, intake.Setting{Paused: &yes})
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if b := w.batch(mine.ID); b.State != intake.Running || b.Counts.Received() != 40 {
			t.Errorf("paused half way: state %d, %v", b.State, b.Counts)
		}
		w.register(ga.Sender, intake.Setting{Paused: &no})
		if err := w.run(nil); err != nil {
			t.Fatal(err)
		}
		if b := w.batch(mine.ID); b.State != intake.Succeeded {
			t.Errorf("state %d", b.State)
		}
	})
}

func TestAWithdrawnBatchLeavesNothingButItsCountsAndMayBeSentAgain(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		file := fileOf(arrival("E1", 1), arrival("E2", 2), arrival("E3", 3))
		h := withManifest(ga, file, 1, 3)
		b := w.load(h, file)
		in := w.process(w.store, nil)
		asked, err := in.Undo(t.Context(), b.ID, "错发")
		if err != nil || asked.State != intake.Withdrawing {
			t.Fatal(asked.State, err)
		}
		// The process dies in the middle, twice.
		for _, point := range []string{"batch.picked", "withdraw.step"} {
			if err := w.run(func(p string) error {
				if p == point {
					return errKilled
				}
				return nil
			}); !errors.Is(err, errKilled) {
				t.Fatal(err)
			}
		}
		if err := w.run(nil); err != nil {
			t.Fatal(err)
		}
		done := w.batch(b.ID)
		if done.State != intake.Withdrawn || done.Counts != b.Counts || done.WithdrawnBy != "错发" {
			t.Errorf("%+v", done)
		}
		if n := len(w.query("SELECT resident_id FROM resident WHERE known = 1")); n != 0 {
			t.Errorf("%d residents are left", n)
		}
		again := w.load(h, file)
		if again.ID == b.ID || again.Counts[outcome.Created] != 3 {
			t.Errorf("sent again: %v", again.Counts)
		}
		if _, err := in.Undo(t.Context(), b.ID, "twice"); err != nil {
			t.Errorf("asked twice: %v", err)
		}
		rehearsal := ga
		rehearsal.ValidateOnly = true
		if _, err := in.Undo(t.Context(), w.load(rehearsal, file).ID, "x"); !errors.Is(err, intake.ErrBatchState) {
			t.Errorf("a rehearsal: %v", err)
		}
	})
}

func TestARowThatWaitedShowsWhatItIsNow(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		leave := func(n int, id string) string {
			return fmt.Sprintf("%s,注销,20250401,%s,王小明,,,,,,,", id, citizen(n))
		}
		fix := fmt.Sprintf("C1,更正,20250402,%s,王大明,,,,,,,A9", citizen(9))
		first := w.load(ga, fileOf(leave(1, "L1"), leave(2, ""), leave(3, "L3"), fix))
		pending := func() string {
			rows, _, err := w.store.FeedRows(t.Context(), intake.RowFilter{BatchID: first.ID}, pageOf(10))
			if err != nil {
				t.Fatal(err)
			}
			out := ""
			for _, r := range rows {
				out += fmt.Sprintf("%d:%d→%d ", r.Number, r.Outcome, r.Now)
			}
			n, err := w.store.StillPending(t.Context(), first.ID)
			if err != nil {
				t.Fatal(err)
			}
			return out + fmt.Sprint(n)
		}
		if got := pending(); got != "2:5→5 3:5→5 4:5→5 5:5→5 4" {
			t.Error(got)
		}
		w.load(ga, fileOf(arrival("A1", 1), arrival("A2", 2)))
		if got := pending(); got != "2:5→2 3:5→2 4:5→5 5:5→5 2" {
			t.Error(got)
		}
		w.load(ga, fileOf(arrival("A9", 9)))
		if got := pending(); got != "2:5→2 3:5→2 4:5→5 5:5→2 1" {
			t.Error(got)
		}
	})
}
