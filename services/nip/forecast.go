package nip

import "xinju.dev/services/platform/civil"

// Forecast says for every series that applies to the child on asOf (the close
// of that day) what is complete, what comes next and from when until when, and
// how each dose given so far was judged. Doses dated after asOf are not known
// yet. Before birth, and without a birth date, there is no forecast.
func (s *Schedule) Forecast(c Child, doses []Dose, asOf civil.Date) []SeriesStatus {
	if c.Birth == civil.None || asOf < c.Birth {
		return nil
	}
	var h history
	s.read(&h, c, doses, asOf)
	out := make([]SeriesStatus, 0, len(s.lines))
	for li := range s.lines {
		p := s.plan(&h, li, asOf)
		if p.ser == nil {
			continue
		}
		out = append(out, s.describe(&h, li, &p, doses, asOf))
	}
	return out
}

func (s *Schedule) describe(h *history, li int, p *plan, doses []Dose, asOf civil.Date) SeriesStatus {
	st := SeriesStatus{
		Series: p.ser.id, Chinese: p.ser.chinese, Status: p.on(asOf), Doses: p.course.n,
		ClosedFrom: h.age(p.ser.closes), Edition: s.editions[s.editionAt(asOf)].ID,
		Extrapolated: asOf < s.starts[0], Origin: p.ser.origin,
		Given: s.verdicts(h, li, p.course.track, doses),
	}
	switch st.Status {
	case Complete:
		return st
	case Closed:
		st.Reason = AgedOut
		return st
	case Conditional:
		st.Reason = p.ser.condReason
	}
	st.Number, st.Remaining, st.Product = p.course.n+1, p.remaining, p.product.ID
	st.Earliest, st.Before, st.OverdueFrom = p.earliest, p.before, p.overdue
	if st.Status == Conditional {
		st.OverdueFrom = civil.None
	}
	return st
}

// verdicts judges the doses of a series once more, this time keeping the reasons.
func (s *Schedule) verdicts(h *history, li, ti int, doses []Dose) []Given {
	var out []Given
	var t tally
	for i := range h.doses {
		d := &h.doses[i]
		if d.lines>>li&1 == 0 {
			continue
		}
		g := Given{Index: int(d.index), Dose: doses[d.index]}
		if e := s.editionAt(d.on); e >= 0 {
			g.Edition = s.editions[e].ID
		}
		if g.Reason = s.admit(h, s.seriesOn(li, d.on), ti, &t, d); g.Reason == "" {
			t.on[t.n], t.product[t.n] = d.on, d.product.index
			t.n++
			g.Number = t.n
		}
		out = append(out, g)
	}
	return out
}
