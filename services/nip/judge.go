package nip

import "xinju.dev/services/platform/civil"

// seriesOn returns the state of a series that judges a dose given on a day: the
// edition in force then, or the first one that has the series (a dose paid
// privately before the programme began).
func (s *Schedule) seriesOn(li int, on civil.Date) *series {
	l := &s.lines[li]
	if e := s.editionAt(on); e >= 0 && l.in[e] != nil {
		return l.in[e]
	}
	return l.first
}

// count fills the tally of one track. Judging only looks back, so a later dose
// never changes what was counted before it.
func (s *Schedule) count(h *history, li, ti int) {
	t := &h.tallies[li][ti]
	t.n = 0
	for i := range h.doses {
		d := &h.doses[i]
		if d.lines>>li&1 == 0 {
			continue
		}
		if s.admit(h, s.seriesOn(li, d.on), ti, t, d) == "" {
			t.on[t.n], t.product[t.n] = d.on, d.product.index
			t.n++
		}
	}
}

// admit says why a dose cannot be the next one of a track; "" when it is. t
// holds the doses counted before it.
func (s *Schedule) admit(h *history, ser *series, ti int, t *tally, d *given) Reason {
	tr := &ser.tracks[ti]
	switch {
	case d.on < h.child.Birth:
		return BeforeBirth
	case ser.complete(tr, t, t.n):
		return Extra
	}
	n, grace := t.n, s.set.GraceDays
	sl := &tr.slots[n]
	if tr.late != nil && d.on >= h.age(tr.late.from) {
		if !tr.late.accept.has(d.product) {
			return WrongProduct
		}
		if n > 0 && d.on.AddDays(grace) < tr.late.steps[n].interval.After(t.on[n-1]) {
			return MinInterval
		}
		return ""
	}
	if !sl.accept.has(d.product) {
		return WrongProduct
	}
	if d.on.AddDays(grace) < h.youngest(sl, d.product, n) {
		return MinAge
	}
	if d.on.AddDays(grace) < s.soonest(h, sl, sl.validInterval, t, n, d.on) {
		return MinInterval
	}
	if s.set.LiveSpacingInvalidates && s.isLive(d.product) {
		if last := h.lastLive(d.on - 1); last != civil.None && d.on.AddDays(grace) < s.set.LiveSpacing.After(last) {
			return LiveTooSoon
		}
	}
	return ""
}

// youngest is the first day on which a product counts for a slot: the age of
// the table, or that of the product's own label where it is younger.
func (h *history) youngest(sl *slot, p *product, n int) civil.Date {
	day := h.age(sl.validAge)
	if n < len(p.label) {
		day = min(day, h.age(p.label[n]))
	}
	return day
}

// soonest is the first day that keeps a slot's distance from the n doses
// counted before it and from the series it must follow, as known on day t.
func (s *Schedule) soonest(h *history, sl *slot, interval Period, counted *tally, n int, t civil.Date) civil.Date {
	day := civil.None
	if n > 0 {
		day = interval.After(counted.on[n-1])
		if !sl.sinceFirst.zero() {
			day = max(day, sl.sinceFirst.After(counted.on[0]))
		}
	}
	if sl.after != nil {
		if c := s.courseOn(h, sl.after.line, t); c.n > 0 {
			gap := sl.after.partial
			if c.complete {
				gap = sl.after.complete
			}
			day = max(day, gap.After(c.last))
		}
	}
	return day
}

// course is what a series has reached on a day, by the way that leads furthest.
type course struct {
	track, n int
	complete bool
	last     civil.Date
}

// courseOn is the course of a series as the edition of that day sees it.
func (s *Schedule) courseOn(h *history, li int, t civil.Date) course {
	return s.choose(h, s.seriesOn(li, t), li, t)
}

// choose picks the way a child follows: the completed one that counts most
// doses, else the first that has been begun, else the first.
func (s *Schedule) choose(h *history, ser *series, li int, t civil.Date) course {
	var best course
	for ti := range ser.tracks {
		tr, tl := &ser.tracks[ti], &h.tallies[li][ti]
		n := tl.by(t)
		if n == 0 || tr.bornBefore != civil.None && h.child.Birth >= tr.bornBefore {
			continue
		}
		done := ser.complete(tr, tl, n)
		if best.n == 0 || done && (!best.complete || n > best.n) {
			best = course{track: ti, n: n, complete: done, last: tl.on[n-1]}
		}
	}
	return best
}

// complete reports whether the first n doses of a tally leave nothing missing.
func (s *series) complete(tr *track, t *tally, n int) bool {
	return n >= len(tr.slots) || s.completeWith != nil && n >= s.completeAt && t.includes(s.completeWith, n)
}
