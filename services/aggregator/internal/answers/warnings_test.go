package answers_test

import (
	"slices"
	"testing"
	"testing/fstest"

	"xinju.dev/services/aggregator/internal/answers"
	"xinju.dev/services/aggregator/internal/derive"
	"xinju.dev/services/aggregator/internal/ledger"
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/platform/civil"

	"pgregory.net/rapid"
)

// TestNobodyIsWarnedOfItsSize: a plain count without a target is ranked, but the
// last of the table has done nothing wrong.
func TestNobodyIsWarnedOfItsSize(t *testing.T) {
	c := compiled(t, usual)
	rapid.Check(t, func(t *rapid.T) {
		n := small(t, c)
		p, count := column(t, n, "PLAIN")
		_, share := column(t, n, "SHARE")
		day := drawDay(t)
		for _, s := range asker(n, nil).Warnings(p, towns, []answers.Column{count, share}, day) {
			if s.Row.ID == "PLAIN" {
				t.Fatalf("%s is warned: %s", s.Row.Place.Code, s.Warned.English)
			}
		}
	})
}

// TestEqualTownsAreInTheBottomQuarterTogetherOrNotAtAll: the worst always are, unless
// nobody is better.
func TestEqualTownsAreInTheBottomQuarterTogetherOrNotAtAll(t *testing.T) {
	third := usual
	third.bottom, third.points, third.months = "third", 0, 0
	c := compiled(t, third)
	for _, x := range []struct {
		name   string
		rates  [6]int32 // of a hundred, by town; a third of six is two
		warned [6]bool
	}{
		{"no tie", [6]int32{60, 50, 40, 30, 20, 10}, [6]bool{4: true, 5: true}},
		{"two are last", [6]int32{60, 50, 40, 30, 10, 10}, [6]bool{4: true, 5: true}},
		{"three are last", [6]int32{60, 50, 40, 10, 10, 10}, [6]bool{3: true, 4: true, 5: true}},
		{"a tie across the border above the last", [6]int32{60, 50, 40, 20, 20, 10}, [6]bool{5: true}},
		{"one is worse than all others, who are equal", [6]int32{99, 99, 99, 99, 99, 95}, [6]bool{5: true}},
		{"one is better than all others, who are equal", [6]int32{99, 0, 0, 0, 0, 0}, [6]bool{1: true, 2: true, 3: true, 4: true, 5: true}},
		{"all are equal", [6]int32{70, 70, 70, 70, 70, 70}, [6]bool{}},
	} {
		t.Run(x.name, func(t *testing.T) {
			n := flat(c)
			n.counts = func(_ ledger.Key, code string, _ civil.Date) ledger.Count {
				return ledger.Count{Eligible: 100, Covered: x.rates[slices.Index(towns, code)]}
			}
			p, col := column(t, n, "SHARE")
			day := civil.Must("2020-06-30")
			l := asker(n, nil).League(answers.LeagueQuery{Pack: p, Codes: towns, Column: col, Day: day, Before: answers.MonthBefore(day)})
			for _, s := range l.Ranked {
				if i := slices.Index(towns, s.Row.Place.Code); s.Warning > answers.NoWarning != x.warned[i] {
					t.Errorf("town %d at %d %% is warned: %q", i, x.rates[i], s.Warned.English)
				}
			}
		})
	}
}

// TestExactlySoManyOfACountyRankNoTownOfIt: 1100 couples are asked of the whole
// county, so the town that happens to have 1100 is not the best, nor is one warned.
func TestExactlySoManyOfACountyRankNoTownOfIt(t *testing.T) {
	const file = `
id: exact
version: 1
name: {zh: 表, en: exact}
jurisdiction: "` + county + `"
warnings: {minimum: 0, yellow: {bottom: half}, red: {months: 0}}
indicators:
  - {id: PRE, name: {zh: 数, en: count}, kind: stock, eligible: {present: {}}}
  - {id: SUM, name: {zh: 和, en: sum}, kind: ratio, unit: count, numerator: {sum: [{indicator: PRE}]}}
  - {id: MORE, name: {zh: 多, en: more}, kind: ratio, unit: count, numerator: {sum: [{indicator: PRE}]}}
targets:
  - {indicator: PRE, op: "=", value: 1100, by: 2030-12-31}
  - {indicator: SUM, op: "=", value: 1100, by: 2030-12-31}
  - {indicator: MORE, op: ">=", value: 1100, by: 2030-12-31}
`
	packs, err := policy.Load(fstest.MapFS{"exact.yaml": {Data: []byte(file)}})
	if err != nil {
		t.Fatal(err)
	}
	n := &numbers{world: world(), deriver: derive.New(packs), following: followed()}
	n.counts = func(_ ledger.Key, code string, _ civil.Date) ledger.Count {
		return ledger.Count{Eligible: int32(900 + 100*slices.Index(towns, code))}
	}
	day := civil.Must("2020-06-30")
	for _, c := range []struct {
		id     string
		better policy.Better
	}{{"PRE", policy.Neither}, {"SUM", policy.Neither}, {"MORE", policy.Higher}} {
		p, col := column(t, n, c.id)
		l := asker(n, nil).League(answers.LeagueQuery{Pack: p, Codes: towns, Column: col, Day: day, Before: answers.MonthBefore(day)})
		if l.Better != c.better || len(l.Ranked) != len(towns) {
			t.Fatalf("%s: %s, %d ranked", c.id, l.Better.Text().English, len(l.Ranked))
		}
		for i, s := range l.Ranked {
			if want := towns[len(towns)-1-i]; s.Row.Place.Code != want || s.Row.Better != c.better || s.Warning != answers.NoWarning {
				t.Errorf("%s, place %d: %s, %s, %q", c.id, i, s.Row.Place.Code, s.Row.Better.Text().English, s.Warned.English)
			}
		}
		whole := asker(n, nil).League(answers.LeagueQuery{Pack: p, Codes: []string{county}, Column: col, Day: day, Before: answers.MonthBefore(day)})
		if c.better == policy.Neither && (whole.Better != policy.Nearest || !whole.Ranked[0].Row.HasTarget) {
			t.Errorf("%s: the county itself has the target: %s", c.id, whole.Better.Text().English)
		}
	}
}
