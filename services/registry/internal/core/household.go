package core

import (
	"cmp"
	"slices"

	"xinju.dev/services/platform/civil"
)

// Span is a run of days, both ends included; Until is None while it goes on.
type Span struct{ From, Until civil.Date }

// On reports that the stay covers a day. The day of departure is the last one.
func (s Stay) On(day civil.Date) bool {
	return s.Arrived <= day && (s.Left == civil.None || day <= s.Left)
}

// SharesAddress reports two stays at one address: the same division and the same
// text. Where no address is written nobody shares it.
func (s Stay) SharesAddress(o Stay) bool {
	return s.Address != "" && s.Address == o.Address && s.Division == o.Division
}

// SharedSpans returns the days on which two persons both lived at one address,
// oldest first; spans that overlap or follow each other without a day between
// are one.
func SharedSpans(a, b []Stay) []Span {
	var all []Span
	for _, x := range a {
		for _, y := range b {
			if !x.SharesAddress(y) {
				continue
			}
			s := Span{From: max(x.Arrived, y.Arrived), Until: earlier(x.Left, y.Left)}
			if s.Until == civil.None || s.From <= s.Until {
				all = append(all, s)
			}
		}
	}
	slices.SortFunc(all, func(x, y Span) int { return cmp.Compare(x.From, y.From) })
	out := all[:0]
	for _, s := range all {
		if n := len(out); n > 0 && (out[n-1].Until == civil.None || s.From <= out[n-1].Until.AddDays(1)) {
			out[n-1].Until = later(out[n-1].Until, s.Until)
			continue
		}
		out = append(out, s)
	}
	return out
}

// later is the later of two ends, of which None is none.
func later(a, b civil.Date) civil.Date {
	if a == civil.None || b == civil.None {
		return civil.None
	}
	return max(a, b)
}

// Tie is what connects a member of a household to the resident.
type Tie struct {
	Kind       int    // what the member is to the resident: a Relation… or Tie… constant
	RelationID string // of the record; "" when an event of birth says it
	From       civil.Date
	Until      civil.Date
}

// Member is somebody who is related to a resident on a day or lives at the same
// address.
type Member struct {
	Resident
	Ties        []Tie
	SameAddress bool   // on the day
	Shared      []Span // every run of days at one address
	Holder      bool   // holds a residence permit on the day
}

// CohabitingFamily reports 共同居住的家庭成员: related, and at one address on the day.
func (m Member) CohabitingFamily() bool { return m.SameAddress && len(m.Ties) > 0 }

// Household is everybody who belongs to a resident on a day, each once.
type Household struct {
	Resident Resident
	Day      civil.Date
	Holder   bool // the resident holds a residence permit on the day
	Members  []Member
	// AtAddress counts everybody else at the address; of a dormitory not all are
	// members.
	AtAddress int
}

// HoldsPermit reports a residence permit that is valid on a day: issued, not
// past its last day, neither lapsed nor cancelled. A lost card does not end it.
func (s State) HoldsPermit(day civil.Date) bool {
	return slices.ContainsFunc(s.Permits, func(p Permit) bool {
		return p.Issued != civil.None && p.Issued <= day && (p.ValidUntil == civil.None || day <= p.ValidUntil) &&
			(p.Lapsed == civil.None || day < p.Lapsed) && (p.Cancelled == civil.None || day < p.Cancelled)
	})
}

// MemberOf says how somebody belongs to a resident on a day.
func MemberOf(r, other Resident, ties []Tie, day civil.Date) Member {
	m := Member{Resident: other, Ties: ties, Shared: SharedSpans(r.Stays, other.Stays), Holder: other.HoldsPermit(day)}
	m.SameAddress = slices.ContainsFunc(m.Shared, func(s Span) bool { return s.From <= day && (s.Until == civil.None || day <= s.Until) })
	slices.SortFunc(m.Ties, func(a, b Tie) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.From, b.From), cmp.Compare(a.RelationID, b.RelationID))
	})
	return m
}
