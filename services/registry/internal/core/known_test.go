package core

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestWhoseAnEventWas(t *testing.T) {
	for _, tc := range []struct {
		name          string
		owner         string
		recorded, out int64
		handovers     []Handover
		want          []Owned
	}{
		{"never handed over", "A", 10, 0, nil, []Owned{{10, 0, "A"}}},
		{"withdrawn", "A", 10, 20, nil, []Owned{{10, 20, "A"}}},
		{"withdrawn at once", "A", 10, 10, nil, nil},
		{"handed over", "B", 10, 0, []Handover{{15, "A", "B"}}, []Owned{{10, 15, "A"}, {15, 0, "B"}}},
		{"there and back", "A", 10, 0, []Handover{{15, "A", "B"}, {18, "B", "A"}}, []Owned{{10, 15, "A"}, {15, 18, "B"}, {18, 0, "A"}}},
		{"handed over at the instant of recording", "B", 10, 0, []Handover{{10, "A", "B"}}, []Owned{{10, 0, "B"}}},
		{"withdrawn, and handed over only after it came again", "A", 10, 12, []Handover{{15, "B", "C"}}, []Owned{{10, 12, "A"}}},
		{"come again, with a handover of the first time", "C", 13, 0, []Handover{{11, "A", "B"}, {15, "D", "C"}}, []Owned{{13, 15, "D"}, {15, 0, "C"}}},
		{"waiting at first", "A", 10, 0, []Handover{{15, "", "A"}}, []Owned{{10, 15, ""}, {15, 0, "A"}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if d := cmp.Diff(tc.want, OwnedBy(tc.owner, tc.recorded, tc.out, tc.handovers)); d != "" {
				t.Error(d)
			}
		})
	}
}

// kept makes an arrival that became known at an instant and was somebody's.
func kept(id string, owned ...Owned) Kept {
	k := Kept{Recorded: Recorded{Event: ev(id, Arrive, "2025-03-01"), RecordTime: time.UnixMilli(owned[0].From)}, Owned: owned}
	return k
}

func TestADossierAtAnInstant(t *testing.T) {
	d := Dossier{
		ID: "A",
		Kept: []Kept{
			kept("1", Owned{10, 0, "A"}), kept("2", Owned{11, 20, "A"}, Owned{20, 0, "B"}), kept("3", Owned{12, 0, "B"}),
		},
		Links: []Linked{{30, "B", "A"}, {40, "B", ""}, {50, "A", "B"}},
	}
	for _, tc := range []struct {
		at     int64
		id     string
		merged []string
		events []string
	}{
		{9, "A", nil, nil},
		{10, "A", nil, []string{"1"}},
		{19, "A", nil, []string{"1", "2"}},
		{20, "A", nil, []string{"1"}},
		{30, "A", []string{"B"}, []string{"1", "2", "3"}},
		{40, "A", nil, []string{"1"}},
		{50, "B", []string{"A"}, []string{"1", "2", "3"}},
	} {
		id, merged, list := d.KnownAt(tc.at)
		var events []string
		for _, e := range list {
			events = append(events, e.ID)
		}
		if id != tc.id || !slices.Equal(merged, tc.merged) || !slices.Equal(events, tc.events) {
			t.Errorf("at %d: %s %v %v, want %+v", tc.at, id, merged, events, tc)
		}
	}
}

// drawDossier draws a history of handovers, withdrawals and merges of two.
func drawDossier(t *rapid.T) Dossier {
	d := Dossier{ID: "A"}
	who := rapid.SampledFrom([]string{"A", "B"})
	for i, e := range events(t) {
		e.ID = string(rune('a' + i))
		from := int64(rapid.IntRange(1, 30).Draw(t, "recorded"))
		out := int64(0)
		if rapid.IntRange(0, 3).Draw(t, "is withdrawn") == 0 {
			out = from + int64(rapid.IntRange(1, 20).Draw(t, "withdrawn after"))
		}
		var handed []Handover
		owner, at := who.Draw(t, "owner"), from
		for range rapid.IntRange(0, 2).Draw(t, "handovers") {
			at += int64(rapid.IntRange(1, 9).Draw(t, "handed after"))
			next := who.Draw(t, "next owner")
			handed = append(handed, Handover{at, owner, next})
			owner = next
		}
		k := Kept{Recorded: Recorded{Event: e, RecordTime: time.UnixMilli(from)}, Owned: OwnedBy(owner, from, out, handed)}
		if out != 0 {
			k.Withdrawn = time.UnixMilli(out)
		}
		d.Kept = append(d.Kept, k)
	}
	for at := int64(0); rapid.IntRange(0, 1).Draw(t, "links") == 1 && len(d.Links) < 4; {
		at += int64(rapid.IntRange(1, 15).Draw(t, "linked after"))
		into := []string{"A", ""}[len(d.Links)%2]
		d.Links = append(d.Links, Linked{at, "B", into})
	}
	return d
}

func TestTheStepsUpToAnInstantAreWhatWasKnownThen(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawDossier(t)
		steps := d.Steps()
		for ms := int64(0); ms < 60; ms++ {
			counts := map[string]bool{}
			for _, s := range steps {
				if s.AtMS <= ms {
					if counts[s.ID] == s.Adds() {
						t.Fatalf("at %d: %s begins or ceases twice", s.AtMS, s.ID)
					}
					counts[s.ID] = s.Adds()
				}
			}
			_, _, list := d.KnownAt(ms)
			for _, e := range list {
				if !counts[e.ID] {
					t.Fatalf("at %d: %s was known, and no step says so", ms, e.ID)
				}
				delete(counts, e.ID)
			}
			for id, still := range counts {
				if still {
					t.Fatalf("at %d: %s was not known", ms, id)
				}
			}
		}
	})
}
