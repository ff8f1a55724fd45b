package answers_test

import (
	"testing"
	"time"

	"xinju.dev/services/aggregator/internal/answers"
	"xinju.dev/services/aggregator/internal/derive"
	"xinju.dev/services/aggregator/internal/ledger"
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/platform/civil"
)

// flat is a state in which every number is the same.
func flat(c *policy.Catalogue) *numbers {
	return &numbers{world: world(), deriver: derive.New(c), following: followed(), counts: func(ledger.Key, string, civil.Date) ledger.Count {
		return ledger.Count{Eligible: 100, Covered: 70}
	}}
}

// BenchmarkRows computes every indicator of a built-in pack for twelve places, as
// one read of coverage does.
func BenchmarkRows(b *testing.B) {
	c, err := policy.Default()
	if err != nil {
		b.Fatal(err)
	}
	n, day := flat(c), civil.Must("2020-06-30")
	p, ok := c.Pack("xiangan-2018")
	if !ok {
		b.Fatal("no pack")
	}
	columns, err := answers.Columns(n, p, nil)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		a := answers.On(n, nil, answers.DefaultLate, time.Time{})
		for i := range 12 {
			a.Rows(p, answers.DivisionPlace(n.world, towns[i%len(towns)], day), columns, day)
		}
	}
	b.ReportMetric(float64(12*len(columns)), "rows/op")
}

// BenchmarkTrend is sixty months of a ratio.
func BenchmarkTrend(b *testing.B) {
	n := flat(compiled(b, usual))
	p, col := column(b, n, "MIX")
	ends := answers.MonthEnds(civil.Must("2016-01-01"), civil.Must("2020-12-01"), 120)
	at := answers.DivisionPlace(n.world, county, ends[59])
	for b.Loop() {
		asker(n, answers.NewFigures(nil)).Trend(p, at, col, ends)
	}
}

// BenchmarkLeague ranks six divisions with warnings and projections.
func BenchmarkLeague(b *testing.B) {
	n := flat(compiled(b, usual))
	p, col := column(b, n, "SHARE")
	day := civil.Must("2020-06-30")
	for b.Loop() {
		asker(n, nil).League(answers.LeagueQuery{Pack: p, Codes: towns, Column: col, Day: day, Before: answers.MonthBefore(day)})
	}
}
