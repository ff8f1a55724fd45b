package policy

import (
	"testing"

	"xinju.dev/services/nip"
)

// What packs inherit is computed once: equal conditions and doses of different
// packs have one place, and what is asked of another schedule has one of its own.
func TestPacksShareWhatTheyInherit(t *testing.T) {
	c := builtIn(t)
	national, _ := c.Pack("national")
	demo, _ := c.Pack("demo-990101")
	nodes := 0
	for _, p := range c.Packs() {
		nodes += len(p.program.nodes)
	}
	if c.sizes.slots*2 > nodes {
		t.Errorf("%d results for %d conditions: little is shared", c.sizes.slots, nodes)
	}
	slot := func(p *Pack, id string) (eligible, dose int) {
		ind, ok := p.Indicator(id)
		if !ok {
			t.Fatalf("no %s in %s", id, p.ID)
		}
		if ind.eligible != nil {
			eligible = ind.eligible.slot
		}
		return eligible, ind.slot
	}
	for _, id := range []string{"EHR03", "IMM02-DTP-3", "IMM02-DTP-3@manager"} {
		e1, d1 := slot(national, id)
		e2, d2 := slot(demo, id)
		if e1 != e2 || d1 != d2 {
			t.Errorf("%s: conditions %d and %d, doses %d and %d", id, e1, e2, d1, d2)
		}
	}
	_, second := slot(national, "IMM02-DTP-2")
	if _, third := slot(national, "IMM02-DTP-3"); third == second {
		t.Error("two doses are one")
	}
	all, err := nip.Default()
	if err != nil {
		t.Fatal(err)
	}
	if all.In("35") != all.In("44") {
		t.Error("provinces with the national dates have a schedule each")
	}
	p := &program{}
	for _, province := range []string{"35", "11", "44"} { // Beijing has dates of its own
		p.nodes = append(p.nodes, &node{name: "vaccinated", pred: &vaccinated{schedule: all.In(province)}})
	}
	p.share(map[string]int{})
	if a, b, c := p.nodes[0].slot, p.nodes[1].slot, p.nodes[2].slot; a != c || a == b {
		t.Errorf("slots %d, %d, %d", a, b, c)
	}
}

func TestEveryKindOfServiceHasItsEvents(t *testing.T) {
	if int(happenings-firstService) != len(allKinds) {
		t.Errorf("room for %d kinds of services, there are %d", happenings-firstService, len(allKinds))
	}
	for _, kind := range allKinds {
		if among := (&servicesGiven{Kind: kind}).among(); among < firstService || allKinds[among-firstService] != kind {
			t.Errorf("%s is among %d", kind, among)
		}
	}
}
