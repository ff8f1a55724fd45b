package store

import (
	"context"
	"testing"
	"time"

	"xinju.dev/services/registry/internal/core"
)

// Two processes write, and the clock of one is behind: what was written last
// still counts from then on.
func TestAClockThatIsBehindDoesNotTurnWhatIsKnownBack(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		write := func(late time.Duration, events ...core.Event) {
			t.Helper()
			if _, err := s.Record(context.WithoutCancel(t.Context()), events, false, onDay(today).Add(late)); err != nil {
				t.Fatal(err)
			}
		}
		same := func(id string) {
			t.Helper()
			then, err := s.KnownResident(t.Context(), id, onDay(today).Add(time.Hour))
			if now := get(t, s, id); err != nil || then.ID != now.ID || then.State.Digest() != now.State.Digest() {
				t.Errorf("known is %s, and is %s: %v", then.ID, now.ID, err)
			}
		}
		out := feed(t, s, arrive("1", 1, "2025-03-01"), arrive("2", 2, "2025-03-01"))
		high := max(out[0].ResidentID, out[1].ResidentID)
		write(3*time.Second, merge("m", 1, 2))
		write(time.Second, void("v", "m"))
		same(high)
		give := about("c", 1, core.Correct, "2026-03-01", func(e *core.Event) { e.Replaces, e.Document = "1", numberOf(2) })
		write(5*time.Second, give)
		write(4*time.Second, void("w", "c"))
		same(out[0].ResidentID)
		same(out[1].ResidentID)
	})
}
