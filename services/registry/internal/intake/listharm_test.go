package intake_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/intake"
	"xinju.dev/services/platform/outcome"
	"xinju.dev/services/platform/record"
	"xinju.dev/services/registry/internal/core"
)

// addVillage adds a village to the tree that was not there before.
func (w *world) addVillage(code string) {
	w.t.Helper()
	_, err := w.events.CreateDivisions(w.t.Context(), record.Request{ID: code}, []core.Division{
		{Code: code, Name: "四村", Level: core.Village, Parent: "990101001000"},
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// stays are all stays, as days of arrival and departure.
func (w *world) stays() (out []string) {
	for _, r := range w.query("SELECT division, arrived, left_on FROM stay ORDER BY division, arrived, left_on") {
		out = append(out, strings.Join(r, " "))
	}
	return out
}

const newVillage = "990101001004"

func TestARowThatWasRefusedIsAppliedFromTheNextList(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		early := person(0)
		early.at = newVillage // which the registry learns of later
		first := w.sendList("2025-05-01", 1, append(people(1, 20), early))
		if first.Counts[outcome.Refused] != 1 || len(w.living()) != 19 {
			t.Fatal(first.Counts)
		}
		w.addVillage(newVillage)
		second := w.sendList("2025-06-01", 2, append(people(1, 20), early))
		if second.Counts[outcome.Created] != 1 || len(w.living()) != 20 || diffOf(second) != "before 19 +1 ~0 =19 -0 ?0 " {
			t.Errorf("%s %v, %d live here", diffOf(second), second.Counts, len(w.living()))
		}
		third := w.sendList("2025-06-02", 3, append(people(1, 20), early))
		if diffOf(third) != "before 20 +0 ~0 =20 -0 ?0 " {
			t.Error(diffOf(third))
		}
	})
}

func TestAMoveThatWasRefusedIsAppliedFromTheNextList(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		const other = "990101001005"
		moved := person(0)
		w.sendList("2025-05-01", 1, people(0, 20))
		moved.at = other
		second := w.sendList("2025-06-01", 2, append(people(1, 20), moved))
		if second.Counts[outcome.Refused] != 1 {
			t.Fatal(second.Counts)
		}
		w.addVillage(other)
		third := w.sendList("2025-06-02", 3, append(people(1, 20), moved))
		if third.Counts[outcome.Updated] != 1 || !slices.Contains(w.living(), other) || len(w.living()) != 20 {
			t.Errorf("%s %v, %v", diffOf(third), third.Counts, w.living())
		}
		if gone := w.sendList("2025-06-03", 4, people(1, 20)); gone.Diff.Gone != 1 || len(w.living()) != 19 {
			t.Error(diffOf(gone))
		}
	})
}

func TestACorrectionAfterAMoveDoesNotDateTheMoveBack(t *testing.T) {
	w := newSQLiteWorld(t)
	list := people(0, 20)
	w.sendList("2025-05-01", 1, list)
	list[0].at = village2
	w.sendList("2025-06-01", 2, list)
	want := w.stays()
	if !slices.Contains(want, "990101001001 20240301 20250531") || !slices.Contains(want, "990101001002 20250601 0") {
		t.Fatal(want)
	}
	list[0].phone = "13900000000" // the row still tells of the first arrival
	w.sendList("2025-06-02", 3, list)
	if got := w.stays(); !slices.Equal(want, got) {
		t.Errorf("a telephone number changed the stays: %v", got)
	}
	// So with somebody who was gone and is back.
	back := list[1]
	w.sendList("2025-06-03", 4, slices.Delete(slices.Clone(list), 1, 2))
	w.sendList("2025-06-10", 5, list)
	want = w.stays()
	if !slices.Contains(want, "990101001001 20250610 0") {
		t.Fatal(want)
	}
	back.phone = "13900000001"
	w.sendList("2025-06-11", 6, append(slices.Delete(slices.Clone(list), 1, 2), back))
	if got := w.stays(); !slices.Equal(want, got) {
		t.Errorf("a telephone number changed the stays of somebody who is back: %v", got)
	}
	// A day that does change is still told.
	row := strings.Replace(person(2).row(), "2024-03-01", "2024-02-01", 1)
	w.sendList("2025-06-12", 7, slices.Delete(slices.Clone(list), 2, 3), row)
	if !slices.Contains(w.stays(), "990101001001 20240201 0") {
		t.Error("a corrected day of arrival is lost")
	}
}

func TestWhoIsGoneFromOneListStaysWhereAnotherSenderHasThem(t *testing.T) {
	for _, kind := range []string{"居住登记", "地址变更"} {
		w := newSQLiteWorld(t)
		w.sendList("2025-05-01", 1, people(0, 20))
		other := fileOf("E1," + kind + ",2025-05-20," + citizen(0) + ",王小明,," + village2 + ",平安路1号,,,,")
		b := w.load(intake.Header{Sender: "ga-990102"}, other)
		if b.Counts[outcome.Refused] != 0 {
			t.Fatal(w.rowsOf(b.ID, outcome.Refused))
		}
		w.sendList("2025-06-01", 2, people(1, 20))
		if got := w.living(); len(got) != 20 || !slices.Contains(got, village2) {
			t.Errorf("%s: who moved away and is registered there is shown as gone: %v", kind, w.stays())
		}
	}
}

