package policy

import (
	"cmp"
	"slices"
	"strings"

	"xinju.dev/services/aggregator/internal/timeline"
	"xinju.dev/services/nip"
	"xinju.dev/services/platform/civil"
)

// vaccinated: no vaccine of the national programme is overdue (package nip), by
// birth, sex and the doses given up to the day. It holds too for a child without
// any dose as long as nothing is late.
type vaccinated struct {
	schedule *nip.Schedule // of the pack's province
}

func (p *vaccinated) days(e *evaluator) timeline.Set {
	begin := len(e.arena)
	for _, s := range e.readBy(p.schedule).UpToDate() {
		e.arena = timeline.Add(e.arena, begin, timeline.Span{From: s.From, To: s.To})
	}
	return e.keep(begin, e.arena)
}

func (e *evaluator) child() nip.Child {
	return nip.Child{Birth: e.r.Person.Birth, Sex: int(e.r.Person.Sex)}
}

// given is the doses by day, those of one day by product: the schedule tells
// doses of one day apart by their order. The same product on the same day is one
// dose that was recorded under two identifiers of the person: the first by id.
func (e *evaluator) given() []nip.Dose {
	if e.sorted {
		return e.doses
	}
	e.doses, e.givenAs, e.sorted = e.doses[:0], e.givenAs[:0], true
	list := e.happened(doseGiven)
	for i := range list {
		e.givenAs = append(e.givenAs, &list[i])
	}
	slices.SortFunc(e.givenAs, func(a, b *event) int {
		return cmp.Or(cmp.Compare(a.on, b.on), strings.Compare(a.product, b.product), strings.Compare(a.id, b.id))
	})
	e.givenAs = slices.CompactFunc(e.givenAs, func(a, b *event) bool { return a.on == b.on && a.product == b.product })
	for _, d := range e.givenAs {
		e.doses = append(e.doses, nip.Dose{Product: d.product, On: d.on})
	}
	return e.doses
}

// readBy is the doses as a schedule judges them.
func (e *evaluator) readBy(s *nip.Schedule) *nip.Record {
	if e.read != s {
		e.record.Read(s, e.child(), e.given())
		e.read = s
	}
	return &e.record
}

func (*vaccinated) text() Text {
	return Text{"国家免疫规划疫苗无逾期未种", "no dose of the national immunization programme is overdue"}
}
func (*vaccinated) check() Text { return Text{} }

func (p *vaccinated) used(e *evaluator, day civil.Date) []UsedFact {
	var out []UsedFact
	for i := range e.r.Doses {
		if d := &e.r.Doses[i]; d.On != civil.None && d.On <= day {
			out = append(out, UsedFact{"dose", d.ID, Text{d.On.String() + " " + d.Product, d.Product + " on " + d.On.String()}})
		}
	}
	for _, s := range p.schedule.Forecast(e.child(), e.given(), day) {
		if s.Status == nip.Overdue {
			out = append(out, UsedFact{"schedule", s.Series, Text{"逾期：" + s.Chinese + "，自" + s.OverdueFrom.String(), "overdue: " + s.Series + " since " + s.OverdueFrom.String()}})
		}
	}
	return out
}
