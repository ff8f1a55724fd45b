package store

import (
	"slices"
	"testing"
	"time"

	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/registry/internal/core"

	"gorm.io/gorm"
)

// later records events on a day other than today.
func later(t *testing.T, s *SQL, day string, events ...core.Event) []core.Outcome {
	t.Helper()
	out, err := s.Record(t.Context(), events, false, onDay(civil.Must(day)))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// recordedOn says, of one resident, on which day each fact was recorded, by kind.
func recordedOn(t *testing.T, s *SQL, resident string) map[int32][]string {
	t.Helper()
	out := map[int32][]string{}
	for _, f := range everything(t, s, 7) {
		if f.ResidentID == resident && f.Kind != s.kinds.link {
			out[f.Kind] = append(out[f.Kind], f.Recorded.String())
		}
	}
	for _, days := range out {
		slices.Sort(days)
	}
	held, err := s.FactsOf(t.Context(), []string{resident})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range held {
		if !slices.Contains(out[f.Kind], f.Recorded.String()) {
			t.Errorf("a fact of kind %d is listed as recorded on %v, and given to followers as on %s", f.Kind, out[f.Kind], f.Recorded)
		}
	}
	return out
}

func TestAFactSaysOnWhichDayItsFirstEventWasRecordedWhateverComesLater(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		a := later(t, s, "2026-06-01", arrive("1", 1, "2025-03-01"))[0].ResidentID
		later(t, s, "2026-06-03", about("2", 1, core.PermitIssue, "2025-09-01"))
		check := func(when string, resident string, person, stay, permit []string) {
			t.Helper()
			got := recordedOn(t, s, resident)
			for kind, want := range map[int32][]string{s.kinds.person: person, s.kinds.stay: stay, s.kinds.permit: permit} {
				if !slices.Equal(got[kind], want) {
					t.Errorf("%s: kind %d recorded on %v, want %v", when, kind, got[kind], want)
				}
			}
			replayed(t, s)
		}
		check("at first", a, []string{"2026-06-01"}, []string{"2026-06-01"}, []string{"2026-06-03"})

		fix := about("3", 1, core.Correct, "2025-03-01", func(e *core.Event) { e.Replaces, e.Arrived = "1", civil.Must("2025-02-01") })
		later(t, s, "2026-06-05", fix, about("4", 1, core.PermitEndorse, "2026-05-01"), about("5", 1, core.Leave, "2026-06-04"))
		check("corrected, endorsed and left", a, []string{"2026-06-01"}, []string{"2026-06-01"}, []string{"2026-06-03"})

		b := later(t, s, "2026-06-07", arrive("6", 2, "2026-01-01"))[0].ResidentID
		later(t, s, "2026-06-09", merge("m", 1, 2))
		check("merged", min(a, b), []string{"2026-06-01"}, []string{"2026-06-01", "2026-06-07"}, []string{"2026-06-03"})
		later(t, s, "2026-06-11", void("v", "m"))
		check("parted, the one", a, []string{"2026-06-01"}, []string{"2026-06-01"}, []string{"2026-06-03"})
		check("parted, the other", b, []string{"2026-06-07"}, []string{"2026-06-07"}, nil)
	})
}

func TestRowsFromBeforeTheDayWasKeptGetItWhenTheyAreFoldedAgain(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		a := later(t, s, "2026-06-01", arrive("1", 1, "2025-03-01"), about("2", 1, core.PermitIssue, "2025-09-01"))[0].ResidentID
		err := s.db.Write(t.Context(), func(tx *gorm.DB) error {
			for _, table := range []string{"stay", "permit"} {
				if err := sqlstore.Exec(tx, "UPDATE "+table+" SET recorded = 0"); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		before, err := changefeed.ReadHead(t.Context(), s.db)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // the second time, nothing is left to tell
			if err := s.RefoldAll(t.Context(), onDay(today).Add(time.Hour), func(int) {}); err != nil {
				t.Fatal(err)
			}
		}
		got := recordedOn(t, s, a)
		if !slices.Equal(got[s.kinds.stay], []string{"2026-06-01"}) || !slices.Equal(got[s.kinds.permit], []string{"2026-06-01"}) {
			t.Errorf("recorded on %v", got)
		}
		after, err := changefeed.ReadHead(t.Context(), s.db)
		if err != nil || after.Position != before.Position+2 {
			t.Errorf("%d changes were told, want 2 (%v)", after.Position-before.Position, err)
		}
		replayed(t, s)
	})
}
