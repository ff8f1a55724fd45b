package e2e_test

import (
	"slices"

	immunizationv1 "xinju.dev/api/gen/xinju/immunization/v1"
	maternalv1 "xinju.dev/api/gen/xinju/maternal/v1"
	registryv1 "xinju.dev/api/gen/xinju/registry/v1"

	"xinju.dev/deploy/e2e"
)

// says is an event about somebody that names a second person or another event.
func says(id string, kind registryv1.EventType, who, other *registryv1.Document, replaces string) *registryv1.ResidenceEvent {
	return &registryv1.ResidenceEvent{EventId: id, Type: kind, EffectiveDate: on("2026-06-03"), Document: who, OtherDocument: other, ReplacesEventId: replaces}
}

// mergedInAChain merges three residents by two events of the police, and a
// fourth whose only event is then given to one of them; what is undone first is
// not what was done last. Somebody writes records meanwhile.
func mergedInAChain(p *play) {
	const merge, void, correct = registryv1.EventType_EVENT_TYPE_MERGE, registryv1.EventType_EVENT_TYPE_VOID, registryv1.EventType_EVENT_TYPE_CORRECT
	p.wanted.Days = p.wanted.Days[:1] // many states, each asked about today
	ids := p.family(50, "05")
	third, fourth := passport("E990005X3"), passport("E990005X4")
	more := []*registryv1.ResidenceEvent{
		arrives(third, "欧阳05秋", "1995-03-02", 2, there, "五路5号", "2025-10-01"), arrives(fourth, "欧阳05秋", "1995-03-02", 2, here, "六路6号", "2025-11-01"),
	}
	ids = append(ids, p.record(police, more...)...)
	slicesDiffer(p, ids)
	p.wanted.Residents = ids
	p.wanted.Documents = append(p.wanted.Documents, third, fourth)
	all := []string{ids[0], ids[2], ids[4], ids[5]}
	first, second := p.wanted.Documents[0], p.wanted.Documents[2]
	before := p.everything()

	p.record(police, says("chain-1", merge, second, third, ""))
	p.record(clinic, says("chain-2", merge, first, third, ""))
	p.record(police, says("chain-3", correct, second, nil, more[1].GetEventId()))
	p.oneOf(p.everything(), all)
	p.writesMeanwhile(ids[0], ids[2])
	p.replays()

	p.record(police, says("chain-4", void, nil, nil, "chain-1"))
	p.settle()
	parted := p.everything()
	p.oneOf(parted, []string{ids[0], ids[4]})
	p.oneOf(parted, []string{ids[2], ids[5]})
	p.replays()

	p.record(police, says("chain-5", void, nil, nil, "chain-3"))
	p.record(clinic, says("chain-6", void, nil, nil, "chain-2"))
	p.settle()
	p.asBefore(before)
	p.same("undone in another order", before, p.everything())

	p.record(police, says("chain-7", void, nil, nil, "chain-4")) // the first VOID was an error
	p.oneOf(p.everything(), []string{ids[2], ids[4]})
	p.record(police, says("chain-8", void, nil, nil, "chain-7"))
	p.settle()
	p.asBefore(before)
	p.same("a VOID of a VOID of a VOID", before, p.everything())
}

// oneOf says whether all identifiers are answered for by the same resident, who
// is one of them, and none of the others stands on a list.
func (p *play) oneOf(all e2e.Everything, ids []string) {
	p.Helper()
	stands := p.resident(&registryv1.GetResidentRequest{ResidentId: ids[0]}).GetResidentId()
	if !slices.Contains(ids, stands) {
		p.Fatal("somebody else stands for them")
	}
	for _, id := range ids {
		if id != stands {
			p.stand(all, pair{stands: stands, linked: id})
		}
	}
}

// writesMeanwhile records under either identifier of somebody who is one person
// now, and voids what it recorded.
func (p *play) writesMeanwhile(stands, linked string) {
	p.Helper()
	ctx := p.Context()
	dose, err := p.to.Immunization.CreateDose(ctx, &immunizationv1.CreateDoseRequest{Dose: &immunizationv1.Dose{ResidentId: linked, Product: "HepB", DoseDate: on("2026-06-01")}})
	if err != nil {
		p.Fatal(err)
	}
	shown, err := p.to.Immunization.ListDoses(ctx, &immunizationv1.ListDosesRequest{ResidentId: stands})
	if err != nil || !slices.ContainsFunc(shown.GetDoses(), func(d *immunizationv1.Dose) bool { return d.GetDoseId() == dose.GetDose().GetDoseId() }) {
		p.Errorf("a dose recorded under the other identifier is not shown: %v", err)
	}
	if _, err := p.to.Immunization.DeleteDose(ctx, &immunizationv1.DeleteDoseRequest{DoseId: dose.GetDose().GetDoseId(), Etag: dose.GetDose().GetEtag()}); err != nil {
		p.Fatal(err)
	}
	carried, err := p.to.Maternal.ListPregnancies(ctx, &maternalv1.ListPregnanciesRequest{ResidentId: linked})
	if err != nil || len(carried.GetPregnancies()) != 2 {
		p.Fatalf("%d pregnancies of both, %v", len(carried.GetPregnancies()), err)
	}
	for _, g := range carried.GetPregnancies() {
		for _, id := range []string{stands, linked} {
			visit, err := p.to.Maternal.CreateAntenatalVisit(ctx, &maternalv1.CreateAntenatalVisitRequest{AntenatalVisit: &maternalv1.AntenatalVisit{ResidentId: id, PregnancyId: g.GetPregnancyId(), VisitDate: on("2026-06-20")}})
			if err != nil {
				p.Errorf("a visit of one person's pregnancy under either identifier: %v", err)
				continue
			}
			if _, err := p.to.Maternal.DeleteAntenatalVisit(ctx, &maternalv1.DeleteAntenatalVisitRequest{AntenatalVisitId: visit.GetAntenatalVisit().GetAntenatalVisitId(), Etag: visit.GetAntenatalVisit().GetEtag()}); err != nil {
				p.Fatal(err)
			}
		}
	}
}
