package store

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/intake"
	"xinju.dev/services/platform/intakestore"
	"xinju.dev/services/platform/page"
	"xinju.dev/services/registry/internal/core"
)

func headOf(t *testing.T, s *SQL) int64 {
	t.Helper()
	h, err := changefeed.ReadHead(t.Context(), s.db)
	if err != nil {
		t.Fatal(err)
	}
	return h.Position
}

// batchID names the n-th batch of a test.
func batchID(n int) string { return fmt.Sprintf("01JQBATCH%017d", n) }

// send records events as a batch of files does.
func send(t *testing.T, s *SQL, n int, events ...core.Event) []core.Outcome {
	t.Helper()
	_, _, err := intakestore.New(s.db, s.seal, s).CreateFeedBatch(t.Context(), intake.Batch{ID: batchID(n), Sender: "ga-990101", Digest: batchID(n), State: intake.Succeeded})
	if err != nil {
		t.Fatal(err)
	}
	var out []core.Outcome
	rows := make([]int, len(events))
	for i := range rows {
		rows[i] = i + 2
	}
	err = s.db.Write(t.Context(), func(tx *gorm.DB) error {
		var facts []changefeed.Fact
		var err error
		out, facts, err = s.applyEvents(tx, append([]core.Event{}, events...), Source{BatchID: batchID(n), Rows: rows}, onDay(today))
		if err != nil {
			return err
		}
		return changefeed.Append(tx, facts...)
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func withdrawn(t *testing.T, s *SQL, n int) Withdrawal {
	t.Helper()
	w, err := s.WithdrawBatch(t.Context(), batchID(n), onDay(today).Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestAWithdrawnBatchIsUndone(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		feed(t, s, arrive("9", 9, "2025-03-01"))
		send(t, s, 1, arrive("1", 1, "2025-03-01"), arrive("2", 2, "2025-03-01"))
		before := bodies(t, s)
		one := lookup(t, s, numberOf(1)).ID
		events := []core.Event{
			about("3", 1, core.Leave, "2025-05-01"), arrive("4", 3, "2025-03-01"), about("5", 9, core.Move, "2025-06-01", func(e *core.Event) { e.Division = villageB }),
			merge("6", 2, 9), about("7", 2, core.Correct, "2025-07-01", func(e *core.Event) { e.Replaces, e.Document = "2", numberOf(4) }),
		}
		out := send(t, s, 2, events...)
		gone := out[1].ResidentID
		if got := withdrawn(t, s, 2); got != (Withdrawal{Withdrawn: 5}) {
			t.Errorf("%+v", got)
		}
		if d := cmp.Diff(before, bodies(t, s)); d != "" {
			t.Errorf("withdrawn: %s", d)
		}
		if _, err := s.Resident(t.Context(), gone); err == nil {
			t.Error("somebody is left of whom nothing is known")
		}
		log, _, err := s.Events(t.Context(), one, page.Query{})
		if err != nil || len(log) != 2 || log[0].Withdrawn.IsZero() == log[1].Withdrawn.IsZero() {
			t.Errorf("%d events, one of them withdrawn: %v", len(log), err)
		}
		if log, _, err := s.Events(t.Context(), gone, page.Query{}); err != nil || len(log) != 1 || log[0].Withdrawn.IsZero() {
			t.Errorf("what was withdrawn of somebody who is gone: %v", err)
		}
		replayed(t, s)
		if got := withdrawn(t, s, 2); got != (Withdrawal{}) {
			t.Errorf("a second time: %+v", got)
		}
		again := send(t, s, 3, events...)
		if d := cmp.Diff(codes(out), codes(again)); d != "" {
			t.Errorf("sent again: %s", d)
		}
		if again[1].ResidentID != gone {
			t.Error("the person came back under another identifier")
		}
		replayed(t, s)
	})
}

func TestWhatAnotherBatchRepeatedStays(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		both, only := arrive("1", 1, "2025-03-01"), arrive("2", 2, "2025-03-01")
		send(t, s, 1, both, only)
		if got := codes(send(t, s, 2, both, both, arrive("3", 3, "2025-03-01"))); got != "duplicate duplicate created" {
			t.Fatal(got)
		}
		send(t, s, 3, both)
		id := lookup(t, s, numberOf(1)).ID
		if got := withdrawn(t, s, 1); got != (Withdrawal{Withdrawn: 1, Kept: 1}) {
			t.Errorf("the first: %+v", got)
		}
		if log, _, err := s.Events(t.Context(), id, page.Query{}); err != nil || len(log) != 1 || log[0].BatchID != batchID(2) || log[0].Row != 2 {
			t.Errorf("it should be the second batch's now: %v", err)
		}
		if got := withdrawn(t, s, 3); got != (Withdrawal{}) {
			t.Errorf("the third, which only repeated: %+v", got)
		}
		if got := withdrawn(t, s, 2); got != (Withdrawal{Withdrawn: 2}) {
			t.Errorf("the second: %+v", got)
		}
		if n := len(all(t, s.Listers()["person"])); n != 0 {
			t.Errorf("%d persons are left", n)
		}
		replayed(t, s)
	})
}

func TestAnEventThatComesAgainForAnotherPersonHasAHigherVersion(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		send(t, s, 1, arrive("x", 1, "2025-03-01"))
		for i := range 4 { // the stay that the event began is told again and again
			feed(t, s, about(fmt.Sprint("c", i), 1, core.Correct, "2025-04-01", func(e *core.Event) { e.Document, e.Replaces, e.Reason = core.Document{}, "x", 1+i }))
		}
		withdrawn(t, s, 1)
		if got := codes(send(t, s, 2, arrive("x", 2, "2025-03-01"))); got != "created" {
			t.Errorf("the identifier is free again: %s", got)
		}
		replayed(t, s)
	})
}

func TestAnUnknownBatchIsNotWithdrawn(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		if _, err := s.WithdrawBatch(t.Context(), batchID(1), onDay(today)); err == nil {
			t.Error("withdrawn")
		}
	})
}

// TestWithdrawingLeavesWhatTheOthersSay has batches with everything in them: what
// is left after a withdrawal is what the other batches alone would have said.
func TestWithdrawingLeavesWhatTheOthersSay(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		for seed := range uint64(6) {
			r := rand.New(rand.NewPCG(seed, 5))
			events := people(r, 30)
			for i := range events { // one set of identifiers for each round
				e := &events[i]
				e.ID = fmt.Sprintf("%d-%s", seed, e.ID)
				if e.Replaces != "" {
					e.Replaces = fmt.Sprintf("%d-%s", seed, e.Replaces)
				}
			}
			before := persons(t, s)
			n := int(seed) * 10
			kept := events[:15]
			send(t, s, n+1, kept...)
			alone := persons(t, s)
			withdrawn(t, s, n+1)
			if d := cmp.Diff(before, persons(t, s)); d != "" {
				t.Fatalf("seed %d, all withdrawn: %s", seed, d)
			}
			send(t, s, n+2, events[15:]...)
			send(t, s, n+3, append(kept[:15:15], events[15:20]...)...)
			withdrawn(t, s, n+2)
			send(t, s, n+4, kept...)
			withdrawn(t, s, n+3)
			if d := cmp.Diff(alone, persons(t, s)); d != "" {
				t.Fatalf("seed %d, some withdrawn: %s", seed, d)
			}
			replayed(t, s)
			withdrawn(t, s, n+4)
		}
	})
}
