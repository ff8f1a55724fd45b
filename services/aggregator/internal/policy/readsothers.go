package policy

import "slices"

// ReadsOthers says whether what the pack's indicators count of a resident may depend
// on the people tied to the resident. Rules, whose days are not counted, are left out.
func (p *Pack) ReadsOthers() bool {
	for i := range p.Indicators {
		if p.Indicators[i].ReadsOthers() {
			return true
		}
	}
	return false
}

// ReadsOthers is that of a pack for one indicator.
func (i *Indicator) ReadsOthers() bool { return i.ReadsTied() || i.ReadsMother() }

// ReadsTied says whether a condition of the indicator is about whoever is tied to
// the resident.
func (i *Indicator) ReadsTied() bool {
	return i.defined() && (i.eligible.readsOthers() || i.covered.readsOthers())
}

// ReadsMother says whether the indicator may count a birth where the mother lives:
// one of a child who has no home on that day.
func (i *Indicator) ReadsMother() bool {
	return i.defined() && i.events != nil && i.events.Births != nil && !i.eligible.athome()
}

// athome says that the node holds at most on days on which the resident lives somewhere.
func (n *node) athome() bool {
	switch n.name {
	case "present", "reason":
		return true
	case "all", "use":
		return slices.ContainsFunc(n.kids, (*node).athome)
	case "any":
		return !slices.ContainsFunc(n.kids, func(k *node) bool { return !k.athome() })
	}
	return false
}

func (n *node) readsOthers() bool {
	if n == nil {
		return false
	}
	if _, asks := n.pred.(*related); asks {
		return true
	}
	for _, kid := range n.kids {
		if kid.readsOthers() {
			return true
		}
	}
	return false
}
