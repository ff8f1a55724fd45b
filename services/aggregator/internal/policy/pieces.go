package policy

import (
	"slices"

	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/timeline"
	"xinju.dev/services/platform/civil"
)

// Counter counts one resident under the packs of one catalogue: what several packs
// and items ask is worked out once. It is not safe for concurrent use.
type Counter struct{ e *evaluator }

// Counter begins with a resident whom the registry has told of.
func (c *Catalogue) Counter(r *facts.Resident, w *facts.World) Counter {
	return Counter{newEvaluator(r, w, &c.sizes)}
}

// Done ends it.
func (c Counter) Done() { c.e.free() }

// Counts says whether the pack counts anything of the resident at all: whether it
// has ever governed where the resident lives or is served.
func (c Counter) Counts(p *Pack) bool { return c.e.govern(p) }

// Stays is where the resident lives, see facts.Resident.Stays.
func (c Counter) Stays() []facts.Stay { return c.e.presence(facts.ByArrival) }

// AsksMother says whether the resident's birth is placed where the mother lives.
func (c Counter) AsksMother() bool {
	who := &c.e.r.Person
	return who.MotherID != "" && who.Birth != civil.None && c.e.stayOn(facts.ByArrival, who.Birth) == nil
}

// Pieces appends what the resident counts for by one indicator of a pack: only days
// and villages that the pack governs, the nearest pack in force on the day winning.
// Stock by day, flow by event.
func (c Counter) Pieces(p *Pack, index int, buf []Piece) []Piece {
	return c.PiecesOf(p, index, nil, buf)
}

// PiecesOf is Pieces, of some events alone where they are given.
func (c Counter) PiecesOf(p *Pack, index int, events []string, buf []Piece) []Piece {
	e := c.e
	if p.gates[index]&^e.has != 0 || !e.govern(p) { // somebody else's, or of elsewhere
		return buf
	}
	switch ind := &p.Indicators[index]; {
	case ind.Kind == Stock:
		return e.stock(ind, index, buf)
	case ind.Kind == Flow:
		return e.flow(p, ind, index, events, buf)
	case ind.Kind == Dose && !e.under[e.at].grown:
		return e.dosePieces(p, ind, index, buf)
	}
	return buf
}

// Pieces appends what the resident counts for under this pack, by indicator in the
// pack's order, see Counter. Somebody of whom the registry has not told counts
// nowhere.
func (p *Pack) Pieces(r *facts.Resident, w *facts.World, buf []Piece) []Piece {
	if !r.Known() {
		return buf
	}
	c := p.catalogue.Counter(r, w)
	defer c.Done()
	for i := range p.Indicators {
		buf = c.Pieces(p, i, buf)
	}
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
func (e *evaluator) flow(p *Pack, ind *Indicator, index int, only []string, buf []Piece) []Piece {
	list := e.happened(ind.events.of)
	for i := range list {
		ev := &list[i]
		if only != nil && !slices.Contains(only, ev.id) {
			continue
		}
		at := e.placeOf(ind.Attribution, ev)
		if at.chain == nil || !ind.events.takes(e.r, ev) || !e.governs(p, ind, ev, at) {
			continue
		}
		weight, is := ind.events.weigh(e.r, ev)
		if !is || !e.truth(ind.eligible, ev) {
			continue
		}
		covered := ind.covered != nil && e.truth(ind.covered, ev)
		buf = e.spread(p, ind, Piece{Indicator: index, Covered: covered, Weight: weight}, ev, at, buf)
	}
	return buf
}

// governs says whether the pack governs the place of an event on a day on which it counts.
func (e *evaluator) governs(p *Pack, ind *Indicator, ev *event, at *spot) bool {
	v, ok := e.reignOf(p, at.chain).SpanFrom(ev.on)
	return ok && v.From < ev.end(ind.Period)
}

// spread appends the pieces of an event: the days on which the pack governs its
// place, from its day to the end of the period, cut where the place is taken over by
// another. A place that comes to lead nowhere keeps its events.
func (e *evaluator) spread(p *Pack, ind *Indicator, like Piece, ev *event, place *spot, buf []Piece) []Piece {
	like.EventID, like.On = ev.id, ev.on
	begin := len(buf)
	for _, v := range e.reignOf(p, place.chain) {
		like.Village = place.chain.Place()
		v.From, v.To = max(v.From, ev.on), min(v.To, ev.end(ind.Period))
		for from := v.From; from < v.To; from = like.To {
			like.From, like.To = from, v.To
			if place.code == "" {
				like.Village = ""
			} else if at := e.standing(place.code, from); at.How != facts.Nowhere {
				like.Village, like.To = at.At.Place(), min(v.To, at.To)
			} else {
				like.To = min(v.To, at.To)
			}
			if n := len(buf); n > begin && buf[n-1].To == like.From && buf[n-1].Village == like.Village {
				buf[n-1].To = like.To
				continue
			}
			buf = append(buf, like)
		}
	}
	return buf
}
