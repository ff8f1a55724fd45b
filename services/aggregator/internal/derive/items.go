package derive

import (
	"slices"
	"strings"

	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/ledger"
	"xinju.dev/services/aggregator/internal/policy"
)

// Items is a set of the keys that pieces have. It is immutable.
type Items struct {
	has   []bool // by key
	each  []bool // by key: facts of the kinds that changed are events and nothing else
	some  int
	asks  bool // for the people around
	born  bool // births among them
	reads facts.Kinds
	tells facts.Kinds // reads, once there are events
	plans []plan

	events []string // that the pieces of each are of; nil: of all
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

// Reads says facts of which kinds about the resident the pieces of the set depend on.
// Those of other kinds need not be there.
func (i *Items) Reads() facts.Kinds { return i.reads }

// Fact names a fact that was added, changed or taken away. Of has one kind.
type Fact struct {
	Of facts.Kinds
	ID string
}

// manyFacts is how many changed facts are looked for one by one.
const manyFacts = 8

// Changed narrows what Touched returned to the pieces that may differ once these facts
// have changed, and no others: where facts only are the events that an item counts, the
// other events count as they did.
func (i *Items) Changed(list []Fact) *Items {
	if i.All() || len(list) > manyFacts || !slices.Contains(i.each, true) {
		return i
	}
	out := *i
	out.reads, out.events = i.tells, make([]string, 0, 2*len(list))
	for _, f := range list {
		if strings.Contains(f.ID, "/") { // might be taken for that of another kind
			return i
		}
		out.events = append(out.events, f.ID, policy.NameOfAny(f.Of, f.ID))
	}
	return &out
}

// takes says whether a piece that is stored is one of the set; event is its EventID.
func (i *Items) takes(key ledger.Key, event []byte) bool {
	if !i.has[key] || i.events == nil || !i.each[key] {
		return i.has[key]
	}
	return slices.ContainsFunc(i.events, func(e string) bool { return e == string(event) })
}

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
	out := &Items{has: make([]bool, len(d.ids)+1), each: make([]bool, len(d.ids)+1)}
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
	d.findEach(out, k)
	for _, p := range d.catalogue.Packs() {
		out.plans = append(out.plans, d.planOf(p, out, k))
	}
	if out.All() { // where somebody counts nowhere, all that is known
		out.reads, out.tells = facts.OfEverything, facts.OfEverything
	}
	return out
}

// findEach notes the items to which facts of these kinds are events under every pack.
func (d *Deriver) findEach(items *Items, changed facts.Kinds) {
	copy(items.each, items.has)
	items.each[d.Unplaced()] = false
	for _, p := range d.catalogue.Packs() {
		for i, key := range d.packs[p] {
			ind := &p.Indicators[i]
			if _, are := ind.ReadsOfEvents(changed); !are && ind.Reads() != 0 {
				items.each[key] = false
			}
		}
	}
}

// planOf: an item that one pack has changed is derived under all of them, since
// its pieces are replaced whole.
func (d *Deriver) planOf(p *policy.Pack, items *Items, changed facts.Kinds) plan {
	out := plan{pack: p}
	for i, key := range d.packs[p] {
		if ind := &p.Indicators[i]; items.has[key] && ind.Reads() != 0 {
			reads := ind.Reads()
			items.reads, items.asks = items.reads|reads, items.asks || ind.ReadsOthers()
			if items.each[key] {
				reads, _ = ind.ReadsOfEvents(changed)
			}
			items.tells |= reads
			items.born, out.tied = items.born || ind.ReadsMother(), out.tied || ind.ReadsTied()
			out.items = append(out.items, item{key, int32(i)})
		}
	}
	slices.SortFunc(out.items, func(a, b item) int { return int(a.key) - int(b.key) })
	return out
}
