package answers

import (
	"math/big"

	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/platform/civil"
)

// How many ends of months a projection goes through, and how far it may lead.
const (
	projectionMonths = 3
	projectionYears  = 50
)

// projectionDays are the last ends of months up to a day, oldest first.
func projectionDays(day civil.Date) []civil.Date {
	list := EndsBefore(day, projectionMonths)
	if isMonthEnd(day) {
		list = append([]civil.Date{day}, list...)[:min(projectionMonths, len(list)+1)]
	}
	out := make([]civil.Date, len(list))
	for i, d := range list {
		out[len(list)-1-i] = d
	}
	return out
}

var (
	projectedText  = policy.Text{Chinese: "按最近3个月末的直线趋势推算", English: "straight line through the last 3 ends of months"}
	reachedText    = policy.Text{Chinese: "已达标", English: "reached"}
	exactlyText    = policy.Text{Chinese: "等于某值的目标不推算", English: "a target of exactly so much is not projected"}
	byMonthText    = policy.Text{Chinese: "按最近3个月各月之数的直线趋势推算，为达标当月的月末", English: "straight line through the numbers of the last 3 months; the end of the month that reaches it"}
	tooFewText     = policy.Text{Chinese: "统计期内不足3个月末，无法推算", English: "fewer than 3 ends of months with a number in the period"}
	notBetterText  = policy.Text{Chinese: "未见改善，无法推算", English: "it does not improve"}
	nextPeriodText = policy.Text{Chinese: "按目前趋势本统计期内不能达标，下一统计期从头计", English: "not within the period at this pace, and the next one begins anew"}
	tooDistantText = policy.Text{Chinese: "按目前趋势50年内不能达标", English: "not within 50 years at this pace"}
)

// project says on which day a row reaches its target if it goes on as at the last
// three ends of months: where the straight line of least squares through them
// meets it, after the row's day. Ends of months before the period of a flow tell
// nothing about this one, and a day after it would be one of another count; but
// where each month is a period of its own, the ends are whole numbers of their
// months, and what is projected is one of a month, too.
func (a *Asker) project(q *LeagueQuery, r *Row) (civil.Date, policy.Text) {
	value, ok := r.Exact()
	if !ok || !r.HasTarget {
		return civil.None, policy.Text{}
	}
	switch {
	case r.Target.Met(value):
		return civil.None, reachedText
	case r.Target.Exactly:
		return civil.None, exactlyText
	}
	monthly := r.Indicator.Period == policy.Month
	var line line
	for _, day := range projectionDays(r.Day) {
		if day < r.From && !monthly {
			continue
		}
		at := a.Rows(q.Pack, r.Place, []Column{q.Column}, day)[0]
		if y, ok := at.Exact(); ok {
			line.add(day, y)
		}
	}
	if line.n < projectionMonths {
		return civil.None, tooFewText
	}
	on, how := line.meets(r.Target, r.Day)
	switch {
	case on == civil.None:
	case monthly:
		return policy.Month.End(on).AddDays(-1), byMonthText
	case r.From != civil.None && on >= r.Indicator.Period.End(r.Day):
		return civil.None, nextPeriodText
	}
	return on, how
}

// line is the sums of a straight line of least squares, exactly.
type line struct {
	n              int64
	x, y, xx, xy   big.Rat
	scratch, value big.Rat
}

func (l *line) add(day civil.Date, y *big.Rat) {
	l.n++
	l.value.SetInt64(int64(day))
	l.x.Add(&l.x, &l.value)
	l.y.Add(&l.y, y)
	l.xx.Add(&l.xx, l.scratch.Mul(&l.value, &l.value))
	l.xy.Add(&l.xy, l.scratch.Mul(&l.value, y))
}

// meets is the first day after a day on which the line is at the target.
func (l *line) meets(t policy.Target, after civil.Date) (civil.Date, policy.Text) {
	n := big.NewRat(l.n, 1)
	// slope = (n Σxy − Σx Σy) ÷ (n Σxx − (Σx)²); the days differ, so it is defined.
	up := new(big.Rat).Sub(new(big.Rat).Mul(n, &l.xy), new(big.Rat).Mul(&l.x, &l.y))
	slope := up.Quo(up, new(big.Rat).Sub(new(big.Rat).Mul(n, &l.xx), new(big.Rat).Mul(&l.x, &l.x)))
	if slope.Sign() == 0 || slope.Sign() > 0 == t.AtMost {
		return civil.None, notBetterText
	}
	// value(day) = mean(y) + slope × (day − mean(x))
	base := new(big.Rat).Sub(new(big.Rat).Quo(&l.y, n), new(big.Rat).Mul(slope, new(big.Rat).Quo(&l.x, n)))
	at := new(big.Rat).Quo(base.Sub(t.Rat(), base), slope)
	day := new(big.Int).Div(at.Num(), at.Denom()) // rounded down
	if !at.IsInt() {
		day.Add(day, big.NewInt(1))
	}
	first := after.AddDays(1)
	if day.Cmp(big.NewInt(int64(first))) <= 0 {
		return first, projectedText
	}
	if last := after.AddMonths(12 * projectionYears); !day.IsInt64() || day.Int64() > int64(last) {
		return civil.None, tooDistantText
	}
	return civil.Date(day.Int64()), projectedText
}
