package intake_test

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"xinju.dev/services/platform/intake"
)

// points are all places at which a test may kill the process.
var points = []string{
	"start.swept", "batch.picked", "batch.started", "chunk.read", "chunk.events", "chunk.outcomes", "chunk.facts", "chunk.stored",
	"batch.applied", "batch.finished", "batch.done", "worker.idle",
}

var ga = intake.Header{Sender: "ga-990101", FileName: "feed.csv"}

// undisturbed is what two files end in when nothing goes wrong, and how often
// each point is passed.
func undisturbed(t *testing.T, w *world, files ...[]byte) ([]string, map[string]int) {
	t.Helper()
	for _, f := range files {
		if _, err := w.receive(ga, f); err != nil {
			t.Fatal(err)
		}
	}
	passed, all := passes(t, w), w.dump()
	kinds := map[string]int{}
	for _, l := range all {
		kind, _, _ := strings.Cut(l, ":")
		kinds[kind]++
	}
	for _, kind := range []string{"batch", "row", "event", "resident", "stay", "permit", "document", "change", "head"} {
		if kinds[kind] == 0 {
			t.Fatalf("the files leave no %s", kind)
		}
	}
	return all, passed
}

func TestKillingTheWorkerAtAnyPointChangesNothingInTheEnd(t *testing.T) {
	files := [][]byte{randomFile(1, 90), randomFile(2, 60)}
	want, passed := undisturbed(t, newSQLiteWorld(t), files...)
	if len(want) < 300 {
		t.Fatalf("the files leave only %d rows", len(want))
	}
	for _, point := range points {
		if passed[point] == 0 {
			t.Errorf("no work passes %s", point)
		}
	}
	prepare := func() *world {
		w := newSQLiteWorld(t)
		for _, f := range files {
			if _, err := w.receive(ga, f); err != nil {
				t.Fatal(err)
			}
		}
		return w
	}
	killEverywhere(t, passed, prepare, want, func(w *world) []string {
		if left := w.spooled(); len(left) != 0 {
			t.Errorf("files are left: %v", left)
		}
		return w.dump()
	})
}

// killEverywhere kills the worker at each pass of each point that it passes, each
// time in a world of its own, which must end in what it ends in undisturbed.
func killEverywhere(t *testing.T, passed map[string]int, prepare func() *world, want []string, state func(*world) []string) {
	t.Helper()
	for point, times := range passed {
		for nth := range times {
			w := prepare()
			killAt(t, w, point, nth)
			if diff := cmp.Diff(want, state(w)); diff != "" {
				t.Fatalf("killed at pass %d of %s: %s", nth+1, point, diff)
			}
		}
	}
}

// passes runs a worker to the end and counts how often it passes each point.
func passes(t *testing.T, w *world) map[string]int {
	t.Helper()
	passed := map[string]int{}
	if err := w.run(func(point string) error { passed[point]++; return nil }); err != nil {
		t.Fatal(err)
	}
	return passed
}

// killAt kills the first life of the worker at the nth pass of a point; the
// next one goes on to the end.
func killAt(t *testing.T, w *world, point string, nth int) {
	t.Helper()
	seen := 0
	err := w.run(func(p string) error {
		if p == point {
			if seen == nth {
				return errKilled
			}
			seen++
		}
		return nil
	})
	if !errors.Is(err, errKilled) {
		t.Fatalf("not killed at pass %d of %s: %v", nth+1, point, err)
	}
	if err := w.run(nil); err != nil {
		t.Fatal(err)
	}
}

func TestKillingTheWorkerAgainAndAgainChangesNothingInTheEnd(t *testing.T) {
	files := [][]byte{randomFile(3, 150), randomFile(4, 40)}
	eachWorld(t, func(t *testing.T, w *world) {
		want, _ := undisturbed(t, newSQLiteWorld(t), files...)
		for _, f := range files {
			if _, err := w.receive(ga, f); err != nil {
				t.Fatal(err)
			}
		}
		r := rand.New(rand.NewPCG(7, 7))
		kills := 0
		for {
			err := w.run(func(string) error {
				if r.IntN(6) == 0 {
					return errKilled
				}
				return nil
			})
			if err == nil {
				break
			}
			if !errors.Is(err, errKilled) {
				t.Fatal(err)
			}
			kills++
		}
		if diff := cmp.Diff(want, w.dump()); diff != "" {
			t.Errorf("after %d kills: %s", kills, diff)
		}
		if kills < 5 {
			t.Errorf("only %d kills", kills)
		}
	})
}

func TestKillingTheReceiverLeavesTheWholeBatchOrNothing(t *testing.T) {
	file := randomFile(5, 30)
	for point, kept := range map[string]bool{"receive.written": false, "receive.kept": false, "receive.stored": true} {
		w := newSQLiteWorld(t)
		_, err := w.process(w.store, func(p string) error {
			if p == point {
				return errKilled
			}
			return nil
		}).Receive(t.Context(), ga, parts(file, 1000))
		if !errors.Is(err, errKilled) {
			t.Fatalf("%s: %v", point, err)
		}
		if err := w.run(nil); err != nil {
			t.Fatal(err)
		}
		if left := w.spooled(); len(left) != 0 {
			t.Errorf("%s: files are left after the next start: %v", point, left)
		}
		if got := len(w.query("SELECT batch_id FROM feed_batch WHERE state = 3")) == 1; got != kept {
			t.Errorf("%s: the batch is there: %v", point, got)
		}
		// The sender, who has no answer, sends again.
		b := w.load(ga, file)
		if n := len(w.query("SELECT batch_id FROM feed_batch")); n != 1 || b.State != intake.Succeeded {
			t.Errorf("%s: sent again: %d batches, state %d", point, n, b.State)
		}
	}
}
