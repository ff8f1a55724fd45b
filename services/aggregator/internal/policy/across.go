package policy

import (
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/timeline"
	"xinju.dev/services/platform/civil"
)

// course is the days on which an item takes somebody as eligible and as covered.
type course struct{ eligible, covered timeline.Set }

// courseOf makes a course of the days counted and of those on which something
// counted is not covered.
func courseOf(counted, open []timeline.Span) course {
	c := course{eligible: timeline.Of(nil, counted...)}
	c.covered = timeline.Minus(nil, c.eligible, timeline.Of(nil, open...))
	return c
}

// Explain is ExplainSeen of one of the packs, with the days of all of them: where
// another pack with the same item follows, in time or after a move, an answer goes
// on, and the day on which somebody will be eligible is found under the pack that
// will govern then.
func (c *Catalogue) Explain(p *Pack, r *facts.Resident, w *facts.World, asOf civil.Date, seen func(code string) bool) []Explanation {
	return p.explain(r, w, asOf, seen, c.courses(r, w))
}

// courses is the days of each item under all packs.
func (c *Catalogue) courses(r *facts.Resident, w *facts.World) map[string]course {
	out := map[string]course{}
	for _, e := range c.Timelines(r, w) {
		out[e.Rule] = course{eligible: e.Days}
	}
	counted, open := map[string][]timeline.Span{}, map[string][]timeline.Span{}
	for _, p := range c.packs {
		for _, piece := range p.Pieces(r, w, nil) {
			id, v := p.Indicators[piece.Indicator].ID, timeline.Span{From: piece.From, To: piece.To}
			counted[id] = append(counted[id], v)
			if !piece.Covered {
				open[id] = append(open[id], v)
			}
		}
	}
	for id, days := range counted {
		out[id] = courseOf(days, open[id])
	}
	return out
}

// dates fills in what is asked of days: whether on the day, since when, until
// when, and when it changes next. Whether is said by the pack that explains.
func (x *explainer) dates(out *Explanation, own course) {
	out.Eligible, out.Covered = own.eligible.Contains(x.day), own.covered.Contains(x.day)
	all, there := x.all[out.ID]
	if there && all.eligible.Contains(x.day) == out.Eligible && all.covered.Contains(x.day) == out.Covered {
		own = all
	}
	out.From, out.To, _ = at(own.eligible, x.day)
	out.NextChange = earlier(own.eligible.NextChange(x.day), own.covered.NextChange(x.day))
}
