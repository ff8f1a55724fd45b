package derived

import (
	"context"
	"time"

	"xinju.dev/services/aggregator/internal/ledger"
	"xinju.dev/services/aggregator/internal/store"

	"go.uber.org/zap"
)

// Compare counts the next village that the start took over from what the members
// say, after the last one the figures of everybody, and where something differs puts
// it right in memory and in the store. It reads beside the pages; a village that
// changes meanwhile has its turn again.
func (k *Keeper) Compare(ctx context.Context) error {
	r, village, at, some := k.doubtful()
	if !some {
		return k.compareFigures(ctx, r)
	}
	right := ledger.New(nil)
	bulk := right.Bulk()
	err := k.b.Store.Read(ctx, func(t store.Tx) error {
		return eachPageOf(t, r.generation, village, func(rows []store.MemberRow) error {
			for i := range rows {
				if err := r.deriver.AddTo(bulk.Village([]byte(village)), rows[i].Pieces); err != nil {
					return err
				}
			}
			return nil
		})
	})
	if err != nil {
		return err
	}
	right.Take(bulk)
	k.b.applying.Lock()
	defer k.b.applying.Unlock()
	if k.b.live != r { // whatever serves now was counted
		return nil
	}
	again := r.kept.stale[village] != at
	if !again {
		err = k.b.putRight(ctx, r, village, right)
	}
	if r.kept.doubt = r.kept.doubt[1:]; again || err != nil {
		r.kept.doubt = append(r.kept.doubt, village)
	}
	return err
}

// doubtful is the next village to compare; at is when it changed last.
func (k *Keeper) doubtful() (r *replica, village string, at time.Time, some bool) {
	k.b.applying.Lock()
	defer k.b.applying.Unlock()
	r = k.b.live
	if len(r.kept.doubt) == 0 {
		return r, "", at, false
	}
	village = r.kept.doubt[0]
	return r, village, r.kept.stale[village], true
}

// putRight makes the numbers of a village those of another ledger. b.applying is held.
func (b *Book) putRight(ctx context.Context, r *replica, village string, right *ledger.Ledger) error {
	batch, differ := r.ledger.Correction(village, right)
	if !differ {
		return nil
	}
	if err := b.putRightIn(ctx, r, r.copyOf(), batch, village); err != nil {
		return err
	}
	b.Metrics.wrongSums.Inc()
	b.Log.Error("the numbers that the start took over of a village were not those of its members: they have been put right", zap.String("village", village))
	return nil
}

// putRightIn lets after serve, which is r put right and a revision further, with the
// numbers of villages changed by a batch: once it is committed. b.applying is held.
func (b *Book) putRightIn(ctx context.Context, r, after *replica, batch *ledger.Batch, villages ...string) error {
	err := b.Store.Write(ctx, func(t store.Tx) error {
		head, err := r.served(t)
		if err != nil {
			return err
		}
		head.Revision++
		after.revision = head.Revision
		if err := t.DeleteSums(r.generation, villages); err != nil {
			return err
		}
		if err := after.keep(t, head.Revision); err != nil {
			return err
		}
		return t.SetHead(head)
	})
	if err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	r.ledger.Apply(batch)
	r.kept.changed(villages)
	*r = *after
	b.reportUnplaced()
	b.signal()
	return nil
}

// served is the head of the store, if that stands where memory does. It stays so
// until the transaction has ended.
func (r *replica) served(t store.Tx) (store.Head, error) {
	head, err := t.LockedHead()
	if err == nil && (head.Generation != r.generation || head.Revision != r.revision) {
		err = errAhead
	}
	return head, err
}
