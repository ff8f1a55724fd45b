package derived

import (
	"bytes"
	"context"
	"errors"
	"slices"

	"xinju.dev/services/aggregator/internal/derive"
	"xinju.dev/services/aggregator/internal/feedfacts"
	"xinju.dev/services/aggregator/internal/store"

	"golang.org/x/sync/errgroup"
)

// deriveStep bounds the residents of one transaction while all are derived.
const deriveStep = 2000

// deriveAll writes what the residents of a generation count for, of whom nothing
// was noted in any village, and returns it loaded. Nobody else writes the
// generation. While some residents are written the next ones are derived; what is
// held at a time does not grow with the residents, apart from the ledger.
func (b *Book) deriveAll(ctx context.Context, generation int64, d *derive.Deriver) (*replica, error) {
	r, all, err := b.begin(ctx, generation, d)
	if err != nil {
		return nil, err
	}
	tables := b.Store.Fill(generation)
	if err := b.deriveInto(ctx, r, tables, all); err != nil {
		return nil, all.end(err)
	}
	var filling errgroup.Group // while everything is summed up
	filling.Go(func() error { return tables.End(ctx) })
	err = all.end(nil)
	return r, errors.Join(err, filling.Wait())
}

// deriveInto derives everybody, writes that and has it counted.
func (b *Book) deriveInto(ctx context.Context, r *replica, tables *store.Filling, all *loading) error {
	group, ctx := errgroup.WithContext(ctx)
	steps := make(chan *derivedStep)
	group.Go(func() error {
		defer close(steps)
		return b.deriveSteps(ctx, r, steps)
	})
	group.Go(func() error {
		for s := range steps {
			all.derived(s)
			err := b.Store.Write(ctx, func(t store.Tx) error { return t.PutResidents(r.generation, s.differ) })
			if err != nil {
				return err
			}
			if err := s.fill(ctx, tables, r.deriver); err != nil {
				return err
			}
		}
		return ctx.Err()
	})
	return group.Wait()
}

// fill gives the tables where the residents count, and their lines.
func (s *derivedStep) fill(ctx context.Context, tables *store.Filling, d *derive.Deriver) error {
	var list []store.LineRow
	for i := range s.members {
		var err error
		if list, err = keptLines(d, &s.members[i], list); err != nil {
			return err
		}
		if err := tables.Add(ctx, &s.members[i], list); err != nil {
			return err
		}
	}
	return nil
}

// derivedStep is some residents: their rows as they are from now on, those that are
// not stored like that, and where they count.
type derivedStep struct {
	rows, differ []store.ResidentRow
	sets         []feedfacts.Set // facts of the rows
	members      []store.MemberRow
}

func (b *Book) deriveSteps(ctx context.Context, r *replica, steps chan<- *derivedStep) error {
	for after := ""; ; {
		var s derivedStep
		err := b.Store.Read(ctx, func(t store.Tx) error {
			near, ids, err := nextPersons(t, r.generation, r.named, r.deriver.ReadsOthers(), after)
			if err != nil || len(ids) == 0 {
				return err
			}
			lists, err := membersOf(near, ids, r.deriver, r.world)
			s = stepOf(near, ids, lists)
			return err
		})
		if err != nil || len(s.rows) == 0 {
			return err
		}
		after = s.rows[len(s.rows)-1].ID
		select {
		case steps <- &s:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func stepOf(near *around, ids []string, lists [][]store.MemberRow) (s derivedStep) {
	for i, id := range ids {
		row := near.facts[id].row
		members := store.PackMembers(lists[i])
		differs := !bytes.Equal(members, row.Members)
		row.Members = members
		s.rows, s.sets = append(s.rows, row), append(s.sets, near.facts[id].after)
		if differs {
			s.differ = append(s.differ, row)
		}
	}
	s.members = slices.Concat(lists...)
	return s
}
