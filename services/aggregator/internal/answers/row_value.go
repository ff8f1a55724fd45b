package answers

import (
	"math/big"

	"xinju.dev/services/aggregator/internal/policy"
)

// Exact returns the rate exactly, of a plain count the number itself; false where
// there is none.
func (r *Row) Exact() (*big.Rat, bool) {
	switch {
	case r.Plain && r.Awaits == (policy.Text{}) && !r.noRate():
		return big.NewRat(int64(r.Eligible), 1), true
	case !r.HasRate:
		return nil, false
	case r.Ratio != nil:
		return new(big.Rat).Quo(r.Ratio.Num, r.Ratio.Den), true
	}
	return big.NewRat(int64(r.Covered), int64(r.Eligible)), true
}

// Value is the number as people read it: 75 for a rate of 0.75 in percent.
func (r *Row) Value() float64 {
	switch {
	case r.Plain:
		return float64(r.Eligible)
	case !r.HasRate:
		return 0
	}
	return r.Rate * float64(r.Indicator.Unit.Scale())
}

// HasGap says whether Gap is a number of people or events: what a score lacks to
// its target is none, and without a value nobody knows.
func (r *Row) HasGap() bool {
	known := r.HasRate || r.Plain && r.Awaits == (policy.Text{}) && !r.noRate()
	return r.HasTarget && known && !r.Indicator.Scored()
}

// Weight is the denominator, by which a row is found too small to be ranked.
// False for a plain count, which has none.
func (r *Row) Weight() (*big.Rat, bool) {
	switch {
	case r.Plain, r.Ratio != nil && r.Indicator.Total():
		return nil, false
	case r.Ratio != nil && r.Ratio.Size != nil:
		return r.Ratio.Size, true
	case r.Ratio == nil:
		return big.NewRat(int64(r.Eligible), 1), true
	case r.Ratio.Den == nil:
		return new(big.Rat), true
	}
	return r.Ratio.Den, true
}

func (r *Row) noRate() bool {
	for _, l := range r.Lacking {
		if l.Why.NoRate() {
			return true
		}
	}
	return false
}
