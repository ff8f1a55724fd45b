package facts

import (
	"slices"
	"sort"

	"xinju.dev/services/platform/civil"
)

// Start says which day of a stay is its first.
type Start uint8

// The readings of a stay's first day. Health rules take the arrival as claimed
// or evidenced, else the registration, else the first sight; the permit regime
// counts from the registration alone.
const (
	ByArrival Start = iota
	ByRegistration
	ByFirstSight
)

// first is the stay's first day under the reading; None when it has none.
func (s *Residence) first(start Start) civil.Date {
	switch start {
	case ByRegistration:
		return s.Registered
	case ByFirstSight:
		return s.FirstSeen
	}
	for _, d := range [...]civil.Date{s.Arrived, s.Registered, s.FirstSeen} {
		if d != civil.None {
			return d
		}
	}
	return civil.None
}

// Stay is a run of days on which a person lives in one village, half-open.
type Stay struct {
	Residence int // index in Resident.Residences
	From, To  civil.Date
	At        Chain
	Known     bool // the tree holds the village on these days
}

// Village is the code of where the person lives.
func (s *Stay) Village() string { return s.At[Village] }

// Stays appends where the person lives, ascending and disjoint: one village per
// day. A stay lasts from its first day to its last one inclusive. Of overlapping
// stays the latest arrival cuts the earlier one, for good; of two with the same
// first day the one with the greater fact id stands. Death is the last day.
// A stay is split where the tree above the village changes.
func (r *Resident) Stays(w *World, start Start, buf []Stay) []Stay {
	begin := len(buf)
	end := civil.Forever
	if r.Person.Death != civil.None {
		end = r.Person.Death.AddDays(1)
	}
	for i := range r.Residences {
		s := &r.Residences[i]
		from, to := s.first(start), civil.Forever
		if s.Left != civil.None {
			to = s.Left.AddDays(1)
		}
		if from != civil.None && from < to {
			buf = append(buf, Stay{Residence: i, From: from, To: to})
		}
	}
	raw := buf[begin:]
	if len(raw) > 1 {
		slices.SortFunc(raw, func(a, b Stay) int { return r.byArrival(a, b) })
	}
	n := 0
	for i, s := range raw {
		if i+1 < len(raw) {
			s.To = min(s.To, raw[i+1].From)
		}
		if s.To = min(s.To, end); s.From < s.To {
			raw[n] = s
			n++
		}
	}
	return r.place(w, buf[:begin+n], begin)
}

func (r *Resident) byArrival(a, b Stay) int {
	if a.From != b.From {
		return int(a.From) - int(b.From)
	}
	if r.Residences[a.Residence].ID < r.Residences[b.Residence].ID {
		return -1
	}
	return 1
}

// place fills in the divisions, splitting where they change.
func (r *Resident) place(w *World, buf []Stay, begin int) []Stay {
	for i := begin; i < len(buf); i++ {
		s := &buf[i]
		code := r.Residences[s.Residence].Division
		s.At, s.Known = w.chainOf(code, s.From)
		for _, day := range w.changesWithin(s.From, s.To) {
			at, known := w.chainOf(code, day)
			if at == s.At && known == s.Known {
				continue
			}
			rest := Stay{Residence: s.Residence, From: day, To: s.To}
			s.To = day
			buf = slices.Insert(buf, i+1, rest)
			break
		}
	}
	return buf
}

// chainOf is Chain with the village named even where the tree does not know it.
func (w *World) chainOf(code string, day civil.Date) (Chain, bool) {
	at, known := w.Chain(code, day)
	at[Village] = code
	return at, known
}

// changesWithin are the tree's changes after from and before to.
func (w *World) changesWithin(from, to civil.Date) []civil.Date {
	if len(w.changes) == 0 {
		return nil
	}
	lo := sort.Search(len(w.changes), func(i int) bool { return w.changes[i] > from })
	hi := sort.Search(len(w.changes), func(i int) bool { return w.changes[i] >= to })
	if lo >= hi {
		return nil
	}
	return w.changes[lo:hi]
}

// Spells appends, for each stay, the first day of the spell it belongs to at the
// level: stays in the same division of that level are one spell while the days
// between two of them are at most maxGap. Stays elsewhere in between do not
// matter. A change of the tree over somebody who stays put ends no spell.
func Spells(stays []Stay, level Level, maxGap int, buf []civil.Date) []civil.Date {
	begin := len(buf)
	for i := range stays {
		buf = append(buf, spellStart(stays, buf[begin:], i, level, maxGap))
	}
	return buf
}

func spellStart(stays []Stay, starts []civil.Date, i int, level Level, maxGap int) civil.Date {
	s := &stays[i]
	for j := i - 1; j >= 0; j-- {
		p := &stays[j]
		if int(s.From-p.To) > maxGap {
			break
		}
		if p.At[level] == s.At[level] || p.Residence == s.Residence {
			return starts[j]
		}
	}
	return s.From
}

// NextChange is the first day after from on which the tree changes, or to when
// that comes first.
func (w *World) NextChange(from, to civil.Date) civil.Date {
	if within := w.changesWithin(from, to); len(within) > 0 {
		return within[0]
	}
	return to
}
