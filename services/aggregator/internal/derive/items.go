package derive

import (
	"slices"

	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/ledger"
	"xinju.dev/services/aggregator/internal/policy"
)

// Items is a set of the keys that pieces have. It is immutable.
type Items struct {
	has   []bool // by key
	some  int
	asks  bool // for the people around
	born  bool // births among them
	plans []plan
}

// plan is the items of one pack that are derived, in the order of their keys.
type plan struct {
	pack  *policy.Pack
	tied  bool // some item has a condition about the people around
	items []item
}

// item is one indicator of a pack, by its place there.
type item struct {
	key   ledger.Key
	index int32
}

// Has says whether pieces of the key belong to the set.
func (i *Items) Has(k ledger.Key) bool { return i.has[k] }

// All says that every key is in the set.
func (i *Items) All() bool { return i.some == len(i.has) }

// ReadsOthers says whether pieces of the set may depend on the people tied to the
// resident. While they do not, these need not be there.
func (i *Items) ReadsOthers() bool { return i.asks }

// None says that no key is in the set: nothing that is kept can have changed.
func (i *Items) None() bool { return i.some == 0 }

// Touched is the items whose pieces may differ when only facts of these kinds about
// a resident were added, changed or taken away: all others of that resident are
// exactly as they were, under any packs and in any village. A change of the tree,
// of links or of the people around the resident is a change of everything.
func (d *Deriver) Touched(k facts.Kinds) *Items {
	if k&(facts.OfPerson|facts.OfResidence) != 0 {
		k = facts.OfEverything
	}
	if known, ok := d.touched.Load(k); ok {
		return known.(*Items)
	}
	made, _ := d.touched.LoadOrStore(k, d.itemsOf(k))
	return made.(*Items)
}

func (d *Deriver) itemsOf(k facts.Kinds) *Items {
	out := &Items{has: make([]bool, len(d.ids)+1)}
	for _, p := range d.catalogue.Packs() {
		for i := range p.Indicators {
			if p.Indicators[i].Reads()&k != 0 {
				out.has[d.packs[p][i]] = true
			}
		}
	}
	if k == facts.OfEverything {
		for i := range out.has {
			out.has[i] = true
		}
	}
	for _, is := range out.has {
		if is {
			out.some++
		}
	}
	for _, p := range d.catalogue.Packs() {
		out.plans = append(out.plans, d.planOf(p, out))
	}
	return out
}

// planOf: an item that one pack has changed is derived under all of them, since
// its pieces are replaced whole.
func (d *Deriver) planOf(p *policy.Pack, items *Items) plan {
	out := plan{pack: p}
	for i, key := range d.packs[p] {
		if ind := &p.Indicators[i]; items.has[key] && ind.Reads() != 0 {
			items.asks = items.asks || ind.ReadsOthers()
			items.born, out.tied = items.born || ind.ReadsMother(), out.tied || ind.ReadsTied()
			out.items = append(out.items, item{key, int32(i)})
		}
	}
	slices.SortFunc(out.items, func(a, b item) int { return int(a.key) - int(b.key) })
	return out
}
