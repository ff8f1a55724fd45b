package policy

import (
	"slices"

	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/platform/civil"
)

// Explanations that rest on another person say of that person no more than they
// must: which condition holds, and of the facts kind, id and dates.

// others describes the condition about each tied person of whom something is
// known, one tree each.
func (x *explainer) others(p *related, day civil.Date) []*Node {
	if p.other == nil {
		return nil
	}
	var seen []string
	var out []*Node
	p.ties(x.r, func(t tie) {
		o := x.r.Other(t.other)
		if o == nil || !o.Known() || t.other == x.r.ID || t.From > day || day >= t.To || slices.Contains(seen, o.ID) {
			return
		}
		seen = append(seen, o.ID)
		y := explainer{evaluator: newEvaluator(o, x.w, x.program), day: day}
		n := y.node(p.other, day)
		y.free()
		discreet(n, o)
		out = append(out, n)
	})
	return out
}

// discreet takes out of a tree what it says of the other person's facts.
func discreet(n *Node, o *facts.Resident) {
	for i := range n.Facts {
		n.Facts[i] = ofOther(n.Facts[i], o)
	}
	if !n.Holds {
		n.lacks = missing(n.Text)
	}
	for _, k := range n.Children {
		discreet(k, o)
	}
}

// ofOther leaves the kind, the id and the dates of a fact.
func ofOther(f UsedFact, o *facts.Resident) UsedFact {
	var from, until civil.Date
	for i := range o.Residences {
		if s := &o.Residences[i]; f.Kind == "residence" && s.ID == f.ID {
			from, until = begun(s), s.Left
		}
	}
	for i := range o.Permits {
		if t := &o.Permits[i]; f.Kind == "permit" && t.ID == f.ID {
			from, until = t.Issued, t.ValidTo
		}
	}
	for i := range o.Relations {
		if r := &o.Relations[i]; f.Kind == "relation" && r.ID == f.ID {
			from, until = r.From, r.Until
		}
	}
	kind := Text{"关系人记录", "fact of the related person"}
	return usedFact(f.Kind, f.ID, kind.Chinese, kind.English, from, until)
}

func begun(s *facts.Residence) civil.Date {
	for _, d := range [...]civil.Date{s.Arrived, s.Registered, s.FirstSeen} {
		if d != civil.None {
			return d
		}
	}
	return civil.None
}
