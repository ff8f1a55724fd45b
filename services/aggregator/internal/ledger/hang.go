package ledger

import (
	"runtime"
	"sync"
	"sync/atomic"

	"xinju.dev/services/platform/civil"
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
	for up, days := range l.reach(key) {
		d := &dense{}
		if days.from < days.to {
			d.grow(days.from, days.to-1, Count{})
		}
		out[up] = d
	}
	l.eachSpan(key, func(s *sparse, span *spanOf) {
		deltas = deltas[:0]
		s.clip(span.from, span.to, func(d delta) { deltas = append(deltas, d) })
		for _, up := range span.above {
			out[up].change(deltas)
		}
	})
	for _, d := range out {
		d.total()
	}
	return out, deltas
}

// eachSpan calls each for what is counted of a key in villages, wherever it hangs.
func (l *Ledger) eachSpan(key Key, each func(*sparse, *spanOf)) {
	for div, n := range l.numbers {
		if n == nil || int(key) >= len(n.sparse) || len(n.sparse[key].points) == 0 {
			continue
		}
		spans := l.spans[division(div)]
		for i := range spans {
			each(&n.sparse[key], &spans[i])
		}
	}
}

// reach tells on which dense days the numbers above villages can change, so that they
// are made as long as they will be.
func (l *Ledger) reach(key Key) map[division]spanOf {
	out := map[division]spanOf{}
	l.eachSpan(key, func(s *sparse, span *spanOf) {
		last := s.points[len(s.points)-1]
		from, to := max(s.points[0].day, span.from, denseFrom), last.day+1
		if span.to < civil.Forever && (to > span.to || last.total != Count{}) {
			to = span.to + 1 // it ends there
		}
		to = min(to, denseTo)
		for _, up := range span.above {
			if was, ok := out[up]; ok {
				out[up] = spanOf{from: min(was.from, from), to: max(was.to, to)}
			} else {
				out[up] = spanOf{from: from, to: to}
			}
		}
	})
	return out
}
