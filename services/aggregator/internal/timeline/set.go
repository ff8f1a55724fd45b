package timeline

import (
	"slices"
	"sort"

	"xinju.dev/services/platform/civil"
)

// Span is the days From ≤ d < To. To is civil.Forever when there is no end.
type Span struct{ From, To civil.Date }

// First is the first day of the calendar: what is so since ever begins here.
const First civil.Date = 1

// Set is a set of days: spans ascending, none empty, none touching the next.
// Two equal sets of days are equal as slices. Days lie in [First, civil.Forever).
type Set []Span

// All returns the set of all days.
func All() Set { return Set{{First, civil.Forever}} }

// Contains says whether the day is in the set.
func (s Set) Contains(day civil.Date) bool {
	_, ok := s.SpanAt(day)
	return ok
}

// SpanAt returns the span that holds the day.
func (s Set) SpanAt(day civil.Date) (Span, bool) {
	i := s.after(day)
	if i < len(s) && s[i].From <= day {
		return s[i], true
	}
	return Span{}, false
}

// SpanFrom returns the span that holds the day or, if none does, the next one.
func (s Set) SpanFrom(day civil.Date) (Span, bool) {
	if i := s.after(day); i < len(s) {
		return s[i], true
	}
	return Span{}, false
}

// NextChange returns the first day after the given one on which membership
// differs from the day before; None when it never changes again.
func (s Set) NextChange(day civil.Date) civil.Date {
	i := s.after(day)
	switch {
	case i == len(s):
		return civil.None
	case s[i].From > day:
		return s[i].From
	case s[i].To < civil.Forever:
		return s[i].To
	}
	return civil.None
}

// after is the index of the first span that ends after the day.
func (s Set) after(day civil.Date) int {
	if len(s) < 8 {
		for i := range s {
			if s[i].To > day {
				return i
			}
		}
		return len(s)
	}
	return sort.Search(len(s), func(i int) bool { return s[i].To > day })
}

// Days returns the number of days in the set.
func (s Set) Days() int {
	n := 0
	for _, v := range s {
		n += int(v.To - v.From)
	}
	return n
}

// Equal says whether both hold the same days.
func (s Set) Equal(t Set) bool { return slices.Equal(s, t) }

// Add appends a span to a set that is being built in ascending order of From:
// an empty span is dropped, a touching or overlapping one widens the last.
// start is where the set begins within dst.
func Add(dst Set, start int, v Span) Set {
	v.From = max(v.From, First)
	v.To = min(v.To, civil.Forever)
	if v.From >= v.To {
		return dst
	}
	if n := len(dst); n > start && v.From <= dst[n-1].To {
		dst[n-1].To = max(dst[n-1].To, v.To)
		return dst
	}
	return append(dst, v)
}

// Of builds a set from spans in any order, overlapping or empty. It sorts them in place.
func Of(dst Set, spans ...Span) Set {
	if !slices.IsSortedFunc(spans, byFrom) {
		slices.SortFunc(spans, byFrom)
	}
	start := len(dst)
	for _, v := range spans {
		dst = Add(dst, start, v)
	}
	return dst
}

func byFrom(a, b Span) int { return int(a.From) - int(b.From) }
