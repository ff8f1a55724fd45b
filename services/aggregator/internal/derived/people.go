package derived

import (
	"context"
	"slices"

	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/store"
)

// still is one state while its tables are read.
type still struct {
	coverage.State
	generation, revision int64
}

func stillOf(v coverage.View, generation, revision int64) still {
	return still{coverage.State{World: v.World(), Deriver: v.Deriver(), Following: v.Following()}, generation, revision}
}

// stills is whoever can hold a state still: a Book, or a Reader of its tables.
type stills interface {
	still(ctx context.Context, fn func(store.Tx, still) error) error
}

func (b *Book) still(ctx context.Context, fn func(store.Tx, still) error) error {
	var s still
	look := func(v view) error {
		s = stillOf(v, v.r.generation, v.r.revision)
		return nil
	}
	return b.both(ctx, look, func(t store.Tx, _ int64) error { return fn(t, s) })
}

func (r *Reader) still(ctx context.Context, fn func(store.Tx, still) error) error {
	return r.read(ctx, true, func(t store.Tx, v storedView) error { return fn(t, stillOf(v, v.at.Generation, v.at.Revision)) })
}

// People reads whom identifiers stand for, in their order, in one state.
func (b *Book) People(ctx context.Context, ids []string) ([]coverage.Person, coverage.State, error) {
	return people(ctx, b, ids)
}

// People is that of a Book.
func (r *Reader) People(ctx context.Context, ids []string) ([]coverage.Person, coverage.State, error) {
	return people(ctx, r, ids)
}

func people(ctx context.Context, from stills, ids []string) (out []coverage.Person, at coverage.State, err error) {
	err = from.still(ctx, func(t store.Tx, s still) (err error) {
		at = s.State
		out, err = readPeople(t, s.generation, ids)
		return err
	})
	return out, at, err
}

// readPeople reads persons with those around them.
func readPeople(t store.Tx, generation int64, ids []string) ([]coverage.Person, error) {
	a := newAround(t, generation)
	if err := a.read(ids); err != nil {
		return nil, err
	}
	roots, err := a.meet(ids)
	if err != nil {
		return nil, err
	}
	if _, err := a.gather(roots, func(string) bool { return false }); err != nil {
		return nil, err
	}
	out := make([]coverage.Person, len(ids))
	for i, id := range ids {
		root, err := a.root(later, id)
		if err != nil {
			return nil, err
		}
		out[i] = coverage.Person{ID: id, Of: root, Linked: a.linked[later][root]}
		r, err := a.resident(later, root)
		if err != nil {
			return nil, err
		}
		if r.Known() {
			out[i].Facts = r
		}
	}
	return out, nil
}

// Linked lists, for persons as lists show them, the identifiers that count for
// each besides its own. Most have none.
func (b *Book) Linked(ctx context.Context, ids []string) (map[string][]string, error) {
	none := false
	if err := b.look(func(v view) error { none = v.r.links == 0; return nil }); err != nil || none {
		return nil, err
	}
	return linked(ctx, b, ids)
}

// Linked is that of a Book.
func (r *Reader) Linked(ctx context.Context, ids []string) (map[string][]string, error) {
	return linked(ctx, r, ids)
}

func linked(ctx context.Context, from stills, ids []string) (out map[string][]string, err error) {
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	err = from.still(ctx, func(t store.Tx, s still) (err error) {
		out, err = t.LinkedInto(s.generation, ids)
		return err
	})
	return out, err
}
