package nip

import "xinju.dev/services/platform/civil"

// plan is what a series asks for, as known on a day. It stays the same until a
// dose is given, an edition begins or an age of the data is reached; only the
// comparison with earliest and overdue moves with the calendar.
type plan struct {
	ser       *series // nil: the series does not apply
	status    Status  // Complete, Conditional, Closed, or 0 for a pending dose
	course    course
	product   *product
	remaining int
	earliest  civil.Date
	before    civil.Date
	overdue   civil.Date // first overdue day
}

// on returns the status of a plan on a day it holds for.
func (p *plan) on(t civil.Date) Status {
	switch {
	case p.status != 0:
		return p.status
	case t < p.earliest:
		return NotDue
	case t < p.overdue:
		return Due
	}
	return Overdue
}

// plan works out what a series asks for on day t, from the doses up to t.
func (s *Schedule) plan(h *history, li int, t civil.Date) plan {
	e := s.editionAt(t)
	if e < 0 {
		return plan{}
	}
	ser := s.lines[li].in[e]
	if ser == nil || !ser.applies(h.child) {
		return plan{}
	}
	p := plan{ser: ser, course: s.choose(h, ser, li, t)}
	switch {
	case p.course.complete:
		p.status = Complete
		return p
	case t >= h.age(ser.closes):
		p.status = Closed
		return p
	case !ser.condFrom.zero() && t >= h.age(ser.condFrom):
		p.status = Conditional
	}
	s.next(h, li, t, &p)
	return p
}

// next fills in the pending dose: product, earliest day and deadline.
func (s *Schedule) next(h *history, li int, t civil.Date, p *plan) {
	tr, tl, n := &p.ser.tracks[p.course.track], &h.tallies[li][p.course.track], p.course.n
	sl := &tr.slots[n]
	if tr.late != nil && t >= h.age(tr.late.from) {
		st := &tr.late.steps[n]
		p.product, p.remaining, p.earliest = tr.late.product, st.remaining, h.age(tr.late.from)
		if n > 0 {
			p.earliest = max(p.earliest, st.interval.After(tl.on[n-1]))
		}
		if !st.before.zero() {
			p.before = h.age(st.before)
		}
	} else {
		p.product, p.remaining = sl.product, len(tr.slots)-n
		p.earliest = max(s.ageFor(h, sl, t), s.soonest(h, sl, sl.interval, tl, n, t))
		switch {
		case !sl.before.zero():
			p.before = h.age(sl.before)
		case !sl.beforeInterval.zero() && n > 0:
			p.before = sl.beforeInterval.After(tl.on[n-1])
		}
	}
	if s.isLive(p.product) {
		if last := h.lastLive(t); last != civil.None {
			p.earliest = max(p.earliest, s.set.LiveSpacing.After(last))
		}
	}
	p.overdue = max(p.before, p.earliest)
	if p.before == civil.None {
		p.overdue = s.set.LateAfter.After(p.earliest)
	}
}

// ageFor is the day on which a slot's age is reached; a dose that follows a
// series which was not completed in time may come early.
func (s *Schedule) ageFor(h *history, sl *slot, t civil.Date) civil.Date {
	if a := sl.after; a != nil && !a.earlyFrom.zero() {
		if early := h.age(a.earlyFrom); t >= early && !s.courseOn(h, a.line, t).complete {
			return early
		}
	}
	return h.age(sl.age)
}
