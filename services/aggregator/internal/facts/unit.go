package facts

import (
	"slices"
	"strings"

	"xinju.dev/services/platform/civil"
)

// Units as places. What is attributed to a unit counts in a pseudo place of its
// own that hangs below the unit's division, so that it can be read per unit and
// still sums up to the unit's village, township and county.

const unitPrefix = "unit:"

// UnitPlace is the code of a unit as a place.
func UnitPlace(unitID string) string { return unitPrefix + unitID }

// UnitOf returns the unit that a code stands for; "" when it is a division.
func UnitOf(code string) string {
	id, _ := strings.CutPrefix(code, unitPrefix)
	if len(id) == len(code) {
		return ""
	}
	return id
}

// unitStandings is where a unit stands over all days: itself in the place where
// its division counts. A unit that is not known, or whose division the tree
// leads nowhere from, counts nowhere.
func (w *World) unitStandings(code string) []Standing {
	u, ok := w.units[UnitOf(code)]
	if !ok {
		return []Standing{{From: 1, To: civil.Forever, At: Chain{AtUnit: code}, How: Nowhere}}
	}
	out := slices.Clone(w.Standings(u.Division))
	for i := range out {
		if s := &out[i]; s.How == Nowhere {
			s.At = Chain{AtUnit: code}
		} else {
			s.At[AtUnit], s.How = code, Here
		}
	}
	return out
}

// post notes where each unit has ever stood.
func (w *World) post() {
	for id, u := range w.units {
		if id == "" {
			continue
		}
		for _, s := range w.Standings(u.Division) {
			if at := s.At.Place(); s.How != Nowhere && !slices.Contains(w.posted[at], id) {
				w.posted[at] = append(w.posted[at], id)
			}
		}
	}
	for _, list := range w.posted {
		slices.Sort(list)
	}
}

// unitsIn appends the units that stand directly in a division on a day.
func (w *World) unitsIn(out []string, code string, day civil.Date) []string {
	for _, id := range w.posted[code] {
		at := w.Standing(w.units[id].Division, day)
		if at.How != Nowhere && at.At.Place() == code {
			out = append(out, UnitPlace(id))
		}
	}
	return out
}

// Codes lists every code that there has ever been, of divisions and of units as
// places, ascending.
func (w *World) Codes() []string {
	out := make([]string, 0, len(w.nodes)+len(w.units))
	for code := range w.nodes {
		out = append(out, code)
	}
	for id := range w.units {
		out = append(out, UnitPlace(id))
	}
	slices.Sort(out)
	return out
}

// Managed lists the villages that a unit manages on a day, ascending: those
// whose Manager it is. Numbers per managing unit are sums over them.
func (w *World) Managed(unit string, day civil.Date) []string {
	u, ok := w.units[unit]
	if !ok {
		return nil
	}
	var out []string
	for _, m := range u.Manages {
		if w.Manager(m.Division, day) == unit {
			out = append(out, m.Division)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// ManagedUntil is Manager with the first day on which it may be another unit.
func (w *World) ManagedUntil(village string, day civil.Date) (unit string, until civil.Date) {
	until = civil.Forever
	for _, m := range w.manager[village] {
		if m.From > day {
			until = min(until, m.From)
		}
		if m.Until != civil.None && m.Until >= day {
			until = min(until, m.Until.AddDays(1))
		}
	}
	return w.Manager(village, day), until
}
