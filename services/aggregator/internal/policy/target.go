package policy

import (
	"math/big"

	"xinju.dev/services/platform/civil"
)

// Target is what an indicator shall reach.
type Target struct {
	Indicator string
	AtMost    bool       // "not more than"; else at least
	Num, Den  int64      // the value as a fraction of 1: 80 % is 80/100
	Written   string     // as written, for example ≥ 80 %
	By        civil.Date // deadline, inclusive
	Interim   bool
	Citations []Citation
}

// Value returns the target as a fraction of 1.
func (t Target) Value() float64 { return float64(t.Num) / float64(t.Den) }

// Gap is how many more must be covered to reach the target: ceil(target ×
// eligible) − covered; of a "not more than" target how many are too many:
// covered − floor(target × eligible). Never below 0. Exact.
func (t Target) Gap(eligible, covered int) int {
	want := new(big.Int).Mul(big.NewInt(t.Num), big.NewInt(int64(eligible)))
	floor, rest := new(big.Int).QuoRem(want, big.NewInt(t.Den), new(big.Int))
	n := int(floor.Int64())
	if t.AtMost {
		return max(0, covered-n)
	}
	if rest.Sign() > 0 {
		n++
	}
	return max(0, n-covered)
}

// TargetOn returns the target in force on a day: the one with the nearest
// deadline on or after the day; after the last deadline the last target set.
func (i *Indicator) TargetOn(day civil.Date) (Target, bool) {
	for _, t := range i.Targets {
		if day <= t.By {
			return t, true
		}
	}
	if n := len(i.Targets); n > 0 {
		return i.Targets[n-1], true
	}
	return Target{}, false
}
