package facts

import (
	"cmp"
	"slices"
	"sync"

	"xinju.dev/services/platform/civil"
)

// Level is a level of the administrative tree. It is stored with each node and
// never derived from the digits of a code.
type Level int32

// The levels, from the top.
const (
	Province   Level = 1
	Prefecture Level = 2
	County     Level = 3
	Township   Level = 4
	Village    Level = 5
)

// AtUnit is no level of the tree but where a Chain has a unit as a place, see
// UnitPlace.
const AtUnit Level = 0

// Division is one node of the tree during one span of days. A code whose name or
// parent changes has one Division per span.
type Division struct {
	Key
	Code       string // 12 digits
	Name       string
	Level      Level
	Parent     string     // 12 digits; empty for a province
	From       civil.Date // None: always
	Until      civil.Date // last day, inclusive; None: still there
	Successors []string

	above []*Division // all states of the parent, oldest first
}

// holds says whether the node exists on the day.
func (d *Division) holds(day civil.Date) bool {
	return day >= d.From && (d.Until == civil.None || day <= d.Until)
}

// Unit is a clinic, centre, school or bureau.
type Unit struct {
	Key
	Name     string
	Kind     int32
	Division string // 12 digits
	Manages  []Managed
}

// Managed is a village managed by a unit, both days inclusive.
type Managed struct {
	Division    string
	From, Until civil.Date
}

// World is the tree of divisions and the units, for all days. It is immutable
// and safe for concurrent use: build a new one when a division or unit changes.
type World struct {
	nodes    map[string][]*Division // by code, oldest first
	children map[string][]*Division // by parent's code, by code
	units    map[string]*Unit
	manager  map[string][]managed // by village
	posted   map[string][]string  // units, by the places where they have stood
	changes  []civil.Date

	mu        sync.RWMutex
	standings map[string][]Standing // by code, made when first asked for
}

type managed struct {
	unit string
	Managed
}

// NewWorld builds the look-ups. It keeps copies of the slices' elements.
func NewWorld(divisions []Division, units []Unit) *World {
	w := &World{
		nodes:    make(map[string][]*Division, len(divisions)),
		children: map[string][]*Division{},
		units:    make(map[string]*Unit, len(units)),
		manager:  map[string][]managed{},
		posted:   map[string][]string{},

		standings: map[string][]Standing{},
	}
	for _, d := range slices.Clone(divisions) {
		w.nodes[d.Code] = append(w.nodes[d.Code], &d)
		w.children[d.Parent] = append(w.children[d.Parent], &d)
	}
	for _, list := range w.nodes {
		slices.SortFunc(list, func(a, b *Division) int { return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.ID, b.ID)) })
	}
	for _, list := range w.children {
		slices.SortFunc(list, func(a, b *Division) int { return cmp.Or(cmp.Compare(a.Code, b.Code), cmp.Compare(a.From, b.From)) })
	}
	for _, u := range slices.Clone(units) {
		w.units[u.ID] = &u
		for _, m := range u.Manages {
			w.manager[m.Division] = append(w.manager[m.Division], managed{u.ID, m})
		}
	}
	for _, list := range w.manager {
		slices.SortFunc(list, func(a, b managed) int { return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.unit, b.unit)) })
	}
	for _, list := range w.nodes {
		for _, d := range list {
			d.above = w.nodes[d.Parent]
		}
	}
	w.changes = treeChanges(divisions)
	w.post()
	return w
}

// treeChanges lists the days on which some node begins or has ended.
func treeChanges(divisions []Division) []civil.Date {
	var out []civil.Date
	for _, d := range divisions {
		if d.From != civil.None {
			out = append(out, d.From)
		}
		if d.Until != civil.None {
			out = append(out, d.Until.AddDays(1))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Changes lists the days on which the tree differs from the day before,
// ascending. The caller must not change it.
func (w *World) Changes() []civil.Date { return w.changes }

// Since is a day from which on, up to the given one, the tree is the same: that of
// its last change, and the first of all days before there was one.
func (w *World) Since(day civil.Date) civil.Date {
	after, _ := slices.BinarySearch(w.changes, day+1)
	if after == 0 {
		return 1
	}
	return w.changes[after-1]
}

// Division returns the node on the day.
func (w *World) Division(code string, day civil.Date) (*Division, bool) {
	d := stateOn(w.nodes[code], day)
	return d, d != nil
}

func stateOn(states []*Division, day civil.Date) *Division {
	for i := len(states) - 1; i >= 0; i-- {
		if states[i].holds(day) {
			return states[i]
		}
	}
	return nil
}

// Any returns the node on the day or, when it does not exist then, as it last
// was before, else as it was first.
func (w *World) Any(code string, day civil.Date) (*Division, bool) {
	d := w.nearest(code, day)
	return d, d != nil
}

// Name returns the Chinese name on the day, that of the nearest state when the
// node does not exist then, and "" for an unknown code.
func (w *World) Name(code string, day civil.Date) string {
	if u, ok := w.units[UnitOf(code)]; ok {
		return u.Name
	}
	if d, ok := w.Any(code, day); ok {
		return d.Name
	}
	return ""
}

// Children returns the codes directly below code on the day, ascending; below
// "" are the provinces. Behind the divisions come the units that stand in it, as
// places. Each comes once, also where the tree wrongly has two states of it.
func (w *World) Children(code string, day civil.Date) []string {
	var out []string
	for _, d := range w.children[code] {
		if d.holds(day) && (len(out) == 0 || out[len(out)-1] != d.Code) {
			out = append(out, d.Code)
		}
	}
	return w.unitsIn(out, code, day)
}

// maxDepth bounds a walk upwards, should the tree hold a loop.
const maxDepth = 8

// AncestorAt returns the division of the level that holds code on the day: code
// itself when it is of that level. Where the tree skips the level (a prefecture
// with townships of its own), it is the nearest one above. "" when the tree does
// not know.
func (w *World) AncestorAt(code string, level Level, day civil.Date) string {
	for range maxDepth {
		d, ok := w.Division(code, day)
		if !ok {
			return ""
		}
		if d.Level <= level {
			return d.Code
		}
		code = d.Parent
	}
	return ""
}

// Within says whether code is ancestor, or lies below it, on the day; a unit as a
// place lies below the division in which it stands.
func (w *World) Within(code, ancestor string, day civil.Date) bool {
	if u, ok := w.units[UnitOf(code)]; ok && u.ID != "" && code != ancestor {
		code = w.Standing(u.Division, day).At.Place()
	}
	for range maxDepth {
		if code == ancestor {
			return true
		}
		d, ok := w.Division(code, day)
		if !ok || d.Parent == "" {
			return false
		}
		code = d.Parent
	}
	return false
}

// Unit returns a unit by its id.
func (w *World) Unit(id string) (*Unit, bool) {
	u, ok := w.units[id]
	return u, ok
}

// Manager returns the id of the unit that manages the village on the day, or
// "". Of several the one whose management began last.
func (w *World) Manager(village string, day civil.Date) string {
	list := w.manager[village]
	for i := len(list) - 1; i >= 0; i-- {
		if m := list[i]; day >= m.From && (m.Until == civil.None || day <= m.Until) {
			return m.unit
		}
	}
	return ""
}
