package verify_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/workday"
	"xinju.dev/services/registry/internal/core"
	"xinju.dev/services/registry/internal/verify"
)

func china(t testing.TB) *workday.Calendar {
	t.Helper()
	c, err := workday.China()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func at(day string) time.Time { return civil.Must(day).Time().Add(9 * time.Hour) }

func asked(t testing.TB, day string, days int) *verify.Verification {
	t.Helper()
	v := &verify.Verification{Question: verify.Question{ResidentID: "R", WorkingDays: days}}
	if err := v.Apply(verify.Step{Action: verify.Send, Time: at(day)}, china(t)); err != nil {
		t.Fatal(err)
	}
	return v
}

// allowed is the table written out once more, as people read it.
var allowed = map[verify.State][]verify.Action{
	verify.Sent:      {verify.Receive, verify.Withdraw},
	verify.Received:  {verify.Answer, verify.AskMore, verify.Withdraw},
	verify.Answered:  {verify.Accept, verify.Dispute},
	verify.NeedsMore: {verify.Supply, verify.Withdraw},
	verify.Disputed:  {verify.Answer, verify.AskMore, verify.Withdraw},
	verify.Closed:    {},
	verify.Withdrawn: {},
}

func TestEveryStepOutsideTheTableIsRefusedWithItsReason(t *testing.T) {
	cal := china(t)
	for state, may := range allowed {
		for action := verify.Send; action <= verify.Withdraw; action++ {
			v := asked(t, "2026-06-01", 5)
			v.State = state
			err := v.Apply(verify.Step{Action: action, Time: at("2026-06-02")}, cal)
			if ok := slices.Contains(may, action); ok != (err == nil) || !ok && !errors.Is(err, verify.ErrState) {
				t.Errorf("state %d, step %d: %v", state, action, err)
			}
			if err != nil && (v.State != state || len(v.Steps) != 1) {
				t.Errorf("state %d, step %d: refused and changed", state, action)
			}
		}
	}
}

func TestTheDeadlineAndWhatCounts(t *testing.T) {
	type step struct {
		day    string
		action verify.Action
	}
	for _, c := range []struct {
		name, sent string
		days       int
		steps      []step
		deadline   string
		on         string
		want       verify.Standing
	}{
		{"over the dragon boat festival", "2026-06-15", 5, nil, "2026-06-23", "2026-06-23", verify.Open},
		{"the day after is overdue", "2026-06-15", 5, nil, "2026-06-23", "2026-06-24", verify.Overdue},
		{"received is no answer", "2026-06-15", 5, []step{{"2026-06-16", verify.Receive}}, "2026-06-23", "2026-06-24", verify.Overdue},
		{"answered on the last day", "2026-06-15", 5, []step{{"2026-06-16", verify.Receive}, {"2026-06-23", verify.Answer}}, "2026-06-23", "2026-08-01", verify.InTime},
		{"answered a day late", "2026-06-15", 5, []step{{"2026-06-16", verify.Receive}, {"2026-06-24", verify.Answer}}, "2026-06-23", "2026-08-01", verify.Late},
		{"the clock stands still while the asker is asked", "2026-06-15", 5, []step{{"2026-06-16", verify.Receive}, {"2026-06-17", verify.AskMore}}, "2026-06-23", "2026-07-30", verify.Open},
		{"the days that were left go on", "2026-06-15", 5, []step{{"2026-06-16", verify.Receive}, {"2026-06-17", verify.AskMore}, {"2026-06-29", verify.Supply}}, "2026-07-02", "2026-07-03", verify.Overdue},
		{"more asked on the last day leaves one", "2026-06-15", 5, []step{{"2026-06-16", verify.Receive}, {"2026-06-23", verify.AskMore}, {"2026-06-29", verify.Supply}}, "2026-06-30", "2026-06-30", verify.Open},
		{"asking for more when overdue hides nothing", "2026-06-15", 5, []step{{"2026-06-16", verify.Receive}, {"2026-06-25", verify.AskMore}}, "2026-06-23", "2026-06-25", verify.Overdue},
		{"nor when it was supplied", "2026-06-15", 5, []step{{"2026-06-16", verify.Receive}, {"2026-06-25", verify.AskMore}, {"2026-06-29", verify.Supply}}, "2026-06-23", "2026-06-29", verify.Overdue},
		{"a dispute gives the days again, and the first answer counts", "2026-06-15", 5, []step{{"2026-06-16", verify.Receive}, {"2026-06-17", verify.Answer}, {"2026-06-29", verify.Dispute}}, "2026-07-06", "2026-08-01", verify.InTime},
		{"taken back", "2026-06-15", 5, []step{{"2026-06-16", verify.Withdraw}}, "2026-06-23", "2026-08-01", verify.TakeBack},
		{"taken back after a dispute was answered once", "2026-06-15", 5, []step{{"2026-06-16", verify.Receive}, {"2026-06-17", verify.Answer}, {"2026-06-18", verify.Dispute}, {"2026-06-22", verify.Withdraw}}, "2026-06-26", "2026-08-01", verify.InTime},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := asked(t, c.sent, c.days)
			for _, s := range c.steps {
				if err := v.Apply(verify.Step{Action: s.action, Time: at(s.day), Result: verify.Confirmed}, china(t)); err != nil {
					t.Fatal(err)
				}
			}
			if v.Deadline != civil.Must(c.deadline) {
				t.Errorf("deadline %s, want %s", v.Deadline, c.deadline)
			}
			if got := v.Standing(civil.Must(c.on)); got != c.want {
				t.Errorf("standing %d, want %d", got, c.want)
			}
		})
	}
}

