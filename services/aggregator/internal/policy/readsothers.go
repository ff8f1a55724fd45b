package policy

// ReadsOthers says whether what the pack's indicators count of a resident may depend
// on the people tied to the resident. Rules, whose days are not counted, are left out.
func (p *Pack) ReadsOthers() bool {
	for i := range p.Indicators {
		ind := &p.Indicators[i]
		if !ind.defined() {
			continue
		}
		if ind.eligible.readsOthers() || ind.covered.readsOthers() {
			return true
		}
		if ind.events != nil && ind.events.Births != nil {
			return true // a birth may be placed where the mother lives
		}
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
