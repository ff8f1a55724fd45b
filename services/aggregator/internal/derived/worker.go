package derived

import (
	"context"
	"errors"
	"slices"
	"time"

	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/store"
	"xinju.dev/services/platform/obs"
)

// RunRebuilds does accepted rebuilds one after another, those that a crash
// interrupted first, until ctx ends. While another process makes a generation it
// waits: that may be the very operation. Before anything else what a crash left of
// other generations is removed.
func (b *Book) RunRebuilds(ctx context.Context, feeds map[string]Feed) error {
	err := b.building(ctx, func(context.Context, int64) error { return nil })
	for ctx.Err() == nil {
		again := make(<-chan time.Time)
		if err = errors.Join(err, b.runOpen(ctx, feeds)); err != nil && ctx.Err() == nil {
			b.Log.Warn("operations cannot be read, or were taken over", obs.Cause(err))
			again = time.After(b.leases.look)
		}
		select {
		case <-ctx.Done():
		case <-again:
		case <-b.work:
		}
		err = nil
	}
	return ctx.Err()
}

// runOpen runs the operations that have not ended.
func (b *Book) runOpen(ctx context.Context, feeds map[string]Feed) error {
	open, err := b.unfinished(ctx)
	for i := 0; i < len(open) && err == nil; i++ {
		err = b.building(ctx, func(ctx context.Context, generation int64) error {
			still, err := b.unfinished(ctx) // another process may have done it meanwhile
			if err != nil || !slices.ContainsFunc(still, func(o store.OperationRow) bool { return o.ID == open[i].ID }) {
				return err
			}
			return b.run(ctx, generation, feeds, open[i])
		})
	}
	return err
}

func (b *Book) unfinished(ctx context.Context) (open []store.OperationRow, err error) {
	err = b.Store.Read(ctx, func(t store.Tx) (err error) {
		open, err = t.Unfinished()
		return err
	})
	return open, err
}

// dropOthers removes every generation but the one that serves. Nobody else makes one
// meanwhile.
func (b *Book) dropOthers(ctx context.Context) error {
	var head store.Head
	var all []int64
	err := b.Store.Read(ctx, func(t store.Tx) (err error) {
		if head, err = t.Head(); err != nil {
			return err
		}
		all, err = t.Generations()
		return err
	})
	for _, g := range all {
		if err == nil && g != head.Generation {
			err = b.Store.Drop(ctx, g)
		}
	}
	return err
}

// run does an operation; it fails when that is to be done again, here or elsewhere.
func (b *Book) run(ctx context.Context, generation int64, feeds map[string]Feed, row store.OperationRow) error {
	op := &running{b: b, row: row, began: time.Now()}
	op.row.State, op.row.Done, op.row.Total = coverage.Running, 0, b.factsNow()
	b.current.Store(op)
	defer b.current.Store(nil)
	err := persist(ctx, func() error { return b.attempt(ctx, generation, feeds, op) }, op.restart)
	if err == nil || ctx.Err() != nil || errors.Is(err, errTaken) {
		return err
	}
	b.Log.Error("a rebuild failed", obs.Cause(err))
	failed := op.snapshot()
	failed.State, failed.EndedMS = coverage.Failed, b.Now().UnixMilli()
	failed.FailureReason, failed.FailureText = failure(err)
	if err := b.Store.SaveOperation(ctx, failed); err != nil {
		b.Log.Error("the failure of a rebuild cannot be stored", obs.Cause(err))
	}
	return nil
}

// persist repeats what failed for a passing reason, also what went on for long
// before it did; again is called before each further attempt.
func persist(ctx context.Context, attempt func() error, again func()) error {
	var failed time.Time // first
	for wait := 100 * time.Millisecond; ; wait *= 2 {
		err := attempt()
		if failed.IsZero() {
			failed = time.Now()
		}
		if err == nil || ctx.Err() != nil || !passing(err) || time.Since(failed) > retryRebuild {
			return err
		}
		again()
		t := time.NewTimer(min(wait, 10*time.Second))
		select {
		case <-ctx.Done():
		case <-t.C:
		}
		t.Stop()
	}
}

func (b *Book) attempt(ctx context.Context, generation int64, feeds map[string]Feed, op *running) error {
	if err := b.healed(ctx); err != nil {
		return err
	}
	if op.snapshot().Kind == deriveKind {
		return b.repack(ctx, generation, op)
	}
	return b.rebuild(ctx, generation, feeds, op)
}
