package intake_test

import (
	"errors"
	"testing"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/ident"
	"xinju.dev/services/platform/intake"
	"xinju.dev/services/platform/outcome"
	"xinju.dev/services/registry/internal/core"
)

// streamed is the nth event of a stream.
func streamed(t *testing.T, sequence int, id string, n int) intake.Row {
	t.Helper()
	doc, err := ident.Parse(ident.CitizenCard, citizen(n), "")
	if err != nil {
		t.Fatal(err)
	}
	return intake.Row{Number: sequence, ID: id, Item: &core.Event{
		ID: id, Type: core.Arrive, Effective: civil.Must("2025-03-01"), Document: doc, Division: village, Address: "幸福路1号", Name: "王小明",
	}}
}

func TestAnotherEventUnderAnOldSequenceIsNotAcknowledged(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		in := w.process(w.store, nil)
		s, err := in.OpenStream(t.Context(), intake.Hello{Sender: ga.Sender})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Apply(t.Context(), []intake.Row{streamed(t, 1, "A", 1), streamed(t, 2, "B", 2)}); err != nil {
			t.Fatal(err)
		}
		again, err := in.OpenStream(t.Context(), intake.Hello{Sender: ga.Sender, Token: s.Token()})
		if err != nil {
			t.Fatal(err)
		}
		// What is repeated after a cut connection is only looked up.
		out, err := again.Apply(t.Context(), []intake.Row{streamed(t, 2, "B", 2), streamed(t, 3, "C", 3)})
		if err != nil || len(out) != 2 || out[0].Outcome != outcome.Created || out[1].Outcome != outcome.Created {
			t.Fatal(out, err)
		}
		// A sender that lost count and begins again at 1 must not believe that its new events are stored.
		out, err = again.Apply(t.Context(), []intake.Row{streamed(t, 1, "X", 7), streamed(t, 2, "Y", 8)})
		if !errors.Is(err, intake.ErrStreamOther) {
			t.Errorf("%v %v: two events are acknowledged that nobody has", out, err)
		}
		if n := len(w.query("SELECT event_id FROM event")); n != 3 {
			t.Errorf("%d events", n)
		}
	})
}
