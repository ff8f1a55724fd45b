package derived_test

import (
	"math/rand/v2"
	"testing"

	"xinju.dev/services/aggregator/internal/derived"
	"xinju.dev/services/aggregator/internal/store"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"

	"go.uber.org/zap"
)

// killedFilling leaves what a process leaves that is killed before it has merged its runs.
func killedFilling(t *testing.T, db *sqlstore.DB, generation int64) {
	t.Helper()
	f := store.New(db).Fill(generation)
	f.Bound(1)
	m := store.MemberRow{Village: "V", SortKey: "k", ResidentID: "R"}
	for _, id := range []string{"R1", "R2"} {
		m.ResidentID = id
		if err := f.Add(t.Context(), &m, []store.LineRow{{Indicator: 1, Village: "V", SortKey: "k", ResidentID: id, UntilDay: 5, Weight: 1}}); err != nil {
			t.Fatal(err)
		}
	}
	if n := runParts(t, db); n != 2 {
		t.Fatalf("%d parts of runs, want 2", n)
	}
}

func runParts(t *testing.T, db *sqlstore.DB) (n int) {
	t.Helper()
	if err := db.SQL().QueryRowContext(t.Context(), "SELECT COUNT(*) FROM filling_part").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func serving(t *testing.T, db *sqlstore.DB) (h store.Head) {
	t.Helper()
	err := store.New(db).Read(t.Context(), func(tx store.Tx) (err error) { h, err = tx.Head(); return err })
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// TestRunsThatAKilledProcessLeftAreNobodysLines: those of a rebuild are removed
// before anything else is done, those of the generation that serves (which an older
// build derived in place) with it.
func TestRunsThatAKilledProcessLeftAreNobodysLines(t *testing.T) {
	testkit.EachEngine(t, sets, func(t *testing.T, db *sqlstore.DB) {
		c := newCounty(31)
		c.live(25)
		want := figures(t, follow(t, db, c, rand.New(rand.NewPCG(31, 1)), false))
		check := func(b *derived.Book) {
			t.Helper()
			if n := runParts(t, db); n > 0 {
				t.Errorf("%d parts of runs are left", n)
			}
			if got := figures(t, b); got != want {
				t.Errorf("%+v, want %+v", got, want)
			}
			numbersAreRight(t, b, c, rand.New(rand.NewPCG(31, 2)))
		}
		killedFilling(t, db, serving(t, db).Generation+1)
		b := open(t, db)
		if op := rebuild(t, b, feedsOf(c)); op.State != 3 {
			t.Fatalf("the rebuild ended in %d", op.State)
		}
		check(b)
		killedFilling(t, db, serving(t, db).Generation)
		if _, err := db.SQL().ExecContext(t.Context(), "UPDATE generation SET derivation = '2/before'"); err != nil {
			t.Fatal(err)
		}
		check(open(t, db))
	})
}

// TestADerivationThatDidNotEndCountsForNothing: what there was serves on, for whoever
// starts with the packs of before, and the next start begins again.
func TestADerivationThatDidNotEndCountsForNothing(t *testing.T) {
	db := testkit.SQLite(t, sets...)
	c := newCounty(32)
	c.live(25)
	want := figures(t, follow(t, db, c, rand.New(rand.NewPCG(32, 1)), false))
	damage := func(query string) {
		t.Helper()
		if _, err := db.SQL().ExecContext(t.Context(), query); err != nil {
			t.Fatal(err)
		}
	}
	damage("UPDATE generation SET derivation = '2/before'")
	before := serving(t, db)
	damage("CREATE TABLE kept AS SELECT * FROM resident_fact")
	damage("UPDATE resident_fact SET facts = x'ff' WHERE resident_id = (SELECT MAX(resident_id) FROM resident_fact)")
	metrics, err := derived.NewMetrics(nil)
	if err != nil {
		t.Fatal(err)
	}
	b := derived.New(derived.Deps{Store: folding(db), Packs: packs(t), Sources: sourceNames, Now: now, Log: zap.NewNop(), Metrics: metrics})
	if err := b.Load(t.Context()); err == nil {
		t.Fatal("damaged facts were derived")
	}
	if got := serving(t, db); got != before {
		t.Errorf("%+v serves, before %+v", got, before)
	}
	damage("UPDATE resident_fact SET facts = (SELECT facts FROM kept k WHERE k.resident_id = resident_fact.resident_id AND k.generation = resident_fact.generation) WHERE generation = (SELECT current FROM generation)")
	if got := figures(t, open(t, db)); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if left := generations(t, db); len(left) != 1 {
		t.Errorf("left behind: generations %v", left)
	}
}
