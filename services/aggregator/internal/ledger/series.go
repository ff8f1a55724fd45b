package ledger

import (
	"cmp"
	"math"
	"slices"

	"xinju.dev/services/platform/civil"
)

// delta is a net change on one day.
type delta struct {
	day    civil.Date
	change Count
}

func (c Count) plus(d Count) Count { return Count{c.Eligible + d.Eligible, c.Covered + d.Covered} }

func (c Count) minus(d Count) Count { return Count{c.Eligible - d.Eligible, c.Covered - d.Covered} }

// sparse is a running total that keeps only the days on which it changes.
type sparse struct{ points []point }

type point struct {
	day   civil.Date
	total Count // from this day until the next point
}

func (s *sparse) at(day civil.Date) Count {
	i, found := slices.BinarySearchFunc(s.points, day, func(p point, d civil.Date) int { return cmp.Compare(p.day, d) })
	if found {
		return s.points[i].total
	}
	if i == 0 {
		return Count{}
	}
	return s.points[i-1].total
}

// merge adds deltas in any order; days without a net change are dropped.
func (s *sparse) merge(deltas []delta) {
	slices.SortFunc(deltas, func(a, b delta) int { return cmp.Compare(a.day, b.day) })
	out := make([]point, 0, len(s.points)+len(deltas))
	var before, added, last Count // of the old points, of the deltas, of the last point written
	for i, j := 0, 0; i < len(s.points) || j < len(deltas); {
		day := civil.Date(math.MaxInt32) // past every day, also of a damaged row
		if i < len(s.points) {
			day = s.points[i].day
		}
		if j < len(deltas) {
			day = min(day, deltas[j].day)
		}
		for ; i < len(s.points) && s.points[i].day == day; i++ {
			before = s.points[i].total
		}
		for ; j < len(deltas) && deltas[j].day == day; j++ {
			added = added.plus(deltas[j].change)
		}
		if total := before.plus(added); total != last {
			out = append(out, point{day, total})
			last = total
		}
	}
	s.points = out
}

// clip calls each with the deltas that give the total within [from, to) and
// zero outside of it.
func (s *sparse) clip(from, to civil.Date, each func(delta)) {
	last := s.at(from)
	if last != (Count{}) {
		each(delta{from, last})
	}
	for _, p := range s.points {
		if p.day <= from {
			continue
		}
		if p.day >= to {
			break
		}
		each(delta{p.day, p.total.minus(last)})
		last = p.total
	}
	if last != (Count{}) && to < civil.Forever {
		each(delta{to, Count{}.minus(last)})
	}
}

// Days between which a dense total has a cell per day. Deltas outside of it are
// rare (a year mistyped, a permit without end) and kept sparse, so that one of
// them does not cost millions of cells.
var (
	denseFrom = civil.Of(1950, 1, 1)
	denseTo   = civil.Of(2100, 1, 1)
)

const denseStep = 512 // cells are added in steps, so that growing is rare

// dense is a running total with one cell per day.
type dense struct {
	first   civil.Date // day of cells[0]
	cells   []Count    // running totals; after the last cell its value goes on
	pending []delta    // inside the window, not yet added
	outside []delta    // outside the window, not yet added
	far     sparse     // what lies outside the window
}

func (d *dense) at(day civil.Date) Count {
	total := d.far.at(day)
	if len(d.cells) == 0 || day < d.first {
		return total
	}
	return total.plus(d.cells[min(int(day-d.first), len(d.cells)-1)])
}

// pend notes a delta; settle adds what was noted.
func (d *dense) pend(x delta) {
	if x.day < denseFrom || x.day >= denseTo {
		d.outside = append(d.outside, x)
		return
	}
	d.pending = append(d.pending, x)
}

func (d *dense) settle() {
	if len(d.outside) > 0 {
		d.far.merge(d.outside)
		d.outside = nil
	}
	if len(d.pending) == 0 {
		return
	}
	low, high := d.pending[0].day, d.pending[0].day
	for _, x := range d.pending {
		low, high = min(low, x.day), max(high, x.day)
	}
	d.grow(low, high, d.end())
	net := make([]Count, high-low+1)
	for _, x := range d.pending {
		net[x.day-low] = net[x.day-low].plus(x.change)
	}
	var sum Count
	cells := d.cells[low-d.first:]
	for i := range net {
		sum = sum.plus(net[i])
		cells[i] = cells[i].plus(sum)
	}
	if sum != (Count{}) {
		for i := len(net); i < len(cells); i++ {
			cells[i] = cells[i].plus(sum)
		}
	}
	d.pending = nil
}

// end is the running total that goes on after the last cell.
func (d *dense) end() (last Count) {
	if n := len(d.cells); n > 0 {
		last = d.cells[n-1]
	}
	return last
}

// grow makes sure that both days have cells; those behind the others begin as after.
func (d *dense) grow(low, high civil.Date, after Count) {
	if len(d.cells) == 0 {
		d.first = low
		d.cells = make([]Count, 1, int(high-low)+denseStep)
	}
	if low < d.first {
		front := min(int(d.first-low)+denseStep, int(d.first-denseFrom))
		cells := make([]Count, front+len(d.cells))
		copy(cells[front:], d.cells)
		d.first, d.cells = d.first-civil.Date(front), cells
	}
	if more := int(high-d.first) + 1 - len(d.cells); more > 0 && len(d.cells)+more > cap(d.cells) {
		d.cells = append(make([]Count, 0, len(d.cells)+more+denseStep), d.cells...)
	}
	if n, was := int(high-d.first)+1, len(d.cells); n > was {
		d.cells = d.cells[:n]
		for i := was; i < n; i++ {
			d.cells[i] = after
		}
	}
}

// change adds deltas, in the order of their days, to cells that hold what changes
// on each day until total makes running totals of them.
func (d *dense) change(deltas []delta) {
	begin, end := 0, len(deltas)
	for begin < end && deltas[begin].day < denseFrom {
		begin++
	}
	for begin < end && deltas[end-1].day >= denseTo {
		end--
	}
	d.outside = append(append(d.outside, deltas[:begin]...), deltas[end:]...)
	if deltas = deltas[begin:end]; len(deltas) == 0 {
		return
	}
	d.grow(deltas[0].day, deltas[len(deltas)-1].day, Count{})
	for _, x := range deltas {
		c := &d.cells[x.day-d.first]
		*c = c.plus(x.change)
	}
}

func (d *dense) total() {
	var sum Count
	for i, n := range d.cells {
		sum = sum.plus(n)
		d.cells[i] = sum
	}
	d.settle()
}
