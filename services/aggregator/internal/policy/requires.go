package policy

import "xinju.dev/services/aggregator/internal/facts"

// needs is what somebody must have to count for an item at all: facts of some
// kinds, and a sex. It spares looking at items that are plainly of others.
type needs uint32

const (
	aMan   needs = 1 << 31
	aWoman needs = 1 << 30
	// noSuch is what nobody has.
	noSuch needs = 1 << 29
)

// has is what the resident has of it.
func has(r *facts.Resident) needs {
	out := needs(r.Kinds())
	switch r.Person.Sex {
	case facts.Male:
		out |= aMan
	case facts.Female:
		out |= aWoman
	}
	return out
}

// happensTo is what there must be for an event of a kind to have happened.
var happensTo = func() (out [happenings]needs) {
	out[pregnancyEnded], out[caseRegistered] = needs(facts.OfPregnancy), needs(facts.OfCase)
	for i, kind := range allKinds {
		out[firstService+happening(i)] = needs(servedKinds[kind])
	}
	return out
}()

// without is what there must be for the indicator to count anything.
func (i *Indicator) without() needs {
	if !i.defined() {
		return noSuch
	}
	out := i.eligible.requires()
	if i.events != nil {
		out |= happensTo[i.events.of]
		if d := i.events.Deaths; d != nil && d.Maternal {
			out |= needs(facts.OfPregnancy)
		}
	}
	return out
}

// requires is what there must be for the node to hold on some day, or of some event.
func (n *node) requires() needs {
	if n == nil {
		return 0
	}
	switch n.name {
	case "all", "use":
		var out needs
		for _, k := range n.kids {
			out |= k.requires()
		}
		return out
	case "any":
		out := n.kids[0].requires()
		for _, k := range n.kids {
			out &= k.requires()
		}
		return out
	case "not":
		return 0
	}
	switch leaf := n.params().(type) {
	case *sex:
		if sexCodes[leaf.Is] == facts.Male {
			return aMan
		}
		return aWoman
	case *noSource:
		return noSuch
	case *events:
		return needs(servedKind(leaf.Kind))
	case *records:
		return needs(facts.OfRecord)
	case *archive:
		return needs(facts.OfArchive)
	case *pregnant, *postpartum:
		return needs(facts.OfPregnancy)
	case *method:
		return needs(facts.OfMethod)
	case *permit, *points:
		return needs(facts.OfPermit)
	case *antenatal:
		return needs(facts.OfAntenatal)
	case *postnatal:
		return needs(facts.OfPostnatal)
	case *inHospital:
		return needs(facts.OfDelivery)
	case *outcome, *risk:
		return needs(facts.OfPregnancy)
	case *reported:
		return needs(facts.OfCase)
	}
	return 0
}
