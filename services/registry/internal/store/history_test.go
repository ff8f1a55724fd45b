package store

import (
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/intake"
	"xinju.dev/services/platform/intakestore"
	"xinju.dev/services/platform/page"
	"xinju.dev/services/registry/internal/core"
	"xinju.dev/services/testkit"
)

// instant is the n-th instant of a test, a second after the one before.
func instant(n int) time.Time { return onDay(today).Add(time.Duration(n) * time.Second) }

// recordAt records events at an instant, as a batch of that number where batch
// is not 0.
func recordAt(t *testing.T, s *SQL, at time.Time, batch int, events ...core.Event) []core.Outcome {
	t.Helper()
	src := Source{}
	if batch != 0 {
		src.BatchID = batchID(batch)
		_, _, err := intakestore.New(s.db, s.seal, s).CreateFeedBatch(t.Context(), intake.Batch{ID: src.BatchID, Sender: "ga-990101", Digest: src.BatchID, State: intake.Succeeded})
		if err != nil {
			t.Fatal(err)
		}
		src.Rows = make([]int, len(events))
	}
	var out []core.Outcome
	err := s.db.Write(t.Context(), func(tx *gorm.DB) error {
		var facts []changefeed.Fact
		var err error
		if out, facts, err = s.applyEvents(tx, append([]core.Event{}, events...), src, at); err != nil {
			return err
		}
		return changefeed.Append(tx, facts...)
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// everybody lists all residents whom the table ever had.
func everybody(t *testing.T, s *SQL) (ids []string) {
	t.Helper()
	err := s.db.Read(t.Context(), func(tx *gorm.DB) error { return tx.Raw("SELECT resident_id FROM resident").Scan(&ids).Error })
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

// told is what the registry says of one person.
func told(r core.Resident, err error) string {
	if err != nil {
		return ""
	}
	sum := r.Digest()
	return r.ID + " " + hex.EncodeToString(sum[:8]) + " " + strings.Join(r.Merged, ",") + fmt.Sprint(r.Stays, r.Permits)
}

// toldOfAll is what the registry says of everybody now, by identifier.
func toldOfAll(t *testing.T, s *SQL) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, id := range everybody(t, s) {
		if p := told(s.Resident(t.Context(), id)); p != "" {
			out[id] = p
		}
	}
	return out
}

// states is the states alone, without identifiers, of everybody known.
func states(of map[string]string) (out []string) {
	once := map[string]bool{}
	for _, p := range of {
		id, rest, _ := strings.Cut(p, " ")
		if !once[id] {
			state, _, _ := strings.Cut(rest, " ")
			once[id], out = true, append(out, state)
		}
	}
	slices.Sort(out)
	return out
}

// doing is one thing that a random history does: events recorded, or a batch
// withdrawn.
type doing struct {
	events   []core.Event
	batch    int
	withdraw int
}

// tangled makes a random history in which documents are corrected, persons
// merged and parted, and batches withdrawn.
func tangled(r *rand.Rand, n int) (out []doing) {
	var ids []string
	var batches []int
	event := func() core.Event {
		i := len(ids) + 1
		id := fmt.Sprintf("e%d", i)
		who := r.IntN(5)
		var e core.Event
		switch pick := r.IntN(12); {
		case pick < 3 || i < 3:
			e = arrive(id, who, fmt.Sprintf("2025-%02d-01", 1+r.IntN(9)))
		case pick < 5:
			e = about(id, who, core.Leave, fmt.Sprintf("2025-%02d-15", 1+r.IntN(9)))
		case pick < 7:
			e = about(id, who, core.PermitIssue, fmt.Sprintf("2025-%02d-20", 1+r.IntN(9)))
		case pick < 9: // a document corrected: the event becomes another's
			e = about(id, r.IntN(5), core.Correct, "2026-01-01")
			e.Replaces, e.Name, e.HukouDivision = ids[r.IntN(len(ids))], "", ""
		case pick < 11:
			e = merge(id, who, (who+1+r.IntN(4))%5)
		default:
			e = void(id, ids[r.IntN(len(ids))])
		}
		e.TimeMS = int64(i)
		ids = append(ids, id)
		return e
	}
	for i := range n {
		d := doing{}
		if len(batches) > 0 && r.IntN(6) == 0 {
			d.withdraw = batches[r.IntN(len(batches))]
			out = append(out, d)
			continue
		}
		for range 1 + r.IntN(3) {
			d.events = append(d.events, event())
		}
		if r.IntN(2) == 0 {
			d.batch = i + 1
			batches = append(batches, d.batch)
		}
		out = append(out, d)
	}
	return out
}

// do runs a history up to a step; step i happens at instant i.
func do(t *testing.T, s *SQL, history []doing, each func(step int)) {
	t.Helper()
	for i, d := range history {
		if d.withdraw != 0 {
			if _, err := s.WithdrawBatch(t.Context(), batchID(d.withdraw), instant(i)); err != nil {
				t.Fatal(err)
			}
		} else {
			recordAt(t, s, instant(i), d.batch, d.events...)
		}
		each(i)
	}
}

// knownOfAll is what the registry says that it knew at an instant.
func knownOfAll(t *testing.T, s *SQL, at time.Time) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, id := range everybody(t, s) {
		if p := told(s.KnownResident(t.Context(), id, at)); p != "" {
			out[id] = p
		}
	}
	return out
}

// remembers runs a random history and asks afterwards what was known when.
func remembers(t *testing.T, s *SQL, seed uint64) {
	t.Helper()
	history := tangled(rand.New(rand.NewPCG(seed, 7)), 24)
	said := make([]map[string]string, len(history))
	do(t, s, history, func(i int) { said[i] = toldOfAll(t, s) })
	for i := range history {
		for _, at := range []time.Time{instant(i), instant(i).Add(999 * time.Millisecond)} {
			if d := cmp.Diff(said[i], knownOfAll(t, s, at)); d != "" {
				t.Fatalf("seed %d, after step %d of %d: %s", seed, i, len(history), d)
			}
		}
	}
}

func TestWhatWasKnownIsWhatTheRegistrySaidThen(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) { remembers(t, s, 1) })
}

