package ledger

import (
	"slices"

	"xinju.dev/services/platform/civil"
)

// Batch collects the changes of one page, summed per cell before the ledger is
// touched. A batch belongs to one ledger and one tree: it is dropped when the
// tree is replaced. Make it with Ledger.Batch, outside of the readers' lock.
type Batch struct {
	ledger   *Ledger
	villages map[cell][]delta
	above    map[cell][]delta
	low      bool
	codes    []string // what Villages said, until something is added
}

// Batch returns an empty batch.
func (l *Ledger) Batch() *Batch {
	return &Batch{ledger: l, villages: map[cell][]delta{}, above: map[cell][]delta{}}
}

// VillageBatch returns a batch that leaves out everything above the villages;
// Hang must follow before the ledger is read.
func (l *Ledger) VillageBatch() *Batch {
	b := l.Batch()
	b.low = true
	return b
}

// Add counts one resident or event of a village from from to the day before to
// (civil.Forever or civil.None: no end), Remove takes the same away again. What
// it counts as is mostly 1, covered or not.
func (b *Batch) Add(key Key, village string, from, to civil.Date, as Count) {
	b.put(key, village, from, to, as)
}

// Remove undoes an Add with the same arguments.
func (b *Batch) Remove(key Key, village string, from, to civil.Date, as Count) {
	b.put(key, village, from, to, Count{}.minus(as))
}

func (b *Batch) put(key Key, village string, from, to civil.Date, change Count) {
	if to == civil.None {
		to = civil.Forever
	}
	if from >= to {
		return
	}
	b.codes = nil
	div := b.ledger.names.id(village)
	interval(b.villages, cell{key, div}, from, to, change)
	if b.low {
		return
	}
	for _, s := range b.ledger.spansOf(div) {
		f, t := max(from, s.from), min(to, s.to)
		if f >= t {
			continue
		}
		for _, up := range s.above {
			interval(b.above, cell{key, up}, f, t, change)
		}
	}
}

func interval(into map[cell][]delta, c cell, from, to civil.Date, change Count) {
	d := append(into[c], delta{from, change})
	if to < civil.Forever {
		d = append(d, delta{to, Count{-change.Eligible, -change.Covered}})
	}
	into[c] = d
}

// Apply adds the batch to its ledger. The caller keeps readers out meanwhile.
func (l *Ledger) Apply(b *Batch) {
	for c, deltas := range b.villages {
		l.mark(c.div)
		l.of(c.div).sparseOf(c.key).merge(deltas)
	}
	for c, deltas := range b.above {
		l.mark(c.div)
		d := l.of(c.div).denseOf(c.key)
		for _, x := range deltas {
			d.pend(x)
		}
		d.settle()
	}
}

// Villages lists the codes whose own numbers the batch changes, in order.
func (b *Batch) Villages() []string {
	if b.codes != nil {
		return b.codes
	}
	seen := map[division]struct{}{}
	for c := range b.villages {
		if _, ok := seen[c.div]; !ok {
			seen[c.div] = struct{}{}
			b.codes = append(b.codes, b.ledger.names.code(c.div))
		}
	}
	slices.Sort(b.codes)
	return b.codes
}
