package ledger

import (
	"slices"

	"xinju.dev/services/platform/civil"
)

// Bulk is a batch of villages alone that is made for very many intervals: when all
// of a ledger is read. Hang must follow before the ledger is read.
//
// It notes intervals, a word each, one behind the other for each village: adding one
// touches no other memory. They are brought into the order of keys and days when they
// are taken, a village at a time, which then stays in the processor's own memory.
type Bulk struct {
	ledger   *Ledger
	villages map[string]*BulkVillage
	n        int
	unused   [][]span

	days  days
	ends  []int  // room for byKey
	order []span // as ends
}

// BulkVillage is the part of one village.
type BulkVillage struct {
	of    *Bulk
	last  []span   // where the next one comes
	full  [][]span // those before
	other []other
}

// runLength is how many spans lie one behind the other.
const runLength = 256

// other is an interval that no span can be.
type other struct {
	key      Key
	from, to civil.Date
	as       Count
}

// Bulk returns an empty batch.
func (l *Ledger) Bulk() *Bulk { return &Bulk{ledger: l, villages: map[string]*BulkVillage{}} }

// Len is how many intervals were added.
func (b *Bulk) Len() int { return b.n }

// Village is the part of the village of a code, which is not kept.
func (b *Bulk) Village(code []byte) *BulkVillage {
	v, ok := b.villages[string(code)]
	if !ok {
		v = &BulkVillage{of: b}
		b.villages[string(code)] = v
	}
	return v
}

// Add is that of a Batch.
func (v *BulkVillage) Add(key Key, from, to civil.Date, as Count) {
	if to == civil.None {
		to = civil.Forever
	}
	if from >= to {
		return
	}
	v.of.n++
	s, ok := spanFor(key, from, to, as)
	if !ok {
		v.other = append(v.other, other{key, from, to, as})
		return
	}
	if len(v.last) == cap(v.last) {
		v.turn()
	}
	v.last = append(v.last, s)
}

// turn begins another run of spans.
func (v *BulkVillage) turn() {
	if len(v.last) > 0 {
		v.full = append(v.full, v.last)
	}
	if n := len(v.of.unused); n > 0 {
		v.last, v.of.unused = v.of.unused[n-1], v.of.unused[:n-1]
		return
	}
	v.last = make([]span, 0, runLength)
}

// Most is how many intervals a batch should gather, of several that are filled at
// the same time: what they hold stays a part of the ledger, and the more numbers
// there are the seldomer they are written anew.
func (l *Ledger) Most(batches int) int { return max(leastBulk, int(l.points.Load())/batches) }

const leastBulk = 1 << 20 // 8 MiB

// Take adds a batch to its ledger and empties it. Several may be taken at once; the
// caller keeps everybody else out meanwhile.
func (l *Ledger) Take(b *Bulk) {
	for code, v := range b.villages {
		if len(v.last)+len(v.other) == 0 {
			continue
		}
		n := l.taken(code)
		n.mu.Lock()
		l.points.Add(b.settle(n, v))
		n.mu.Unlock()
		for _, run := range v.full {
			b.unused = append(b.unused, run[:0])
		}
		v.last, v.full, v.other = v.last[:0], v.full[:0], v.other[:0]
	}
	b.n = 0
}

// settle adds the intervals of a village to its numbers, and returns how many more
// points these have.
func (b *Bulk) settle(n *numbers, v *BulkVillage) (more int64) {
	begin := 0
	ordered, ends := b.byKey(append(v.full, v.last))
	for key, end := range ends {
		if begin < end {
			s := n.sparseOf(Key(key))
			more -= int64(len(s.points))
			b.days.merge(s, ordered[begin:end])
			more += int64(len(s.points))
		}
		begin = end
	}
	for i := range v.other {
		s := n.sparseOf(v.other[i].key)
		more -= int64(len(s.points))
		s.merge(v.other[i].deltas())
		more += int64(len(s.points))
	}
	return more
}

func (o *other) deltas() []delta {
	d := []delta{{o.from, o.as}}
	if o.to < civil.Forever {
		d = append(d, delta{o.to, Count{}.minus(o.as)})
	}
	return d
}

// byKey returns spans in the order of their keys, and by key where those up to it
// end, until the next call.
func (b *Bulk) byKey(runs [][]span) (ordered []span, ends []int) {
	at := b.ends[:0]
	for _, run := range runs {
		for _, s := range run {
			for s.key() >= len(at) {
				at = append(at, 0)
			}
			at[s.key()]++
		}
	}
	n := 0
	for key, more := range at {
		at[key] = n
		n += more
	}
	b.order = slices.Grow(b.order[:0], n)[:n]
	for _, run := range runs {
		for _, s := range run {
			b.order[at[s.key()]] = s
			at[s.key()]++
		}
	}
	b.ends = at
	return b.order, at
}

// taken is the numbers of a village that somebody takes.
func (l *Ledger) taken(code string) *numbers {
	div := l.names.id(code)
	l.taking.Lock()
	defer l.taking.Unlock()
	l.mark(div)
	return l.of(div)
}