func TestWhatWasKnownInManyHistories(t *testing.T) {
	for seed := range uint64(3) {
		remembers(t, open(t, testkit.SQLite(t, sets...)), seed+100)
	}
}

func TestWhatWasKnownIsWhatARegistryOfThoseEventsAloneSays(t *testing.T) {
	for seed := range uint64(3) {
		s := open(t, testkit.SQLite(t, sets...))
		history := tangled(rand.New(rand.NewPCG(seed, 11)), 20)
		do(t, s, history, func(int) {})
		for _, i := range []int{5, 11, 19} {
			other := open(t, testkit.SQLite(t, sets...))
			feed(t, other, standingEvents(history[:i+1])...)
			if d := cmp.Diff(states(toldOfAll(t, other)), states(knownOfAll(t, s, instant(i)))); d != "" {
				t.Fatalf("seed %d, after step %d: %s", seed, i, d)
			}
		}
	}
}

// standingEvents are the events of a history without those that it withdrew.
func standingEvents(history []doing) (out []core.Event) {
	gone := map[int]bool{}
	for _, d := range history {
		gone[d.withdraw] = d.withdraw != 0 || gone[d.withdraw]
	}
	for _, d := range history {
		if d.batch == 0 || !gone[d.batch] {
			out = append(out, d.events...)
		}
	}
	return out
}

func TestWhoWasNotKnownThen(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		id := recordAt(t, s, instant(5), 0, arrive("1", 1, "2025-03-01"))[0].ResidentID
		for _, tc := range []struct {
			name, id string
			at       time.Time
			want     error
		}{
			{"at the instant of recording", id, instant(5), nil},
			{"a millisecond before", id, instant(5).Add(-time.Millisecond), core.ErrKnownThen},
			{"somebody unknown", "01JQNOB0DY0000000000000000", instant(5), core.ErrResident},
		} {
			if _, err := s.KnownResident(t.Context(), tc.id, tc.at); !errors.Is(err, tc.want) {
				t.Errorf("%s: %v, want %v", tc.name, err, tc.want)
			}
			if _, _, err := s.KnownEvents(t.Context(), tc.id, tc.at, page.Query{}); !errors.Is(err, tc.want) {
				t.Errorf("events %s: %v, want %v", tc.name, err, tc.want)
			}
		}
	})
}

