package core

import (
	"slices"

	"xinju.dev/services/platform/civil"
)

// permits folds what happened to residence permits. An event that names no
// permit is about the one issued last before it; it waits while there is none.
func (f *folding) permits(list []effective) {
	s := f.state
	for i := range list {
		e := &list[i]
		switch e.Type {
		case PermitIssue:
			f.issue(e)
			continue
		case PermitEndorse, PermitLapse, PermitCancel:
			if len(s.Permits) == 0 {
				s.Waiting[e.at] = WaitPermit
				continue
			}
		default:
			if e.PermitPoints == 0 || len(s.Permits) == 0 {
				continue
			}
		}
		p := &s.Permits[len(s.Permits)-1]
		switch e.Type {
		case PermitEndorse:
			if !slices.Contains(p.Endorsed, e.Effective) {
				p.Endorsed = append(p.Endorsed, e.Effective)
			}
			put(&p.ValidUntil, e.PermitValidUntil)
		case PermitLapse:
			p.Lapsed = e.Effective
		case PermitCancel:
			p.Cancelled = e.Effective
		}
		p.reach(e.Effective, e.PermitPoints)
	}
}

// issue adds a permit; the same issuer on the same day is the same permit.
func (f *folding) issue(e *effective) {
	for i := range f.state.Permits {
		if p := &f.state.Permits[i]; p.Division == e.Division && p.Issued == e.Effective {
			put(&p.ValidUntil, e.PermitValidUntil)
			p.reach(e.Effective, e.PermitPoints)
			return
		}
	}
	p := Permit{ID: EventKey(e.Sender, e.ID), Division: e.Division, Issued: e.Effective, ValidUntil: e.PermitValidUntil}
	p.reach(e.Effective, e.PermitPoints)
	f.state.Permits = append(f.state.Permits, p)
}

func (p *Permit) reach(day civil.Date, points int) {
	if points == 0 {
		return
	}
	if n := len(p.Points); n > 0 && p.Points[n-1].From == day {
		p.Points[n-1].Points = points
		return
	}
	p.Points = append(p.Points, Points{From: day, Points: points})
}
