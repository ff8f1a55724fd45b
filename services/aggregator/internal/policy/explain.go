package policy

import (
	"fmt"

	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/timeline"
	"xinju.dev/services/platform/civil"
)

// Explain applies every rule and indicator of the pack to a resident on a day,
// in the pack's order. Eligible and Covered agree with Pieces on every day. Items
// that await records are answered as if such records had been seen.
func (p *Pack) Explain(r *facts.Resident, w *facts.World, asOf civil.Date) []Explanation {
	return p.ExplainSeen(r, w, asOf, func(string) bool { return true })
}

// ExplainSeen is Explain where seen says of a record code whether any such
// record has ever arrived: an item that still awaits has no answer.
func (p *Pack) ExplainSeen(r *facts.Resident, w *facts.World, asOf civil.Date, seen func(code string) bool) []Explanation {
	return p.explain(r, w, asOf, seen, nil)
}

// explainItem is Explain of one rule or indicator alone; empty when there is none.
func (p *Pack) explainItem(r *facts.Resident, w *facts.World, asOf civil.Date, id string) []Explanation {
	return p.explainThose(r, w, asOf, func(string) bool { return true }, nil, func(item string) bool { return item == id })
}

func (p *Pack) explain(r *facts.Resident, w *facts.World, asOf civil.Date, seen func(code string) bool, all map[string]course) []Explanation {
	return p.explainThose(r, w, asOf, seen, all, func(string) bool { return true })
}

func (p *Pack) explainThose(r *facts.Resident, w *facts.World, asOf civil.Date, seen func(code string) bool, all map[string]course, those func(id string) bool) []Explanation {
	e := newEvaluator(r, w, p.program)
	e.govern(p)
	x := explainer{evaluator: e, day: asOf, seen: seen, all: all}
	begin := len(e.arena)
	if !r.Known() {
		e.runs = e.runs[:0]
	}
	for _, v := range e.runs {
		e.arena = timeline.Add(e.arena, begin, v.Span)
		if v.From <= asOf && asOf < v.To {
			x.village = v.village
		}
	}
	x.here = e.keep(begin, e.arena)
	out := make([]Explanation, 0, len(p.Rules)+len(p.Indicators))
	for i := range p.Rules {
		if those(p.Rules[i].ID) {
			out = append(out, x.rule(&p.Rules[i]))
		}
	}
	for i := range p.Indicators {
		if those(p.Indicators[i].ID) {
			out = append(out, x.indicator(p, &p.Indicators[i]))
		}
	}
	e.free()
	return out
}

// PackOf returns the pack to explain a resident by on a day, and the village
// lived in then: the pack of that village or, for somebody who lives nowhere on
// the day, of the last village before it, else of the first one after it. Of
// somebody who never lived anywhere that the tree has, it is the pack of the
// whole country, so that the explanation can say what is missing.
func (c *Catalogue) PackOf(r *facts.Resident, w *facts.World, day civil.Date) (p *Pack, village string, ok bool) {
	at := ""
	for _, s := range r.Stays(w, facts.ByArrival, nil) {
		if s.From > day && at != "" {
			break
		}
		if at = s.Village(); s.From <= day && day < s.To {
			village = at
		}
	}
	if s := w.Standing(at, day); s.How != facts.Nowhere {
		p, ok = c.PackFor(w, s.At.Place(), day)
		return p, village, ok
	}
	p = c.inForce("", day)
	return p, village, p != nil
}

type explainer struct {
	*evaluator
	day     civil.Date
	seen    func(code string) bool
	village string
	here    timeline.Set      // days on which the pack counts the resident
	all     map[string]course // by item, under all packs; nil: this pack alone
}

func (x *explainer) rule(r *Rule) Explanation {
	out := Explanation{ID: r.ID, Name: r.Name, Kind: RuleItem, Village: x.village, Citations: r.Citations, Awaits: r.Awaiting(x.seen)}
	if out.Awaits.Chinese != "" || r.eligible == nil {
		out.Reason = awaiting(out.Awaits)
		return out
	}
	x.fill(&out, r.eligible, nil)
	return out
}

func (x *explainer) indicator(p *Pack, ind *Indicator) Explanation {
	out := Explanation{ID: ind.ID, Name: ind.Name, Kind: IndicatorItem, Flow: ind.Kind == Flow, Village: x.village, Citations: ind.Citations, Awaits: ind.Awaiting(x.seen)}
	switch {
	case out.Awaits.Chinese != "":
		out.Reason = awaiting(out.Awaits)
		return out
	case !ind.defined():
		out.Reason = Text{"由各项数字计算，不针对个人", "it is computed from numbers and says nothing of one person"}
		return out
	case ind.Kind == Flow:
		x.flowInto(&out, p, ind)
		return out
	case ind.Kind == Dose:
		x.doseInto(&out, p, ind)
		return out
	}
	x.fill(&out, ind.eligible, ind.covered)
	return out
}