func TestEventsAsKnown(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		id := recordAt(t, s, instant(1), 0, arrive("1", 1, "2025-03-01"), about("2", 1, core.PermitIssue, "2025-09-01"))[0].ResidentID
		recordAt(t, s, instant(2), 0, void("3", "2"))
		ids := func(at time.Time) (out []string) {
			for q := (page.Query{Size: 2}); ; {
				list, next, err := s.KnownEvents(t.Context(), id, at, q)
				if err != nil {
					t.Fatal(err)
				}
				for _, e := range list {
					out = append(out, fmt.Sprint(e.ID, e.Voided))
				}
				if next == "" {
					slices.Sort(out)
					return out
				}
				q.Token = next
			}
		}
		if d := cmp.Diff([]string{"1false", "2false"}, ids(instant(1))); d != "" {
			t.Error(d)
		}
		if d := cmp.Diff([]string{"1false", "2true", "3false"}, ids(instant(2))); d != "" {
			t.Error(d)
		}
	})
}

// changesOf reads all changes of a person in pages of two.
func changesOf(t *testing.T, s *SQL, id string) (out []core.Change) {
	t.Helper()
	for q := (page.Query{Size: 2}); ; {
		list, next, err := s.Changes(t.Context(), id, q)
		if err != nil {
			t.Fatal(err)
		}
		if out = append(out, list...); next == "" {
			return out
		}
		q.Token = next
	}
}

func TestChangesOfAPerson(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		id := recordAt(t, s, instant(1), 1, arrive("1", 1, "2025-03-01"))[0].ResidentID
		recordAt(t, s, instant(2), 2, arrive("1", 1, "2025-03-01")) // nothing new
		recordAt(t, s, instant(3), 3, about("2", 1, core.Leave, "2025-05-10"))
		if _, err := s.WithdrawBatch(t.Context(), batchID(3), instant(4)); err != nil {
			t.Fatal(err)
		}
		recordAt(t, s, instant(5), 0, arrive("4", 2, "2026-01-01"), merge("5", 1, 2))
		recordAt(t, s, instant(6), 0, void("6", "5"))
		stay := "residences[" + core.EventKey("ga-990101", "1") + "].left_date"
		type line struct {
			ID    string
			Cause core.Cause
			Batch string
			At    time.Time
		}
		var got []line
		left := map[int]core.FieldChange{}
		for i, c := range changesOf(t, s, id) {
			got = append(got, line{c.ID, c.Cause, c.BatchID, c.At()})
			for _, f := range c.Fields {
				if f.Field == stay {
					left[i] = f
				}
			}
		}
		want := []line{
			{"1", core.CauseRecorded, batchID(1), instant(1).UTC()},
			{"2", core.CauseRecorded, batchID(3), instant(3).UTC()},
			{"2", core.CauseWithdrawn, batchID(3), instant(4).UTC()},
			{"4", core.CauseRecorded, "", instant(5).UTC()},
			{"5", core.CauseRecorded, "", instant(5).UTC()}, // its document is shown last and says birth and sex
			{"4", core.CauseParted, "", instant(6).UTC()},
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Fatal(d)
		}
		wantLeft := map[int]core.FieldChange{1: {Field: stay, After: "2025-05-10"}, 2: {Field: stay, Before: "2025-05-10"}}
		if d := cmp.Diff(wantLeft, left); d != "" {
			t.Error(d)
		}
		if _, _, err := s.Changes(t.Context(), "01JQNOB0DY0000000000000000", page.Query{}); !errors.Is(err, core.ErrResident) {
			t.Errorf("somebody unknown: %v", err)
		}
	})
}
