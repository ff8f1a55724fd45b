package answers_test

import (
	"slices"
	"testing"

	"xinju.dev/services/aggregator/internal/answers"
	"xinju.dev/services/aggregator/internal/derive"
	"xinju.dev/services/aggregator/internal/ledger"
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/platform/civil"
)

// TestThirtyAreEnoughForARankAnd29AreNot: in every built-in pack, of all shares that
// compute; and who has no rank is not warned of it.
func TestThirtyAreEnoughForARankAnd29AreNot(t *testing.T) {
	packs, err := policy.Default()
	if err != nil {
		t.Fatal(err)
	}
	n := &numbers{world: world(), deriver: derive.New(packs), following: followed()}
	n.counts = func(_ ledger.Key, code string, _ civil.Date) ledger.Count {
		return ledger.Count{Eligible: 29 + int32(slices.Index(towns, code))}
	}
	day := civil.Must("2020-06-30")
	for _, p := range packs.Packs() {
		if p.Warnings.Minimum != 30 {
			t.Errorf("%s ranks from %d on", p.ID, p.Warnings.Minimum)
		}
	}
	p, _ := column(t, n, "EHR03")
	columns, err := answers.Columns(n, p, nil)
	if err != nil {
		t.Fatal(err)
	}
	shares := 0
	for _, c := range columns {
		if c.Plain || c.Kind == policy.Ratio {
			continue
		}
		shares++
		l := asker(n, nil).League(answers.LeagueQuery{Pack: p, Codes: towns[:3], Column: c, Day: day, Before: answers.MonthBefore(day)})
		switch {
		case len(l.Ranked) == 0 && l.Unranked[1].Row.Awaits != (policy.Text{}):
		case len(l.Ranked) != 2 || len(l.Unranked) != 1 || l.Unranked[0].Row.Eligible != 29 || l.Unranked[0].Warning != answers.NoWarning || l.Unranked[0].Unranked == (policy.Text{}):
			t.Errorf("%s: %d ranked of 30 and 31, %d not of 29", c.ID, len(l.Ranked), len(l.Unranked))
		}
	}
	if shares < 20 {
		t.Errorf("only %d shares were tried", shares)
	}
}
