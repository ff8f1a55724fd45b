package policy

import (
	"maps"
	"slices"

	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/timeline"
)

// Entitled is the days on which a rule holds for a resident.
type Entitled struct {
	Rule string
	Days timeline.Set
}

// Timelines returns the days on which each rule of any pack holds for the
// resident, by rule, rules without a day left out. As with Pieces, of each pack
// only the days count on which it governs where the person lives; where one pack
// follows another, the days of a rule that both have are joined. Rules that are
// defined by nothing yet have no days. Somebody of whom the registry has not told
// is entitled to nothing.
func (c *Catalogue) Timelines(r *facts.Resident, w *facts.World) []Entitled {
	if !r.Known() {
		return nil
	}
	all := map[string]timeline.Set{}
	for _, p := range c.packs {
		p.timelines(r, w, all)
	}
	var out []Entitled
	for _, id := range slices.Sorted(maps.Keys(all)) {
		out = append(out, Entitled{id, all[id]})
	}
	return out
}

// timelines adds the pack's part.
func (p *Pack) timelines(r *facts.Resident, w *facts.World, all map[string]timeline.Set) {
	e := newEvaluator(r, w, p.program)
	defer e.free()
	e.govern(p)
	if len(e.runs) == 0 {
		return
	}
	begin := len(e.arena)
	for _, v := range e.runs {
		e.arena = timeline.Add(e.arena, begin, v.Span)
	}
	here := e.keep(begin, e.arena)
	for i := range p.Rules {
		rule := &p.Rules[i]
		if rule.eligible == nil {
			continue
		}
		if days := e.intersect(here, e.days(rule.eligible)); len(days) > 0 {
			all[rule.ID] = timeline.Union(nil, all[rule.ID], days)
		}
	}
}
