package answers

import (
	"cmp"
	"math/big"

	"xinju.dev/services/aggregator/internal/policy"
)

// score computes the weighted mean of the rates that have a value. Those that
// have none stay among the terms and say why: the score is over what is there.
func (a *Asker) score(out *Row, c *Column) {
	r := out.Ratio
	r.Num, r.Den, r.Size = new(big.Rat), new(big.Rat), new(big.Rat)
	for i := range c.Numerator.Terms {
		t := &c.Numerator.Terms[i]
		x, size := a.grade(t, c.pack, out)
		r.Numerator = append(r.Numerator, x)
		if x.Value == nil {
			continue
		}
		r.Num.Add(r.Num, new(big.Rat).Mul(x.Value, x.Times))
		r.Den.Add(r.Den, x.Times)
		if size != nil && size.Cmp(r.Size) > 0 {
			r.Size = size
		}
	}
	if r.Den.Sign() > 0 {
		out.HasRate = true
		out.Rate, _ = new(big.Rat).Quo(r.Num, r.Den).Float64()
	}
}

// grade is one rate of a score and its denominator. Of what a unit manages, what
// is counted at the unit that recorded it is taken from what the unit gave.
func (a *Asker) grade(t *policy.Term, p *policy.Pack, of *Row) (Term, *big.Rat) {
	ind := &p.Indicators[t.Index]
	x := Term{Indicator: ind.ID, Part: t.Part, Place: of.Place, Day: of.Day, Times: t.Times.Rat(), OfRatio: ind.Kind == policy.Ratio}
	if x.Place.By == ByManager && ind.Attribution == policy.ByEvent {
		x.Place.By = ByProvider
	}
	c := a.column(p, ind)
	x.of = c
	var row Row
	a.row(&row, &c, a.spec(&c, of.Day), &x.Place, of.Day)
	for _, l := range row.Lacking {
		of.lack(l, true)
	}
	value, ok := row.Exact()
	if !ok {
		x.Missing = cmp.Or(row.Awaits, missingOf(&row), noNumber)
		return x, nil
	}
	x.Value = value
	size, _ := row.Weight()
	return x, size
}

// missingOf is why a rate has no value: a source that was never reached, or a
// number from outside that is not there.
func missingOf(r *Row) policy.Text {
	if r.noRate() {
		return policy.Text{Chinese: "所需数据来源尚未接通", English: "a source that it needs was never reached"}
	}
	if r.Ratio != nil {
		for _, t := range append(r.Ratio.Numerator, r.Ratio.Denominator...) {
			if t.Value == nil {
				return t.Missing
			}
		}
	}
	return policy.Text{}
}
