package report

import "slices"

// DefaultThreshold is the least count that is published when nothing else is
// said: a household's worth of people cannot be told from a smaller number.
const DefaultThreshold = 5

// Cell is one division's count in a table of one indicator, with what it is hidden by.
type Cell struct {
	Division, Parent string // Parent "" or not in the table: a root
	Eligible         int64
	Covered          int64
	HideEligible     bool
	HideCovered      bool
}

// Suppress hides counts from 1 to k−1 and as many others as it takes that no
// hidden count can be computed: not as a total less its parts, and not as
// eligible less covered, which is published by both being published.
//
// The argument: the covered counts of a tree are tied by one equation per inner
// division (it is the sum of its children), and so are the eligible ones; the
// uncovered ones only tie the two while both are seen. When each equation has
// either no hidden count or two at least, then from any hidden count a way of
// hidden counts leads to a leaf or the root in both directions, along which one
// unit can be moved: the count is not determined. Hidden children of a seen
// total must also sum up to k and more than their number, so that "each is at
// least one" does not give them away.
func Suppress(cells []Cell, k int64) {
	t := newTable(cells)
	for i := range cells {
		c := &cells[i]
		c.HideEligible = small(c.Eligible, k)
		// A small complement would follow from both counts: the covered one goes.
		c.HideCovered = small(c.Covered, k) || small(c.Eligible-c.Covered, k)
	}
	t.close(side{func(c *Cell) (int64, *bool) { return c.Eligible, &c.HideEligible }}, k)
	t.close(side{func(c *Cell) (int64, *bool) { return c.Covered, &c.HideCovered }}, k)
}

func small(n, k int64) bool { return n > 0 && n < k }

// side is one of the two counts of a cell.
type side struct {
	of func(*Cell) (n int64, hidden *bool)
}

func (s side) hidden(c *Cell) bool { _, h := s.of(c); return *h }

// table is cells with their equations: one per cell with children.
type table struct {
	cells    []Cell
	children map[int][]int
	inner    []int
}

func newTable(cells []Cell) *table {
	t := &table{cells: cells, children: map[int][]int{}}
	at := map[string]int{}
	for i := range cells {
		at[cells[i].Division] = i
	}
	for i := range cells {
		if p, ok := at[cells[i].Parent]; ok && p != i {
			t.children[p] = append(t.children[p], i)
		}
	}
	for p := range t.children {
		t.inner = append(t.inner, p)
	}
	slices.Sort(t.inner)
	return t
}

// close hides more until every equation holds what Suppress promises. It ends:
// each round hides one cell more.
func (t *table) close(s side, k int64) {
	for again := true; again; {
		again = false
		for _, p := range t.inner {
			for t.weak(s, p, k) && t.hideOne(s, p) {
				again = true
			}
		}
	}
}

// weak says whether an equation gives a hidden count away.
func (t *table) weak(s side, parent int, k int64) bool {
	n, sum := 0, int64(0)
	for _, c := range t.children[parent] {
		if v, hidden := s.of(&t.cells[c]); *hidden {
			n++
			sum += v
		}
	}
	if s.hidden(&t.cells[parent]) {
		return n == 0
	}
	return n == 1 || n > 1 && (sum < k || sum <= int64(n))
}

// hideOne hides the cheapest count of an equation that is still seen: the
// smallest child with anybody in it, else the parent, else an empty child, since
// then nothing else is left.
func (t *table) hideOne(s side, parent int) bool {
	best := -1
	for _, c := range t.children[parent] {
		v, hidden := s.of(&t.cells[c])
		if *hidden || v == 0 {
			continue
		}
		if w, _ := s.of(&t.cells[max(best, 0)]); best < 0 || v < w {
			best = c
		}
	}
	if best < 0 {
		best = parent
	}
	_, hidden := s.of(&t.cells[best])
	if !*hidden {
		*hidden = true
		return true
	}
	for _, c := range t.children[parent] {
		if _, hidden := s.of(&t.cells[c]); !*hidden {
			*hidden = true
			return true
		}
	}
	return false
}
