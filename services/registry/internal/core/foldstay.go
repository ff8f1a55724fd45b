package core

import (
	"cmp"
	"slices"

	"xinju.dev/services/platform/civil"
)

// staying is a stay under way, with what its sources said.
type staying struct {
	Stay
	arrivedBy    kind // whose day of arrival counts
	registeredBy kind // whose day of registration counts, where there is one
	reasonBy     kind
	leftBy       kind
	sender       string               // of the event that began it
	ended        bool                 // by a LEAVE, of leftBy
	claimed      [maxKinds]civil.Date // day of arrival that a kind of source gives
	seen         [maxKinds]civil.Date // last day on which a kind of source says that the person lives there
}

// stays folds arrivals, moves and departures, by day.
func (f *folding) stays(list []effective) {
	for i := range list {
		switch e := &list[i]; e.Type {
		case Arrive:
			f.arrive(e)
		case Move:
			f.endBefore(e)
			f.arrive(e)
		case Birth:
			if e.Division != "" {
				f.arrive(e)
			}
		case Leave:
			f.leave(e)
		}
	}
	f.settleStays()
	s := &f.state
	f.bury()
	slices.SortFunc(s.Stays, func(a, b Stay) int {
		return cmp.Or(cmp.Compare(a.Arrived, b.Arrived), cmp.Compare(a.ID, b.ID))
	})
	if overlapping(s.Stays) {
		f.flag(FlagOverlap)
	}
}

// settleStays writes the stays down, and flags what one source ended and
// another one knows to have gone on.
func (f *folding) settleStays() {
	for i := range f.open {
		s := &f.open[i]
		f.state.Stays = append(f.state.Stays, s.Stay)
		for k, day := range s.seen {
			if s.ended && kind(k) != s.leftBy && day > s.Left {
				f.flag(FlagLeave)
			}
		}
	}
}

// arrive opens a stay. The same place from the same day is the same stay, told
// twice; from another day, told by another source, it is one too, and somebody
// should look.
func (f *folding) arrive(e *effective) {
	n := f.newStay(e)
	f.begin(n.Arrived)
	for _, i := range f.today {
		if s := &f.open[i]; s.at(e) && (s.Arrived == n.Arrived || s.claimed[e.kind] == n.Arrived) {
			f.join(s, n, e)
			return
		}
	}
	for _, i := range f.going {
		if s := &f.open[i]; f.contradicts(s, e) {
			f.flag(FlagArrival)
			if f.order.rank[fieldArrived][e.kind] < f.order.rank[fieldArrived][s.arrivedBy] {
				s.ID, s.Arrived, s.arrivedBy = n.ID, n.Arrived, e.kind
				f.note(&s.Sources, "arrived_date", e)
			}
			f.join(s, n, e)
			f.today = append(f.today, i)
			return
		}
	}
	f.going, f.today = append(f.going, len(f.open)), append(f.today, len(f.open))
	f.open = append(f.open, staying{Stay: n, arrivedBy: e.kind, registeredBy: e.kind, reasonBy: e.kind, sender: e.Sender})
	s := &f.open[len(f.open)-1]
	s.claimed[e.kind], s.seen[e.kind] = n.Arrived, max(e.Effective, e.FirstSeen)
	f.noteStay(s, e)
}

// begin turns to a day; events come by day.
func (f *folding) begin(day civil.Date) {
	if f.day != day {
		f.day, f.today = day, f.today[:0]
	}
}

// resume finds again which stays go on.
func (f *folding) resume() {
	f.going = f.going[:0]
	for i := range f.open {
		if f.open[i].Left == civil.None {
			f.going = append(f.going, i)
		}
	}
}

func (f *folding) newStay(e *effective) Stay {
	n := Stay{
		ID: EventKey(e.Sender, e.ID), Division: e.Division, Address: e.Address, Arrived: e.day(), Registered: e.Effective,
		FirstSeen: e.FirstSeen, Reason: e.Reason, Recorded: e.Recorded,
	}
	if e.FirstSeen != civil.None || e.Type == Birth {
		n.Registered = e.Registered
	}
	return n
}

func (s *staying) at(e *effective) bool { return s.Division == e.Division && s.Address == e.Address }

// contradicts reports that e tells of the stay from a later day, and that only
// other sources have told of it. Events come by day, so never from an earlier one.
func (f *folding) contradicts(s *staying, e *effective) bool {
	late := int(e.day() - s.Arrived)
	return s.at(e) && s.Left == civil.None && s.claimed[e.kind] == civil.None && late > 0 && late <= f.order.days
}

