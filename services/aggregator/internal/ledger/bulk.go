package ledger

import (
	"xinju.dev/services/platform/civil"
)

// Bulk is a batch of villages alone that is made for very many intervals: when all
// of a ledger is read. Hang must follow before the ledger is read.
type Bulk struct {
	ledger   *Ledger
	villages map[string]*BulkVillage
	n        int
	days     days
}

// BulkVillage is the part of one village.
type BulkVillage struct {
	of   *Bulk
	keys [][]delta
}

// Bulk returns an empty batch.
func (l *Ledger) Bulk() *Bulk { return &Bulk{ledger: l, villages: map[string]*BulkVillage{}} }

// Len is how many intervals were added.
func (b *Bulk) Len() int { return b.n }

// Village is the part of a village.
func (b *Bulk) Village(code string) *BulkVillage {
	v, ok := b.villages[code]
	if !ok {
		v = &BulkVillage{of: b}
		b.villages[code] = v
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
	for int(key) >= len(v.keys) {
		v.keys = append(v.keys, nil)
	}
	d := append(v.keys[key], delta{from, as})
	if to < civil.Forever {
		d = append(d, delta{to, Count{}.minus(as)})
	}
	v.keys[key] = d
}

// Most is how many intervals a batch should gather, of several that are filled at
// the same time: what they hold stays a part of the ledger, and the more numbers
// there are the seldomer they are written anew.
func (l *Ledger) Most(batches int) int { return max(leastBulk, int(l.points.Load())/(4*batches)) }

const leastBulk = 1 << 19

// Take adds a batch to its ledger and empties it. Several may be taken at once; the
// caller keeps everybody else out meanwhile.
func (l *Ledger) Take(b *Bulk) {
	for code, v := range b.villages {
		n := l.taken(code)
		n.mu.Lock()
		for key, deltas := range v.keys {
			if len(deltas) > 0 {
				s := n.sparseOf(Key(key))
				before := len(s.points)
				s.mergeSorted(b.days.sorted(deltas))
				l.points.Add(int64(len(s.points) - before))
				v.keys[key] = deltas[:0]
			}
		}
		n.mu.Unlock()
	}
	b.n = 0
}

// taken is the numbers of a village that somebody takes.
func (l *Ledger) taken(code string) *numbers {
	div := l.names.id(code)
	l.taking.Lock()
	defer l.taking.Unlock()
	l.mark(div)
	return l.of(div)
}
