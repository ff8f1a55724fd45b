package answers

import (
	"maps"
	"slices"

	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/fault"
)

// ErrUnit says that no unit has the id.
var ErrUnit = fault.New(fault.NotFound, "COVERAGE_UNIT_UNKNOWN", "the feeds have told of no such unit", "数据源中没有该机构")

// UnitPlace is what a unit manages or provides, wherever that is or, with a code,
// in that division alone. It fails with COVERAGE_UNIT_UNKNOWN.
func UnitPlace(w *facts.World, id string, by By, code string) (Place, error) {
	if id == NoUnit && code != "" {
		return Place{Code: code, Name: noUnitName, UnitID: id, By: by}, nil
	}
	u, ok := w.Unit(id)
	if !ok {
		return Place{}, ErrUnit.With("unit_id", id)
	}
	return Place{Code: code, Name: u.Name, UnitID: id, By: by}, nil
}

// PackOfUnit returns the pack that governs the division where a unit stands. It
// fails with COVERAGE_UNIT_UNKNOWN, DIVISION_NOT_FOUND, NO_PACK_IN_FORCE.
func PackOfUnit(v coverage.View, id string, day civil.Date) (*policy.Pack, error) {
	u, ok := v.World().Unit(id)
	if !ok {
		return nil, ErrUnit.With("unit_id", id)
	}
	return PackFor(v, u.Division, day)
}

const noUnitName = "未归机构"

// places lists the codes of a division and of all below it on a day, by unit:
// villages by who manages them, what is attributed to a unit by that unit.
type places struct {
	managed map[string][]string // villages; NoUnit: those that no unit manages, and places of units
	posted  map[string][]string // places of units; NoUnit: everything else
}

func placesBelow(w *facts.World, code string, day civil.Date) *places {
	out := &places{managed: map[string][]string{}, posted: map[string][]string{}}
	put := func(m map[string][]string, unit, code string) {
		if unit == "" {
			unit = NoUnit
		}
		m[unit] = append(m[unit], code)
	}
	open := []string{code}
	for depth := 0; len(open) > 0 && depth < maxLevels; depth++ {
		var next []string
		for _, c := range open {
			put(out.managed, w.Manager(c, day), c)
			put(out.posted, facts.UnitOf(c), c)
			next = append(next, w.Children(c, day)...)
		}
		open = next
	}
	return out
}

// UnitCodes lists the places where what is the unit's is counted on a day, for an
// indicator: the sum over them is its number. counted is false when the indicator
// is not counted by such a role: services given are not by who manages, people
// living somewhere are not by who provides.
func UnitCodes(w *facts.World, ind *policy.Indicator, at *Place, day civil.Date) (codes []string, counted bool) {
	var below *places
	if at.Code != "" {
		below = placesBelow(w, at.Code, day)
	}
	return unitCodes(w, below, ind, at, day)
}

func unitCodes(w *facts.World, below *places, ind *policy.Indicator, at *Place, day civil.Date) (codes []string, counted bool) {
	posted := ind.Attribution == policy.ByEvent && at.By == ByProvider || ind.Attribution == policy.ByManager && at.By == ByManager
	lived := at.By == ByManager && ind.Attribution != policy.ByEvent && !posted
	switch {
	case !posted && !lived:
		return nil, false
	case at.Code == "" && posted:
		return []string{facts.UnitPlace(at.UnitID)}, true
	case at.Code == "":
		return w.Managed(at.UnitID, day), true
	case posted:
		codes = below.posted[at.UnitID]
	default:
		codes = below.managed[at.UnitID]
	}
	slices.Sort(codes)
	return codes, true
}

// ByUnit breaks a division down by unit on a day, by id, with what belongs to
// none last. Of every indicator that is counted so they add up to the division.
func ByUnit(w *facts.World, code string, by By, day civil.Date) []Place {
	below := placesBelow(w, code, day)
	units := map[string]bool{}
	for id := range below.posted {
		units[id] = true
	}
	if by == ByManager {
		for id := range below.managed {
			units[id] = true
		}
	}
	var out []Place
	for _, id := range slices.Sorted(maps.Keys(units)) {
		if id != NoUnit {
			p := Place{Code: code, Name: id, UnitID: id, By: by}
			if u, ok := w.Unit(id); ok {
				p.Name = u.Name
			}
			out = append(out, p)
		}
	}
	return append(out, Place{Code: code, Name: noUnitName, UnitID: NoUnit, By: by})
}
