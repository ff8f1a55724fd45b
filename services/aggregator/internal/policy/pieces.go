package policy

import (
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/timeline"
	"xinju.dev/services/platform/civil"
)

// Pieces appends what the resident counts for under this pack: only days and
// villages that the pack governs, the nearest pack in force on the day winning.
// By indicator in the pack's order; stock by day, flow by event. Somebody of
// whom the registry has not told counts nowhere.
func (p *Pack) Pieces(r *facts.Resident, w *facts.World, buf []Piece) []Piece {
	if !r.Known() {
		return buf
	}
	e := newEvaluator(r, w, p.program)
	e.govern(p)
	elsewhere := e.elsewhere(p)
	for i := range p.Indicators {
		switch ind := &p.Indicators[i]; {
		case ind.Kind == Stock && len(e.runs) == 0: // the pack is of elsewhere
		case !ind.defined():
		case ind.Kind == Stock:
			buf = e.stock(ind, i, buf)
		case ind.Kind == Flow && elsewhere:
		case ind.Kind == Flow:
			buf = e.flow(p, ind, i, buf)
		case ind.Kind == Dose:
			buf = e.dosePieces(p, ind, i, buf)
		}
	}
	e.free()
	return buf
}

// defined says whether the indicator counts anything. One that awaits records is
// counted from the start, so that it can be shown once they come; one that awaits
// anything else is not.
func (i *Indicator) defined() bool {
	switch {
	case i.Awaits.Chinese != "" && len(i.codes) == 0:
		return false
	case i.Kind == Dose:
		return i.dose != nil
	}
	return i.eligible != nil
}

// run is a stretch of days in one village under the pack.
type run struct {
	village string
	timeline.Span
}

// govern fills e.runs with where and when the pack counts the resident.
func (e *evaluator) govern(p *Pack) {
	stays := e.presence(facts.ByArrival)
	for i := range stays {
		s := &stays[i]
		if !s.Known() {
			continue
		}
		for _, v := range e.governed(p, &s.At, timeline.Span{From: s.From, To: s.To}) {
			if n := len(e.runs); n > 0 && e.runs[n-1].To == v.From && e.runs[n-1].village == s.Village() {
				e.runs[n-1].To = v.To
				continue
			}
			e.runs = append(e.runs, run{s.Village(), v})
		}
	}
}

// governed is the part of the days on which the pack is the nearest one in
// force for a place.
func (e *evaluator) governed(p *Pack, at *facts.Chain, days timeline.Span) timeline.Set {
	level := facts.Level(0) // the whole country
	if p.Jurisdiction != "" {
		for level = facts.Village; level > 0 && at[level] != p.Jurisdiction; level-- {
		}
		if level == 0 {
			return never
		}
	}
	out := e.span(max(days.From, p.From), min(days.To, p.To))
	for l := facts.Village; l > level && len(out) > 0; l-- {
		if at[l] == "" || at[l] == at[l-1] {
			continue
		}
		for _, nearer := range p.catalogue.placed[at[l]] {
			begin := len(e.arena)
			out = e.keep(begin, timeline.Minus(e.arena, out, timeline.Set{{From: nearer.From, To: nearer.To}}))
		}
	}
	return out
}

// stock appends the pieces of a stock indicator; without covered it is a plain
// count and none of them is.
func (e *evaluator) stock(ind *Indicator, index int, buf []Piece) []Piece {
	eligible := e.days(ind.eligible)
	if len(eligible) == 0 {
		return buf
	}
	begin := len(buf)
	var covered timeline.Set
	asked := false
	for _, r := range e.runs {
		for _, v := range eligible {
			v.From, v.To = max(v.From, r.From), min(v.To, r.To)
			if v.From >= v.To {
				continue
			}
			if !asked && ind.covered != nil {
				covered, asked = e.days(ind.covered), true
			}
			buf = split(buf, begin, Piece{Indicator: index, Village: r.village}, v, covered)
		}
	}
	return buf
}

// split appends one eligible span, cut where covered changes.
func split(buf []Piece, begin int, p Piece, v timeline.Span, covered timeline.Set) []Piece {
	for v.From < v.To {
		end, in := v.To, false
		if c, ok := covered.SpanFrom(v.From); ok {
			if in = c.From <= v.From; in {
				end = min(end, c.To)
			} else {
				end = min(end, c.From)
			}
		}
		buf = join(buf, begin, p, v.From, end, in)
		v.From = end
	}
	return buf
}

// join appends a piece, or widens the last one when nothing but the days differs.
func join(buf []Piece, begin int, p Piece, from, to civil.Date, covered bool) []Piece {
	if n := len(buf); n > begin {
		if last := &buf[n-1]; last.To == from && last.Covered == covered && last.Village == p.Village {
			last.To = to
			return buf
		}
	}
	p.From, p.To, p.Covered = from, to, covered
	return append(buf, p)
}

// flow appends the pieces of a flow indicator: an event counts where it happened
// from its day until the end of its period. Which pack governs is read by the
// tree of the event's day; where the place has ended later in the period, the
// event counts on with whoever lives there, see facts.World.Standings.
func (e *evaluator) flow(p *Pack, ind *Indicator, index int, buf []Piece) []Piece {
	ind.events.each(e.r, func(ev *event) {
		code := e.placeOf(ind, ev)
		at := e.w.Standing(code, ev.on)
		if code == "" || at.How == facts.Nowhere {
			return
		}
		days := e.governed(p, &at.At, timeline.Span{From: ev.on, To: ind.Period.End(ev.on)})
		if len(days) == 0 || !e.truth(ind.eligible, ev) {
			return
		}
		covered := ind.covered != nil && e.truth(ind.covered, ev)
		for _, v := range days {
			buf = e.spread(Piece{Indicator: index, Village: at.At.Place(), From: v.From, To: v.To, Covered: covered, Weight: ev.weight, EventID: ev.id, On: ev.on}, code, buf)
		}
	})
	return buf
}

// spread cuts an event's piece where its place is taken over by another. A place
// that comes to lead nowhere keeps its events.
func (e *evaluator) spread(p Piece, code string, buf []Piece) []Piece {
	for from, to := p.From, p.To; from < to; from = p.To {
		at := e.w.Standing(code, from)
		if at.How != facts.Nowhere {
			p.Village = at.At.Place()
		}
		p.From, p.To = from, min(to, at.To)
		if n := len(buf); n > 0 && buf[n-1].EventID == p.EventID && buf[n-1].Indicator == p.Indicator && buf[n-1].To == p.From && buf[n-1].Village == p.Village {
			buf[n-1].To = p.To
			continue
		}
		buf = append(buf, p)
	}
	return buf
}

// placeOf is where an event was recorded to be: where the person lives on its
// day (of a birth that nobody registered a home for, where the mother does), or
// the unit that recorded it. "" when it is not known.
func (e *evaluator) placeOf(ind *Indicator, ev *event) string {
	if ind.Attribution == ByEvent && ind.events.Births == nil && ind.events.Deaths == nil {
		return e.unitAt(ev.unit, ev.on)
	}
	if s := e.stayOn(facts.ByArrival, ev.on); s != nil {
		return e.r.Residences[s.Residence].Division
	}
	if ev.kind == "birth" {
		return e.mothersPlace(ev.on)
	}
	return ""
}

func (e *evaluator) mothersPlace(day civil.Date) string {
	mother := e.r.Other(e.r.Person.MotherID)
	if mother == nil {
		return ""
	}
	for _, s := range mother.Stays(e.w, facts.ByArrival, nil) {
		if s.From <= day && day < s.To {
			return mother.Residences[s.Residence].Division
		}
	}
	return ""
}
