package derive

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/ledger"
	"xinju.dev/services/aggregator/internal/policy"
)

// gatherer collects what a resident counts for, in the order of the keys, and gives
// it out by village. It keeps its buffers.
type gatherer struct {
	buf      []policy.Piece
	keys     []ledger.Key // of buf
	at       []int        // of buf: the row
	plans    []*plan      // of the packs that count anything
	next     []int        // of plans: which item is next
	villages []string
	sizes    []int
}

var gatherers = sync.Pool{New: func() any { return new(gatherer) }}

// count goes through the items by key, and for each through the packs that have it.
func (g *gatherer) count(c policy.Counter, items *Items) {
	g.buf, g.keys, g.plans, g.next = g.buf[:0], g.keys[:0], g.plans[:0], g.next[:0]
	for i := range items.plans {
		if pl := &items.plans[i]; len(pl.items) > 0 && c.Counts(pl.pack) {
			g.plans, g.next = append(g.plans, pl), append(g.next, 0)
		}
	}
	for {
		at, low := -1, item{}
		for i, pl := range g.plans {
			if n := g.next[i]; n < len(pl.items) && (at < 0 || pl.items[n].key < low.key) {
				at, low = i, pl.items[n]
			}
		}
		if at < 0 {
			return
		}
		g.next[at]++
		var only []string
		if items.each[low.key] {
			only = items.events
		}
		g.buf = c.PiecesOf(g.plans[at].pack, int(low.index), only, g.buf)
		for len(g.keys) < len(g.buf) {
			g.keys = append(g.keys, low.key)
		}
	}
}

// unplaced says on which days the tree leads to no village, or nowhere.
func (g *gatherer) unplaced(c policy.Counter, key ledger.Key) {
	for _, s := range c.Stays() {
		if s.How == facts.Nowhere || s.How == facts.Above {
			g.buf = append(g.buf, policy.Piece{From: s.From, To: s.To, Covered: s.How == facts.Above})
			g.keys = append(g.keys, key)
		}
	}
}

// rows are by village, pieces in canonical order.
func (g *gatherer) rows() []Row {
	g.place()
	if len(g.villages) == 0 {
		return nil
	}
	rows, all, begin := make([]Row, len(g.villages)), make([]Piece, len(g.buf)), 0
	for i, n := range g.sizes {
		rows[i] = Row{Village: g.villages[i], Pieces: all[begin : begin : begin+n]}
		begin += n
	}
	for i := range g.buf {
		p, row := &g.buf[i], &rows[g.at[i]]
		if p.From < p.To {
			row.Pieces = append(row.Pieces, Piece{Key: g.keys[i], From: p.From, To: p.To, Covered: p.Covered, Weight: max(p.Weight, 1), EventID: p.EventID, On: p.On})
		}
	}
	for i := range rows {
		sortByKey(rows[i].Pieces)
		rows[i].Pieces = join(rows[i].Pieces)
	}
	rows = slices.DeleteFunc(rows, func(r Row) bool { return len(r.Pieces) == 0 })
	slices.SortFunc(rows, func(a, b Row) int { return strings.Compare(a.Village, b.Village) })
	return rows
}

// place finds the row of each piece.
func (g *gatherer) place() {
	g.at, g.villages, g.sizes = g.at[:0], g.villages[:0], g.sizes[:0]
	for i := range g.buf {
		at := slices.Index(g.villages, g.buf[i].Village)
		if at < 0 {
			at = len(g.villages)
			g.villages, g.sizes = append(g.villages, g.buf[i].Village), append(g.sizes, 0)
		}
		g.sizes[at]++
		g.at = append(g.at, at)
	}
}

// sortByKey puts pieces that are in the order of their keys into canonical order.
func sortByKey(pieces []Piece) {
	for begin := 0; begin < len(pieces); {
		end := begin + 1
		for end < len(pieces) && pieces[end].Key == pieces[begin].Key {
			end++
		}
		if of := pieces[begin:end]; !slices.IsSortedFunc(of, order) {
			slices.SortFunc(of, order)
		}
		begin = end
	}
}

func order(a, b Piece) int {
	return cmp.Or(cmp.Compare(a.Key, b.Key), strings.Compare(a.EventID, b.EventID), cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
}

// join makes one piece of two that touch and say the same: where one pack
// follows another, nothing may have changed for the person.
func join(pieces []Piece) []Piece {
	out := pieces[:0]
	for _, p := range pieces {
		if n := len(out); n > 0 {
			q := &out[n-1]
			if q.Key == p.Key && q.EventID == p.EventID && q.On == p.On && q.Covered == p.Covered && q.Weight == p.Weight && q.To == p.From {
				q.To = p.To
				continue
			}
		}
		out = append(out, p)
	}
	return out
}
