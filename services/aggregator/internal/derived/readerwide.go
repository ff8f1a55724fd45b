package derived

import (
	"context"
	"time"

	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/aggregator/internal/store"
)

// What a Reader answers besides numbers and lists: everything that a Book answers
// without writing. What would write is refused with AGGREGATOR_READS_ONLY.

// readerLook is how often the tables are looked at for somebody who waits for changes.
const readerLook = time.Second

// Changed is closed when it is time to look again: another process writes.
func (*Reader) Changed() <-chan struct{} {
	woken := make(chan struct{})
	time.AfterFunc(readerLook, func() { close(woken) })
	return woken
}

// Whole is that of a Book.
func (r *Reader) Whole(ctx context.Context, look func(coverage.View) error, read func(coverage.Whole) error) error {
	return r.read(ctx, true, func(t store.Tx, v storedView) error {
		if err := look(v); err != nil || v.numbers.Err() != nil {
			return err
		}
		return read(whole{ctx: ctx, t: t, generation: v.at.Generation, world: v.World(), derivation: v.Deriver().Derivation()})
	})
}

// WhatIf is that of a Book.
func (r *Reader) WhatIf(ctx context.Context, q coverage.WhatIf, progress func(done, total int64) error) (coverage.Tried, error) {
	var packs *policy.Catalogue
	if err := r.Look(func(v coverage.View) error { packs = v.Packs(); return nil }); err != nil {
		return coverage.Tried{}, err
	}
	return whatIf(packs, q, progress, func(t *trial) error {
		return r.read(ctx, true, func(tx store.Tx, v storedView) error {
			if err := t.begin(v, packs); err != nil {
				return err
			}
			return t.run(ctx, tx, v.at.Generation)
		})
	})
}

// PackVersions is that of a Book.
func (r *Reader) PackVersions(ctx context.Context, id string) ([]coverage.PackVersion, error) {
	return packVersions(ctx, r.Desk, r.Deriver.Packs(), id)
}

// LoadPack fails with AGGREGATOR_READS_ONLY.
func (*Reader) LoadPack(context.Context, coverage.LoadPack) (coverage.PackChange, error) {
	return coverage.PackChange{}, ErrReadsOnly
}

// RetirePack fails with AGGREGATOR_READS_ONLY.
func (*Reader) RetirePack(context.Context, string, string) (coverage.Operation, error) {
	return coverage.Operation{}, ErrReadsOnly
}