// fill answers a rule (covered nil) or a stock indicator.
func (x *explainer) fill(out *Explanation, eligible, covered *node) {
	own := course{eligible: x.intersect(x.days(eligible), x.here)}
	out.Why = x.node(eligible, x.day)
	if covered != nil {
		own.covered = x.intersect(own.eligible, x.days(covered))
		out.WhyCovered = x.node(covered, x.day)
	}
	x.dates(out, own)
	out.Reason = x.reason(out)
}

// flowInto answers a flow indicator: eligible means that some event of the
// period counts on the day, covered that all of those are.
func (x *explainer) flowInto(out *Explanation, p *Pack, ind *Indicator) {
	latest, slips := event{on: x.day}, 0
	var days, open []timeline.Span
	x.each(ind.events, func(ev *event) {
		if ev.on > x.day || ev.on < ind.Period.Start(x.day) {
			return
		}
		line, counted := x.event(p, ind, ev)
		out.Events = append(out.Events, line)
		if ind.events.tooMuch(x.r, ev) {
			slips++
		}
		if ev.on >= latest.on || latest.id == "" {
			latest = *ev
		}
		for _, v := range counted {
			if v.From <= x.day && x.day < v.To {
				days = append(days, v)
				if !line.Covered {
					open = append(open, v)
				}
			}
		}
	})
	x.dates(out, courseOf(days, open))
	if latest.id == "" {
		out.Why = x.eventless(ind.eligible)
	} else {
		out.Why = x.eventNode(ind.eligible, &latest)
		if ind.covered != nil {
			out.WhyCovered = x.eventNode(ind.covered, &latest)
		}
	}
	out.Reason = x.flowReason(out, ind)
	if slips > 0 {
		out.Reason.Chinese += fmt.Sprintf("；%d件的数值超过%d，不计：请核对原记录", slips, mostAtOnce)
		out.Reason.English += fmt.Sprintf("; %d not counted for a value of more than %d: check the record", slips, mostAtOnce)
	}
}

// event is one event's line, and the days on which it counts.
func (x *explainer) event(p *Pack, ind *Indicator, ev *event) (Event, timeline.Set) {
	line := Event{ID: ev.id, On: ev.on}
	place := x.placeOf(ind.Attribution, ev)
	if place.chain == nil {
		return line, nil
	}
	if place.code != "" {
		line.Village = place.chain.Place()
	}
	if !x.r.Known() || !x.truth(ind.eligible, ev) || ind.events.tooMuch(x.r, ev) {
		return line, nil
	}
	days := x.governed(p, place.chain, timeline.Span{From: ev.on, To: ind.Period.End(ev.on)})
	line.Eligible = len(days) > 0
	line.Covered = line.Eligible && ind.covered != nil && x.truth(ind.covered, ev)
	return line, days
}

// node describes a predicate on a day.
func (x *explainer) node(n *node, day civil.Date) *Node {
	set := x.days(n)
	out := &Node{Predicate: n.name, Text: n.text}
	out.From, out.To, out.Holds = at(set, day)
	for _, k := range n.kids {
		out.Children = append(out.Children, x.node(k, day))
	}
	if u, ok := n.pred.(witness); ok {
		out.Facts = u.used(x.evaluator, day)
	}
	if rel, ok := n.pred.(*related); ok {
		out.Children = x.others(rel, day)
	}
	if !out.Holds {
		out.lacks = lacksOf(n, x.evaluator, day)
		out.settled = x.isSettled(n, out.Children, day)
	}
	return out
}

// eventless describes a condition about events when there is none to ask it of.
func (x *explainer) eventless(n *node) *Node {
	if !n.onEvent {
		return x.node(n, x.day)
	}
	out := &Node{Predicate: n.name, Text: n.text, lacks: missing(n.text)}
	for _, k := range n.kids {
		out.Children = append(out.Children, x.eventless(k))
	}
	return out
}

// eventNode describes a predicate about an event.
func (x *explainer) eventNode(n *node, ev *event) *Node {
	if !n.onEvent {
		return x.node(n, ev.on)
	}
	out := &Node{Predicate: n.name, Text: n.text, Holds: x.truth(n, ev)}
	for _, k := range n.kids {
		out.Children = append(out.Children, x.eventNode(k, ev))
	}
	if !out.Holds {
		out.lacks = missing(n.text)
	}
	if n.event != nil {
		out.Facts = n.event.usedOf(x.evaluator, ev)
	}
	return out
}

// at is the span that holds the day, else the next one.
func at(set timeline.Set, day civil.Date) (from, to civil.Date, holds bool) {
	v, ok := set.SpanFrom(day)
	if !ok {
		return civil.None, civil.None, false
	}
	return v.From, v.To, v.From <= day
}

// earlier is the earlier of two days, None meaning never.
func earlier(a, b civil.Date) civil.Date {
	if a == civil.None || b != civil.None && b < a {
		return b
	}
	return a
}
