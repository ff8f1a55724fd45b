package policy

import (
	"fmt"
	"reflect"
	"strings"
)

// share gives equal conditions of all programs one place among the results of an
// evaluator, and so equal doses: what packs inherit from each other is computed
// once per resident. A definition is as what it stands for.
func share(packs []*Pack) program {
	slots, doses := map[string]int{}, map[string]int{}
	for _, p := range packs {
		p.program.share(slots)
		p.oldest = p.oldestDue()
		for i := range p.Indicators {
			ind := &p.Indicators[i]
			p.gates = append(p.gates, ind.without())
			if ind.dose != nil {
				ind.slot = slotOf(doses, fmt.Sprintf("%p %s %d %s", ind.dose.schedule, ind.dose.series, ind.Period, ind.dose.form()))
			}
		}
	}
	sizes := program{slots: len(slots), doses: len(doses)}
	for _, p := range packs {
		p.program.slots, p.program.doses = sizes.slots, sizes.doses
	}
	return sizes
}

// share numbers the nodes; what a node is made of stands before it.
func (p *program) share(slots map[string]int) {
	for _, n := range p.nodes {
		if n.name == "use" {
			n.slot = n.kids[0].slot
			continue
		}
		var form strings.Builder
		fmt.Fprintf(&form, "%s %s", n.name, n.form)
		for _, k := range n.kids {
			fmt.Fprintf(&form, " %d", k.slot)
		}
		switch leaf := n.pred.(type) {
		case *related:
			if leaf.other != nil {
				fmt.Fprintf(&form, " %d", leaf.other.slot)
			}
		case *vaccinated:
			fmt.Fprintf(&form, " %p", leaf.schedule)
		}
		n.slot = slotOf(slots, form.String())
	}
	p.slots = len(slots)
}

func slotOf(slots map[string]int, form string) int {
	slot, known := slots[form]
	if !known {
		slot = len(slots)
		slots[form] = slot
	}
	return slot
}

// form is what the dose asks, without the data it is compiled against.
func (d *dose) form() string {
	bare := *d
	bare.schedule = nil
	return canonical(reflect.ValueOf(bare))
}
