package core

import (
	"slices"

	"xinju.dev/services/platform/civil"
)

// permits folds what happened to residence permits. Events wait while the
// permit that they are about is not issued.
func (f *folding) permits(list []effective) {
	for i := range list {
		e := &list[i]
		switch e.Type {
		case PermitIssue:
			f.issue(e)
		case PermitEndorse, PermitLapse, PermitCancel, PermitLost, PermitReissue:
			p := f.permitOf(e)
			if p == nil {
				f.state.Waiting[e.at] = WaitPermit
				continue
			}
			f.happen(p, e)
			f.reach(p, e)
		default:
			if e.PermitPoints == 0 {
				continue
			}
			if p := f.permitOf(e); p != nil {
				f.reach(p, e)
			}
		}
	}
}

// permitOf is the permit that an event is about: the one issued last under the
// number that it names; without a number, the one issued last. A number that no
// permit has had yet is the number of the last one, if that has none or gets a
// new card; otherwise it belongs to a permit that is not known.
func (f *folding) permitOf(e *effective) *Permit {
	list := f.state.Permits
	if len(list) == 0 {
		return nil
	}
	last := &list[len(list)-1]
	if e.PermitNumber == "" {
		return last
	}
	if i, ok := f.cards[e.PermitNumber]; ok {
		return &list[i]
	}
	if last.Number != "" && e.Type != PermitReissue {
		return nil
	}
	f.number(len(list)-1, e)
	return last
}

// number gives a permit the number that an event names. Numbers of earlier
// cards still find it.
func (f *folding) number(at int, e *effective) {
	if e.PermitNumber == "" {
		return
	}
	if f.cards == nil {
		f.cards = map[string]int{}
	}
	f.cards[e.PermitNumber] = at
	p := &f.state.Permits[at]
	p.Number = e.PermitNumber
	f.note(&p.Sources, "number", e)
}

// issue adds a permit; the same issuer on the same day is the same permit,
// unless it has another number.
func (f *folding) issue(e *effective) {
	for i := range f.state.Permits {
		p := &f.state.Permits[i]
		if p.Division == e.Division && p.Issued == e.Effective && (p.Number == "" || e.PermitNumber == "" || p.Number == e.PermitNumber) {
			if p.Number == "" {
				f.number(i, e)
			}
			f.validUntil(p, e)
			f.reach(p, e)
			p.Recorded = earlier(p.Recorded, e.Recorded)
			return
		}
	}
	f.state.Permits = append(f.state.Permits, Permit{
		ID: EventKey(e.Sender, e.ID), Division: e.Division, Issued: e.Effective, Recorded: e.Recorded,
	})
	at := len(f.state.Permits) - 1
	p := &f.state.Permits[at]
	f.note(&p.Sources, "division", e)
	f.note(&p.Sources, "issued_date", e)
	f.number(at, e)
	f.validUntil(p, e)
	f.reach(p, e)
}

func (f *folding) validUntil(p *Permit, e *effective) {
	if e.PermitValidUntil != civil.None {
		p.ValidUntil = e.PermitValidUntil
		f.note(&p.Sources, "valid_until_date", e)
	}
}

// happen adds what an event did to the permit. The card is not the permit: one
// lost or made anew leaves the status that it proves as it was.
func (f *folding) happen(p *Permit, e *effective) {
	switch e.Type {
	case PermitEndorse:
		if !slices.Contains(p.Endorsed, e.Effective) {
			p.Endorsed = append(p.Endorsed, e.Effective)
		}
		f.validUntil(p, e)
		f.note(&p.Sources, "endorsed_dates", e)
	case PermitLost:
		p.Lost = e.Effective
		f.note(&p.Sources, "lost_date", e)
	case PermitReissue:
		if !slices.Contains(p.Reissued, e.Effective) {
			p.Reissued = append(p.Reissued, e.Effective)
		}
		f.validUntil(p, e)
		f.note(&p.Sources, "reissued_dates", e)
	case PermitLapse:
		p.Lapsed = e.Effective
		f.note(&p.Sources, "lapsed_date", e)
	case PermitCancel:
		p.Cancelled = e.Effective
		f.note(&p.Sources, "cancelled_date", e)
	}
}

// reach adds a total of points. Totals are told in the order of their days but
// for those of arrivals, which are told by the day of arrival.
func (f *folding) reach(p *Permit, e *effective) {
	if e.PermitPoints == 0 {
		return
	}
	f.note(&p.Sources, "points", e)
	i, there := slices.BinarySearchFunc(p.Points, e.Effective, func(q Points, day civil.Date) int { return int(q.From - day) })
	if there {
		p.Points[i].Points = e.PermitPoints
		return
	}
	p.Points = slices.Insert(p.Points, i, Points{From: e.Effective, Points: e.PermitPoints})
}
