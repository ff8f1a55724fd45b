package policy

import (
	"math"
	"math/big"

	"xinju.dev/services/platform/civil"
)

// Target is what an indicator shall reach. Its value is compared with covered /
// eligible, with numerator / denominator of a ratio, or with a plain count.
type Target struct {
	Indicator string
	AtMost    bool       // "not more than"
	Exactly   bool       // "="; else at least
	Num, Den  int64      // the value: 80 % is 80/100, 1100 people are 1100/1
	Written   string     // as written, for example ≥ 80 %
	By        civil.Date // deadline, inclusive; civil.Forever without one
	Interim   bool
	Source    Text // who asks for it where no document does, such as this suite; shown beside it
	Citations []Citation
}

// Value returns the target as a fraction of 1, or the plain number.
func (t Target) Value() float64 { return float64(t.Num) / float64(t.Den) }

// Shown is the target as written and, where no document asks for it, who does.
func (t *Target) Shown() string {
	if t.Source == (Text{}) {
		return t.Written
	}
	return t.Written + "（" + t.Source.Chinese + " " + t.Source.English + "）"
}

// Rat returns the target's value exactly.
func (t Target) Rat() *big.Rat { return big.NewRat(t.Num, t.Den) }

// Gap is how many more must be covered to reach the target: ceil(target ×
// eligible) − covered; of a "not more than" target how many are too many:
// covered − floor(target × eligible); of an exact one the distance from the
// nearest whole number of people on either side. Never below 0. Exact.
func (t Target) Gap(eligible, covered int) int {
	return t.away(new(big.Rat).Mul(t.Rat(), big.NewRat(int64(eligible), 1)), big.NewRat(int64(covered), 1))
}

// GapCount is Gap of a plain count.
func (t Target) GapCount(n int) int { return t.away(t.Rat(), big.NewRat(int64(n), 1)) }

// GapRatio is Gap of a ratio: by how many whole ones its numerator must rise, or
// fall for a "not more than" target, while its denominator stays. A denominator
// of 0 or less has no rate and no gap: it gives 0.
func (t Target) GapRatio(numerator, denominator *big.Rat) int {
	if denominator.Sign() <= 0 {
		return 0
	}
	return t.away(new(big.Rat).Mul(t.Rat(), denominator), numerator)
}

// Met says whether a value reaches the target. Exact.
func (t Target) Met(value *big.Rat) bool {
	switch c := value.Cmp(t.Rat()); {
	case t.Exactly:
		return c == 0
	case t.AtMost:
		return c <= 0
	default:
		return c >= 0
	}
}

// away is how many whole ones lie between what there is and what is wanted. An
// exact target that no whole number meets is as good as met between the two
// numbers around it.
func (t Target) away(want, have *big.Rat) int {
	short, over := ceil(new(big.Rat).Sub(want, have)), ceil(new(big.Rat).Sub(have, want))
	if have.IsInt() {
		low, high := floor(want), ceil(want)
		short, over = new(big.Int).Sub(high, have.Num()), new(big.Int).Sub(have.Num(), low)
		if t.Exactly {
			short, over = new(big.Int).Sub(low, have.Num()), new(big.Int).Sub(have.Num(), high)
		}
	}
	switch {
	case t.AtMost:
		return whole(over)
	case t.Exactly:
		return max(whole(short), whole(over))
	}
	return whole(short)
}

func floor(r *big.Rat) *big.Int {
	return new(big.Int).Div(r.Num(), r.Denom()) // Euclidean; the denominator is positive
}

func ceil(r *big.Rat) *big.Int {
	n := floor(r)
	if !r.IsInt() {
		n.Add(n, big.NewInt(1))
	}
	return n
}

// whole is n where it is positive and fits, 0 below.
func whole(n *big.Int) int {
	switch {
	case n.Sign() <= 0:
		return 0
	case !n.IsInt64():
		return math.MaxInt
	}
	return int(n.Int64())
}

// TargetOn returns the target in force on a day: the one with the nearest
// deadline on or after the day; after the last deadline the last target set. Of
// several of one deadline it is the final one, the first as written.
func (i *Indicator) TargetOn(day civil.Date) (Target, bool) {
	list := i.TargetsOn(day)
	for _, t := range list {
		if !t.Interim {
			return t, true
		}
	}
	if len(list) > 0 {
		return list[0], true
	}
	return Target{}, false
}

// TargetsOn returns every target in force on a day, as written: those that share
// the nearest deadline on or after it, after the last deadline those of the last.
func (i *Indicator) TargetsOn(day civil.Date) []Target {
	by := civil.None
	for _, t := range i.Targets {
		if by = t.By; day <= by {
			break
		}
	}
	var out []Target
	for _, t := range i.Targets {
		if t.By == by {
			out = append(out, t)
		}
	}
	return out
}
