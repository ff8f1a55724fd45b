package policy

import (
	"math/big"

	"xinju.dev/services/platform/civil"
)

// Part says which number of an indicator a term takes.
type Part int

// The parts.
const (
	EligiblePart Part = iota + 1
	CoveredPart
	RatePart // of a score: the rate itself
)

// Side is the numerator or the denominator of a ratio.
type Side struct {
	Text  Text   // in words
	Terms []Term // none: no facts for it yet
}

// Term is a number times a factor: of an indicator of the pack, which opens into
// its list, or a figure from outside.
type Term struct {
	Index   int  // of the indicator in Pack.Indicators; -1 for a figure
	Part    Part // of the indicator
	Figure  string
	Times   Fraction
	Average bool // the mean of the number at the start and at the end of the period, see Days
}

// Days returns the days whose numbers a term takes the mean of: the day asked
// for; of an average the last day before the period that holds it, too. The end
// of the year before is the start of this one (年初 + 年末, halved).
func (t *Term) Days(p Period, day civil.Date) []civil.Date {
	if !t.Average {
		return []civil.Date{day}
	}
	return []civil.Date{p.Start(day).AddDays(-1), day}
}

// Sum adds up the terms exactly. value gives the number of one term on one day;
// false, and with it the sum, when that number is not known. The day is the one
// asked for; period is the ratio's.
func (s *Side) Sum(period Period, day civil.Date, value func(t *Term, on civil.Date) (*big.Rat, bool)) (*big.Rat, bool) {
	total := new(big.Rat)
	for i := range s.Terms {
		t := &s.Terms[i]
		days := t.Days(period, day)
		mean := new(big.Rat)
		for _, on := range days {
			n, ok := value(t, on)
			if !ok {
				return nil, false
			}
			mean.Add(mean, n)
		}
		mean.Mul(mean, t.Times.Rat())
		total.Add(total, mean.Quo(mean, big.NewRat(int64(len(days)), 1)))
	}
	return total, true
}

// Computed says whether a ratio has terms on both sides, or is a total.
func (i *Indicator) Computed() bool {
	if i.Scored() {
		return true
	}
	return len(i.Numerator.Terms) > 0 && (len(i.Denominator.Terms) > 0 || i.Total())
}

// Total says whether a ratio is its numerator alone, a number such as an
// assessment base or the rooms refitted: its unit is count and it has no
// denominator, which is then 1.
func (i *Indicator) Total() bool {
	return i.Kind == Ratio && i.Unit == Counted && len(i.Numerator.Terms) > 0 && len(i.Denominator.Terms) == 0 && i.Denominator.Text == (Text{})
}
