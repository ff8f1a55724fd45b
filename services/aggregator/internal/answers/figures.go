package answers

import (
	"cmp"
	"math/big"
	"slices"
	"time"

	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/platform/civil"
)

// Figure is one number from outside: of a division, for a calendar year or as it
// stood on a day.
type Figure struct {
	ID       string
	Division string     // 12 digits
	Year     int        // of a figure of years; else 0
	On       civil.Date // of a figure of days; else None
	Value    *big.Rat   // not negative
	Source   string     // where it was taken from
	Known    time.Time  // until when it is known to hold: loaded, or confirmed by the service it is fetched from
	Fetched  bool       // a service is asked for it again and again
}

// Figures is all figures that hold. It is immutable and safe for concurrent use;
// nil holds none. Make it with NewFigures.
type Figures struct {
	of map[figureOf][]Figure // by time
}

type figureOf struct{ id, division string }

// NewFigures returns the figures; of two for the same time the later one in list holds.
func NewFigures(list []Figure) *Figures {
	f := &Figures{of: make(map[figureOf][]Figure, len(list))}
	for _, x := range list {
		k := figureOf{x.ID, x.Division}
		f.of[k] = append(f.of[k], x)
	}
	for _, l := range f.of {
		slices.SortStableFunc(l, func(a, b Figure) int { return cmp.Or(cmp.Compare(a.Year, b.Year), cmp.Compare(a.On, b.On)) })
	}
	return f
}

// Reading is what a figure is for a division on a day.
type Reading struct {
	Has     bool
	Value   *big.Rat // nil without one
	Parts   []Figure // what was added up
	Missing []string // divisions without it, when there is no value
}

// Read returns the division's own figure of the year that holds the day (or of
// the latest day up to it); without one the sum over all its children on the day,
// if every one of them has one in the same way. Where nothing is known below a
// division, it is named itself as missing, and not each of its villages.
func (f *Figures) Read(w *facts.World, what *policy.Figure, division string, day civil.Date) Reading {
	if f == nil {
		return Reading{Missing: []string{division}}
	}
	return f.read(w, what, division, day, maxLevels)
}

// maxLevels bounds a walk downwards, should the tree hold a loop.
const maxLevels = 8

func (f *Figures) read(w *facts.World, what *policy.Figure, division string, day civil.Date, depth int) Reading {
	if own, ok := f.own(what, division, day); ok {
		return Reading{Has: true, Value: own.Value, Parts: []Figure{own}}
	}
	children := divisionsBelow(w, division, day)
	sum := Reading{Has: len(children) > 0 && depth > 0, Value: new(big.Rat)}
	if !sum.Has {
		return Reading{Missing: []string{division}}
	}
	for _, child := range children {
		r := f.read(w, what, child, day, depth-1)
		sum.Parts = append(sum.Parts, r.Parts...)
		sum.Missing = append(sum.Missing, r.Missing...)
		if sum.Has = sum.Has && r.Has; r.Has {
			sum.Value.Add(sum.Value, r.Value)
		}
	}
	switch {
	case sum.Has:
	case len(sum.Parts) == 0:
		return Reading{Missing: []string{division}}
	default:
		sum.Value = nil
	}
	return sum
}

// divisionsBelow lists the children without the units that stand in a division.
func divisionsBelow(w *facts.World, code string, day civil.Date) []string {
	return slices.DeleteFunc(w.Children(code, day), func(c string) bool { return facts.UnitOf(c) != "" })
}

func (f *Figures) own(what *policy.Figure, division string, day civil.Date) (found Figure, ok bool) {
	for _, x := range f.of[figureOf{what.ID, division}] {
		if holdsOn(what.At, &x, day) {
			found, ok = x, true
		}
	}
	return found, ok
}

// holdsOn says whether a figure holds on a day. Of a month it holds on all days
// of the month, also before the day that it is dated with.
func holdsOn(at policy.FigureTime, x *Figure, day civil.Date) bool {
	switch at {
	case policy.OfYear:
		return x.Year == day.Year()
	case policy.OfMonth:
		return x.Year == 0 && policy.Month.Start(x.On) == policy.Month.Start(day)
	}
	return x.Year == 0 && x.On <= day
}
