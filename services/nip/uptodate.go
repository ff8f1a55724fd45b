package nip

import (
	"slices"

	"xinju.dev/services/platform/civil"
)

// Span is the half-open interval of days [From, To).
type Span struct{ From, To civil.Date }

// UpToDate returns the days on which no series that applies to the child is
// OVERDUE, as sorted, disjoint, non-adjacent spans from birth on; the last one
// may end at civil.Forever. CONDITIONAL and CLOSED series do not count against
// the child. It agrees with Forecast on every day, knowing on each day only the
// doses given up to it.
//
// It sweeps over the days on which something can change (doses, editions, ages
// named in the data), never day by day.
func (s *Schedule) UpToDate(c Child, doses []Dose) []Span {
	r := new(Record)
	r.Read(s, c, doses)
	return r.UpToDate()
}

// lateDays appends the days on which a series that applies is overdue, in any order.
func (s *Schedule) lateDays(h *history, late []Span) []Span {
	for li := range s.lines {
		s.sweep(h, li, func(from, to civil.Date, p plan) {
			if p.status == 0 && p.overdue < to {
				late = append(late, Span{From: max(from, p.overdue), To: to})
			}
		})
	}
	return late
}

// gaps returns the days from start on that none of the spans covers.
func gaps(start civil.Date, spans []Span) []Span {
	slices.SortFunc(spans, func(a, b Span) int { return int(a.From - b.From) })
	out := make([]Span, 0, 4)
	at := start
	for _, sp := range spans {
		if sp.From > at {
			out = append(out, Span{From: at, To: sp.From})
		}
		at = max(at, sp.To)
	}
	if at < civil.Forever {
		out = append(out, Span{From: at, To: civil.Forever})
	}
	return out
}

// sweep visits the stretches of days, from birth on, during which the plan of a
// series that applies stays the same.
func (s *Schedule) sweep(h *history, li int, visit func(from, to civil.Date, p plan)) {
	if !s.lines[li].first.applies(h.child) && !s.appliesLater(h, li) {
		return
	}
	var room [64]civil.Date
	days := s.changes(h, li, room[:0])
	for i, from := range days {
		p := s.plan(h, li, from)
		if p.ser == nil {
			continue
		}
		to := civil.Forever
		if i+1 < len(days) {
			to = days[i+1]
		}
		visit(from, to, p)
	}
}

func (s *Schedule) appliesLater(h *history, li int) bool {
	for _, ser := range s.lines[li].in {
		if ser != nil && ser.applies(h.child) {
			return true
		}
	}
	return false
}

// changes lists, in order and without repeats, the days on which the plan of a
// series may change: birth, editions that touch it, ages of the data, its own
// counted doses, those of the series it follows, and live vaccines.
func (s *Schedule) changes(h *history, li int, days []civil.Date) []civil.Date {
	l := &s.lines[li]
	days = append(days, h.child.Birth)
	for e, start := range s.starts {
		if e == 0 && !s.set.ReachesBack || e > 0 && (l.in[e] != l.in[e-1]) {
			days = addDay(days, start)
		}
	}
	for _, p := range l.thresholds {
		days = addDay(days, h.age(p))
	}
	days = h.countedDays(li, days)
	if l.after >= 0 {
		days = h.countedDays(l.after, days)
		for e, start := range s.starts { // completeness of the other series is read by edition
			if e > 0 && s.lines[l.after].in[e] != s.lines[l.after].in[e-1] {
				days = addDay(days, start)
			}
		}
	}
	if l.live {
		for _, d := range h.live {
			days = addDay(days, d)
		}
	}
	return days
}

func (h *history) countedDays(li int, days []civil.Date) []civil.Date {
	for ti := range h.tallies[li] {
		t := &h.tallies[li][ti]
		for i := range t.n {
			days = addDay(days, t.on[i])
		}
	}
	return days
}

// addDay inserts a day in order; days before the first one (birth) and repeats are dropped.
func addDay(days []civil.Date, d civil.Date) []civil.Date {
	i := len(days)
	for i > 0 && days[i-1] > d {
		i--
	}
	if i == 0 || days[i-1] == d {
		return days
	}
	days = append(days, d)
	copy(days[i+1:], days[i:])
	days[i] = d
	return days
}
