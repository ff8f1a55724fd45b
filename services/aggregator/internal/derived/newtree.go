package derived

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"xinju.dev/services/aggregator/internal/feedfacts"
	"xinju.dev/services/aggregator/internal/store"

	"go.uber.org/zap"
)

// newTree says that a page changes the tree of divisions where somebody lives, so
// that everybody is to be derived again: too much for one transaction, and for
// keeping all others waiting.
type newTree struct{ page []feedfacts.Fact }

func (newTree) Error() string { return "the tree changes where people live" }

// taking applies a page to what serves.
func (b *Book) taking(ctx context.Context, apply func(context.Context, *replica) error) error {
	err := b.here(ctx, apply)
	if _, tree := errors.AsType[newTree](err); tree {
		return b.replant(ctx, apply)
	}
	return err
}

// here applies a page where it serves, in one transaction.
func (b *Book) here(ctx context.Context, apply func(context.Context, *replica) error) error {
	b.applying.Lock()
	defer b.applying.Unlock()
	return b.healing(ctx, func(r *replica) error { return apply(ctx, r) })
}

// replant takes in a page that changes the tree where people live: everybody is
// derived under the new tree in a generation beside the one that serves, which goes
// on to serve and to be kept up to date from the other sources meanwhile. The page's
// source counts as followed up to the page when that generation takes over, and not
// before. After a crash the page comes again.
func (b *Book) replant(ctx context.Context, apply func(context.Context, *replica) error) error {
	return b.building(ctx, func(ctx context.Context, generation int64) error {
		if err := b.healed(ctx); err != nil {
			return err
		}
		if err := b.learnReferences(ctx); err != nil {
			return err
		}
		err := b.here(ctx, apply)
		tree, is := errors.AsType[newTree](err)
		if !is { // nobody is where it changes, or somebody has taken it in meanwhile
			return err
		}
		began := time.Now()
		b.Log.Info("the tree has changed where people live: everybody is derived beside what serves", zap.Int64("generation", generation))
		err = b.beside(ctx, copying{generation: generation, deriver: b.deriverNow(), world: tree.page, op: &running{b: b, began: began}, page: apply})
		if err == nil {
			b.Log.Info("everybody has been derived under the new tree", zap.Int64("generation", generation), zap.Duration("took", time.Since(began)))
		}
		return err
	})
}

// learnReferences finds out, after a start with data, which divisions and units the
// facts mention. Pages go on; whom they change is read again. Nobody else may note
// that meanwhile.
func (b *Book) learnReferences(ctx context.Context) error {
	b.note(newNoted())
	defer b.note(nil)
	b.mu.RLock()
	r, known := b.live, b.live.refs != nil
	b.mu.RUnlock()
	if known {
		return nil
	}
	refs := references{}
	for after, more := "", true; more; {
		err := b.Store.Read(ctx, func(t store.Tx) error {
			more = false
			return t.EachResident(r.generation, after, deriveStep, func(row store.ResidentRow) error {
				more, after = true, row.ID
				return refs.addRow(&row)
			})
		})
		if err != nil {
			return err
		}
	}
	b.applying.Lock()
	defer b.applying.Unlock()
	err := b.Store.Read(ctx, func(t store.Tx) error {
		rows, err := t.Residents(r.generation, slices.Sorted(maps.Keys(b.noted.residents)))
		for _, row := range rows {
			err = cmp.Or(err, refs.addRow(&row))
		}
		return err
	})
	if err == nil && b.live == r { // else whatever serves now is asked again
		r.refs = refs
	}
	return err
}