// join adds what another event says of a stay: the earliest days, of the
// highest source, and its latest reason.
func (f *folding) join(s *staying, n Stay, e *effective) {
	s.claimed[e.kind] = n.Arrived
	s.seen[e.kind] = max(s.seen[e.kind], e.Effective, e.FirstSeen)
	s.Recorded = earlier(s.Recorded, n.Recorded)
	rank := f.order.rank[fieldRegistered]
	higher, same := rank[e.kind] < rank[s.registeredBy], rank[e.kind] == rank[s.registeredBy]
	if n.Registered != civil.None && (s.Registered == civil.None || higher || same && n.Registered < s.Registered) {
		s.Registered, s.registeredBy = n.Registered, e.kind
		f.note(&s.Sources, "registered_date", e)
	}
	if first := earlier(s.FirstSeen, n.FirstSeen); first != s.FirstSeen {
		s.FirstSeen = first
		f.note(&s.Sources, "first_seen_date", e)
	}
	if rank = f.order.rank[fieldReason]; n.Reason != 0 && (s.Reason == 0 || rank[e.kind] <= rank[s.reasonBy]) {
		s.Reason, s.reasonBy = n.Reason, e.kind
		f.note(&s.Sources, "reason", e)
	}
}

func earlier(a, b civil.Date) civil.Date {
	if a == civil.None || b != civil.None && b < a {
		return b
	}
	return a
}

// endBefore closes what is open on the day before a move. What began on that
// same day was never lived in and goes; where another source saw the person
// arrive before at the place moved to, that stay is the one moved to.
func (f *folding) endBefore(e *effective) {
	day := e.day()
	f.begin(day)
	neverLived := func(s *staying) bool { return s.Left == civil.None && s.Arrived == day }
	if slices.ContainsFunc(f.today, func(i int) bool { return neverLived(&f.open[i]) }) {
		f.open = slices.DeleteFunc(f.open, func(s staying) bool { return neverLived(&s) })
		f.resume()
		f.today = f.today[:0]
		for i := range f.open {
			if s := &f.open[i]; s.Arrived == day || slices.Contains(s.claimed[:], day) {
				f.today = append(f.today, i)
			}
		}
	}
	kept := f.going[:0]
	for _, i := range f.going {
		s := &f.open[i]
		if f.contradicts(s, e) {
			kept = append(kept, i)
			continue
		}
		s.Left = day.AddDays(-1)
		f.note(&s.Sources, "left_date", e)
	}
	f.going = kept
}

// leave closes what is open: in the division that the event names, if it is
// there, otherwise everywhere, since the person is gone. A stay that began on
// the same day is closed only when there is no earlier one. Of a person who was
// in that division and is there no more, a sender knows only what it told itself:
// where another one has them since, they stay.
func (f *folding) leave(e *effective) {
	day := e.Effective
	was, moved := f.hadLeft(e)
	mine := func(s *staying) bool { return s.Left == civil.None && (!was || s.sender == e.Sender) }
	named := func(s *staying) bool { return s.Division == e.Division && s.Left == civil.None && s.Arrived < day }
	open := func(s *staying) bool { return mine(s) && s.Arrived < day }
	sameDay := func(s *staying) bool { return mine(s) && s.Arrived == day }
	for _, which := range []func(*staying) bool{named, open, sameDay} {
		if f.close(e, which) {
			return
		}
	}
	repeated := false
	for i := range f.open {
		repeated = repeated || f.open[i].Left == day
	}
	switch {
	case repeated || f.leftOtherwise(e) || moved:
	case len(f.open) == 0: // all arrivals are later: they are folded by day
		f.flag(ErrLeftBefore)
	default:
		f.flag(FlagLeftNoStay)
	}
}

// hadLeft reports that a stay in the division that a LEAVE names has ended, and
// that it ended by a move.
func (f *folding) hadLeft(e *effective) (was, moved bool) {
	for i := range f.open {
		if s := &f.open[i]; e.Division != "" && s.Division == e.Division && s.Left != civil.None && s.Left <= e.Effective {
			was, moved = true, moved || !s.ended
		}
	}
	return was, moved
}

func (f *folding) close(e *effective, which func(*staying) bool) (some bool) {
	kept := f.going[:0]
	for _, i := range f.going {
		s := &f.open[i]
		if !which(s) {
			kept = append(kept, i)
			continue
		}
		s.Left, s.leftBy, s.ended, some = e.Effective, e.kind, true, true
		f.note(&s.Sources, "left_date", e)
	}
	f.going = kept
	return some
}

// leftOtherwise finds the stay that another kind of source ended some days
// before: the day of the higher one counts, and somebody should look.
func (f *folding) leftOtherwise(e *effective) bool {
	for i := range f.open {
		s := &f.open[i]
		late := int(e.Effective - s.Left)
		if !s.ended || s.leftBy == e.kind || e.Division != "" && e.Division != s.Division || late < 0 || late > f.order.days {
			continue
		}
		f.flag(FlagLeave)
		if f.order.rank[fieldLeft][e.kind] < f.order.rank[fieldLeft][s.leftBy] {
			s.Left, s.leftBy = e.Effective, e.kind
			f.note(&s.Sources, "left_date", e)
		}
		return true
	}
	return false
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
