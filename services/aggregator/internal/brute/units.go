package brute

import (
	"strings"

	"xinju.dev/services/platform/civil"
)

// Units as places: what is counted at a unit stands in a place of its own, below
// the division in which the unit stands.

const unitPrefix = "unit:"

// atUnit is the place of a unit; "" when the tree leads nowhere from it.
func (d *Diary) atUnit(unit string, day civil.Date) string {
	if d.stands(unitPrefix+unit, day) == "" {
		return ""
	}
	return unitPrefix + unit
}

// stands is where a recorded place counts on a day; "" for nowhere.
func (d *Diary) stands(code string, day civil.Date) string {
	id, is := strings.CutPrefix(code, unitPrefix)
	if !is {
		return place(d.w, code, day, nil)
	}
	u, ok := d.w.Unit(id)
	if !ok || id == "" || place(d.w, u.Division, day, nil) == "" {
		return ""
	}
	return code
}

// division is the place itself, of a unit the division in which it stood.
func (d *Diary) division(code string, day civil.Date) string {
	if id, is := strings.CutPrefix(code, unitPrefix); is {
		if u, ok := d.w.Unit(id); ok {
			return place(d.w, u.Division, day, nil)
		}
		return ""
	}
	return code
}
