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

// Take adds a batch to its ledger and empties it. The caller keeps everybody else
// out meanwhile.
func (l *Ledger) Take(b *Bulk) {
	for code, v := range b.villages {
		div := l.names.id(code)
		l.mark(div)
		for key, deltas := range v.keys {
			if len(deltas) > 0 {
				l.mergeInto(cell{Key(key), div}, deltas)
				v.keys[key] = deltas[:0]
			}
		}
	}
	b.n = 0
}
