package store

import (
	"testing"

	"xinju.dev/services/registry/internal/core"
)

func TestAMotherNamedByAnIdentifierIsWhoeverStandsForHer(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		out := feed(t, s, arrive("1", 1, "2025-03-01"), arrive("2", 2, "2025-03-01"))
		low, high := min(out[0].ResidentID, out[1].ResidentID), max(out[0].ResidentID, out[1].ResidentID)
		of := func(id string, n int, mother string) core.Event {
			e := born(id, n, core.Document{})
			e.MotherResidentID = mother
			return e
		}
		want := func(when string, n int, mother string) {
			t.Helper()
			if got := motherOf(t, s, certificate(n)); got != mother {
				t.Errorf("%s: the mother of %d is %q, not %q", when, n, got, mother)
			}
			replayed(t, s)
		}
		feed(t, s, of("b1", 1, high))
		want("before", 1, high)
		feed(t, s, merge("m", 1, 2))
		want("merged", 1, low)
		feed(t, s, of("b2", 2, high))
		want("born since", 2, low)
		feed(t, s, about("c", 1, core.Correct, "2026-03-01", func(e *core.Event) {
			e.Replaces, e.Document, e.Phone = "b1", core.Document{}, "13800000000"
		}))
		want("corrected since", 1, low)
		feed(t, s, void("v", "m"))
		want("parted", 1, high)
		want("parted", 2, high)
		// A correction that gives her to somebody else does the same.
		feed(t, s, about("d", 1, core.Correct, "2026-03-02", func(e *core.Event) { e.Replaces, e.Document = idOf(out, high), numberOf(numberFor(out, low)) }))
		if links := all(t, s.Listers()["link"]); len(links) != 1 {
			t.Fatalf("%d links", len(links))
		}
		want("given away", 1, lookup(t, s, numberOf(numberFor(out, low))).ID)
		feed(t, s, void("w", "d"))
		want("hers again", 1, high)
	})
}

// idOf is the event, of the first two, that made a resident known; numberFor is
// that person's number.
func idOf(out []core.Outcome, resident string) string {
	if out[0].ResidentID == resident {
		return "1"
	}
	return "2"
}

func numberFor(out []core.Outcome, resident string) int {
	if out[0].ResidentID == resident {
		return 1
	}
	return 2
}
