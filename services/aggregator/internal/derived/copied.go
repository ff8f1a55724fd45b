package derived

import (
	"bytes"
	"context"
	"slices"

	"xinju.dev/services/aggregator/internal/feedfacts"
	"xinju.dev/services/aggregator/internal/store"

	"golang.org/x/sync/errgroup"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"
)

// copied makes the generation of the facts that are stored of another one, with more
// of the tree: everybody is derived and written once, while others are read and
// written. Pages may go on in the other one meanwhile: then each row is as it was at
// some moment.
func (o *onePass) copied(ctx context.Context, from int64, world []feedfacts.Fact) (*replica, error) {
	stored, err := o.b.storedWorld(ctx, from)
	if err != nil {
		return nil, err
	}
	group, inner := errgroup.WithContext(ctx)
	steps := make(chan *listedStep)
	group.Go(func() error {
		defer close(steps)
		return o.copyAll(inner, from, slices.Concat(stored, world), steps)
	})
	group.Go(func() error { return o.writeAll(inner, steps) })
	if err := group.Wait(); err != nil {
		o.abandon(err)
		return nil, err
	}
	return o.end(ctx)
}

func (o *onePass) copyAll(ctx context.Context, from int64, world []feedfacts.Fact, steps chan<- *listedStep) error {
	s := new(listedStep)
	o.takeWorld(world, s)
	if err := o.begin(); err != nil {
		return err
	}
	for after := ""; ; s = new(listedStep) {
		rows, err := o.b.storedRows(ctx, from, after)
		if err == nil {
			err = o.copyRows(rows, s)
		}
		if err != nil {
			return err
		}
		select {
		case steps <- s:
		case <-ctx.Done():
			return ctx.Err()
		}
		if len(rows) == 0 {
			return nil
		}
		after = rows[len(rows)-1].ID
	}
}

// storedRows reads the next rows after an identifier.
func (b *Book) storedRows(ctx context.Context, generation int64, after string) (rows []store.ResidentRow, err error) {
	err = b.Store.Read(ctx, func(t store.Tx) error {
		rows = rows[:0]
		return t.EachResident(generation, after, deriveStep, func(row store.ResidentRow) error {
			rows = append(rows, store.ResidentRow{ID: row.ID, Facts: bytes.Clone(row.Facts)})
			return nil
		})
	})
	return rows, err
}

// copyRows puts into a step what becomes of stored facts; links wait for the end.
func (o *onePass) copyRows(rows []store.ResidentRow, s *listedStep) error {
	links := make([]feedfacts.Set, len(rows))
	err := o.arrive(len(rows), s, func(i int) (a arrival, err error) {
		set, err := feedfacts.Decode(rows[i].Facts)
		if err != nil {
			return a, err
		}
		raw := rows[i].Facts
		if links[i], set = withoutLinks(set); len(links[i]) > 0 {
			raw = set.Encode()
		}
		if len(set) == 0 {
			return a, nil
		}
		return arrivalFrom(rows[i].ID, set, raw, o.r)
	})
	for i := range links {
		for _, e := range links[i] {
			o.late = append(o.late, feedfacts.Fact{ResidentID: rows[i].ID, Entry: e})
		}
	}
	for i := range s.sets {
		s.advance += s.sets[i].Live()
	}
	return err
}

// withoutLinks parts the links from the other facts.
func withoutLinks(set feedfacts.Set) (links, others feedfacts.Set) {
	link := func(e feedfacts.Entry) bool { return e.Kind == feedv1.FactKind_FACT_KIND_LINK }
	if !slices.ContainsFunc(set, link) {
		return nil, set
	}
	for _, e := range set {
		if link(e) {
			links = append(links, e)
		} else {
			others = append(others, e)
		}
	}
	return links, others
}
