package derived

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"xinju.dev/services/aggregator/internal/store"
	"xinju.dev/services/platform/obs"

	"go.uber.org/zap"
)

// Feed reads one source on behalf of a rebuild.
type Feed interface {
	// List returns a page of the current facts; "" is the token of the first.
	List(ctx context.Context, token string) (Listing, error)
	// Read returns changes after a position, at most limit of them.
	Read(ctx context.Context, epoch string, after int64, limit int32) (changes []Change, head int64, err error)
}

// Refusal is an answer of a source that will not change by asking again.
type Refusal struct{ Reason string }

func (r Refusal) Error() string { return "the source refused: " + r.Reason }

// errBehind says that a source has not shown what another reader saw.
var errBehind = errors.New("the source ends before a position that was applied")

// rebuild makes a new generation from the sources beside the serving one, and
// lets it take over in one step. A crash before that leaves the old one as it
// was; the operation stays open and begins again after the next start.
func (b *Book) rebuild(ctx context.Context, generation int64, feeds map[string]Feed, op *running) error {
	if err := b.Store.Drop(ctx, generation); err != nil {
		return err
	}
	op.stage(ctx, "list")
	r, err := b.listed(ctx, generation, feeds, op)
	if err != nil {
		return err
	}
	op.stage(ctx, "follow")
	for _, source := range b.Sources {
		if feed, ok := feeds[source]; ok {
			if err := b.catchUp(ctx, r, source, feed, -1); err != nil {
				return err
			}
		}
	}
	op.stage(ctx, "compare")
	old, err := b.takeOver(ctx, r, feeds, op)
	if err != nil {
		return err
	}
	if err := b.Store.Drop(ctx, old); err != nil {
		b.Log.Warn("the generation before the rebuild is not removed yet", obs.Cause(err))
	}
	return nil
}

// catchUp applies changes until position, or until the head when that is below zero.
func (b *Book) catchUp(ctx context.Context, r *replica, source string, feed Feed, position int64) error {
	for {
		at := r.followed[source]
		if position >= 0 && at.Position >= position {
			return nil
		}
		limit := int32(1000)
		if position >= 0 {
			limit = int32(min(int64(limit), position-at.Position))
		}
		changes, _, err := feed.Read(ctx, at.Epoch, at.Position, limit)
		if err != nil {
			return err
		}
		if len(changes) == 0 {
			if position >= 0 {
				return errBehind
			}
			return nil
		}
		if err := b.applyTo(ctx, r, source, at.Epoch, changes); err != nil {
			return err
		}
	}
}

// takeOver brings old and new to the same positions, compares them and lets the
// new one serve. Following waits meanwhile; reading does not.
func (b *Book) takeOver(ctx context.Context, r *replica, feeds map[string]Feed, op *running) (old int64, err error) {
	b.applying.Lock()
	defer b.applying.Unlock()
	comparable := true
	for _, source := range b.Sources {
		feed, ok := feeds[source]
		if !ok {
			continue
		}
		is, begun := b.live.followed[source]
		if !begun || is.Listing || is.Epoch != r.followed[source].Epoch || b.alarmOf(source) != "" {
			comparable = false // the old one cannot get there
			continue
		}
		target := max(is.Position, r.followed[source].Position)
		if err := b.catchUp(ctx, r, source, feed, target); err != nil {
			return 0, err
		}
		err := b.catchUp(ctx, b.live, source, feed, target)
		if _, tree := errors.AsType[newTree](err); tree {
			comparable = false // it would have to derive everybody as well
			continue
		}
		if err != nil {
			return 0, err
		}
	}
	if comparable && r.sums != b.live.sums {
		b.Metrics.differences.Inc()
		b.Log.Error("the rebuilt state differs from the one that was kept by increments; the rebuilt one takes over",
			zap.String("kept", b.live.sums.hex()), zap.String("rebuilt", r.sums.hex()))
	}
	return b.swap(ctx, r, op, true, func(store.Tx) error { return nil })
}

func (b *Book) alarmOf(source string) string {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.alarms[source]
}

// swap lets a generation serve, in one transaction with what also writes. Codes
// of records that the old one has seen are never forgotten. anew: it was made from
// the sources, so that their alarms have no cause any more.
func (b *Book) swap(ctx context.Context, r *replica, op *running, anew bool, also func(store.Tx) error) (old int64, err error) {
	var revision int64
	done := op.succeeded(b.Now())
	err = b.Store.Write(ctx, func(t store.Tx) error {
		head, err := t.LockedHead()
		if err != nil {
			return err
		}
		if _, err := b.holds(t, r.generation); err != nil {
			return err
		}
		old, revision = head.Generation, head.Revision+1
		codes, err := t.Codes(old)
		if err != nil {
			return err
		}
		for _, code := range codes {
			r.seen[code] = true
		}
		if done.ID != "" {
			if err := t.PutOperation(done); err != nil {
				return err
			}
		}
		if err := t.PutCodes(r.generation, slices.Sorted(maps.Keys(r.seen))); err != nil {
			return err
		}
		if err := also(t); err != nil {
			return err
		}
		if err := r.keep(t, revision); err != nil {
			return err
		}
		return t.SetHead(store.Head{Generation: r.generation, Revision: revision, Derivation: r.deriver.Derivation()})
	})
	if err != nil {
		return 0, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	r.revision = revision
	b.live = r
	b.reportUnplaced()
	b.reportChains()
	if anew {
		clear(b.heads) // of what the sources were; the next page tells the new ones
		for source := range b.alarms {
			b.Metrics.alarm(source, false)
			delete(b.alarms, source)
		}
	}
	op.set(done)
	b.signal()
	return old, nil
}

// putFollowed writes how far the sources were followed.
func (r *replica) putFollowed(t store.Tx) error {
	for _, f := range r.followed {
		if err := t.PutFollowed(r.generation, f); err != nil {
			return err
		}
	}
	return nil
}

// retryRebuild is how long a rebuild goes on asking a source that does not answer.
const retryRebuild = 2 * time.Minute

func failure(err error) (reason, text string) {
	if r, ok := errors.AsType[Refusal](err); ok {
		return r.Reason, fmt.Sprintf("数据源拒绝：%s / the source refused", r.Reason)
	}
	return "REBUILD_FAILED", "重建失败，请查看日志 / the rebuild failed, see the log"
}

// passing says whether trying again may help.
func passing(err error) bool {
	if r, ok := errors.AsType[Refusal](err); ok {
		return r.Reason == "PAGE_TOKEN_INVALID" || r.Reason == "FEED_EPOCH_CHANGED" || r.Reason == "FEED_TRIMMED"
	}
	return !errors.Is(err, ErrGap) && !errors.Is(err, errTaken)
}
