// Package ledger holds the numbers of coverage in memory: for every indicator
// and division, how many are eligible and how many of them covered, as running
// totals over the days, so that a number on any date, past or future, is one
// look-up and costs the same for a thousand residents or ten million.
//
// It knows no facts, no rules and no storage; it is told intervals of villages
// and how villages hang in the administrative tree, and keeps the sums. It is
// not safe for concurrent use: its owner lets readers in between whole pages.
package ledger

import (
	"slices"
	"sync"
	"sync/atomic"

	"xinju.dev/services/platform/civil"
)

// Key names one pair of numbers: an indicator, numbered by its owner.
type Key int32

// Count is a denominator and the part of it that is covered.
type Count struct{ Eligible, Covered int32 }

// Span says which divisions are above a village from a day on: half-open, To is
// civil.Forever when it has no end. The spans of one village do not overlap.
type Span struct {
	From, To civil.Date
	Above    []string // codes, in any order, the village itself not among them
}

// Tree tells the spans of a village; none when the village is in no tree. It
// must answer the same as long as it is in use.
type Tree interface {
	Spans(village string) []Span
}

// Ledger is the running totals. Make it with New.
type Ledger struct {
	names   names
	tree    Tree
	spans   map[division][]spanOf // of the villages met so far, under tree
	numbers []*numbers            // by division; nil where nobody was counted yet
	dirty   map[division]struct{} // nil unless tracked

	taking sync.Mutex   // while several take at once: numbers and dirty
	points atomic.Int64 // of villages, as they were taken
}

type division int32

// numbers is those of one division, by key. Keys that are not there count nobody.
type numbers struct {
	mu     sync.Mutex // while several take at once
	sparse []sparse   // counted in the code itself: of a village all of it
	dense  []*dense   // from the villages below it
}

type cell struct {
	key Key
	div division
}

type spanOf struct {
	from, to civil.Date
	above    []division
}

// New returns an empty ledger under tree.
func New(tree Tree) *Ledger {
	return &Ledger{names: newNames(), tree: tree, spans: map[division][]spanOf{}}
}

// At returns the count of a division at the end of day. A division that nobody
// was ever counted in has the zero Count.
func (l *Ledger) At(key Key, code string, day civil.Date) Count {
	div, known := l.names.find(code)
	if !known {
		return Count{}
	}
	return l.at(cell{key, div}, day)
}

// Counts puts At of each of the keys into out, which is as long.
func (l *Ledger) Counts(keys []Key, code string, day civil.Date, out []Count) {
	div, known := l.names.find(code)
	for i, key := range keys {
		out[i] = Count{}
		if known {
			out[i] = l.at(cell{key, div}, day)
		}
	}
}

func (l *Ledger) at(c cell, day civil.Date) Count {
	// A code above the villages may also be counted in directly (an event that is
	// known to the township only).
	var total Count
	if d := l.denseAt(c); d != nil {
		total = d.at(day)
	}
	if s := l.sparseAt(c); s != nil {
		total = total.plus(s.at(day))
	}
	return total
}

// sparseAt and denseAt are nil where there are no numbers.
func (l *Ledger) sparseAt(c cell) *sparse {
	if int(c.div) >= len(l.numbers) {
		return nil
	}
	n := l.numbers[c.div]
	if n == nil || int(c.key) >= len(n.sparse) {
		return nil
	}
	return &n.sparse[c.key]
}

func (l *Ledger) denseAt(c cell) *dense {
	if int(c.div) >= len(l.numbers) {
		return nil
	}
	n := l.numbers[c.div]
	if n == nil || int(c.key) >= len(n.dense) {
		return nil
	}
	return n.dense[c.key]
}

// of makes room for the numbers of a division.
func (l *Ledger) of(div division) *numbers {
	for int(div) >= len(l.numbers) {
		l.numbers = append(l.numbers, nil)
	}
	n := l.numbers[div]
	if n == nil {
		n = &numbers{}
		l.numbers[div] = n
	}
	return n
}

func (n *numbers) sparseOf(key Key) *sparse {
	for int(key) >= len(n.sparse) {
		n.sparse = append(n.sparse, sparse{})
	}
	return &n.sparse[key]
}

func (n *numbers) denseOf(key Key) *dense {
	for int(key) >= len(n.dense) {
		n.dense = append(n.dense, nil)
	}
	d := n.dense[key]
	if d == nil {
		d = &dense{}
		n.dense[key] = d
	}
	return d
}

// spansOf is read and filled by the writing side only.
func (l *Ledger) spansOf(div division) []spanOf {
	if s, ok := l.spans[div]; ok {
		return s
	}
	var out []spanOf
	if l.tree != nil {
		for _, s := range l.tree.Spans(l.names.code(div)) {
			o := spanOf{from: s.From, to: s.To}
			for _, code := range s.Above {
				o.above = append(o.above, l.names.id(code))
			}
			out = append(out, o)
		}
	}
	l.spans[div] = out
	return out
}

// Villages is how many codes are counted in themselves.
func (l *Ledger) Villages() (n int) {
	for _, v := range l.numbers {
		if v != nil && slices.ContainsFunc(v.sparse, func(s sparse) bool { return len(s.points) > 0 }) {
			n++
		}
	}
	return n
}

// Direct returns the count of what is counted in a code itself, without what
// lies below it: of a village all of it.
func (l *Ledger) Direct(key Key, code string, day civil.Date) Count {
	if div, known := l.names.find(code); known {
		if s := l.sparseAt(cell{key, div}); s != nil {
			return s.at(day)
		}
	}
	return Count{}
}