func TestAnyWalkKeepsWhatMustHold(t *testing.T) {
	cal := china(t)
	rapid.Check(t, func(t *rapid.T) {
		v := &verify.Verification{Question: verify.Question{WorkingDays: rapid.IntRange(1, 60).Draw(t, "days")}}
		day := civil.Must("2025-11-01")
		_ = v.Apply(verify.Step{Action: verify.Send, Time: day.Time()}, cal)
		for range rapid.IntRange(0, 30).Draw(t, "steps") {
			day = day.AddDays(rapid.IntRange(0, 9).Draw(t, "pause"))
			was := v.Answered
			err := v.Apply(verify.Step{Action: verify.Action(rapid.IntRange(1, 8).Draw(t, "action")), Time: day.Time(), Result: verify.Denied}, cal)
			switch {
			case err != nil && !errors.Is(err, verify.ErrState):
				t.Fatal(err)
			case !cal.Works(v.Deadline):
				t.Fatalf("the deadline %s is no working day", v.Deadline)
			case was != civil.None && v.Answered != was:
				t.Fatal("the first answer moved")
			case v.State == verify.Answered && v.Answered == civil.None:
				t.Fatal("answered and not")
			}
			for i, s := range v.Steps {
				if s.Number != i+1 {
					t.Fatalf("step %d stands at place %d", s.Number, i+1)
				}
			}
		}
	})
}

func TestWhatAnAnswerMayPropose(t *testing.T) {
	q := verify.Question{ResidentID: "R"}
	one := func(e core.Event) []core.Event { return []core.Event{e} }
	for name, c := range map[string]struct {
		result verify.Result
		events []core.Event
		ok     bool
	}{
		"a departure":           {verify.Denied, one(core.Event{Type: core.Leave}), true},
		"of the person by name": {verify.Confirmed, one(core.Event{Type: core.Correct, ResidentID: "R"}), true},
		"of somebody else":      {verify.Confirmed, one(core.Event{Type: core.Correct, ResidentID: "S"}), false},
		"with not found":        {verify.NotFound, one(core.Event{Type: core.Leave}), false},
		"a void":                {verify.Confirmed, one(core.Event{Type: core.Void, Replaces: "x"}), false},
		"a merge":               {verify.Confirmed, one(core.Event{Type: core.Merge}), false},
		"of one event":          {verify.Confirmed, one(core.Event{Type: core.Correct, Replaces: "x"}), false},
		"too many":              {verify.Confirmed, make([]core.Event, 21), false},
		"none":                  {verify.NotFound, nil, true},
	} {
		if err := q.CheckAnswer(verify.Step{Action: verify.Answer, Result: c.result, Corrections: c.events}); (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAnEnvelopeHoldsOnlyWhole(t *testing.T) {
	public, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := verify.SealEnvelope(key, []byte(`{"a":"中"}`))
	if err != nil {
		t.Fatal(err)
	}
	got, err := verify.OpenEnvelope(raw)
	if err != nil || !got.Key.Equal(public) || string(got.Payload) != `{"a":"中"}` {
		t.Fatalf("%v, %v", got, err)
	}
	for i := range raw {
		bad := bytes.Clone(raw)
		bad[i] ^= 1
		if again, err := verify.OpenEnvelope(bad); err == nil && (!bytes.Equal(again.Payload, got.Payload) || !again.Key.Equal(got.Key)) {
			t.Fatalf("a flipped bit at %d was accepted with another content", i)
		}
	}
	var fields map[string]any
	if err := json.Unmarshal(raw, &fields); err != nil {
		t.Fatal(err)
	}
	_, other, _ := ed25519.GenerateKey(nil)
	forged, _ := verify.SealEnvelope(other, []byte(`{}`))
	var theirs map[string]any
	_ = json.Unmarshal(forged, &theirs)
	fields["signature"] = theirs["signature"]
	mixed, _ := json.Marshal(fields)
	for name, bad := range map[string][]byte{"a signature of another": mixed, "two documents": append(bytes.Clone(raw), raw...), "nothing": nil, "too much": make([]byte, verify.MaxDocument+1)} {
		if _, err := verify.OpenEnvelope(bad); !errors.Is(err, verify.ErrEnvelope) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestPercentilesAreOfTheNearestRank(t *testing.T) {
	s := verify.Stats{Days: map[int]int64{1: 5, 4: 4, 30: 1}}
	for percent, want := range map[int64]int{1: 1, 50: 1, 51: 4, 90: 4, 91: 30, 100: 30} {
		if got, ok := s.Percentile(percent); !ok || got != want {
			t.Errorf("%d: %d, want %d", percent, got, want)
		}
	}
	if _, ok := (verify.Stats{}).Percentile(50); ok {
		t.Error("no answers have a median")
	}
	if _, ok := (verify.Stats{Counts: map[verify.Standing]int64{verify.Open: 3}}).Rate(verify.InTime); ok {
		t.Error("nothing due has a rate")
	}
}
