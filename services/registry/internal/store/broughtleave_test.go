package store

import (
	"testing"

	"xinju.dev/services/registry/internal/core"
)

// What an amendment brings to a person is there for whatever comes after it in
// the same call, and not for what came before it.
func TestADepartureBehindTheCorrectionThatBroughtThePersonTakesEffectAtOnce(t *testing.T) {
	correct := func(id, of string, n int) core.Event {
		return about(id, n, core.Correct, "2026-05-01", func(e *core.Event) { e.Name, e.HukouDivision, e.Replaces = "", "", of })
	}
	leave := func(id string, n int) core.Event { return about(id, n, core.Leave, "2026-05-10") }
	// The second is known by a document, and has arrived no more.
	twoKnown := []core.Event{arrive("1", 1, "2025-03-01"), arrive("8", 2, "2025-04-01"), void("9", "8")}
	for _, c := range []struct {
		name   string
		before []core.Event
		call   []core.Event
		want   string
	}{
		{"behind a correction of the document", twoKnown, []core.Event{correct("2", "1", 2), leave("3", 2)}, "created updated"},
		{"before it, it waited when it was judged", twoKnown, []core.Event{leave("3", 2), correct("2", "1", 2)}, "pending:PERSON_NOT_ARRIVED created"},
		{
			"behind a void of the correction that gave the person away",
			[]core.Event{arrive("1", 1, "2025-03-01"), arrive("5", 2, "2025-04-01"), correct("2", "1", 2)},
			[]core.Event{void("3", "2"), leave("4", 1)},
			"created updated",
		},
		{"behind a correction of somebody else", twoKnown, []core.Event{correct("2", "1", 2), leave("3", 3)}, "created pending:PERSON_NOT_ARRIVED"},
	} {
		t.Run(c.name, func(t *testing.T) {
			each(t, func(t *testing.T, s *SQL) {
				feed(t, s, c.before...)
				if got := codes(feed(t, s, c.call...)); got != c.want {
					t.Errorf("%s, want %s", got, c.want)
				}
				replayed(t, s)
			})
		})
	}
}
