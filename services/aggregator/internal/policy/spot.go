package policy

import (
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/platform/civil"
)

// Where events count.

// spot is where an event was recorded to be.
type spot struct {
	asked bool
	code  string       // "": at a unit that nobody knows, counted in no village
	chain *facts.Chain // by which is read who governs it; nil: it counts nowhere
}

// unknownPlace is governed by the packs of the whole country.
var unknownPlace facts.Chain

// site is a recorded place of which the standings are known.
type site struct {
	unit string // whose place it is; "" of a division
	home string // the same as a hukou or a permit has it; "" when none did
	code string
	list []facts.Standing
}

// stint is a run of days on which the same unit manages a village.
type stint struct {
	village     string
	from, until civil.Date
	place       string // the unit as a place; "" when none does, or it stands nowhere
}

// many bounds what is kept of places: most residents have been at two or three.
const many = 16

// standing is the one of the world; those of a few places are kept at hand.
func (e *evaluator) standing(code string, day civil.Date) *facts.Standing {
	for i := range e.sites {
		if s := &e.sites[i]; s.code == code {
			return facts.StandingOn(s.list, day)
		}
	}
	list := e.w.Standings(code)
	if len(e.sites) < many {
		e.sites = append(e.sites, site{code: code, list: list})
	}
	return facts.StandingOn(list, day)
}

// homeOn is facts.World.Home.
func (e *evaluator) homeOn(code string, day civil.Date) (facts.Chain, civil.Date) {
	for i := range e.sites {
		if s := &e.sites[i]; s.home == code && code != "" {
			return facts.HomeAt(s.code, facts.StandingOn(s.list, day))
		}
	}
	whole := facts.Pad(code)
	list := e.w.Standings(whole)
	if len(e.sites) < many {
		e.sites = append(e.sites, site{home: code, code: whole, list: list})
	}
	return facts.HomeAt(whole, facts.StandingOn(list, day))
}

// unitAt is a unit as a place; "" when it stands nowhere on the day.
func (e *evaluator) unitAt(unit string, day civil.Date) string {
	if unit == "" {
		return ""
	}
	place := e.unitPlace(unit)
	if e.standing(place, day).How == facts.Nowhere {
		return ""
	}
	return place
}

func (e *evaluator) unitPlace(unit string) string {
	for i := range e.sites {
		if s := &e.sites[i]; s.unit == unit {
			return s.code
		}
	}
	place := facts.UnitPlace(unit)
	if len(e.sites) < many {
		e.sites = append(e.sites, site{unit: unit, code: place, list: e.w.Standings(place)})
	}
	return place
}

// managed is the unit that manages a village on a day, as a place, and until when
// that is so.
func (e *evaluator) managed(village string, day civil.Date) (place string, until civil.Date) {
	for i := range e.stints {
		if s := &e.stints[i]; s.village == village && s.from <= day && day < s.until {
			return s.place, s.until
		}
	}
	unit, until := e.w.ManagedUntil(village, day)
	if unit != "" {
		at := e.standing(e.unitPlace(unit), day)
		if until = min(until, at.To); at.How != facts.Nowhere {
			place = e.unitPlace(unit)
		}
	}
	if len(e.stints) < many {
		e.stints = append(e.stints, stint{village, day, until, place})
	}
	return place, until
}

// placeOf is where an event counts: where the person lives on its day (of a birth
// that nobody registered a home for, where the mother does), or the unit that
// recorded it. One at a unit that nobody knows counts in no village, under the
// pack that governs where the person lives.
func (e *evaluator) placeOf(by Attribution, ev *event) *spot {
	if by == ByEvent && ev.kind != "birth" && ev.kind != "death" {
		if !ev.served.asked {
			if ev.served = e.spot(e.unitAt(ev.unit, ev.on), ev.on); ev.served.chain == nil {
				ev.served.chain = e.chainOn(ev.on)
			}
		}
		return &ev.served
	}
	if !ev.lived.asked {
		ev.lived = e.spot(e.home(ev), ev.on)
	}
	return &ev.lived
}

func (e *evaluator) spot(code string, day civil.Date) spot {
	out := spot{asked: true, code: code}
	if code == "" {
		return out
	}
	if at := e.standing(code, day); at.How != facts.Nowhere {
		out.chain = &at.At
	}
	return out
}

// chainOn is where the person lives on a day.
func (e *evaluator) chainOn(day civil.Date) *facts.Chain {
	if s := e.stayOn(facts.ByArrival, day); s != nil && s.Known() {
		return &s.At
	}
	return &unknownPlace
}

func (e *evaluator) home(ev *event) string {
	if s := e.stayOn(facts.ByArrival, ev.on); s != nil {
		return e.r.Residences[s.Residence].Division
	}
	if ev.kind == "birth" {
		return e.mothersPlace(ev.on)
	}
	return ""
}

func (e *evaluator) mothersPlace(day civil.Date) string {
	mother := e.r.Other(e.r.Person.MotherID)
	if mother == nil {
		return ""
	}
	for _, s := range mother.Stays(e.w, facts.ByArrival, nil) {
		if s.From <= day && day < s.To {
			return mother.Residences[s.Residence].Division
		}
	}
	return ""
}

// doseAt is where a dose given counts. By unit one that nobody knows (a birth dose
// from elsewhere) is credited to the unit that manages where the child lives.
func (e *evaluator) doseAt(by Attribution, ev *event) *spot {
	if by != ByEvent {
		return e.placeOf(ByResidence, ev)
	}
	if at := e.placeOf(ByEvent, ev); at.code != "" {
		return at
	}
	if !ev.kept.asked {
		ev.kept = *e.placeOf(ByResidence, ev)
		if s := e.stayOn(facts.ByArrival, ev.on); s != nil {
			if place, _ := e.managed(s.Village(), ev.on); place != "" {
				ev.kept = e.spot(place, ev.on)
			}
		}
	}
	return &ev.kept
}

// meetEvents notes who governs where events of a kind count, by any attribution.
func (e *evaluator) meetEvents(c *Catalogue, h happening) {
	list := e.happened(h)
	for i := range list {
		ev := &list[i]
		for _, by := range [...]Attribution{ByResidence, ByEvent} {
			at := e.placeOf(by, ev)
			if at.chain != nil {
				e.meet(c, at.chain)
			}
			if h == doseGiven {
				if at := e.doseAt(by, ev); at.chain != nil && by == ByEvent {
					e.meet(c, at.chain)
				}
			}
		}
	}
}
