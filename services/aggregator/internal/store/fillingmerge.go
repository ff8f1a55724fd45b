package store

import (
	"container/heap"
	"context"
	"encoding/binary"
	"slices"
)

// records reads records in order.
type records interface {
	// advance goes to the next one; more is false behind the last.
	advance(ctx context.Context) (more bool, err error)
	// at is the one it is at.
	at() *record
}

// merging is runs, the one with the next record first. A place of a section is in
// one of them only.
type merging []records

func (m merging) Len() int           { return len(m) }
func (m merging) Less(i, j int) bool { return m[i].at().before(m[j].at()) }
func (m merging) Swap(i, j int)      { m[i], m[j] = m[j], m[i] }
func (m *merging) Push(x any)        { *m = append(*m, x.(records)) }
func (m *merging) Pop() any {
	last := (*m)[len(*m)-1]
	*m = (*m)[:len(*m)-1]
	return last
}

// begin goes to the first record of each.
func (m *merging) begin(ctx context.Context) (err error) {
	*m = slices.DeleteFunc(*m, func(r records) bool {
		if err != nil {
			return true
		}
		var more bool
		more, err = r.advance(ctx)
		return !more
	})
	heap.Init(m)
	return err
}

// next goes to the next record of all.
func (m *merging) next(ctx context.Context) error {
	more, err := (*m)[0].advance(ctx)
	switch {
	case err != nil:
		return err
	case more:
		heap.Fix(m, 0)
	default:
		heap.Pop(m)
	}
	return nil
}

// insertStep is how many rows a filling writes in one transaction.
const insertStep = 40_000

// inserter writes records that come in order.
type inserter struct {
	store      *Store
	generation int64
	members    rowRoom
	lines      rowRoom
}

func (i *inserter) add(ctx context.Context, r *record) error {
	if r.section == 0 {
		place, err := placeOf(r.place)
		if err != nil {
			return err
		}
		i.members.add(i.generation, place.Village, []byte(place.SortKey), place.ResidentID)
	} else if err := i.addLines(r); err != nil {
		return err
	}
	if len(i.members.rows)+len(i.lines.rows) < insertStep {
		return nil
	}
	return i.flush(ctx)
}

func (i *inserter) addLines(r *record) error {
	for rest := r.lines; len(rest) > 0; {
		v, n := binary.Uvarint(rest)
		if n <= 0 || v > uint64(len(rest)-n) {
			return errRun
		}
		event := rest[n : n+int(v)]
		rest = rest[n+int(v):]
		var numbers [4]int64
		for at := range numbers {
			v, n := binary.Varint(rest)
			if n <= 0 {
				return errRun
			}
			numbers[at], rest = v, rest[n:]
		}
		l := &i.lines
		l.add(l.number(i.generation), l.number(int64(r.section)-1), slices.Concat(r.place, event),
			l.number(numbers[0]), l.number(numbers[1]), l.number(numbers[2]), l.number(numbers[3]))
	}
	return nil
}

func (i *inserter) flush(ctx context.Context) error {
	err := i.store.Write(ctx, func(t Tx) error {
		if err := t.add("member", memberColumns, i.members.rows); err != nil {
			return err
		}
		return t.add("uncovered", lineColumns, i.lines.rows)
	})
	i.members.clear()
	i.lines.clear()
	return err
}

// rowRoom is rows whose room is used again, and numbers that are the same in many.
type rowRoom struct {
	rows   [][]any
	values []any
	known  [1 << 12]any
}

func (r *rowRoom) add(values ...any) {
	if cap(r.values)-len(r.values) < len(values) {
		r.values = make([]any, 0, insertStep*len(values))
	}
	n := len(r.values)
	r.values = append(r.values, values...)
	r.rows = append(r.rows, r.values[n:len(r.values):len(r.values)])
}

// number is v as a value, mostly one that was made before.
func (r *rowRoom) number(v int64) any {
	at := &r.known[v&int64(len(r.known)-1)]
	if was, ok := (*at).(int64); !ok || was != v {
		*at = v
	}
	return *at
}

func (r *rowRoom) clear() { r.rows, r.values = r.rows[:0], r.values[:0] }
