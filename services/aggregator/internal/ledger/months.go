package ledger

import (
	"cmp"
	"maps"
	"slices"

	"xinju.dev/services/platform/civil"
)

// Month numbers the months: twelve times the year and the month from 0.
type Month int32

// MonthOf is the month of a day.
func MonthOf(day civil.Date) Month {
	y, m, _ := day.YMD()
	return Month(12*y + m - 1)
}

// first is the first day of the month.
func (m Month) first() civil.Date { return civil.Of(int(m)/12, int(m)%12+1, 1) }

// end is the first day after the month.
func (m Month) end() civil.Date {
	if m >= lastMonth {
		return civil.Forever
	}
	return (m + 1).first()
}

// lastMonth is December 9999, the last that there is.
const lastMonth Month = 12*9999 + 11

// MonthRow is all numbers of one division in one month: the totals that it begins
// with and what changes on its days. The form of Cells is this package's own.
type MonthRow struct {
	Code  string
	Month Month
	Cells []byte
}

// fill is how many months without a change get a row of their own, after one
// with a change: so that nearly every month that is asked for has its row, and
// a single day far away does not cost hundreds.
const fill = 12

// Track makes the ledger note the divisions whose numbers change from now on.
func (l *Ledger) Track() { l.dirty = map[division]struct{}{} }

// TakeDirty returns the divisions whose numbers have changed since Track or the
// last call, in order.
func (l *Ledger) TakeDirty() []string {
	out := make([]string, 0, len(l.dirty))
	for div := range l.dirty {
		out = append(out, l.names.code(div))
	}
	clear(l.dirty)
	slices.Sort(out)
	return out
}

func (l *Ledger) mark(div division) {
	if l.dirty != nil {
		l.dirty[div] = struct{}{}
	}
}

// markAll notes everything: the tree was replaced.
func (l *Ledger) markAll() {
	if l.dirty == nil {
		return
	}
	for div, n := range l.numbers {
		if n != nil {
			l.dirty[division(div)] = struct{}{}
		}
	}
}

// Codes lists every division that has been counted in, in order.
func (l *Ledger) Codes() []string {
	l.names.mu.RLock()
	defer l.names.mu.RUnlock()
	return slices.Sorted(slices.Values(l.names.codes))
}

// column is the days on which one number of a division changes.
type column struct {
	id     uint64 // key and part, as in the cells
	points []point
}

// Rows returns the rows of a division by months, ascending; keys are those below
// limit. A month before the first row counts nobody; one without a row is like
// the end of the row before it.
func (l *Ledger) Rows(code string, limit Key) []MonthRow {
	div, known := l.names.find(code)
	if !known {
		return nil
	}
	var columns []column
	changed := map[Month]struct{}{}
	add := func(key Key, part part, points []point) {
		if len(points) == 0 {
			return
		}
		columns = append(columns, column{cellID(key, part), points})
		for _, p := range points {
			changed[MonthOf(p.day)] = struct{}{}
		}
	}
	for key := range limit {
		c := cell{key, div}
		if s := l.sparseAt(c); s != nil {
			add(key, direct, s.points)
		}
		if d := l.denseAt(c); d != nil {
			add(key, below, d.points())
		}
	}
	slices.SortFunc(columns, func(a, b column) int { return cmp.Compare(a.id, b.id) })
	months := filled(slices.Sorted(maps.Keys(changed)))
	out := make([]MonthRow, len(months))
	at := make([]int, len(columns)) // points before the month
	for i, m := range months {
		end := m.end()
		out[i] = MonthRow{Code: code, Month: m, Cells: []byte{}}
		for j := range columns {
			c := &columns[j]
			from := at[j]
			for at[j] < len(c.points) && c.points[at[j]].day < end {
				at[j]++
			}
			out[i].Cells = appendCell(out[i].Cells, c, from, at[j], m)
		}
	}
	return out
}

// filled adds the months that follow a changed one.
func filled(changed []Month) []Month {
	var out []Month
	for i, m := range changed {
		next := min(m+fill, lastMonth) + 1
		if i+1 < len(changed) {
			next = min(next, changed[i+1])
		}
		for ; m < next; m++ {
			out = append(out, m)
		}
	}
	return out
}

// points is the running total by the days on which it changes.
func (d *dense) points() []point {
	var deltas []delta
	var last Count
	for i, n := range d.cells {
		if n != last {
			deltas = append(deltas, delta{d.first.AddDays(i), n.minus(last)})
			last = n
		}
	}
	last = Count{}
	for _, p := range d.far.points {
		deltas = append(deltas, delta{p.day, p.total.minus(last)})
		last = p.total
	}
	var s sparse
	s.merge(deltas)
	return s.points
}