func TestAListOfAnEarlierDayIsNotApplied(t *testing.T) {
	w := newSQLiteWorld(t)
	w.sendList("2025-06-01", 1, people(0, 30))
	w.sendList("2025-06-10", 2, people(3, 30))
	want := w.stays()
	old := w.sendList("2025-06-05", 3, people(0, 30))
	if old.State != intake.Failed || old.Failure != "SNAPSHOT_OUTDATED" || !slices.Equal(want, w.stays()) {
		t.Errorf("state %d %s, %d live here", old.State, old.Failure, len(w.living()))
	}
	if _, err := w.queueList("2025-07-01", 4, people(0, 30)); !errors.Is(err, intake.ErrManifest) {
		t.Errorf("a list of a day that has not come: %v", err)
	}
	if again := w.sendList("2025-06-10", 5, people(3, 31)); again.State != intake.Succeeded || again.Diff.Arrived != 1 {
		t.Errorf("another list of the same day: %d %s", again.State, again.Failure)
	}
}

// stopIn cancels a batch in the nth chunk of one of its stages.
func (w *world) stopIn(id, stage string, nth int) {
	w.t.Helper()
	in, n := w.process(w.store, nil), 0
	err := w.run(func(point string) error {
		if point == "chunk.stored" && w.batch(id).Stage == stage {
			if n++; n == nth {
				_, err := in.Cancel(w.t.Context(), id)
				return err
			}
		}
		return nil
	})
	if err != nil || w.batch(id).State != intake.Cancelled {
		w.t.Fatal(err, w.batch(id).State)
	}
}

func TestAListThatStoppedHalfwayIsFinishedOrWithdrawnBeforeTheNext(t *testing.T) {
	for _, withdraw := range []bool{false, true} {
		w := newSQLiteWorld(t)
		w.rows = 4
		w.sendList("2025-05-01", 1, people(0, 50))
		half, err := w.queueList("2025-06-01", 2, people(9, 52))
		if err != nil {
			t.Fatal(err)
		}
		w.stopIn(half.ID, intake.StageGone, 1)
		if n := len(w.living()); n != 48 {
			t.Fatalf("%d live here", n)
		}
		next := w.sendList("2025-06-02", 3, people(0, 50))
		if next.State != intake.Failed || next.Failure != "SNAPSHOT_UNFINISHED" {
			t.Errorf("state %d %s: four people are here and shown as gone: %d live here", next.State, next.Failure, len(w.living()))
		}
		in := w.process(w.store, nil)
		if withdraw {
			_, err = in.Undo(t.Context(), half.ID, "错发")
		} else {
			_, err = in.Resume(t.Context(), half.ID)
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := w.run(nil); err != nil {
			t.Fatal(err)
		}
		last := w.sendList("2025-06-02", 3, people(0, 50))
		if last.State != intake.Succeeded || len(w.living()) != 50 {
			t.Errorf("state %d %s, %d live here", last.State, last.Failure, len(w.living()))
		}
	}
}

func TestAListOnWhichALaterOneRestsIsNotWithdrawnBeforeIt(t *testing.T) {
	w := newSQLiteWorld(t)
	w.sendList("2025-05-01", 1, people(0, 50))
	second := w.sendList("2025-06-01", 2, people(3, 52))
	third := w.sendList("2025-06-02", 3, people(3, 53))
	in := w.process(w.store, nil)
	if _, err := in.Undo(t.Context(), second.ID, "错发"); !errors.Is(err, intake.ErrListRests) {
		t.Errorf("withdrawn: %v", err)
	}
	for _, id := range []string{third.ID, second.ID} {
		if _, err := in.Undo(t.Context(), id, "错发"); err != nil {
			t.Fatal(err)
		}
		if err := w.run(nil); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(w.living()); n != 50 {
		t.Errorf("%d live here", n)
	}
}

func TestWhatWaitedInAQueueIsKnownFromWhenItWasApplied(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		if _, err := w.receive(ga, fileOf(arrival("E1", 1))); err != nil {
			t.Fatal(err)
		}
		applied := noon.Add(72 * time.Hour)
		w.at = applied
		if err := w.run(nil); err != nil {
			t.Fatal(err)
		}
		id := w.query("SELECT resident_id FROM resident")[0][0]
		if _, err := w.events.KnownResident(t.Context(), id, noon.Add(time.Hour)); !errors.Is(err, core.ErrKnownThen) {
			t.Errorf("known while the file still waited: %v", err)
		}
		if r, err := w.events.KnownResident(t.Context(), id, applied); err != nil || !r.CreateTime.Equal(applied) {
			t.Errorf("as of when it was applied: %v %v", r.CreateTime, err)
		}
		if day := civil.DateOf(w.batch(w.query("SELECT batch_id FROM feed_batch")[0][0]).Received); day != civil.DateOf(noon) {
			t.Error(day)
		}
	})
}
