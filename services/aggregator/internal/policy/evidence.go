package policy

import (
	"cmp"
	"slices"

	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/platform/civil"
)

// Evidence is a record that a service made of a resident.
type Evidence struct {
	Kind   string // as UsedFact has it
	ID     string
	On     civil.Date
	UnitID string // "" when unknown
}

// CoveredLine is a covered line of a list: of a stock without event.
type CoveredLine struct {
	Indicator string
	EventID   string
	Since     civil.Date // first day of the present state
}

// Evidence finds for covered lines of a resident on a day the record that each is
// covered by: of the records that the explanation of covered names where it holds,
// the one that began the present state, else the latest up to the day. The zero
// Evidence where covered rests on no record.
func (p *Pack) Evidence(r *facts.Resident, w *facts.World, asOf civil.Date, lines []CoveredLine) []Evidence {
	out := make([]Evidence, len(lines))
	for i := range lines {
		l := &lines[i]
		at := slices.IndexFunc(p.Indicators, func(ind Indicator) bool { return ind.ID == l.Indicator })
		if at < 0 {
			continue
		}
		ind := &p.Indicators[at]
		if ind.Kind == Dose {
			out[i], _ = recordOf(r, "dose", l.EventID)
			continue
		}
		if ind.covered != nil {
			out[i] = latestOf(r, p.whyCovered(r, w, asOf, ind, l), l.Since, asOf)
		}
	}
	return out
}

// whyCovered is the tree behind covered, of the line's own event.
func (p *Pack) whyCovered(r *facts.Resident, w *facts.World, asOf civil.Date, ind *Indicator, l *CoveredLine) (why *Node) {
	x := p.explainer(r, w, asOf)
	defer x.free()
	if ind.Kind == Stock {
		return x.node(ind.covered, asOf)
	}
	x.each(ind.events, func(ev *event) {
		if ev.id == l.EventID {
			why = x.eventNode(ind.covered, ev)
		}
	})
	return why
}

// explainer explains on a day, without where the resident is counted.
func (p *Pack) explainer(r *facts.Resident, w *facts.World, asOf civil.Date) explainer {
	e := newEvaluator(r, w, p.program)
	e.govern(p)
	return explainer{evaluator: e, day: asOf, seen: func(string) bool { return true }}
}

// latestOf chooses among the records that the tree names where it holds.
func latestOf(r *facts.Resident, why *Node, since, asOf civil.Date) (best Evidence) {
	if why == nil || !why.Holds || why.Predicate == "not" || why.Predicate == "related" {
		return best
	}
	better := func(x Evidence) {
		switch {
		case x.ID == "" || x.On > asOf && best.ID != "":
		case best.ID == "", best.On != since && (x.On == since || cmp.Or(cmp.Compare(x.On, best.On), cmp.Compare(x.ID, best.ID)) > 0):
			best = x
		}
	}
	for _, f := range why.Facts {
		if x, ok := recordOf(r, f.Kind, f.ID); ok {
			better(x)
		}
	}
	for _, k := range why.Children {
		better(latestOf(r, k, since, asOf))
	}
	return best
}

// recordOf finds a record by what an explanation calls it; who somebody is, where
// the person lives and to whom one is tied are no records of a service.
func recordOf(r *facts.Resident, kind, id string) (out Evidence, ok bool) {
	is := func(k *facts.Key, on civil.Date, unit string) {
		if k.ID == id && id != "" {
			out, ok = Evidence{kind, id, on, unit}, true
		}
	}
	switch kind {
	case "archive":
		for i := range r.Archives {
			is(&r.Archives[i].Key, r.Archives[i].Opened, r.Archives[i].UnitID)
		}
	case "permit":
		for i := range r.Permits {
			is(&r.Permits[i].Key, r.Permits[i].Issued, "")
		}
	case "case":
		for i := range r.Cases {
			is(&r.Cases[i].Key, caseDay(&r.Cases[i]), r.Cases[i].UnitID)
		}
	case "pregnancy":
		for i := range r.Pregnancies {
			is(&r.Pregnancies[i].Key, cmp.Or(r.Pregnancies[i].Ended, r.Pregnancies[i].Registered), r.Pregnancies[i].UnitID)
		}
	case "method":
		for i := range r.Methods {
			is(&r.Methods[i].Key, r.Methods[i].From, r.Methods[i].UnitID)
		}
	default:
		if _, known := eventKinds[kind]; known {
			eachServed(r, kind, func(s served) { is(&facts.Key{ID: s.id}, s.on, s.unit) })
		}
	}
	return out, ok
}
