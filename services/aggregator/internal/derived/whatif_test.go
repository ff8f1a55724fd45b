package derived_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/derived"
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/ledger"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"
)

// numbersOf reads an indicator of every division of a level, and of the province.
func numbersOf(t tester, b *derived.Book, c *county, level facts.Level, day civil.Date) map[string]ledger.Count {
	t.Helper()
	out := map[string]ledger.Count{}
	err := b.Look(func(v coverage.View) error {
		key, _ := v.Deriver().Key("FAM01")
		for _, code := range c.divs {
			if d, known := v.World().Any(code, day); code == province || known && d.Level == level {
				out[code] = v.Count(key, code, day)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestWhatIfIsWhatComes: the old numbers are those that serve, the new ones those
// that come when the pack is loaded, the people make up the difference, and
// nothing is written.
func TestWhatIfIsWhatComes(t *testing.T) {
	for _, level := range []facts.Level{facts.County, facts.Township, facts.Village} {
		t.Run(fmt.Sprint("by level ", level), func(t *testing.T) {
			testkit.EachEngine(t, packSets, func(t *testing.T, db *sqlstore.DB) {
				c := family(80+uint64(level), 30)
				b := openDesk(t, db)
				catchUp(t, b, c, sourceNames...)
				day := civil.Must("2020-06-30")
				before, was := numbersOf(t, b, c, level, day), figures(t, b)
				var told int64
				out, err := b.WhatIf(t.Context(), coverage.WhatIf{Source: men, Division: province, Day: day, GroupLevel: level, Limit: 10_000}, func(done, total int64) error {
					told = max(told, done)
					if done > total {
						return fmt.Errorf("%d of %d", done, total)
					}
					return nil
				})
				if err != nil {
					t.Fatal(err)
				}
				if now := figures(t, openDesk(t, db)); now != was || figures(t, b) != was {
					t.Errorf("something was written: %+v, before %+v", now, was)
				}
				if op := work(t, b, load(t, b, men, "").Operation.ID); op.State != coverage.Succeeded {
					t.Fatal(op.FailureText)
				}
				tried(t, &out, before, numbersOf(t, b, c, level, day))
				if told != out.Residents || len(out.People) == 0 || int64(len(out.People)) != out.Total {
					t.Errorf("told of %d residents of %d, %d changes of %d", told, out.Residents, len(out.People), out.Total)
				}
			})
		})
	}
}

func tried(t *testing.T, out *coverage.Tried, before, after map[string]ledger.Count) {
	t.Helper()
	got := map[string]coverage.NumberChange{}
	for _, n := range out.Numbers {
		got[n.Division] = n
	}
	for code, was := range before {
		n, changes := got[code]
		if !changes {
			n.Old, n.New = was, was
		}
		if n.Old != was || n.New != after[code] {
			t.Errorf("%s would change from %v to %v, it was %v and is %v", code, n.Old, n.New, was, after[code])
		}
	}
	for code, n := range got {
		var sum, of ledger.Count
		changes := 0
		for _, p := range out.People {
			chain, _ := out.World.Chain(p.Village, civil.Must("2020-06-30"))
			if p.Village != code && !slices.Contains(chain[:], code) {
				continue
			}
			changes++
			sum.Eligible, sum.Covered = sum.Eligible+p.New.Eligible, sum.Covered+p.New.Covered
			of.Eligible, of.Covered = of.Eligible+p.Old.Eligible, of.Covered+p.Old.Covered
			if p.Old == p.New || p.Reason.Chinese == "" {
				t.Errorf("%+v changes nothing or has no reason", p)
			}
		}
		if changes != n.Changes || n.New.Eligible-n.Old.Eligible != sum.Eligible-of.Eligible || n.New.Covered-n.Old.Covered != sum.Covered-of.Covered {
			t.Errorf("%s: %d changes make %v of %v, the number says %+v", code, changes, sum, of, n)
		}
	}
}

// TestWhatIfListsNoMoreThanAsked, and counts all.
func TestWhatIfListsNoMoreThanAsked(t *testing.T) {
	c := family(85, 40)
	b := openDesk(t, testkit.SQLite(t, packSets...))
	catchUp(t, b, c, sourceNames...)
	ask := func(division string, limit int) (coverage.Tried, error) {
		return b.WhatIf(t.Context(), coverage.WhatIf{Source: men, Division: division, Day: civil.Must("2020-06-30"), Limit: limit}, func(int64, int64) error { return nil })
	}
	all, err := ask(province, 10_000)
	if err != nil {
		t.Fatal(err)
	}
	some, err := ask(province, 2)
	if err != nil || len(some.People) != 2 || some.Total != all.Total || len(some.Numbers) != len(all.Numbers) {
		t.Errorf("%d people, %d changes of %d, %v", len(some.People), some.Total, all.Total, err)
	}
	if _, err := ask("999999999999", 1); err == nil {
		t.Error("a division that does not exist")
	}
}

// TestWhatIfOpensEachOfItsNumbers: of one indicator the list of everybody adds up
// to the old and to the new number, also when it is read in parts, and of a plain
// count nobody is covered or not.
func TestWhatIfOpensEachOfItsNumbers(t *testing.T) {
	const counts = "  - {id: MEN, name: {zh: 男, en: men}, kind: stock, eligible: {all: [{present: {}}, {sex: {is: male}}]}}\n" +
		"  - {id: TURNS, name: {zh: 改, en: turns}, kind: stock, eligible: {present: {}}, covered: {sex: {is: male}}}\n"
	with := func(n int, sex, covered string) []byte {
		return []byte(strings.NewReplacer("is: male}}]", "is: "+sex+"}}]", ", covered: {sex: {is: male}}", covered).Replace(string(version(n, "{sex: {is: male}}")) + counts))
	}
	testkit.EachEngine(t, packSets, func(t *testing.T, db *sqlstore.DB) {
		c := family(86, 40)
		b := openDesk(t, db)
		catchUp(t, b, c, sourceNames...)
		if op := work(t, b, load(t, b, with(2, "male", ", covered: {sex: {is: male}}"), "").Operation.ID); op.State != coverage.Succeeded {
			t.Fatal(op.FailureText)
		}
		ask := func(q coverage.WhatIf) coverage.Tried {
			t.Helper()
			q.Source, q.Division, q.Day = with(3, "female", ""), province, civil.Must("2020-06-30")
			out, err := b.WhatIf(t.Context(), q, func(int64, int64) error { return nil })
			if err != nil {
				t.Fatal(err)
			}
			return out
		}
		all := ask(coverage.WhatIf{Limit: 10_000})
		plain := map[string]coverage.Plainly{"FAM01": {}, "MEN": {Old: true, New: true}, "TURNS": {New: true}}
		seen := 0
		for _, n := range all.Numbers {
			if want, known := plain[n.Indicator]; known {
				seen++
				if n.Plain != want {
					t.Errorf("%s is a plain count: %+v, want %+v", n.Indicator, n.Plain, want)
				}
			}
			var was, is ledger.Count
			changes := 0
			for after, more := "", true; more; {
				part := ask(coverage.WhatIf{Limit: 3, Indicators: []string{n.Indicator}, Everyone: true, After: after})
				for _, p := range part.People {
					if p.Indicator != n.Indicator || p.Plain != n.Plain || p.ResidentID <= after {
						t.Fatalf("%+v among those of %s after %q", p, n.Indicator, after)
					}
					was, is = plusCount(was, p.Old), plusCount(is, p.New)
					if p.Old != p.New {
						changes++
					}
				}
				if more = part.More; more {
					after = part.People[len(part.People)-1].ResidentID
				}
			}
			if was != n.Old || is != n.New || changes != n.Changes {
				t.Errorf("%s: its list is %v and %v with %d changes, the number %+v", n.Indicator, was, is, changes, n)
			}
		}
		if seen != 2 && seen != 3 { // FAM01 is as it was
			t.Errorf("%d numbers: %+v", seen, all.Numbers)
		}
	})
}

func plusCount(a, b ledger.Count) ledger.Count {
	return ledger.Count{Eligible: a.Eligible + b.Eligible, Covered: a.Covered + b.Covered}
}
