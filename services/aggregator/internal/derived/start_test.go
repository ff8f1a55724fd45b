package derived_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"testing"

	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/derived"
	"xinju.dev/services/aggregator/internal/ledger"
	"xinju.dev/services/aggregator/internal/store"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// sumRow is a row of the table of stored sums.
type sumRow struct {
	generation int64
	part       string
	body       []byte
}

func storedSums(t tester, db *sqlstore.DB) (out []sumRow) {
	t.Helper()
	rows, err := db.SQL().QueryContext(t.Context(), "SELECT generation, part, body FROM ledger_sum ORDER BY generation, part")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close() //nolint:errcheck // Err tells
	for rows.Next() {
		var r sumRow
		if err := rows.Scan(&r.generation, &r.part, &r.body); err != nil {
			t.Fatal(err)
		}
		out = append(out, r)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

func execute(t tester, db *sqlstore.DB, query string, args ...any) {
	t.Helper()
	if _, err := db.SQL().ExecContext(t.Context(), query, args...); err != nil {
		t.Fatal(err)
	}
}

// state is everything that a start makes: every number on every day, the digest and
// the figures.
type state struct {
	cells   map[string][]ledger.MonthRow
	figures coverage.Figures
}

func stateOf(t tester, b *derived.Book) state {
	t.Helper()
	return state{b.Cells(), figures(t, b)}
}

// recounted is what a start makes that finds no sums; what is stored stays.
func recounted(t tester, db *sqlstore.DB) state {
	t.Helper()
	rows := storedSums(t, db)
	execute(t, db, "DELETE FROM ledger_sum")
	b := open(t, db)
	if taken := b.TakenOver(); len(taken) > 0 {
		t.Fatalf("%d villages taken from nothing", len(taken))
	}
	execute(t, db, "DELETE FROM ledger_sum")
	err := store.New(db).Write(t.Context(), func(tx store.Tx) error {
		for _, r := range rows {
			if err := tx.SQL().Exec("INSERT INTO ledger_sum (generation, part, body) VALUES (?, ?, ?)", r.generation, r.part, r.body).Error; err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return stateOf(t, b)
}

// startsAsCounted starts once more: from the sums it must become what memory is, and
// what counting everybody gives.
func startsAsCounted(t tester, db *sqlstore.DB, kept *derived.Book) *derived.Book {
	t.Helper()
	was, counted := stateOf(t, kept), recounted(t, db)
	b := open(t, db)
	is := stateOf(t, b)
	if diff := cmp.Diff(counted, is, cmp.AllowUnexported(state{})); diff != "" {
		t.Fatalf("counted (-) and taken from %d villages' sums (+) differ: %s", len(b.TakenOver()), diff)
	}
	if diff := cmp.Diff(was, is, cmp.AllowUnexported(state{})); diff != "" {
		t.Fatalf("before the start (-) and after it (+) differ: %s", diff)
	}
	return b
}

// keepSome lets the keeper work: not at all, for a while that ends at any moment,
// or until all is stored.
func keepSome(t tester, b *derived.Book, rng *rand.Rand) {
	t.Helper()
	switch rng.IntN(4) {
	case 0:
	case 1:
		_ = b.Keeper().Bring(newFuse(t.Context(), 1+rng.IntN(60)))
	default:
		if err := b.Keeper().Bring(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// startedOften lives through a random history with stops and kills at any moment.
func startedOften(t tester, db *sqlstore.DB, seed uint64, residents int) (taken int) {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 21))
	c := newCounty(seed)
	c.live(residents)
	b := open(t, db)
	for going := true; going; {
		going = false
		for _, s := range sourceNames {
			at, _ := b.Position(s)
			f := c.feeds[s]
			end := min(int(at.Position)+1+rng.IntN(60), len(f.changes))
			if end == int(at.Position) {
				continue
			}
			going = true
			ctx := t.Context()
			if rng.IntN(4) == 0 {
				ctx = newFuse(ctx, 1+rng.IntN(200)) // a page that may not be applied, or whose answer is lost
			}
			if err := b.ApplyChanges(ctx, s, f.epoch, f.changes[at.Position:end]); err != nil && ctx == t.Context() {
				t.Fatal(err)
			}
			if rng.IntN(3) == 0 {
				keepSome(t, b, rng)
			}
		}
		for range rng.IntN(12) {
			findsNothing(t, db, b)
		}
		if rng.IntN(4) == 0 {
			b = restarted(t, db, b)
			taken += len(b.TakenOver())
		}
		if rng.IntN(12) == 0 {
			if op := rebuild(t, b, feedsOf(c)); op.State != coverage.Succeeded {
				t.Fatalf("the rebuild ended in %d: %s", op.State, op.FailureText)
			}
		}
	}
	b = restarted(t, db, b)
	if err := b.Keeper().Bring(t.Context()); err != nil {
		t.Fatal(err)
	}
	b = startsAsCounted(t, db, b)
	numbersAreRight(t, b, c, rng)
	return taken + len(b.TakenOver())
}

// findsNothing compares what the start has taken over: a step never finds anything.
func findsNothing(t tester, db *sqlstore.DB, b *derived.Book) {
	t.Helper()
	before := b.Revision()
	if err := b.Keeper().Compare(t.Context()); err != nil && storedRevision(t, db) == before {
		t.Fatal(err)
	}
	if b.Revision() != before {
		t.Fatal("something was put right that was not wrong")
	}
}

func storedRevision(t tester, db *sqlstore.DB) int64 {
	t.Helper()
	var head store.Head
	err := store.New(db).Read(t.Context(), func(tx store.Tx) (err error) {
		head, err = tx.Head()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return head.Revision
}

// healthy is the book, or another one where a commit was taken for failed.
func healthy(t tester, db *sqlstore.DB, b *derived.Book) *derived.Book {
	t.Helper()
	if b.Revision() == storedRevision(t, db) {
		return b
	}
	return open(t, db)
}

func restarted(t tester, db *sqlstore.DB, b *derived.Book) *derived.Book {
	t.Helper()
	return startsAsCounted(t, db, healthy(t, db, b))
}

func TestAStartFromSumsIsACountOfEverybody(t *testing.T) {
	round, taken := 0, 0
	testkit.Fewer(t)
	rapid.Check(t, func(rt *rapid.T) {
		if round++; round > 5 {
			return // each round is a database of its own, started many times
		}
		taken += startedOften(rt, testkit.SQLite(t, sets...), rapid.Uint64().Draw(rt, "seed"), rapid.IntRange(1, 12).Draw(rt, "residents"))
	})
	if taken == 0 {
		t.Error("no start has taken anything from stored sums")
	}
}

func TestAStartFromSumsIsACountOfEverybodyOnBothEngines(t *testing.T) {
	testkit.EachEngine(t, sets, func(t *testing.T, db *sqlstore.DB) {
		if startedOften(t, db, 19, 14) == 0 {
			t.Error("no start has taken anything from stored sums")
		}
	})
}

// keptCounty is a book whose villages are all stored.
func keptCounty(t *testing.T, db *sqlstore.DB, seed uint64) *derived.Book {
	t.Helper()
	c := newCounty(seed)
	c.live(12)
	b := follow(t, db, c, rand.New(rand.NewPCG(seed, 1)), false)
	if err := b.Keeper().Bring(t.Context()); err != nil {
		t.Fatal(err)
	}
	return b
}

func TestDamagedSumsAreCountedAgainAndStoredAnew(t *testing.T) {
	testkit.EachEngine(t, sets, func(t *testing.T, db *sqlstore.DB) {
		b := keptCounty(t, db, 4)
		execute(t, db, "UPDATE generation SET revision = revision + 1") // somebody else has written
		if taken := open(t, db).TakenOver(); len(taken) > 0 {
			t.Fatalf("%d villages taken over from sums of another revision", len(taken))
		}
		if err := open(t, db).Keeper().Bring(t.Context()); err != nil {
			t.Fatal(err)
		}
		whole := storedSums(t, db)
		for name, damage := range map[string]string{
			"a village's": "UPDATE ledger_sum SET body = ? WHERE part = (SELECT part FROM (SELECT MAX(part) AS part FROM ledger_sum) one)",
			"the whole's": "UPDATE ledger_sum SET body = ? WHERE part = 'all'",
			"all":         "UPDATE ledger_sum SET body = ?",
		} {
			for _, body := range [][]byte{{}, {1, 2, 3}, whole[1].body[:len(whole[1].body)-1]} {
				execute(t, db, damage, body)
				again := open(t, db)
				if diff := cmp.Diff(stateOf(t, b), stateOf(t, again), cmp.AllowUnexported(state{})); diff != "" {
					t.Fatalf("%s sums damaged: before (-) and after the start (+): %s", name, diff)
				}
				if err := again.Keeper().Bring(t.Context()); err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(whole, storedSums(t, db), cmp.AllowUnexported(sumRow{})); diff != "" {
					t.Fatalf("%s sums damaged: stored (-) and stored anew (+): %s", name, diff)
				}
			}
		}
	})
}

func TestAVillageWithoutARowIsCountedByItself(t *testing.T) {
	testkit.EachEngine(t, sets, func(t *testing.T, db *sqlstore.DB) {
		b := keptCounty(t, db, 7)
		want, rows := stateOf(t, b), storedSums(t, db)
		if len(rows) < 10 {
			t.Fatalf("%d rows: one without would have everybody read", len(rows))
		}
		for i := 1; i < len(rows); i += 3 {
			execute(t, db, "DELETE FROM ledger_sum WHERE part = ?", rows[i].part)
			again := open(t, db)
			if diff := cmp.Diff(want, stateOf(t, again), cmp.AllowUnexported(state{})); diff != "" {
				t.Fatalf("without the row of %s: before (-) and after the start (+): %s", rows[i].part, diff)
			}
			if stored, counted := again.StartedFrom(); counted != 1 || stored != len(rows)-2 {
				t.Errorf("%d villages from sums, %d counted, of %d", stored, counted, len(rows)-1)
			}
			if err := again.Keeper().Bring(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestWrongSumsThatLookWholeAreFoundAndPutRight(t *testing.T) {
	testkit.EachEngine(t, sets, func(t *testing.T, db *sqlstore.DB) {
		b := keptCounty(t, db, 5)
		right := stateOf(t, b)
		villages := open(t, db).TakenOver()
		wrong, other := villages[0], villages[len(villages)-1]
		execute(t, db, "UPDATE ledger_sum SET body = ? WHERE part = ?", b.Forged(wrong, other), "v"+wrong)
		b = open(t, db)
		if diff := cmp.Diff(right.cells, b.Cells()); diff == "" {
			t.Fatal("a forged row was not taken over")
		}
		before := b.Revision()
		for range villages {
			if err := b.Keeper().Compare(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff(right, stateOf(t, b), cmp.AllowUnexported(state{})); diff != "" || len(b.TakenOver()) > 0 {
			t.Fatalf("right (-) and put right (+), %d left to compare: %s", len(b.TakenOver()), diff)
		}
		if b.Revision() != before+1 {
			t.Errorf("revision %d before, %d after one village was put right", before, b.Revision())
		}
		b = startsAsCounted(t, db, b)
		if len(b.TakenOver()) != len(villages)-1 {
			t.Errorf("%d villages taken over, of %d one was wrong", len(b.TakenOver()), len(villages))
		}
	})
}

func TestAKeeperThatIsStoppedStoresTheRest(t *testing.T) {
	db := testkit.SQLite(t, sets...)
	c := newCounty(6)
	c.live(10)
	b := follow(t, db, c, rand.New(rand.NewPCG(6, 1)), false)
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := b.Keeper().Run(ctx); !errors.Is(err, context.Canceled) {
		t.Fatalf("run: %v", err)
	}
	again := startsAsCounted(t, db, b)
	if codes := again.TakenOver(); len(codes) < 2 {
		t.Errorf("only %q taken over", codes)
	}
	if f := figures(t, again); f.Residents == 0 {
		t.Error("a county of nobody proves nothing")
	}
}
