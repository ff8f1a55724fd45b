package answers

import (
	"cmp"
	"fmt"
	"math/big"
	"slices"

	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/platform/civil"
)

// warning is the level of one division and what it is warned of.
type warning struct {
	level Level
	text  policy.Text
}

// warned gives the levels of a league: yellow on the day, red when it was yellow
// at the end of each of the months before, too, as many as the pack says.
func (a *Asker) warned(q *LeagueQuery, now *table) []warning {
	out := make([]warning, len(now.rows))
	some := false
	for i := range now.rows {
		out[i] = warning{level: NoWarning}
		if t := yellow(q, now, i); t != (policy.Text{}) {
			out[i], some = warning{Yellow, t}, true
		}
	}
	months := q.Pack.Warnings.RedMonths
	if months < 1 || !some {
		return out
	}
	running := slices.Clone(out)
	for _, day := range EndsBefore(q.Day, months-1) {
		then := a.table(q, day)
		for i := range running {
			if running[i].level == Yellow && yellow(q, then, i) == (policy.Text{}) {
				running[i].level = NoWarning
			}
		}
	}
	for i := range out {
		if running[i].level == Yellow {
			out[i].level = Red
			out[i].text.Chinese += fmt.Sprintf("；连续%d个月", months)
			out[i].text.English += fmt.Sprintf("; for %d months running", months)
		}
	}
	return out
}

// yellow says what a division is warned of; empty when of nothing. Points are
// those of the unit as it is read: 5 below a target in percent are 5 percentage
// points, of one in permille 5 ‰. Where neither way is better nobody is last, and
// of a number without denominator and target a town would be warned of its size.
func yellow(q *LeagueQuery, t *table, i int) (out policy.Text) {
	if t.ranks[i] == 0 {
		return out
	}
	if _, sized := t.rows[i].Weight(); !t.rows[i].HasTarget && (!sized || t.better == policy.Neither) {
		return out
	}
	w := &q.Pack.Warnings
	if by, short := shortBy(&t.rows[i]); short && w.BelowPoints.Num > 0 {
		points := new(big.Rat).Mul(by, big.NewRat(t.rows[i].Indicator.Unit.Scale(), 1))
		if limit := new(big.Rat).Mul(w.BelowPoints.Rat(), big.NewRat(100, 1)); points.Cmp(limit) > 0 {
			out = policy.Text{
				Chinese: fmt.Sprintf("差目标超过 %s 个点", limit.RatString()),
				English: fmt.Sprintf("more than %s points short of the target", limit.RatString()),
			}
		}
	}
	if t.inBottom(i, w.Bottom) {
		last := policy.Text{Chinese: fmt.Sprintf("排名在后 1/%d", w.Bottom), English: fmt.Sprintf("in the last 1/%d of the table", w.Bottom)}
		if out == (policy.Text{}) {
			return last
		}
		out.Chinese, out.English = out.Chinese+"；"+last.Chinese, out.English+"; "+last.English
	}
	return out
}

// shortBy is how far a value is from its target; false when it reaches it or has none.
func shortBy(r *Row) (*big.Rat, bool) {
	value, ok := r.Exact()
	if !ok || !r.HasTarget || r.Target.Met(value) {
		return nil, false
	}
	return new(big.Rat).Abs(value.Sub(value, r.Target.Rat())), true
}

// Warnings lists everything yellow or red among the divisions, by level, division
// and in the order of the columns.
func (a *Asker) Warnings(p *policy.Pack, codes []string, columns []Column, day civil.Date) []Standing {
	var out []Standing
	for _, c := range columns {
		l := a.League(LeagueQuery{Pack: p, Codes: codes, Column: c, Day: day, Before: MonthBefore(day)})
		for _, s := range l.Ranked {
			if s.Warning > NoWarning {
				out = append(out, s)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Standing) int {
		return cmp.Or(cmp.Compare(b.Warning, a.Warning), cmp.Compare(a.Row.Place.Code, b.Row.Place.Code))
	})
	return out
}
