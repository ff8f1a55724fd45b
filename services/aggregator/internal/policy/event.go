package policy

import (
	"slices"

	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/platform/civil"
)

// event is one event of a resident.
type event struct {
	id        string
	kind      string // of the fact, as explanations name it
	on        civil.Date
	recorded  civil.Date // day its record was entered; None unknown
	unit      string
	free      bool
	code      int32 // kind or form of a service
	value     int64 // of a record
	product   string
	pregnancy *facts.Pregnancy
	sick      *facts.Case
	made      *facts.Record

	lived, served spot                  // by residence and by unit, see placeOf
	kept          spot                  // of a dose, see doseAt
	ends          [Month + 1]civil.Date // of the periods that hold the day; None: not asked yet
}

// end is the first day after the period that holds the day.
func (ev *event) end(p Period) civil.Date {
	if ev.ends[p] == civil.None {
		ev.ends[p] = p.End(ev.on)
	}
	return ev.ends[p]
}

// happening is a kind of events that a selector chooses among.
type happening int

// The kinds. Services follow from firstService on in the order of allKinds;
// anyService is all of them together.
const (
	pregnancyEnded happening = iota
	caseRegistered
	birth
	death
	anyService
	firstService
	happenings = firstService + 9
)

var (
	doseGiven  = firstService + happening(slices.Index(allKinds, "dose"))
	recordMade = firstService + happening(slices.Index(allKinds, "record"))
)

// happened is the events of one kind, each with a day.
type happened struct {
	list []event
	done bool
}

// happened returns the resident's events of a kind; each is made once, and what is
// found out about it is kept.
func (e *evaluator) happened(h happening) []event {
	l := &e.events[h]
	if !l.done {
		l.list, l.done = e.make(h, l.list[:0]), true
	}
	return l.list
}

func (e *evaluator) make(h happening, list []event) []event {
	switch who := &e.r.Person; {
	case h == pregnancyEnded:
		for i := range e.r.Pregnancies {
			if g := &e.r.Pregnancies[i]; g.Ended != civil.None {
				list = append(list, event{id: g.ID, kind: "pregnancy", on: g.Ended, recorded: g.Recorded, unit: g.UnitID, pregnancy: g})
			}
		}
	case h == caseRegistered:
		for i := range e.r.Cases {
			if c := &e.r.Cases[i]; caseDay(c) != civil.None {
				list = append(list, event{id: c.ID, kind: "case", on: caseDay(c), recorded: c.Recorded, unit: c.UnitID, sick: c})
			}
		}
	case h == birth && who.Birth != civil.None:
		list = append(list, event{id: who.ID, kind: "birth", on: who.Birth, recorded: who.Recorded})
	case h == death && who.Death != civil.None:
		list = append(list, event{id: who.ID, kind: "death", on: who.Death, recorded: who.Recorded})
	case h == anyService:
		list = e.anyServices(list)
	case h >= firstService:
		list = e.services(allKinds[h-firstService], list)
	}
	return list
}

func (e *evaluator) services(kind string, list []event) []event {
	eachServed(e.r, kind, func(x served) {
		if x.on != civil.None {
			list = append(list, event{id: x.id, kind: kind, on: x.on, recorded: x.recorded, unit: x.unit, free: x.free, code: x.code, value: x.value, product: x.product, made: x.made})
		}
	})
	return list
}

// anyServices is the services of all kinds. Their ids are made unique by the kind,
// since the same id may be given out by several services.
func (e *evaluator) anyServices(list []event) []event {
	e.ids = e.ids[:0]
	for h := firstService; h < happenings; h++ {
		of := e.happened(h)
		for i := range of {
			ev := &of[i]
			e.placeOf(ByResidence, ev)
			e.placeOf(ByEvent, ev)
			list = append(list, *ev)
			e.ids = append(append(append(e.ids, ev.kind...), '/'), ev.id...)
		}
	}
	ids := string(e.ids) // one for all
	for i := range list {
		n := len(list[i].kind) + 1 + len(list[i].id)
		list[i].id, ids = ids[:n], ids[n:]
	}
	return list
}

// each visits the events that a selector takes, as an explanation shows them: those that
// weigh too much, too.
func (e *evaluator) each(s *selector, visit func(ev *event)) {
	list := e.happened(s.of)
	for i := range list {
		ev := &list[i]
		if !s.takes(e.r, ev) {
			continue
		}
		if _, is := s.weigh(e.r, ev); is || s.tooMuch(e.r, ev) {
			visit(ev)
		}
	}
}
