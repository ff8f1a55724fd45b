package derived

import (
	"context"
	"slices"
	"time"

	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/derive"
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/ledger"
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/aggregator/internal/store"
	"xinju.dev/services/platform/civil"
)

// view is one state of the book; it implements coverage.View.
type view struct {
	b *Book
	r *replica
}

func (v view) World() *facts.World { return v.r.world }

func (v view) Packs() *policy.Catalogue { return v.r.deriver.Packs() }

func (v view) Deriver() *derive.Deriver { return v.r.deriver }

func (v view) Seen(code string) bool { return v.r.seen[code] }

func (v view) Count(key ledger.Key, code string, day civil.Date) ledger.Count {
	return v.r.ledger.At(key, code, day)
}

func (v view) Counts(keys []ledger.Key, code string, day civil.Date, out []ledger.Count) {
	v.r.ledger.Counts(keys, code, day, out)
}

func (v view) Direct(key ledger.Key, code string, day civil.Date) ledger.Count {
	return v.r.ledger.Direct(key, code, day)
}

func (v view) Following() []coverage.Following {
	out := make([]coverage.Following, 0, len(v.b.Sources))
	for _, s := range v.b.Sources {
		f := v.r.followed[s]
		out = append(out, coverage.Following{
			Source: s, Epoch: f.Epoch, Position: f.Position, Head: max(v.b.heads[s], f.Position), Alarm: v.b.alarms[s],
			Listing: f.Listing || v.b.first.Load() != nil, Contact: v.b.contacts[s],
		})
	}
	return out
}

// Figures tells, while everything is listed for the first time and nothing is
// counted yet, how much has been taken in.
func (v view) Figures() coverage.Figures {
	out := coverage.Figures{Digest: v.r.sums.hex(), Residents: v.r.residents, Orphans: v.r.orphans, Facts: v.r.facts}
	if first := v.b.first.Load(); first != nil {
		out.Residents, out.Facts = first.residents.Load(), first.facts.Load()
	}
	return out
}

// Look runs fn on the present state; no page is taken in meanwhile, so fn must
// be short. It fails with AGGREGATOR_LOADING and with what fn returns.
func (b *Book) Look(fn func(coverage.View) error) error {
	return b.look(func(v view) error { return fn(v) })
}

func (b *Book) look(fn func(view) error) error {
	b.mu.RLock()
	defer b.mu.RUnlock()
	if b.live == nil {
		return ErrLoading
	}
	return fn(view{b, b.live})
}

const (
	snapshotTries = 50
	snapshotWait  = 50 * time.Millisecond
)

// both runs look on the numbers and then read on the tables, at one revision.
func (b *Book) both(ctx context.Context, look func(view) error, read func(t store.Tx, generation int64) error) error {
	for range snapshotTries {
		met, behind := false, false
		var changed <-chan struct{}
		err := b.Store.Read(ctx, func(t store.Tx) error {
			head, err := t.Head()
			if err != nil {
				return err
			}
			err = b.look(func(v view) error {
				changed = b.changed
				met = v.r.generation == head.Generation && v.r.revision == head.Revision
				behind = v.r.revision < head.Revision
				if !met {
					return nil
				}
				return look(v)
			})
			if err != nil || !met {
				return err
			}
			return read(t, head.Generation)
		})
		if err != nil || met {
			return err
		}
		if behind {
			if err := await(ctx, changed); err != nil {
				return err
			}
		}
	}
	return ErrMoving
}

// await waits until memory has taken over what was committed.
func await(ctx context.Context, changed <-chan struct{}) error {
	t := time.NewTimer(snapshotWait)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-changed:
	case <-t.C:
	}
	return nil
}

// below lists a division and everything under it on a day, ascending: exactly
// the codes whose numbers the ledger sums up to it.
func below(w *facts.World, division string, day civil.Date) []string {
	out := []string{division}
	seen := map[string]bool{division: true}
	t := tree{w}
	for i := 0; i < len(out); i++ {
		for _, child := range w.Children(out[i], day) {
			if !seen[child] && slices.Contains(t.above(child, day), division) {
				seen[child] = true
				out = append(out, child)
			}
		}
	}
	slices.Sort(out)
	return out
}
