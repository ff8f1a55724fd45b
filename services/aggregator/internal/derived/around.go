package derived

import (
	"maps"
	"slices"

	"xinju.dev/services/aggregator/internal/derive"
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/feedfacts"
	"xinju.dev/services/aggregator/internal/store"
)

// moment is before a page or after it.
type moment int

const (
	earlier moment = iota
	later
	moments
)

func (f facing) at(m moment) feedfacts.Set {
	if m == earlier {
		return f.before
	}
	return f.after
}

// around is some persons and the people tied to them, at both moments of a page;
// where nothing changes both are the same. It reads what it lacks, many at a time.
//
// Two persons are tied when a fact of either names the other in a relation or as
// the mother. Names are identifiers as they were recorded; which person one
// stands for, the links say.
type around struct {
	t          store.Tx
	generation int64
	links      bool              // some identifier may be linked
	named      *mentions         // nil: not known
	plain      bool              // the people around are not asked for
	facts      map[string]facing // by identifier
	linked     [moments]map[string][]string
	complete   map[string]bool     // persons of whom linked is known
	naming     map[string][]string // by identifier: whose facts name it, at either moment
	whole      [moments]map[string]*facts.Resident
	part       [moments]map[string]*facts.Resident // what others see of a person; nil when the registry has not told of it
}

func newAround(t store.Tx, generation int64) *around {
	a := &around{
		t: t, generation: generation, links: true, facts: map[string]facing{},
		complete: map[string]bool{}, naming: map[string][]string{},
	}
	for m := range moments {
		a.linked[m] = map[string][]string{}
		a.whole[m] = map[string]*facts.Resident{}
		a.part[m] = map[string]*facts.Resident{}
	}
	return a
}

// around continues with the persons of a page.
func (c *crowd) around(t store.Tx, out *outcome) *around {
	a := newAround(t, c.generation)
	a.links = out.before.links > 0 || out.after.links > 0
	a.named = out.after.named
	a.plain = !out.before.deriver.ReadsOthers() && !out.after.deriver.ReadsOthers()
	a.facts = c.facts
	for _, id := range c.ids {
		a.complete[id] = true
		for m, linked := range [moments][]string{c.was[id], c.is[id]} {
			if len(linked) > 0 {
				a.linked[m][id] = linked
			}
		}
	}
	return a
}

// read makes sure that the facts of the identifiers are at hand.
func (a *around) read(ids []string) error {
	var missing []string
	for _, id := range ids {
		if _, there := a.facts[id]; !there {
			missing = append(missing, id)
			a.facts[id] = facing{}
		}
	}
	if len(missing) == 0 {
		return nil
	}
	slices.Sort(missing)
	stored, err := a.t.Residents(a.generation, missing)
	if err != nil {
		return err
	}
	for _, id := range missing {
		if a.facts[id], err = unchanged(stored[id]); err != nil {
			return err
		}
	}
	return nil
}

// hold makes sure that what is linked to these persons is at hand.
func (a *around) hold(persons []string) error {
	if !a.links {
		return nil
	}
	var missing []string
	for _, id := range persons {
		if !a.complete[id] {
			a.complete[id] = true
			missing = append(missing, id)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	linked, err := a.t.LinkedInto(a.generation, missing)
	if err != nil {
		return err
	}
	var more []string
	for id, list := range linked { // who is not of the page had the same before it
		a.linked[earlier][id], a.linked[later][id] = list, list
		more = append(more, list...)
	}
	return a.read(more)
}

// root is the person that an identifier at hand stands for.
func (a *around) root(m moment, id string) (string, error) { return rootOf(id, a.facts[id].at(m)) }

// meet makes sure that the persons whom the identifiers stand for, at either
// moment, are at hand, and lists them.
func (a *around) meet(ids []string) ([]string, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	if err := a.read(ids); err != nil {
		return nil, err
	}
	roots := map[string]bool{}
	for _, id := range ids {
		for m := range moments {
			root, err := a.root(m, id)
			if err != nil {
				return nil, err
			}
			roots[root] = true
		}
	}
	list := slices.Sorted(maps.Keys(roots))
	if err := a.read(list); err != nil {
		return nil, err
	}
	return list, a.hold(list)
}

// identifiers lists those that a person at hand has or had.
func (a *around) identifiers(id string) []string {
	return append(append([]string{id}, a.linked[earlier][id]...), a.linked[later][id]...)
}

// person puts a person at hand together.
func (a *around) person(m moment, id string) (person, error) {
	return personOf(id, a.facts[id].at(m), a.linked[m][id], func(l string) (feedfacts.Set, error) { return a.facts[l].at(m), nil })
}

// alone is a person at hand without the people around.
func (a *around) alone(m moment, id string) (*facts.Resident, error) {
	if r := a.whole[m][id]; r != nil {
		return r, nil
	}
	r, err := a.made(m, id, nil)
	a.whole[m][id] = r
	return r, err
}

// made is alone, made anew: many may ask at the same time. Where items are given it
// is with the facts that these read.
func (a *around) made(m moment, id string, items *derive.Items) (*facts.Resident, error) {
	p, err := a.person(m, id)
	if err != nil {
		return nil, err
	}
	if items == nil {
		return p.facts().Resident(id)
	}
	return p.facts().ResidentOf(id, items.Reads())
}

// seen is what others see of a person at hand.
func (a *around) seen(m moment, id string) (*facts.Resident, error) {
	if r, done := a.part[m][id]; done {
		return r, nil
	}
	p, err := a.person(m, id)
	if err != nil {
		return nil, err
	}
	var r *facts.Resident
	if p.known() {
		if r, err = p.registry().Resident(id); err != nil {
			return nil, err
		}
	}
	a.part[m][id] = r
	return r, nil
}

// showsAnother says whether others see something else of the person after the page.
func (a *around) showsAnother(id string) bool {
	if !slices.Equal(a.linked[earlier][id], a.linked[later][id]) {
		return true
	}
	was, errWas := a.root(earlier, id)
	is, errIs := a.root(later, id)
	if was != is || errWas != nil || errIs != nil { // damaged facts fail where they are read
		return true
	}
	return slices.ContainsFunc(a.identifiers(id), func(i string) bool {
		return !feedfacts.SameRegistry(a.facts[i].before, a.facts[i].after)
	})
}

// names lists whom the facts of a resident name.
func names(r *facts.Resident) []string {
	var out []string
	if r.Person.MotherID != "" {
		out = append(out, r.Person.MotherID)
	}
	for i := range r.Relations {
		if other := r.Relations[i].OtherID; other != "" {
			out = append(out, other)
		}
	}
	return out
}
