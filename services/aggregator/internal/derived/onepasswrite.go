package derived

import (
	"context"
	"errors"
	"slices"
	"strings"

	"xinju.dev/services/aggregator/internal/feedfacts"
	"xinju.dev/services/aggregator/internal/store"

	"go.uber.org/zap"
	"golang.org/x/sync/errgroup"
)

func (o *onePass) writeAll(ctx context.Context, steps <-chan *listedStep) error {
	for s := range steps {
		if err := o.write(ctx, s); err != nil {
			return err
		}
		o.op.advance(ctx, int64(s.advance))
		o.op.taken.facts.Add(int64(s.advance))
		o.op.taken.residents.Add(int64(len(s.rows)))
	}
	return ctx.Err()
}

// write stores a step and has it counted.
func (o *onePass) write(ctx context.Context, s *listedStep) error {
	if len(s.rows) > 0 {
		o.all.derived(&s.derivedStep)
	}
	to := o.r.generation
	err := o.b.Store.Write(ctx, func(t store.Tx) error {
		if err := t.PutWorld(to, s.world); err != nil {
			return err
		}
		if err := t.AddResidents(to, s.rows); err != nil {
			return err
		}
		if err := t.AddTies(to, s.ties); err != nil {
			return err
		}
		if err := t.PutCodes(to, s.codes); err != nil {
			return err
		}
		for _, l := range s.listed {
			if err := t.PutFollowed(to, l.follow); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil || len(s.rows) == 0 {
		return err
	}
	return s.fill(ctx, o.fill, o.r.deriver)
}

// abandon ends what is not to be completed.
func (o *onePass) abandon(err error) {
	if o.all != nil {
		_ = o.all.end(err) // which is what it says
	}
}

// end makes the generation complete once everything has been listed.
func (o *onePass) end(ctx context.Context) (*replica, error) {
	if err := o.begin(); err != nil { // nobody may have come
		return nil, err
	}
	var filling errgroup.Group // while everything is summed up
	filling.Go(func() error { return o.fill.End(ctx) })
	err := o.all.end(nil)
	if err = errors.Join(err, filling.Wait()); err != nil {
		return nil, err
	}
	return o.r, o.putRight(ctx)
}

// rightStep bounds the facts of one transaction while what waited is put right.
const rightStep = 2000

// putRight takes in what waited for the end: facts as pages, and then those for whom
// the people around matter, as far as there are any.
func (o *onePass) putRight(ctx context.Context) error {
	slices.SortStableFunc(o.late, func(a, b feedfacts.Fact) int { return strings.Compare(a.ResidentID, b.ResidentID) })
	for part := range slices.Chunk(o.late, rightStep) {
		if err := o.b.commit(ctx, o.r, nil, part); err != nil {
			return err
		}
	}
	for _, id := range o.asking {
		if o.r.named.may(id) {
			o.tied = append(o.tied, id)
		}
	}
	o.b.Log.Info("everybody was derived while the sources were listed",
		zap.Int("facts_late", len(o.late)), zap.Int("residents_again", len(o.tied)), zap.Bool("all_again", o.everyone))
	if o.everyone {
		return o.b.rederiveEveryone(ctx, o.r)
	}
	slices.Sort(o.tied)
	for ids := range slices.Chunk(o.tied, deriveStep) {
		if err := o.b.rederive(ctx, o.r, ids); err != nil {
			return err
		}
	}
	return nil
}

// rederiveEveryone derives everybody of a generation that does not serve again.
func (b *Book) rederiveEveryone(ctx context.Context, r *replica) error {
	for after := ""; ; {
		var ids []string
		err := b.Store.Read(ctx, func(t store.Tx) error {
			ids = ids[:0]
			return t.EachID(r.generation, after, deriveStep, func(id string) error { ids = append(ids, id); return nil })
		})
		if err != nil || len(ids) == 0 {
			return err
		}
		if err := b.rederive(ctx, r, ids); err != nil {
			return err
		}
		after = ids[len(ids)-1]
	}
}

// rederive derives persons of a generation that does not serve again, with the people
// around them.
func (b *Book) rederive(ctx context.Context, r *replica, ids []string) error {
	var out *outcome
	err := b.Store.Write(ctx, func(t store.Tx) error {
		out = newOutcome(r)
		out.batch = r.ledger.Batch()
		near := newAround(t, r.generation)
		near.links, near.named = r.links > 0, r.named
		if err := near.read(ids); err != nil {
			return err
		}
		if err := near.hold(ids); err != nil {
			return err
		}
		if _, err := near.gather(ids, nobody); err != nil {
			return err
		}
		if err := out.rederiveAll(near, ids, nil); err != nil {
			return err
		}
		return out.write(t)
	})
	if err == nil {
		b.adopt(r, out)
	}
	return err
}
