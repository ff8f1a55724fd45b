package derived

import (
	"maps"
	"slices"

	"xinju.dev/services/aggregator/internal/derive"
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/feedfacts"
	"xinju.dev/services/aggregator/internal/store"
)

// neighbours lists the persons who may be tied to those at hand, at either
// moment, and has them at hand afterwards.
func (a *around) neighbours(persons []string) (map[string][]string, error) {
	if a.named.none() {
		return nil, nil
	}
	out := map[string][]string{}
	var ask, everybody []string
	for _, id := range persons {
		for m := range moments {
			r, err := a.alone(m, id)
			if err != nil {
				return nil, err
			}
			out[id] = append(out[id], names(r)...)
		}
		for _, i := range a.identifiers(id) {
			if a.named.may(i) {
				ask = append(ask, i)
			}
		}
	}
	if err := a.askNaming(ask); err != nil {
		return nil, err
	}
	for _, id := range persons {
		for _, i := range a.identifiers(id) {
			out[id] = append(out[id], a.naming[i]...)
		}
		everybody = append(everybody, out[id]...)
	}
	if _, err := a.meet(everybody); err != nil {
		return nil, err
	}
	for id, raw := range out {
		near, err := a.meet(raw)
		if err != nil {
			return nil, err
		}
		out[id] = slices.DeleteFunc(near, func(n string) bool { return n == id })
	}
	return out, nil
}

// askNaming reads whose facts name the identifiers. What the page itself adds is
// in the map already, and what it takes away still in the table.
func (a *around) askNaming(ids []string) error {
	slices.Sort(ids)
	rows, err := a.t.Naming(a.generation, slices.Compact(ids))
	for id, list := range rows {
		list = append(list, a.naming[id]...)
		slices.Sort(list)
		a.naming[id] = slices.Compact(list)
	}
	return err
}

// gather brings in everybody around the persons at hand, and lists who else must
// be derived again: those tied to somebody of whom they see something else now.
// Those who are listed have everybody around them at hand as well.
func (a *around) gather(persons []string, shows func(id string) bool) ([]string, error) {
	tied, err := a.besides(persons, shows)
	if err != nil {
		return nil, err
	}
	_, err = a.neighbours(tied)
	return tied, err
}

// touched lists, for the persons of a page, who else must be derived again: those
// tied to somebody of whom they see something else now. Of persons of the page who
// do, every item may differ, which is noted. Everybody whose items ask for the
// people around has them at hand afterwards.
func (a *around) touched(persons []string, items map[string]*derive.Items) ([]string, error) {
	var shown []string
	for _, id := range persons {
		if a.showsAnother(id) {
			shown = append(shown, id)
		}
	}
	near, err := a.neighbours(shown)
	if err != nil {
		return nil, err
	}
	more := map[string]bool{}
	for _, list := range near {
		for _, n := range list {
			more[n] = true
		}
	}
	for _, id := range persons {
		if more[id] {
			delete(items, id)
			delete(more, id)
		}
	}
	tied := slices.Sorted(maps.Keys(more))
	if a.plain {
		return tied, nil
	}
	asking := slices.Clone(tied)
	for _, id := range persons {
		if of, some := items[id]; !some || of.ReadsOthers() {
			asking = append(asking, id)
		}
	}
	_, err = a.neighbours(asking)
	return tied, err
}

// besides lists who is tied to those of the persons who are shown, without them.
func (a *around) besides(persons []string, shows func(id string) bool) ([]string, error) {
	near, err := a.neighbours(persons)
	if err != nil {
		return nil, err
	}
	more := map[string]bool{}
	for _, id := range persons {
		if len(near[id]) == 0 || !shows(id) {
			continue
		}
		for _, n := range near[id] {
			more[n] = true
		}
	}
	for _, id := range persons {
		delete(more, id)
	}
	return slices.Sorted(maps.Keys(more)), nil
}

// resident is a person who was gathered, with the people around as rules see
// them: names stand for persons, not for identifiers that are linked to them.
func (a *around) resident(m moment, id string) (*facts.Resident, error) {
	r, err := a.alone(m, id)
	if err != nil || a.plain || a.named.none() || !r.Known() {
		return r, err
	}
	mine := map[string]bool{id: true}
	for _, l := range a.linked[m][id] {
		mine[l] = true
	}
	named, whom, err := a.whomNames(m, r)
	if err != nil {
		return nil, err
	}
	r = whom
	candidates := slices.Clone(named)
	for i := range mine {
		for _, n := range a.naming[i] {
			root, err := a.root(m, n)
			if err != nil {
				return nil, err
			}
			candidates = append(candidates, root)
		}
	}
	slices.Sort(candidates)
	r.Others = nil
	for _, c := range slices.Compact(candidates) {
		if c == id {
			continue
		}
		other, err := a.seen(m, c)
		if err != nil {
			return nil, err
		}
		if other == nil || !slices.Contains(named, c) && !slices.ContainsFunc(names(other), func(n string) bool { return mine[n] }) {
			continue
		}
		r.Others = append(r.Others, renamed(other, func(n string) string {
			if mine[n] {
				return id
			}
			return n
		}))
	}
	return r, nil
}

// whomNames lists the persons whom a resident's facts name, and returns the resident
// with those names.
func (a *around) whomNames(m moment, r *facts.Resident) ([]string, *facts.Resident, error) {
	roots := map[string]string{}
	var list []string
	for _, n := range names(r) {
		root, err := a.root(m, n)
		if err != nil {
			return nil, nil, err
		}
		roots[n] = root
		list = append(list, root)
	}
	return list, renamed(r, func(n string) string { return roots[n] }), nil
}

// renamed is the resident with other names for those whom it names.
func renamed(r *facts.Resident, to func(string) string) *facts.Resident {
	out := *r
	if n := r.Person.MotherID; n != "" {
		out.Person.MotherID = to(n)
	}
	out.Relations = slices.Clone(r.Relations)
	for i := range out.Relations {
		if n := out.Relations[i].OtherID; n != "" {
			out.Relations[i].OtherID = to(n)
		}
	}
	return &out
}

// tieChanges is what a page changes of who names whom.
type tieChanges struct{ puts, deletes []store.TieRow }

// compare notes what differs between two states of one identifier's facts.
func (c *tieChanges) compare(id string, f facing) error {
	was, err := f.before.Ties(id)
	if err != nil {
		return err
	}
	is, err := f.after.Ties(id)
	if err != nil {
		return err
	}
	for _, other := range was {
		if !slices.Contains(is, other) {
			c.deletes = append(c.deletes, store.TieRow{Other: other, Resident: id})
		}
	}
	for _, other := range is {
		if !slices.Contains(was, other) {
			c.puts = append(c.puts, store.TieRow{Other: other, Resident: id})
		}
	}
	return nil
}

func (c *tieChanges) write(t store.Tx, generation int64) error {
	if err := t.DeleteTies(generation, c.deletes); err != nil {
		return err
	}
	return t.PutTies(generation, c.puts)
}

// registry is what others see of the person.
func (p *person) registry() feedfacts.Set {
	var more []feedfacts.Set
	for _, s := range p.more {
		more = append(more, s.Registry())
	}
	return feedfacts.Join(p.own.Registry(), more...)
}
