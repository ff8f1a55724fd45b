package e2e_test

import (
	registryv1 "xinju.dev/api/gen/xinju/registry/v1"
)

// correctedIntoAnother corrects the document of the only event that makes
// somebody known to that of somebody else: of the mother the earlier resident
// goes to the later one, of the child the later to the earlier.
func correctedIntoAnother(p *play) {
	ids := p.family(20, "02")
	before, lists, apart := p.everything(), p.lists(), p.latest(ids...)
	mother, child := p.arrivals[0], p.arrivals[3]

	p.record(police,
		&registryv1.ResidenceEvent{EventId: "correct-mother", Type: registryv1.EventType_EVENT_TYPE_CORRECT, EffectiveDate: on("2026-06-01"), ReplacesEventId: mother.GetEventId(), Document: p.arrivals[2].GetDocument()},
		&registryv1.ResidenceEvent{EventId: "correct-child", Type: registryv1.EventType_EVENT_TYPE_CORRECT, EffectiveDate: on("2026-06-01"), ReplacesEventId: child.GetEventId(), Document: p.arrivals[1].GetDocument()})
	together, one := p.everything(), p.latest(ids...)
	pairs := []pair{{stands: ids[2], linked: ids[0]}, {stands: ids[1], linked: ids[3]}}
	for _, pair := range pairs {
		p.one(together, pair)
	}
	p.counted(lists, p.lists(), pairs...)
	p.replays()

	p.record(police,
		&registryv1.ResidenceEvent{Type: registryv1.EventType_EVENT_TYPE_VOID, EffectiveDate: on("2026-06-02"), ReplacesEventId: "correct-mother"},
		&registryv1.ResidenceEvent{Type: registryv1.EventType_EVENT_TYPE_VOID, EffectiveDate: on("2026-06-02"), ReplacesEventId: "correct-child"})
	p.settle()
	p.asBefore(before)
	p.same("parted again", before, p.everything())
	for _, id := range ids {
		p.asKnown("before the correction", id, apart, before["get "+id])
		p.asKnown("while it held", id, one, together["get "+id])
	}
}
