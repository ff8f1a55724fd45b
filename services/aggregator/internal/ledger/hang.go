package ledger

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// Hang replaces the tree: the numbers of all villages stay, those above them are
// summed anew, on all processors.
func (l *Ledger) Hang(tree Tree) {
	l.markAll() // those that drop out, too
	l.tree = tree
	l.spans = map[division][]spanOf{}
	keys := 0
	for div, n := range l.numbers {
		if n == nil {
			continue
		}
		n.dense = nil
		if keys = max(keys, len(n.sparse)); len(n.sparse) > 0 {
			l.spansOf(division(div))
		}
	}
	hung := l.spread(keys)
	for key, above := range hung {
		for div, d := range above {
			l.of(div).set(Key(key), d)
		}
	}
	l.markAll()
}

func (n *numbers) set(key Key, d *dense) {
	n.denseOf(key)
	n.dense[key] = d
}

// spread sums up what is above the villages, a key at a time on each processor.
func (l *Ledger) spread(keys int) []map[division]*dense {
	out := make([]map[division]*dense, keys)
	var next atomic.Int64
	var all sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), keys) {
		all.Go(func() {
			var deltas []delta
			for key := next.Add(1) - 1; key < int64(keys); key = next.Add(1) - 1 {
				out[key], deltas = l.above(Key(key), deltas)
			}
		})
	}
	all.Wait()
	return out
}

// above sums up one key; deltas is room that is used again.
func (l *Ledger) above(key Key, deltas []delta) (map[division]*dense, []delta) {
	out := map[division]*dense{}
	for div, n := range l.numbers {
		if n == nil || int(key) >= len(n.sparse) || len(n.sparse[key].points) == 0 {
			continue
		}
		for _, span := range l.spans[division(div)] {
			deltas = deltas[:0]
			n.sparse[key].clip(span.from, span.to, func(d delta) { deltas = append(deltas, d) })
			for _, up := range span.above {
				d := out[up]
				if d == nil {
					d = &dense{}
					out[up] = d
				}
				d.change(deltas)
			}
		}
	}
	for _, d := range out {
		d.total()
	}
	return out, deltas
}
