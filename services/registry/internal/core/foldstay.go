package core

import (
	"cmp"
	"slices"

	"xinju.dev/services/platform/civil"
)

// stays folds arrivals, moves and departures, by day.
func (f *folding) stays(list []effective) {
	for i := range list {
		switch e := &list[i]; e.Type {
		case Arrive:
			f.arrive(e)
		case Move:
			f.endBefore(e.day())
			f.arrive(e)
		case Birth:
			if e.Division != "" {
				f.arrive(e)
			}
		case Leave:
			f.leave(e)
		}
	}
	s := f.state
	f.bury()
	slices.SortFunc(s.Stays, func(a, b Stay) int {
		return cmp.Or(cmp.Compare(a.Arrived, b.Arrived), cmp.Compare(a.ID, b.ID))
	})
	if overlapping(s.Stays) {
		f.flag(FlagOverlap)
	}
}

// arrive opens a stay. The same place from the same day is the same stay, told
// twice.
func (f *folding) arrive(e *effective) {
	n := Stay{Division: e.Division, Address: e.Address, Arrived: e.day(), Registered: e.Effective, FirstSeen: e.FirstSeen, Reason: e.Reason}
	if e.FirstSeen != civil.None || e.Type == Birth {
		n.Registered = e.Registered
	}
	for i := range f.state.Stays {
		s := &f.state.Stays[i]
		if s.Division == n.Division && s.Address == n.Address && s.Arrived == n.Arrived {
			s.Registered = earlier(s.Registered, n.Registered)
			s.FirstSeen = earlier(s.FirstSeen, n.FirstSeen)
			put(&s.Reason, n.Reason)
			return
		}
	}
	n.ID = EventKey(e.Sender, e.ID)
	f.state.Stays = append(f.state.Stays, n)
}

func earlier(a, b civil.Date) civil.Date {
	if a == civil.None || b != civil.None && b < a {
		return b
	}
	return a
}

// endBefore closes what is open on the day before a move. What began on that
// same day was never lived in and goes.
func (f *folding) endBefore(day civil.Date) {
	f.state.Stays = slices.DeleteFunc(f.state.Stays, func(s Stay) bool { return s.Left == civil.None && s.Arrived == day })
	for i := range f.state.Stays {
		if s := &f.state.Stays[i]; s.Left == civil.None {
			s.Left = day.AddDays(-1)
		}
	}
}

// leave closes what is open: in the division that the event names, if it is
// there, otherwise everywhere, since the person is gone. A stay that began on
// the same day is closed only when there is no earlier one.
func (f *folding) leave(e *effective) {
	day := e.Effective
	open := func(s *Stay) bool { return s.Left == civil.None && s.Arrived < day }
	named := func(s *Stay) bool { return s.Division == e.Division && open(s) }
	sameDay := func(s *Stay) bool { return s.Left == civil.None && s.Arrived == day }
	for _, which := range []func(*Stay) bool{named, open, sameDay} {
		if f.close(day, which) {
			return
		}
	}
	repeated := false
	for i := range f.state.Stays {
		repeated = repeated || f.state.Stays[i].Left == day
	}
	switch {
	case repeated:
	case len(f.state.Stays) == 0: // all arrivals are later: they are folded by day
		f.flag(ErrLeftBefore)
	default:
		f.flag(FlagLeftNoStay)
	}
}

func (f *folding) close(day civil.Date, which func(*Stay) bool) (some bool) {
	for i := range f.state.Stays {
		if s := &f.state.Stays[i]; which(s) {
			s.Left, some = day, true
		}
	}
	return some
}

// bury ends all stays on the day of death.
func (f *folding) bury() {
	day := f.state.Death
	if day == civil.None {
		return
	}
	for i := range f.state.Stays {
		s := &f.state.Stays[i]
		switch {
		case s.Arrived > day:
			f.flag(FlagDeath)
		case s.Left == civil.None:
			s.Left = day
		case s.Left > day:
			f.flag(FlagDeath)
		}
	}
}

// overlapping reports two stays that share more than the day of changing over.
// stays are sorted by arrival.
func overlapping(stays []Stay) bool {
	end := civil.None
	for i, s := range stays {
		if i > 0 && end > s.Arrived {
			return true
		}
		left := s.Left
		if left == civil.None {
			left = civil.Forever
		}
		end = max(end, left)
	}
	return false
}
