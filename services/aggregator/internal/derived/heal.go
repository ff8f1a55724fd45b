package derived

import (
	"context"
	"errors"

	"xinju.dev/services/aggregator/internal/derive"
	"xinju.dev/services/aggregator/internal/store"

	"go.uber.org/zap"
)

// errAhead says that the store is not what memory stands for: something was
// committed and the answer to the commit was lost, so that it was taken for failed.
var errAhead = errors.New("the store is ahead of memory")

// errPacksMoved says that the store is of packs that are not those in use.
var errPacksMoved = errors.New("the members stored are of other packs than those in use")

// healing applies a page to what serves. When the store turns out to be ahead,
// nothing was written: memory is loaded again and the page applied to that.
// b.applying is held.
func (b *Book) healing(ctx context.Context, apply func(*replica) error) error {
	err := apply(b.live)
	if !errors.Is(err, errAhead) {
		return err
	}
	if err := b.heal(ctx); err != nil {
		return err
	}
	return apply(b.live)
}

// heal makes memory what the store says when it is not. Reading goes on with the
// state of before meanwhile. b.applying is held.
func (b *Book) heal(ctx context.Context) error {
	var head store.Head
	err := b.Store.Read(ctx, func(t store.Tx) (err error) {
		head, err = t.Head()
		return err
	})
	if err != nil || head.Generation == b.live.generation && head.Revision == b.live.revision {
		return err
	}
	b.Log.Warn("something was committed whose answer was lost; the numbers are loaded again",
		zap.Int64("revision", b.live.revision), zap.Int64("stored", head.Revision))
	d := b.live.deriver
	if head.Derivation != d.Derivation() {
		packs, err := b.composed(ctx)
		if err != nil {
			return err
		}
		if d = derive.New(packs); d.Derivation() != head.Derivation {
			return errPacksMoved
		}
	}
	r, err := b.load(ctx, head.Generation, d)
	if err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.live = r
	b.reportUnplaced()
	b.reportChains()
	b.signal()
	return nil
}

// healed is heal for whoever does not hold b.applying.
func (b *Book) healed(ctx context.Context) error {
	b.applying.Lock()
	defer b.applying.Unlock()
	return b.heal(ctx)
}
