package policy

import (
	"slices"

	"xinju.dev/services/aggregator/internal/facts"
)

// elsewhere says that no place where the resident ever lived or was served lies in
// the pack's jurisdiction, on any day: no event can count under the pack then.
func (e *evaluator) elsewhere(p *Pack) bool {
	if p.Jurisdiction == "" || len(e.runs) > 0 || len(e.r.Others) > 0 {
		return false
	}
	inside := func(code string) bool {
		return slices.ContainsFunc(e.w.Standings(code), func(s facts.Standing) bool { return slices.Contains(s.At[:], p.Jurisdiction) })
	}
	for i := range e.r.Residences {
		if inside(e.r.Residences[i].Division) {
			return false
		}
	}
	last := ""
	return !servedBy(e.r, func(unit string) bool {
		if unit == "" || unit == last {
			return false
		}
		last = unit
		return inside(facts.UnitPlace(unit))
	})
}

// servedBy says whether one of the units that are in the resident's facts is asked for.
func servedBy(r *facts.Resident, asked func(unit string) bool) bool {
	return slices.ContainsFunc(r.Archives, func(x facts.Archive) bool { return asked(x.UnitID) }) ||
		slices.ContainsFunc(r.Educations, func(x facts.Education) bool { return asked(x.UnitID) }) ||
		slices.ContainsFunc(r.Cases, func(x facts.Case) bool { return asked(x.UnitID) }) ||
		slices.ContainsFunc(r.Certificates, func(x facts.Certificate) bool { return asked(x.UnitID) }) ||
		slices.ContainsFunc(r.Doses, func(x facts.Dose) bool { return asked(x.UnitID) }) ||
		slices.ContainsFunc(r.Pregnancies, func(x facts.Pregnancy) bool { return asked(x.UnitID) }) ||
		slices.ContainsFunc(r.Antenatals, func(x facts.Antenatal) bool { return asked(x.UnitID) }) ||
		slices.ContainsFunc(r.Deliveries, func(x facts.Delivery) bool { return asked(x.UnitID) }) ||
		slices.ContainsFunc(r.Postnatals, func(x facts.Postnatal) bool { return asked(x.UnitID) }) ||
		slices.ContainsFunc(r.ChildChecks, func(x facts.ChildCheck) bool { return asked(x.UnitID) }) ||
		slices.ContainsFunc(r.Methods, func(x facts.Method) bool { return asked(x.UnitID) }) ||
		slices.ContainsFunc(r.Services, func(x facts.Service) bool { return asked(x.UnitID) }) ||
		slices.ContainsFunc(r.Records, func(x facts.Record) bool { return asked(x.UnitID) })
}
