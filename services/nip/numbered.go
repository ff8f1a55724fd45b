package nip

import "xinju.dev/services/platform/civil"

// Numbered is one dose of a series by its number, over a whole life, with the
// substitutions of the data: combinations, conjugates, earlier products.
type Numbered struct {
	Given   civil.Date // the day on which it was given; None while it was not
	Index   int        // place of that dose in the doses passed in; -1 without one
	Awaited []Awaited  // days on which it is the next dose of the series, ascending
}

// Awaited is a run of days [From, To) on which a dose is the next one of its
// series under one edition, and the day on which that edition recommends it: its
// age is reached and its interval from the doses before it has passed. The run
// begins when the dose before was given (or at birth), mostly before that day.
type Awaited struct {
	From, To    civil.Date
	Recommended civil.Date
}

// SeriesOf finds a series by its id, or by the product that counts for it and
// for no other: DTaP is of DTP.
func (s *Schedule) SeriesOf(name string) (series string, ok bool) {
	if li := s.lineOf(name); li >= 0 {
		return name, true
	}
	p := s.byID[name]
	if p == nil || len(p.counts) != 1 {
		return "", false
	}
	return s.lines[p.counts[0].line].id, true
}

func (s *Schedule) lineOf(series string) int {
	for li := range s.lines {
		if s.lines[li].id == series {
			return li
		}
	}
	return -1
}

// Numbered follows one dose of a series through the editions. Doses that do not
// count have no number. It is not Awaited while the series is complete without
// it, nor under an edition that does not have it. Deadlines, catch-up by totals
// and spacing of live vaccines do not move the recommended day: it is max(birth
// + age, previous dose + interval).
func (s *Schedule) Numbered(c Child, doses []Dose, series string, number int) Numbered {
	r := new(Record)
	r.Read(s, c, doses)
	return r.Numbered(series, number)
}

// Record is one child's record, judged once for many questions. It keeps its
// buffers, so that reading the next record allocates nothing. It is not safe for
// concurrent use.
type Record struct {
	schedule *Schedule
	h        history
	known    bool
	late     []Span
	followed uint16 // series of which dosed is worked out, as bits
	dosed    [maxLines][maxDoses + 1]Numbered
}

// Read forgets what was read before and judges these doses, which must not change
// while questions are asked.
func (r *Record) Read(s *Schedule, c Child, doses []Dose) {
	given, live := r.h.doses[:0], r.h.live[:0]
	r.h = history{live: live}
	r.schedule, r.known, r.followed = s, c.Birth != civil.None, 0
	if r.known {
		s.readInto(&r.h, c, doses, civil.Forever, given)
	}
}

// Numbered is that of a Schedule. What it returns is valid until the next Read.
func (r *Record) Numbered(series string, number int) Numbered {
	li := r.schedule.lineOf(series)
	if !r.known || li < 0 || number < 1 || number > maxDoses {
		return Numbered{Index: -1}
	}
	if r.followed>>li&1 == 0 {
		r.followed |= 1 << li
		r.follow(li)
	}
	out := r.dosed[li][number]
	if len(out.Awaited) == 0 {
		out.Awaited = nil
	}
	return out
}

// follow works out all doses of a series in one walk over the days on which it may
// ask for another one.
func (r *Record) follow(li int) {
	s, h, out := r.schedule, &r.h, &r.dosed[li]
	for i := range out {
		out[i] = Numbered{Index: -1, Awaited: out[i].Awaited[:0]}
	}
	var room [64]civil.Date
	days, done := s.changes(h, li, room[:0]), 0
	for i, from := range days {
		at := s.courseOn(h, li, from)
		for done < at.n {
			t := &h.tallies[li][at.track]
			out[done+1].Given, out[done+1].Index = t.on[done], h.indexOf(t, done)
			done++
		}
		number := at.n + 1
		if number <= done || number > maxDoses {
			continue
		}
		to := civil.Forever
		if i+1 < len(days) {
			to = days[i+1]
		}
		if on, ok := s.recommended(h, li, number, at, from); ok {
			out[number].Awaited = append(out[number].Awaited, Awaited{from, to, on})
		}
	}
}

// UpToDate is that of a Schedule. What it returns is valid until the next call.
func (r *Record) UpToDate() []Span {
	if !r.known {
		return nil
	}
	r.late = r.schedule.lateDays(&r.h, r.late[:0])
	return gaps(r.h.child.Birth, r.late)
}

// recommended is the day of a dose when it is the next one on day t.
func (s *Schedule) recommended(h *history, li, number int, at course, t civil.Date) (civil.Date, bool) {
	e := s.editionAt(t)
	if e < 0 {
		return civil.None, false
	}
	ser := s.lines[li].in[e]
	if ser == nil || !ser.applies(h.child) {
		return civil.None, false
	}
	now := s.choose(h, ser, li, t)
	tr := &ser.tracks[now.track]
	if now.complete || at.n != number-1 || now.n != number-1 || number > len(tr.slots) {
		return civil.None, false
	}
	sl := &tr.slots[number-1]
	return max(s.ageFor(h, sl, t), s.soonest(h, sl, sl.interval, &h.tallies[li][now.track], now.n, t)), true
}

// indexOf is the place in the record of the i-th dose of a tally.
func (h *history) indexOf(t *tally, i int) int {
	for j := range h.doses {
		if d := &h.doses[j]; d.on == t.on[i] && d.product.index == t.product[i] {
			return int(d.index)
		}
	}
	return -1
}
