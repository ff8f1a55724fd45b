package derived

import (
	"maps"
	"slices"

	"xinju.dev/services/aggregator/internal/derive"
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/feedfacts"
	"xinju.dev/services/aggregator/internal/store"
)

// facing is the facts of one identifier before and after a page, and its row as it
// is stored, before the page.
type facing struct {
	before, after feedfacts.Set
	row           store.ResidentRow
}

// unchanged is an identifier whose facts the page does not change.
func unchanged(row store.ResidentRow) (facing, error) {
	set, err := feedfacts.Decode(row.Facts)
	return facing{set, set, row}, err
}

// crowd is who a page is about: the identifiers whose facts it changes, and the
// persons whom these counted for before and count for now.
type crowd struct {
	generation int64
	facts      map[string]facing
	changed    map[string][]derive.Fact // by the page, by identifier
	links      []store.LinkRow          // that change; without Into when there is none any more

	ids     []string            // of the persons, ascending
	was, is map[string][]string // identifiers linked to each of them
}

// persons returns everybody affected, before and after the page, in the same
// order. A link that changes affects the two whom it concerns and nobody else.
// It writes the links.
func (c *crowd) persons(t store.Tx, out *outcome) (before, after []person, err error) {
	ids, err := c.roots()
	if err != nil || len(ids) == 0 {
		return nil, nil, err
	}
	var was, is map[string][]string
	defer func() { c.ids, c.was, c.is = ids, was, is }()
	if out.before.links > 0 {
		if was, err = t.LinkedInto(c.generation, ids); err != nil {
			return nil, nil, err
		}
	}
	is = was
	if len(c.links) > 0 {
		if err := c.relink(t, out); err != nil {
			return nil, nil, err
		}
		if is, err = t.LinkedInto(c.generation, ids); err != nil {
			return nil, nil, err
		}
	}
	if err := c.complete(t, ids, was, is); err != nil {
		return nil, nil, err
	}
	for _, id := range ids {
		b, err := personOf(id, c.facts[id].before, was[id], func(l string) (feedfacts.Set, error) { return c.facts[l].before, nil })
		if err != nil {
			return nil, nil, err
		}
		a, err := personOf(id, c.facts[id].after, is[id], func(l string) (feedfacts.Set, error) { return c.facts[l].after, nil })
		if err != nil {
			return nil, nil, err
		}
		before, after = append(before, b), append(after, a)
	}
	return before, after, nil
}

// roots lists whom the changed facts counted for and count for, ascending, and
// notes the links that change.
func (c *crowd) roots() ([]string, error) {
	roots := map[string]bool{}
	for _, id := range slices.Sorted(maps.Keys(c.facts)) {
		was, err := rootOf(id, c.facts[id].before)
		if err != nil {
			return nil, err
		}
		is, err := rootOf(id, c.facts[id].after)
		if err != nil {
			return nil, err
		}
		roots[was], roots[is] = true, true
		if was != is {
			c.links = append(c.links, linkRow(id, is))
		}
	}
	return slices.Sorted(maps.Keys(roots)), nil
}

// linkRow is what is stored of an identifier whose facts count for root.
func linkRow(id, root string) store.LinkRow {
	if root == id {
		return store.LinkRow{Linked: id}
	}
	return store.LinkRow{Linked: id, Into: root}
}

// relink writes the links and keeps count of them, and of those that lead on.
func (c *crowd) relink(t store.Tx, out *outcome) error {
	var ids []string
	for _, l := range c.links {
		ids = append(ids, l.Linked)
	}
	near, err := t.LinkedInto(c.generation, ids)
	if err != nil {
		return err
	}
	edges := ids
	for _, list := range near {
		edges = append(edges, list...)
	}
	slices.Sort(edges)
	edges = slices.Compact(edges)
	hadLinks, ledOn, err := chains(t, c.generation, edges)
	if err != nil {
		return err
	}
	if err := t.PutLinks(c.generation, c.links); err != nil {
		return err
	}
	hasLinks, leadOn, err := chains(t, c.generation, edges)
	out.after.links += hasLinks - hadLinks
	out.after.chains += leadOn - ledOn
	return err
}

// chains counts those of the identifiers that are linked, and those that are
// linked to one that is linked itself.
func chains(t store.Tx, generation int64, ids []string) (links, leadOn int64, err error) {
	into, err := t.IntoOf(generation, ids)
	if err != nil {
		return 0, 0, err
	}
	further, err := t.IntoOf(generation, slices.Compact(slices.Sorted(maps.Values(into))))
	if err != nil {
		return 0, 0, err
	}
	for _, root := range into {
		links++
		if further[root] != "" {
			leadOn++
		}
	}
	return links, leadOn, nil
}

// complete reads the facts of everybody affected that the page does not change.
func (c *crowd) complete(t store.Tx, ids []string, linked ...map[string][]string) error {
	missing := map[string]bool{}
	need := func(id string) {
		if _, there := c.facts[id]; !there {
			missing[id] = true
		}
	}
	for _, id := range ids {
		need(id)
		for _, m := range linked {
			for _, l := range m[id] {
				need(l)
			}
		}
	}
	if len(missing) == 0 {
		return nil
	}
	stored, err := t.Residents(c.generation, slices.Sorted(maps.Keys(missing)))
	if err != nil {
		return err
	}
	for id := range missing {
		if c.facts[id], err = unchanged(stored[id]); err != nil {
			return err
		}
	}
	return nil
}

// linksOf reads the links of a whole generation: whom each linked identifier
// counts for, and how many lead to one that is linked itself.
func linksOf(t store.Tx, generation int64) (into map[string]string, chains int64, err error) {
	into = map[string]string{}
	err = t.Links(generation, func(l store.LinkRow) error {
		into[l.Linked] = l.Into
		return nil
	})
	for _, root := range into {
		if into[root] != "" {
			chains++
		}
	}
	return into, chains, err
}

// items lists, of the persons for whom only facts of some kinds have changed, what
// may differ. A change of the tree is one of everything.
func (c *crowd) items(out *outcome) map[string]*derive.Items {
	items := map[string]*derive.Items{}
	if out.after.world != out.before.world {
		return items
	}
	for _, id := range c.ids {
		changed := c.changed[id]
		for _, list := range [][]string{c.was[id], c.is[id]} {
			for _, l := range list {
				changed = append(slices.Clip(changed), c.changed[l]...)
			}
		}
		var kinds facts.Kinds
		for i := range changed {
			kinds |= changed[i].Of
		}
		items[id] = out.after.deriver.Touched(kinds).Changed(changed)
	}
	return items
}
