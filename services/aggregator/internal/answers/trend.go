package answers

import (
	"math/big"

	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/platform/civil"
)

// Trend is one indicator of one place on several days; a score over fewer than the
// pack's minimum has no value. A place that does not
// exist on a day has the number 0 and no rate there.
func (a *Asker) Trend(asked *policy.Pack, at Place, column Column, days []civil.Date) []Row {
	if at.UnitID == "" {
		a.Prepare([]string{at.Code}, days...)
	}
	out := make([]Row, 0, len(days))
	for _, day := range days {
		out = append(out, a.Rows(asked, at, []Column{column}, day)...)
		smallScore(&out[len(out)-1], asked)
	}
	return out
}

// smallScore takes the value of a score away where its rates are over fewer than
// the pack ranks: month by month it would say who came or went.
func smallScore(r *Row, p *policy.Pack) {
	size, ok := r.Weight()
	if r.Indicator.Scored() && r.HasRate && ok && size.Cmp(big.NewRat(int64(p.Warnings.Minimum), 1)) < 0 {
		r.HasRate, r.Rate, r.Gap = false, 0, 0
	}
}

// Prepare tells the view that these divisions will be asked for on these days.
func (a *Asker) Prepare(codes []string, days ...civil.Date) { coverage.Prepare(a.view, codes, days...) }

// MonthEnds lists the last days of the months from one day's month to another's,
// one more than limit at most.
func MonthEnds(from, until civil.Date, limit int) []civil.Date {
	var out []civil.Date
	y, m, _ := from.YMD()
	for len(out) <= limit {
		end := civil.Of(y, m, civil.DaysIn(y, m))
		if first := civil.Of(y, m, 1); end == civil.None || first > until {
			break
		}
		out = append(out, end)
		if m++; m > 12 {
			y, m = y+1, 1
		}
	}
	return out
}

// EndsBefore lists n ends of months before a day, the latest first; the day
// itself is not among them. Days before the calendar are left out.
func EndsBefore(day civil.Date, n int) []civil.Date {
	var out []civil.Date
	y, m, _ := day.YMD()
	for range n {
		if m--; m < 1 {
			y, m = y-1, 12
		}
		if y < 1 {
			break
		}
		out = append(out, civil.Of(y, m, civil.DaysIn(y, m)))
	}
	return out
}

// isMonthEnd says whether a day is the last of its month.
func isMonthEnd(day civil.Date) bool {
	y, m, d := day.YMD()
	return d == civil.DaysIn(y, m)
}

// MonthBefore is the day that a league is compared with when none is named: the
// end of the month before for the end of a month, else the same day a month
// before, or that month's last.
func MonthBefore(day civil.Date) civil.Date {
	y, m, d := day.YMD()
	if m--; m < 1 {
		y, m = y-1, 12
	}
	if y < 1 {
		return 1
	}
	last := civil.DaysIn(y, m)
	if isMonthEnd(day) {
		d = last
	}
	return civil.Of(y, m, min(d, last))
}

// Below breaks a division down to a level on a day; where the tree skips the
// level, the nearest divisions below it stand in. A division at or below the
// level is itself. Level 0 is the division itself.
func Below(w *facts.World, code string, level facts.Level, day civil.Date) []string {
	d, known := w.Any(code, day)
	if !known || level == 0 || d.Level >= level {
		return []string{code}
	}
	return divisionsAt(w, code, level, day)
}
