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
	How       How
}

// Known says whether the stay counts anywhere, see Standings.
func (s *Stay) Known() bool { return s.How != Nowhere }

// Village is the code of where the person counts: a village as a rule, a
// division above it when the tree leads to no village.
func (s *Stay) Village() string { return s.At.Place() }

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
		spans := w.Standings(r.Residences[s.Residence].Division)
		k := sort.Search(len(spans), func(k int) bool { return spans[k].To > s.From })
		s.At, s.How = spans[k].At, spans[k].How
		if spans[k].To < s.To {
			rest := Stay{Residence: s.Residence, From: spans[k].To, To: s.To}
			s.To = rest.From
			buf = slices.Insert(buf, i+1, rest)
		}
	}
	return buf
}

// Spells appends, for each stay, the first day of the spell it belongs to at the
// level: stays in the same division of that level are one spell while the days
// between two of them are at most maxGap. Stays elsewhere in between do not
// matter. A change of the tree over somebody who stays put ends no spell. A stay
// that counts above the level is in no division of it and joins none.
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
		if s.At[level] != "" && p.At[level] == s.At[level] || p.Residence == s.Residence {
			return starts[j]
		}
	}
	return s.From
}
