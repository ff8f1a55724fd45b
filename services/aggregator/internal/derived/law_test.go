package derived_test

import (
	"math/rand/v2"
	"testing"

	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/derived"
	"xinju.dev/services/aggregator/internal/ledger"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"

	"pgregory.net/rapid"
)

// numbersAreRight compares every number and list with the count one by one.
func numbersAreRight(t tester, b *derived.Book, c *county, rng *rand.Rand) {
	t.Helper()
	want := truth(t, c)
	got := figures(t, b)
	got.Digest = ""
	if got != want.Figures {
		t.Fatalf("figures %+v, counted one by one %+v", got, want.Figures)
	}
	for _, day := range want.days(rng) {
		for i, indicator := range b.Deriver().Indicators() {
			key := ledger.Key(i)
			counts := want.counts(indicator, day)
			kept := make([]ledger.Count, len(c.divs))
			err := b.Look(func(v coverage.View) error {
				for k, code := range c.divs {
					kept[k] = v.Count(key, code, day)
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			for k, code := range c.divs {
				got := kept[k]
				if n := counts[code]; got != n {
					t.Fatalf("%s of %s on %v is %v, counted one by one %v", indicator, code, day, got, n)
				}
				if got.Covered > got.Eligible || got.Covered < 0 {
					t.Fatalf("%s of %s on %v: %v covered of %v", indicator, code, day, got.Covered, got.Eligible)
				}
				if got.Eligible > 0 && rng.IntN(15) == 0 {
					listIsTheNumber(t, b, key, code, day, got, 1+rng.IntN(30))
				}
			}
			partsMakeTheWhole(t, b, key, day)
		}
	}
}

// partsMakeTheWhole: children, and what is counted in the parent itself, sum up.
func partsMakeTheWhole(t tester, b *derived.Book, key ledger.Key, day civil.Date) {
	t.Helper()
	err := b.Look(func(v coverage.View) error {
		open := v.World().Children("", day) // the provinces
		for len(open) > 0 {
			code := open[0]
			open = open[1:]
			children := v.World().Children(code, day)
			if len(children) == 0 {
				continue
			}
			sum := v.Direct(key, code, day)
			for _, child := range children {
				n := v.Count(key, child, day)
				sum.Eligible, sum.Covered = sum.Eligible+n.Eligible, sum.Covered+n.Covered
			}
			if got := v.Count(key, code, day); got != sum {
				t.Fatalf("%s on %v: the parts make %v, the whole is %v", code, day, sum, got)
			}
			open = append(open, children...)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// listIsTheNumber pages through the three lists.
func listIsTheNumber(t tester, b *derived.Book, key ledger.Key, code string, day civil.Date, n ledger.Count, size int) {
	t.Helper()
	for which, want := range map[coverage.Which]int32{
		coverage.Uncovered: n.Eligible - n.Covered, coverage.Covered: n.Covered, coverage.Eligible: n.Eligible,
	} {
		seen, sum := map[coverage.Place]bool{}, int32(0)
		q := coverage.ListQuery{Division: code, Key: key, Day: day, Which: which, Limit: size}
		for {
			page, err := b.List(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			if page.Total != want {
				t.Fatalf("list %d of %s on %v says %d, the number is %d", which, code, day, page.Total, want)
			}
			for i := range page.Lines {
				l := &page.Lines[i]
				if seen[l.Place] || (which == coverage.Covered) != l.Covered && which != coverage.Eligible {
					t.Fatalf("list %d of %s on %v: a line twice or of the other list", which, code, day)
				}
				seen[l.Place] = true
				sum += max(l.Weight, 1)
			}
			if !page.More {
				break
			}
			q.After = page.Lines[len(page.Lines)-1].Place
		}
		if sum != want {
			t.Fatalf("list %d of %s on %v has %d lines that make %d, the number is %d", which, code, day, len(seen), sum, want)
		}
	}
}

// oneHistory lives through one random history and checks every law on it; beside
// may be nil.
func oneHistory(t tester, db, beside *sqlstore.DB, seed uint64, residents int) {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 1))
	c := newCounty(seed)
	c.live(residents)
	b := follow(t, db, c, rng, true)
	numbersAreRight(t, b, c, rng)
	kept := figures(t, b)

	if again := figures(t, open(t, db)); again != kept {
		t.Fatalf("after a restart %+v, before %+v", again, kept)
	}
	if beside != nil {
		if another := figures(t, follow(t, beside, c, rng, false)); another != kept {
			t.Fatalf("followed in other pages %+v, before %+v", another, kept)
		}
	}
	op := rebuild(t, b, feedsOf(c))
	if op.State != 3 {
		t.Fatalf("the rebuild ended in %d: %s", op.State, op.FailureText)
	}
	if rebuilt := figures(t, b); rebuilt != kept {
		t.Fatalf("rebuilt %+v, by increments %+v", rebuilt, kept)
	}
	if again := figures(t, open(t, db)); again != kept {
		t.Fatalf("rebuilt and restarted %+v, by increments %+v", again, kept)
	}
	numbersAreRight(t, b, c, rng)
}

func TestIncrementsAreARebuildIsTheCountOneByOne(t *testing.T) {
	testkit.Fewer(t)
	rapid.Check(t, func(rt *rapid.T) {
		seed := rapid.Uint64().Draw(rt, "seed")
		var beside *sqlstore.DB
		if rapid.IntRange(0, 2).Draw(rt, "in other pages too") == 0 {
			beside = testkit.SQLite(t, sets...)
		}
		oneHistory(rt, testkit.SQLite(t, sets...), beside, seed, rapid.IntRange(1, 14).Draw(rt, "residents"))
	})
}

func TestTheSameOnBothEngines(t *testing.T) {
	testkit.EachEngine(t, sets, func(t *testing.T, db *sqlstore.DB) {
		oneHistory(t, db, testkit.SQLite(t, sets...), 42, 30)
	})
}

// TestTheUnitThatManagesAVillageIsMovedWithItsDivision: who lacks a dose counts at
// the unit that manages the village, wherever that unit stands. In this history the
// division of the unit is told last, when nobody's own facts lead to it.
func TestTheUnitThatManagesAVillageIsMovedWithItsDivision(t *testing.T) {
	oneHistory(t, testkit.SQLite(t, sets...), nil, 0x238511a9a4, 2)
}
