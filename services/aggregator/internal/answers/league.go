package answers

import (
	"cmp"
	"math/big"
	"slices"

	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/platform/civil"
)

// Standing is one division of a league.
type Standing struct {
	Row        Row
	Before     Row // on the earlier day
	Rank       int // 1 for the best; equal values share it and the next is left out; 0 without one
	RankBefore int

	Projected  civil.Date  // day on which it reaches the target; None when it does not
	Projection policy.Text // how that was computed, or why there is none; empty without a target
	Warning    Level
	Warned     policy.Text // of what
	Unranked   policy.Text // why it has no rank
}

// Level is how far a number is from where it should be, numbered as WarningLevel of the API.
type Level int

// The levels.
const (
	NoWarning Level = 1
	Yellow    Level = 2
	Red       Level = 3
)

// RankChange is how many places it has gained; false without both ranks.
func (s *Standing) RankChange() (int, bool) {
	return s.RankBefore - s.Rank, s.Rank > 0 && s.RankBefore > 0
}

// RateChange is the rate now less the rate then; false without both.
func (s *Standing) RateChange() (float64, bool) {
	now, is := s.Row.Exact()
	then, was := s.Before.Exact()
	if !is || !was {
		return 0, false
	}
	f, _ := new(big.Rat).Sub(now, then).Float64()
	return f, true
}

// LeagueQuery asks who is ranked by what.
type LeagueQuery struct {
	Pack   *policy.Pack // whose warnings and minimum hold
	Codes  []string     // divisions
	Column Column
	Day    civil.Date
	Before civil.Date
}

// League is a table of divisions by one indicator.
type League struct {
	Ranked   []Standing // best first; of equal rank by code; where neither way is better, largest first
	Unranked []Standing // by code
	Better   policy.Better
}

var (
	noNumber = policy.Text{Chinese: "没有数值", English: "no number"}
	tooSmall = policy.Text{Chinese: "应服务数低于参加排名的下限", English: "fewer in the denominator than the minimum for a rank"}
	noTarget = policy.Text{Chinese: "没有可接近的目标", English: "no target to be near to"}
)

// League ranks divisions.
func (a *Asker) League(q LeagueQuery) League {
	a.prepareLeague(&q)
	now, then := a.table(&q, q.Day), a.table(&q, q.Before)
	out := League{Better: now.better}
	warned := a.warned(&q, now)
	for i := range now.rows {
		s := Standing{
			Row: now.rows[i], Before: then.rows[i], Rank: now.ranks[i], RankBefore: then.ranks[i],
			Unranked: now.why[i], Warning: warned[i].level, Warned: warned[i].text,
		}
		s.Projected, s.Projection = a.project(&q, &s.Row)
		if s.Rank > 0 {
			out.Ranked = append(out.Ranked, s)
		} else {
			out.Unranked = append(out.Unranked, s)
		}
	}
	slices.SortStableFunc(out.Ranked, func(a, b Standing) int { return cmp.Compare(a.Rank, b.Rank) })
	return out
}

// prepareLeague names all numbers that the league will ask for.
func (a *Asker) prepareLeague(q *LeagueQuery) {
	q.Codes = slices.Compact(slices.Sorted(slices.Values(q.Codes)))
	days := append([]civil.Date{q.Day, q.Before}, projectionDays(q.Day)...)
	a.Prepare(q.Codes, append(days, EndsBefore(q.Day, max(q.Pack.Warnings.RedMonths-1, 0))...)...)
}

// table is the divisions of a league on one day with their ranks.
type table struct {
	rows   []Row // by code
	ranks  []int // 0: none, and why says it
	why    []policy.Text
	ranked int
	last   int // the rank of those than whom nobody is worse
	better policy.Better
}

func (a *Asker) table(q *LeagueQuery, day civil.Date) *table {
	t := &table{ranks: make([]int, len(q.Codes)), why: make([]policy.Text, len(q.Codes))}
	for _, code := range q.Codes {
		t.rows = append(t.rows, a.Rows(q.Pack, DivisionPlace(a.world, code, day), []Column{q.Column}, day)[0])
	}
	t.better = q.betterOf(t.rows, day)
	values := make([]*big.Rat, len(q.Codes))
	var order []int
	for i := range t.rows {
		if values[i], t.why[i] = rankable(&t.rows[i], q.Pack.Warnings.Minimum); values[i] == nil {
			continue
		}
		if t.better == policy.Nearest {
			if !t.rows[i].HasTarget {
				t.why[i] = noTarget
				continue
			}
			values[i] = new(big.Rat).Abs(values[i].Sub(values[i], t.rows[i].Target.Rat()))
		}
		order = append(order, i)
	}
	slices.SortStableFunc(order, func(i, j int) int {
		if t.better == policy.Lower || t.better == policy.Nearest { // of an exact target the distance from it
			return values[i].Cmp(values[j])
		}
		return values[j].Cmp(values[i])
	})
	for n, i := range order {
		t.ranks[i] = n + 1
		if n > 0 && values[order[n-1]].Cmp(values[i]) == 0 {
			t.ranks[i] = t.ranks[order[n-1]]
		}
		t.last = t.ranks[i]
	}
	t.ranked = len(order)
	return t
}

// betterOf is which way the divisions are better. A target of exactly so many that
// is one of a whole jurisdiction says nothing of the parts of it: of the towns of a
// county that is to have 1100, the one with 1100 is not the best.
func (q *LeagueQuery) betterOf(rows []Row, day civil.Date) policy.Better {
	b := q.Column.BetterOn(day)
	if b == policy.Nearest && !slices.ContainsFunc(rows, func(r Row) bool { return r.HasTarget }) {
		return q.Column.BetterItself()
	}
	return b
}

// inBottom says whether a division is among the last 1/parts. Equal ones are
// together or not at all: where they fit into it, or where nobody is worse and
// somebody is better.
func (t *table) inBottom(i, parts int) bool {
	if parts < 1 || t.better == policy.Neither || t.ranked < parts {
		return false
	}
	rank := t.ranks[i]
	return rank > t.ranked-t.ranked/parts || rank == t.last && rank > 1
}

// rankable is the value to rank by; nil with the reason why there is none.
func rankable(r *Row, minimum int) (*big.Rat, policy.Text) {
	value, ok := r.Exact()
	if !ok {
		return nil, noNumber
	}
	if weight, ok := r.Weight(); ok && weight.Cmp(big.NewRat(int64(minimum), 1)) < 0 {
		return nil, tooSmall
	}
	return value, policy.Text{}
}

// divisionsAt lists the divisions of a level below one on a day, ascending; where
// the tree skips the level, the nearest ones below it.
func divisionsAt(w *facts.World, code string, level facts.Level, day civil.Date) []string {
	var out []string
	open := []string{code}
	for depth := 0; len(open) > 0 && depth < maxLevels; depth++ {
		var next []string
		for _, parent := range open {
			for _, child := range divisionsBelow(w, parent, day) {
				if n, ok := w.Division(child, day); ok && n.Level >= level {
					out = append(out, child)
				} else {
					next = append(next, child)
				}
			}
		}
		open = next
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Ranked lists the divisions of a level below one that are ranked among
// themselves; level 0 is directly below it.
func Ranked(w *facts.World, code string, level facts.Level, day civil.Date) []string {
	if level == 0 {
		return divisionsBelow(w, code, day)
	}
	return divisionsAt(w, code, level, day)
}
