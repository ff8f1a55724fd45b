package store

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"xinju.dev/services/platform/migrate"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/registry/internal/core"
	"xinju.dev/services/testkit"
)

// people draws events of a few persons, of every kind: beside those of history,
// merges, persons without a document, and names and birth dates that disagree.
func people(r *rand.Rand, n int) []core.Event {
	out := history(r, n)
	for i := range out {
		e := &out[i]
		e.Sender, e.ID = "ga-990101", fmt.Sprint(i)
		switch k := r.IntN(12); {
		case k < 2:
			e.Type, e.Division, e.Address, e.Replaces = core.Merge, "", "", ""
			e.Document = numberOf(r.IntN(4))
			e.OtherDocument = numberOf(r.IntN(4))
			e.MotherDocument = core.Document{}
			if r.IntN(5) == 0 {
				e.OtherDocument = certificate(r.IntN(4))
			}
		case k == 2:
			e.Type, e.Division, e.Document, e.Replaces = core.Arrive, villageB, core.Document{}, ""
			e.Name, e.MotherDocument = []string{"无名氏", "张某某"}[r.IntN(2)], core.Document{}
		case k == 3 && e.Type.Amends():
			e.Replaces = fmt.Sprint(r.IntN(n))
			e.OtherDocument = numberOf(r.IntN(4))
		case k == 4 && e.Document.Type != "":
			e.Name = []string{"张某某", "李四四", "阿依·某"}[r.IntN(3)]
			e.BirthPartial = []string{"1990", "1990-01", "1989"}[r.IntN(3)]
		}
	}
	return out
}

// persons is what everybody comes to, with the folded events in the place of
// identifiers, which are made up anew each time.
func persons(t *testing.T, s *SQL) []string {
	t.Helper()
	var out []string
	err := s.db.Read(context.WithoutCancel(t.Context()), func(tx *gorm.DB) error {
		out = nil
		var ids []string
		err := sqlstore.Query(tx, func(r *sql.Rows) error {
			var id string
			err := r.Scan(&id)
			ids = append(ids, id)
			return err
		}, "SELECT resident_id FROM resident WHERE known = 1")
		if err != nil {
			return err
		}
		list, err := s.readPersons(tx, ids)
		if err != nil || len(list) != len(ids) {
			return fmt.Errorf("%d of %d persons: %w", len(list), len(ids), err)
		}
		c, err := readClusters(tx, ids)
		if err != nil {
			return err
		}
		events := map[string][]core.Event{}
		err = sqlstore.Query(tx, func(r *sql.Rows) error {
			e, err := s.scanEvent(r)
			events[e.resident] = append(events[e.resident], e.Event)
			return err
		}, selectEvent)
		if err != nil {
			return err
		}
		called := map[string]string{}
		for _, p := range list {
			var names []string
			for _, e := range c.together(p.ID, events) {
				names = append(names, e.Sender+"/"+e.ID)
			}
			slices.Sort(names)
			called[p.ID] = strings.Join(names, " ")
		}
		for _, f := range mustList(t, s, "person") {
			body := string(f.Body)
			for id, name := range called {
				body = strings.ReplaceAll(body, id, name)
			}
			out = append(out, fmt.Sprintf("%s: %q", called[f.ID], body))
		}
		for _, p := range list {
			out = append(out, fmt.Sprintf("%s: %x %v", called[p.ID], p.State.Digest(), p.Flags))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(out)
	return out
}

// mustList lists the facts of one kind.
func mustList(t *testing.T, s *SQL, name string) []factLine {
	t.Helper()
	var out []factLine
	for _, f := range all(t, s.Listers()[name]) {
		out = append(out, factLine{f.ID, f.Body})
	}
	return out
}

type factLine struct {
	ID   string
	Body []byte
}

// play records events in batches of any size; some are tried and rolled back
// first, as after a crash, and some come twice.
func play(t *testing.T, s *SQL, r *rand.Rand, events []core.Event) {
	t.Helper()
	for rest := events; len(rest) > 0; {
		n := min(1+r.IntN(9), len(rest))
		if r.IntN(3) == 0 {
			tries := append([]core.Event{}, events[:r.IntN(len(events))]...)
			if _, err := s.Record(t.Context(), append(tries, rest[:n]...), true, onDay(today)); err != nil {
				t.Fatal(err)
			}
		}
		feed(t, s, rest[:n]...)
		rest = rest[n:]
	}
	feed(t, s, events[:r.IntN(len(events))]...)
}

func TestAnyOrderOfMergesAndCorrectionsEndsInOneState(t *testing.T) {
	for _, engine := range []struct {
		name        string
		open        func(testing.TB, ...migrate.Set) *sqlstore.DB
		from, seeds uint64
		size        int
	}{{"sqlite", testkit.SQLite, 0, 24, 26}, {"mysql", testkit.MySQL, 1, 2, 20}} {
		t.Run(engine.name, func(t *testing.T) {
			merged, links := 0, 0
			for seed := engine.from; seed < engine.from+engine.seeds; seed++ {
				r := rand.New(rand.NewPCG(seed, 11))
				events := people(r, engine.size)
				var want []string
				for try := range 3 {
					s := open(t, engine.open(t, sets...))
					play(t, s, r, events)
					got := persons(t, s)
					if try == 0 {
						want = got
					} else if d := cmp.Diff(want, got); d != "" {
						t.Fatalf("seed %d, try %d: %s", seed, try, d)
					}
					replayed(t, s)
					if err := s.RefoldAll(t.Context(), onDay(today), func(int) {}); err != nil {
						t.Fatal(err)
					}
					if d := cmp.Diff(want, persons(t, s)); d != "" {
						t.Fatalf("seed %d, try %d, folded again: %s", seed, try, d)
					}
					links += len(all(t, s.Listers()["link"]))
					r.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
				}
				for _, e := range events {
					if e.Type == core.Merge {
						merged++
					}
				}
			}
			if merged == 0 || links == 0 {
				t.Errorf("%d merges, %d links: nothing was tried", merged, links)
			}
		})
	}
}

func TestFoldingAgainChangesNothingThatIsRight(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		r := rand.New(rand.NewPCG(8, 8))
		play(t, s, r, people(r, 60))
		feed(t, s, arrivals(100, 600)...)
		before, head := bodies(t, s), headOf(t, s)
		steps := 0
		if err := s.RefoldAll(t.Context(), onDay(today), func(done int) { steps = done }); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(before, bodies(t, s)); d != "" || headOf(t, s) != head || steps < 600 {
			t.Errorf("after %d residents the feed went from %d to %d: %s", steps, head, headOf(t, s), d)
		}
		// damage: a stay and a person as another rule would have folded them
		for _, q := range []string{"UPDATE stay SET body = ? WHERE stay_id = (SELECT MIN(x.stay_id) FROM (SELECT stay_id FROM stay) x)", "UPDATE resident SET digest = ? WHERE known = 1"} {
			if err := s.db.Write(t.Context(), func(tx *gorm.DB) error { return sqlstore.Exec(tx, q, make([]byte, 32)) }); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.RefoldAll(t.Context(), onDay(today), func(int) {}); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(before, bodies(t, s)); d != "" || headOf(t, s) != head+1 {
			t.Errorf("repaired with %d facts: %s", headOf(t, s)-head, d)
		}
		replayed(t, s)
	})
}
