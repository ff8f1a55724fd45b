package derived

import (
	"context"
	"errors"
	"maps"
	"slices"

	"xinju.dev/services/aggregator/internal/derive"
	"xinju.dev/services/aggregator/internal/feedfacts"
	"xinju.dev/services/aggregator/internal/store"
	"xinju.dev/services/platform/obs"

	"go.uber.org/zap"
)

// errCopyDiffers says that a copy of the facts came out different.
var errCopyDiffers = errors.New("the copied facts differ from those that serve")

// copying is a generation that is made of the stored facts beside the one that
// serves, and what makes it another one.
type copying struct {
	generation int64
	deriver    *derive.Deriver
	world      []feedfacts.Fact // divisions and units beside those that are stored
	op         *running

	page func(context.Context, *replica) error // is applied before it takes over; may be nil
	last func(store.Tx) error                  // is written with that; may be nil
}

// beside derives everything that serves anew and lets it take over in one step.
//
// The facts are copied range by range while pages go on. Whoever changes
// meanwhile is noted and copied again: versions of facts only grow, so that the
// copy ends up with the same ones, and what is derived by increments is what is
// derived at once. A crash before the last step leaves everything as it was.
func (b *Book) beside(ctx context.Context, c copying) error {
	if err := b.Store.Drop(ctx, c.generation); err != nil {
		return err
	}
	b.note(newNoted())
	defer b.note(nil)
	var from int64
	if err := b.look(func(v view) error { from = v.r.generation; return nil }); err != nil {
		return err
	}
	c.op.stage(ctx, "derive")
	r, err := b.onePassOf(c.generation, c.deriver, c.op).copied(ctx, from, c.world)
	if err != nil {
		return err
	}
	c.op.stage(ctx, "follow")
	for range catchUpRounds {
		n := b.note(newNoted())
		if err := b.replay(ctx, from, r, n); err != nil {
			return err
		}
		if len(n.residents) < catchUpEnough && !n.world {
			break
		}
	}
	c.op.stage(ctx, "compare")
	if err := b.copyTakesOver(ctx, r, &c); err != nil {
		return err
	}
	if err := b.Store.Drop(ctx, from); err != nil {
		b.Log.Warn("the generation that served before is not removed yet", obs.Cause(err))
	}
	return nil
}

// Rounds of catching up while pages go on: the last one keeps them waiting.
const (
	catchUpRounds = 8
	catchUpEnough = 200
)

// note begins to note what pages change, or ends it, and returns what was noted.
func (b *Book) note(next *noted) (was *noted) {
	b.applying.Lock()
	defer b.applying.Unlock()
	was, b.noted = b.noted, next
	return was
}

const replayStep = 500

// replay brings a generation that was copied to what the serving one has of those
// who were noted.
func (b *Book) replay(ctx context.Context, from int64, r *replica, n *noted) error {
	if n.world {
		list, err := b.storedWorld(ctx, from)
		if err == nil {
			err = b.commit(ctx, r, nil, list)
		}
		if err != nil {
			return err
		}
	}
	for part := range slices.Chunk(slices.Sorted(maps.Keys(n.residents)), replayStep) {
		var list []feedfacts.Fact
		err := b.Store.Read(ctx, func(t store.Tx) error {
			rows, err := t.Residents(from, part)
			list = list[:0]
			for id, row := range rows {
				list, err = appendFacts(list, id, row.Facts, err)
			}
			return err
		})
		if err != nil {
			return err
		}
		if err := b.commit(ctx, r, nil, list); err != nil {
			return err
		}
	}
	return nil
}

// storedWorld reads the divisions and units of a generation.
func (b *Book) storedWorld(ctx context.Context, from int64) (list []feedfacts.Fact, err error) {
	err = b.Store.Read(ctx, func(t store.Tx) error {
		rows, err := t.World(from)
		list = list[:0]
		for _, w := range rows {
			list, err = appendFacts(list, "", w.Fact, err)
		}
		return err
	})
	return list, err
}

// appendFacts adds the facts of a stored row; it does nothing after a failure.
func appendFacts(list []feedfacts.Fact, resident string, raw []byte, failed error) ([]feedfacts.Fact, error) {
	if failed != nil {
		return list, failed
	}
	set, err := feedfacts.Decode(raw)
	for _, e := range set {
		list = append(list, feedfacts.Fact{ResidentID: resident, Entry: e})
	}
	return list, err
}

// copyTakesOver brings the new generation to the very facts of the old one,
// compares them and lets it serve with what makes it another one. Following waits
// meanwhile; reading does not.
func (b *Book) copyTakesOver(ctx context.Context, r *replica, c *copying) error {
	b.applying.Lock()
	defer b.applying.Unlock()
	if err := b.replay(ctx, b.live.generation, r, b.noted); err != nil {
		return err
	}
	// Another process may have written what this one has not heard of.
	err := b.Store.Write(ctx, func(t store.Tx) error { _, err := b.live.served(t); return err })
	if err != nil {
		return err
	}
	if !b.copies(r, c) {
		b.Metrics.differences.Inc()
		b.Log.Error("the state derived from the stored facts differs from the one that serves, which stays",
			zap.String("kept", b.live.sums.hex()), zap.String("derived", r.sums.hex()))
		return errCopyDiffers
	}
	r.followed = maps.Clone(b.live.followed)
	if c.page != nil {
		if err := c.page(ctx, r); err != nil {
			return err
		}
	}
	_, err = b.swap(ctx, r, c.op, false, func(t store.Tx) error {
		if _, err := b.live.served(t); err != nil {
			return err
		}
		if c.last != nil {
			if err := c.last(t); err != nil {
				return err
			}
		}
		return r.putFollowed(t)
	})
	return err
}

// copies says whether the generation has the very facts of the one that serves, and
// what was derived of them where that is to be the same.
func (b *Book) copies(r *replica, c *copying) bool {
	world := slices.Clone(b.live.worldSet)
	for i := range c.world {
		if feedfacts.IsWorld(c.world[i].Kind) {
			world.Put(c.world[i].Entry)
		}
	}
	return r.sums.facts == b.live.sums.facts && r.sums.world == worldSum(world) &&
		(len(c.world) > 0 || r.deriver.Derivation() != b.live.deriver.Derivation() || r.sums.members == b.live.sums.members)
}
