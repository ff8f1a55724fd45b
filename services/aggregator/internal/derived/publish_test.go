package derived_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/derived"
	"xinju.dev/services/aggregator/internal/ledger"
	"xinju.dev/services/aggregator/internal/store"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// readerOf answers from the tables alone.
func readerOf(b *derived.Book, db *sqlstore.DB) *derived.Reader {
	return &derived.Reader{Store: store.New(db), Deriver: b.Deriver(), Sources: sourceNames}
}

// allNumbers asks a view for everything on some days.
func allNumbers(v coverage.View, c *county, days []civil.Date) (out []ledger.Count) {
	for key := range ledger.Key(len(v.Deriver().Indicators())) + 1 {
		for _, code := range append(slices.Clone(c.divs), "") {
			for _, day := range days {
				out = append(out, v.Count(key, code, day), v.Direct(key, code, day))
			}
		}
	}
	return out
}

// readsTheSame compares what the tables say with memory, which other tests
// compare with the count one by one.
func readsTheSame(t tester, b *derived.Book, r *derived.Reader, c *county, days []civil.Date) {
	t.Helper()
	type answer struct {
		numbers   []ledger.Count
		figures   coverage.Figures
		following []coverage.Following
	}
	ask := func(look func(func(coverage.View) error) error) (a answer) {
		err := look(func(v coverage.View) error {
			a = answer{allNumbers(v, c, days), v.Figures(), v.Following()}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	if diff := cmp.Diff(ask(b.Look), ask(r.Look), cmp.AllowUnexported(answer{})); diff != "" {
		t.Fatalf("memory (-) and tables (+) differ: %s", diff)
	}
	for key := range ledger.Key(len(b.Deriver().Indicators())) {
		for _, which := range []coverage.Which{coverage.Uncovered, coverage.Eligible} {
			q := coverage.ListQuery{Division: pick(c, c.divs), Key: key, Day: pick(c, days), Which: which, Limit: 5}
			want, err := b.List(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			got, err := r.List(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			want.World, got.World = nil, nil
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("lists of memory (-) and tables (+) differ: %s", diff)
			}
		}
	}
}

// published lives through a random history, the tree moving with it, and brings
// the tables up to date now and then; cut may end a context at any moment.
func published(t tester, db *sqlstore.DB, seed uint64, residents int, cut func(context.Context) context.Context) {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 5))
	c := newCounty(seed)
	c.live(residents)
	b := open(t, db)
	p, r := b.Publisher(), readerOf(b, db)
	p.Most(rng.IntN(10)) // of some fifteen
	days := []civil.Date{civil.Must("2017-05-05"), civil.Must("2020-12-31"), civil.Must("2021-02-14"), civil.Must("2035-01-01")}
	for range 4 {
		days = append(days, c.between("2018-01-01", "2023-01-01"))
	}
	for apply := true; apply; {
		apply = false
		for _, s := range sourceNames {
			at, _ := b.Position(s)
			end := min(int(at.Position)+1+rng.IntN(40), len(c.feeds[s].changes))
			if end > int(at.Position) {
				apply = true
				if err := b.ApplyChanges(t.Context(), s, c.feeds[s].epoch, c.feeds[s].changes[at.Position:end]); err != nil {
					t.Fatal(err)
				}
			}
		}
		if rng.IntN(3) > 0 {
			continue
		}
		if rng.IntN(4) == 0 { // a crash
			b = open(t, db)
			p = b.Publisher()
		}
		for p.Bring(cut(t.Context())) != nil {
			p = b.Publisher() // as after a crash: nothing is remembered
		}
		readsTheSame(t, b, r, c, days)
	}
	if op := rebuild(t, b, feedsOf(c)); op.State != 3 {
		t.Fatalf("the rebuild ended in %d: %s", op.State, op.FailureText)
	}
	soon, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := r.List(soon, coverage.ListQuery{Division: demo, Day: days[0], Which: coverage.Eligible, Limit: 1}); err == nil {
		t.Fatal("a list of another generation than the numbers")
	}
	if err := p.Bring(t.Context()); err != nil {
		t.Fatal(err)
	}
	readsTheSame(t, b, r, c, days)
}

func whole(ctx context.Context) context.Context { return ctx }

func TestTheTablesSayWhatMemorySays(t *testing.T) {
	round := 0
	testkit.Fewer(t)
	rapid.Check(t, func(rt *rapid.T) {
		if round++; round > 16 {
			return // each round is a database of its own and all packs' numbers on many days
		}
		published(rt, testkit.SQLite(t, sets...), rapid.Uint64().Draw(rt, "seed"), rapid.IntRange(1, 10).Draw(rt, "residents"), whole)
	})
}

func TestTheTablesOnBothEnginesAlsoAfterCuts(t *testing.T) {
	testkit.EachEngine(t, sets, func(t *testing.T, db *sqlstore.DB) {
		rng := rand.New(rand.NewPCG(9, 9))
		published(t, db, 77, 30, func(ctx context.Context) context.Context {
			if rng.IntN(2) == 0 {
				return ctx
			}
			return newFuse(ctx, 1+rng.IntN(400))
		})
	})
}

func TestAReaderWaitsForTheFirstCopyAndRefusesOtherPacks(t *testing.T) {
	db := testkit.SQLite(t, sets...)
	c := newCounty(3)
	c.live(5)
	b := follow(t, db, c, rand.New(rand.NewPCG(3, 3)), false)
	r := readerOf(b, db)
	look := func() error { return r.Look(func(coverage.View) error { return nil }) }
	if err := look(); !errors.Is(err, derived.ErrLoading) {
		t.Errorf("without a copy: %v", err)
	}
	if err := b.Publisher().Bring(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := look(); err != nil {
		t.Error(err)
	}
	if _, err := r.StartRebuild(t.Context(), "x"); !errors.Is(err, derived.ErrReadsOnly) {
		t.Errorf("a rebuild: %v", err)
	}
	err := store.New(db).Write(t.Context(), func(tx store.Tx) error {
		built, _, err := tx.Built()
		if err != nil {
			return err
		}
		built.Derivation, built.Revision = "another", built.Revision+1
		return tx.SetBuilt(built)
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := look(); !errors.Is(err, derived.ErrOtherPacks) {
		t.Errorf("other packs: %v", err)
	}
}

// TestAChangeOfTheTreeIsWrittenBesideAndAPageInPlace: most of the ledger in one
// transaction is more than some databases take.
func TestAChangeOfTheTreeIsWrittenBesideAndAPageInPlace(t *testing.T) {
	db := testkit.SQLite(t, sets...)
	c := newCounty(3)
	c.live(12)
	b := follow(t, db, c, rand.New(rand.NewPCG(3, 3)), false)
	p, r := b.Publisher(), readerOf(b, db)
	p.Most(6)
	bring := func() (copy int64) {
		t.Helper()
		if err := p.Bring(t.Context()); err != nil {
			t.Fatal(err)
		}
		readsTheSame(t, b, r, c, []civil.Date{civil.Must("2020-12-31"), civil.Must("2021-02-14")})
		err := store.New(db).Read(t.Context(), func(tx store.Tx) (err error) { copy, _, err = tx.BuiltAt(); return err })
		if err != nil {
			t.Fatal(err)
		}
		return copy
	}
	first := bring()
	c.arrives("R late", "S late", "k")
	catchUp(t, b, c, "registry")
	if copy := bring(); copy != first {
		t.Errorf("a page was written into copy %d beside %d", copy, first)
	}
	c.feeds["registry"].write(c.division("Q", prefecture, province, 2, civil.Must("2019-06-01"), 0))
	catchUp(t, b, c, "registry")
	if copy := bring(); copy == first {
		t.Error("a change of the tree was written in place")
	}
}
