package nip

import "xinju.dev/services/platform/civil"

// history is one child's record prepared for judging: doses by date, ages
// worked out once, and what each way of completing each series has counted.
// Its tables are arrays, so that an evaluation allocates next to nothing.
type history struct {
	child   Child
	months  [maxMonths + 1]civil.Date
	doses   []given
	live    []civil.Date // days of injected live vaccines, ascending
	tallies [maxLines][maxTracks]tally
}

type given struct {
	on      civil.Date
	index   int32
	lines   uint16 // series it can count for, as bits
	product *product
}

// tally is what one track has counted: the first n places are filled.
type tally struct {
	n       int
	on      [maxDoses]civil.Date
	product [maxDoses]uint8
}

// by returns how many doses were counted up to and including day t.
func (t *tally) by(day civil.Date) int {
	n := t.n
	for n > 0 && t.on[n-1] > day {
		n--
	}
	return n
}

func (t *tally) includes(p *product, n int) bool {
	for i := range n {
		if t.product[i] == p.index {
			return true
		}
	}
	return false
}

// age returns the day on which the child reaches an age.
func (h *history) age(p Period) civil.Date {
	m := &h.months[p.Months]
	if *m == civil.None {
		*m = h.child.Birth.AddMonths(int(p.Months))
	}
	return m.AddDays(int(p.Days))
}

// lastLive returns the day of the last injected live vaccine up to t, or None.
func (h *history) lastLive(t civil.Date) civil.Date {
	for i := len(h.live) - 1; i >= 0; i-- {
		if h.live[i] <= t {
			return h.live[i]
		}
	}
	return civil.None
}

// read fills an empty h with the doses given up to the day `until` and judges them.
func (s *Schedule) read(h *history, c Child, doses []Dose, until civil.Date) {
	s.readInto(h, c, doses, until, make([]given, 0, len(doses)))
}

// readInto is read with room for the doses.
func (s *Schedule) readInto(h *history, c Child, doses []Dose, until civil.Date, room []given) {
	h.child, h.doses = c, room
	for i, d := range doses {
		p := s.byID[d.Product]
		if p == nil || d.On == civil.None || d.On > until {
			continue
		}
		h.insert(given{on: d.On, index: int32(i), product: p, lines: h.linesOf(p, d.On)})
	}
	for _, d := range h.doses {
		if d.on >= c.Birth && s.isLive(d.product) {
			h.live = append(h.live, d.on)
		}
	}
	for li := range s.lines {
		for ti := range s.lines[li].first.tracks {
			s.count(h, li, ti)
		}
	}
}

// insert keeps doses by date; doses of one day stay in the order of the record.
func (h *history) insert(g given) {
	h.doses = append(h.doses, g)
	for i := len(h.doses) - 1; i > 0 && h.doses[i-1].on > g.on; i-- {
		h.doses[i], h.doses[i-1] = h.doses[i-1], h.doses[i]
	}
}

func (h *history) linesOf(p *product, on civil.Date) uint16 {
	var bits uint16
	for _, f := range p.counts {
		if (f.from.zero() || on >= h.age(f.from)) && (f.to.zero() || on < h.age(f.to)) {
			bits |= 1 << f.line
		}
	}
	return bits
}

// isLive reports whether the 28-day rule between injected live vaccines knows p.
func (s *Schedule) isLive(p *product) bool {
	return p.Live == LiveInjected && (s.set.BCGInLiveGroup || p.ID != "BCG")
}
