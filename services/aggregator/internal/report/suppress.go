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
// eligible less covered, which is published by both being published. What is
// hidden already stays so.
//
// The argument: the covered counts of a tree are tied by one equation per inner
// division (it is the sum of its children), and so are the eligible ones; the
// uncovered ones only tie the two while both are seen. When each equation has
// either no hidden count or two at least, then from any hidden count a way of
// hidden counts leads to a leaf or the root in both directions, along which one
// unit can be moved: the count is not determined. Hidden children of a seen
// total must also sum up to k and more than their number, so that "each is at
// least one" does not give them away, and when all are small to less than the
// most that they can be. The same holds of those not covered.
func Suppress(cells []Cell, k int64) {
	t := newTable(cells)
	for i := range cells {
		c := &cells[i]
		c.HideEligible = c.HideEligible || small(c.Eligible, k)
		// A small complement would follow from both counts: the covered one goes.
		c.HideCovered = c.HideCovered || small(c.Covered, k) || small(c.Eligible-c.Covered, k)
	}
	for t.close(eligibleSide, k) || t.close(coveredSide, k) || t.close(uncoveredSide, k) {
	}
}

func small(n, k int64) bool { return n > 0 && n < k }

// side is one of the counts of a cell.
type side struct {
	of     func(*Cell) int64
	hidden func(*Cell) bool
	hide   func(*Cell)
	rest   bool // it is what the other two leave
}

var (
	eligibleSide = side{
		func(c *Cell) int64 { return c.Eligible }, func(c *Cell) bool { return c.HideEligible }, func(c *Cell) { c.HideEligible = true }, false,
	}
	coveredSide = side{
		func(c *Cell) int64 { return c.Covered }, func(c *Cell) bool { return c.HideCovered }, func(c *Cell) { c.HideCovered = true }, false,
	}
	// uncoveredSide is what nobody publishes and everybody computes from the others.
	uncoveredSide = side{
		func(c *Cell) int64 { return c.Eligible - c.Covered }, func(c *Cell) bool { return c.HideEligible || c.HideCovered },
		func(c *Cell) { c.HideCovered = true }, true,
	}
)

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

// close hides more until every equation holds what Suppress promises, and says
// whether it did. It ends: each round hides one cell more.
func (t *table) close(s side, k int64) (some bool) {
	for again := true; again; some = some || again {
		again = false
		for _, p := range t.inner {
			for t.weak(s, p, k) && t.hideOne(s, p) {
				again = true
			}
		}
	}
	return some
}

// weak says whether an equation gives a hidden count away.
func (t *table) weak(s side, parent int, k int64) bool {
	n, sum, large, whole := int64(0), int64(0), false, true
	for _, c := range t.children[parent] {
		if s.hidden(&t.cells[c]) {
			v := s.of(&t.cells[c])
			n, sum, large, whole = n+1, sum+v, large || v >= k, whole && t.cells[c].HideEligible
		}
	}
	if s.rest && sum == 0 && whole {
		return false // that all of them are covered does not say how many they are
	}
	if s.hidden(&t.cells[parent]) {
		return n == 0
	}
	return n == 1 || n > 1 && (sum < k || sum <= n || !large && sum >= n*(k-1))
}

// hideOne hides the cheapest count of an equation that is still seen: the
// smallest child with anybody in it, else the parent, else an empty child, since
// then nothing else is left.
func (t *table) hideOne(s side, parent int) bool {
	best := -1
	for _, c := range t.children[parent] {
		v := s.of(&t.cells[c])
		if s.hidden(&t.cells[c]) || v == 0 {
			continue
		}
		if best < 0 || v < s.of(&t.cells[best]) {
			best = c
		}
	}
	if best < 0 {
		best = parent
	}
	if !s.hidden(&t.cells[best]) {
		s.hide(&t.cells[best])
		return true
	}
	for _, c := range t.children[parent] {
		if !s.hidden(&t.cells[c]) {
			s.hide(&t.cells[c])
			return true
		}
	}
	return false
}
