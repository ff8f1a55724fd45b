package store

import (
	"container/heap"
	"context"
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

// each calls do for all records in order.
func (m *merging) each(ctx context.Context, do func(context.Context, *record) error) error {
	for len(*m) > 0 {
		if err := do(ctx, (*m)[0].at()); err != nil {
			return err
		}
		if err := m.next(ctx); err != nil {
			return err
		}
	}
	return nil
}
