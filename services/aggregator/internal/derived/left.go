package derived

import (
	"maps"
	"slices"

	"xinju.dev/services/aggregator/internal/feedfacts"
	"xinju.dev/services/aggregator/internal/store"
)

// departures is the places that persons have left with a page: they lived or
// counted there as it was known before, and not as it is known after.
type departures map[string]map[string]bool

func (d *departures) leave(id, place string) {
	if place == "" {
		return
	}
	if *d == nil {
		*d = departures{}
	}
	if (*d)[id] == nil {
		(*d)[id] = map[string]bool{}
	}
	(*d)[id][place] = true
}

// moved compares where a person lived before the page and after it.
func (d *departures) moved(was, is *person) error {
	before, after := was.lived(), is.lived()
	if feedfacts.SameRegistry(before, after) {
		return nil
	}
	places, err := before.Places()
	if err != nil {
		return err
	}
	still, err := after.Places()
	if err != nil {
		return err
	}
	for _, place := range places {
		if _, there := slices.BinarySearch(still, place); !there {
			d.leave(was.id, place)
		}
	}
	return nil
}

// uncounted notes the rows of a person that are no more.
func (d *departures) uncounted(id string, x *difference) {
	for i := range x.deletes {
		if village := x.deletes[i].Village; find(x.puts, village) == nil {
			d.leave(id, village)
		}
	}
}

// rows are the departures at a revision, in the order of their table.
func (d departures) rows(revision int64) (out []store.LeftRow) {
	for _, id := range slices.Sorted(maps.Keys(d)) {
		for _, place := range slices.Sorted(maps.Keys(d[id])) {
			out = append(out, store.LeftRow{ResidentID: id, Place: place, Revision: revision})
		}
	}
	return out
}

// lived is the facts that say where the person lived; none of somebody whom the
// registry does not tell of, or who is merged into another.
func (p *person) lived() feedfacts.Set {
	if !p.known() {
		return nil
	}
	return p.facts().Registry()
}
