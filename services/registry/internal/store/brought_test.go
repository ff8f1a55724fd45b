package store

import (
	"testing"

	"xinju.dev/services/platform/ident"
	"xinju.dev/services/registry/internal/core"
)

// A correction of a document takes an event from one person to another; its VOID
// takes it back. What they are about is there, so neither waits for it.
func TestAnAmendmentThatBringsItsEventAlongDoesNotWait(t *testing.T) {
	corrects := func(id, of string, d ident.Document) core.Event {
		return about(id, 0, core.Correct, "2026-05-02", func(e *core.Event) { e.Document, e.Name, e.HukouDivision, e.Replaces = d, "", "", of })
	}
	for _, c := range []struct {
		name, want string
		events     []core.Event
	}{
		{"to somebody known", "review:OVERLAPPING_STAYS", []core.Event{corrects("x", "a", numberOf(2))}},
		{"to somebody new", "created", []core.Event{corrects("x", "a", numberOf(3))}},
		{"there and back", "review:OVERLAPPING_STAYS created", []core.Event{corrects("x", "a", numberOf(2)), void("v", "x")}},
		{"before what it is about", "pending:TARGET_NOT_ARRIVED created", []core.Event{corrects("x", "n", numberOf(3)), arrive("n", 4, "2025-03-01")}},
	} {
		t.Run(c.name, func(t *testing.T) {
			each(t, func(t *testing.T, s *SQL) {
				feed(t, s, arrive("a", 1, "2025-03-01"), about("p", 1, core.PermitIssue, "2025-09-01"), arrive("b", 2, "2025-03-01"))
				got := ""
				for _, e := range c.events {
					got += " " + codes(feed(t, s, e))
				}
				if got[1:] != c.want {
					t.Errorf("the outcomes are %s, want %s", got[1:], c.want)
				}
				replayed(t, s)
			})
		})
	}
}
