package derived

import (
	"context"
	"time"

	"xinju.dev/services/aggregator/internal/feedfacts"
	"xinju.dev/services/aggregator/internal/store"
)

// Position is how far a source was followed. Listing: its current facts are
// being paged through, Token says where; Position is then the snapshot to go on
// from.
type Position struct {
	Epoch    string
	Position int64
	Listing  bool
	Token    string
	Begun    bool // false before anything was taken from the source
}

// Change is one change of a feed.
type Change struct {
	Position int64
	Fact     feedfacts.Fact
}

// Listing is one page of a source's current facts.
type Listing struct {
	Epoch    string
	Snapshot int64
	Facts    []feedfacts.Fact
	Next     string
}

// Position returns how far a source was followed, and the alarm that stopped it.
func (b *Book) Position(source string) (Position, string) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	if b.live == nil {
		return Position{}, ""
	}
	return positionOf(b.live, source), b.alarms[source]
}

func positionOf(r *replica, source string) Position {
	f, begun := r.followed[source]
	return Position{Epoch: f.Epoch, Position: f.Position, Listing: f.Listing, Token: f.PageToken, Begun: begun}
}

// ApplyChanges applies the changes that follow the source's position, in one
// transaction with it. What was applied before is passed over. It fails with
// FEED_EPOCH_DIFFERS and FEED_GAP and then applies nothing.
func (b *Book) ApplyChanges(ctx context.Context, source, epoch string, changes []Change) error {
	return b.taking(ctx, func(ctx context.Context, r *replica) error { return b.applyTo(ctx, r, source, epoch, changes) })
}

// applyTo works on the serving replica or on one that is being built.
func (b *Book) applyTo(ctx context.Context, r *replica, source, epoch string, changes []Change) error {
	at := r.followed[source]
	if at.Epoch != "" && epoch != at.Epoch {
		return ErrEpoch
	}
	var list []feedfacts.Fact
	next := at
	next.Source, next.Epoch, next.Listing, next.PageToken = source, epoch, false, ""
	for i := range changes {
		c := &changes[i]
		if c.Position <= next.Position {
			continue
		}
		if c.Position != next.Position+1 {
			return ErrGap
		}
		next.Position = c.Position
		list = append(list, c.Fact)
	}
	if next == at {
		return nil
	}
	return b.commit(ctx, r, &next, list)
}

// ApplyListing applies one page of the source's current facts and remembers
// where the listing goes on. It fails with FEED_EPOCH_DIFFERS when the source
// was replaced meanwhile.
func (b *Book) ApplyListing(ctx context.Context, source string, l Listing) error {
	return b.taking(ctx, func(ctx context.Context, r *replica) error {
		next, err := listed(r, source, l)
		if err != nil {
			return err
		}
		return b.commit(ctx, r, &next, l.Facts)
	})
}

// listed keeps the snapshot of the first page when a listing begins again: what
// was deleted between two listings is only told by the changes after the first.
func listed(r *replica, source string, l Listing) (store.FollowedRow, error) {
	at, begun := r.followed[source]
	if begun && at.Epoch != l.Epoch {
		return at, ErrEpoch
	}
	next := store.FollowedRow{Source: source, Epoch: l.Epoch, Position: l.Snapshot, Listing: l.Next != "", PageToken: l.Next}
	if begun {
		next.Position = min(at.Position, l.Snapshot)
	}
	return next, nil
}

// commit applies one page: transaction first, memory after. next may be nil: then
// the page comes from no source. Where the page changes the tree under which people
// live, it fails with newTree when r serves; of a generation beside, everybody is
// derived again behind it.
func (b *Book) commit(ctx context.Context, r *replica, next *store.FollowedRow, list []feedfacts.Fact) error {
	began := time.Now()
	if b.noted != nil && r == b.live {
		b.noted.take(list)
	}
	var out *outcome
	err := b.Store.Write(ctx, func(t store.Tx) (err error) {
		if out, err = b.page(t, r, list); err != nil {
			return err
		}
		if next != nil {
			if err := t.PutFollowed(r.generation, *next); err != nil {
				return err
			}
		}
		if err := out.raise(t, r == b.live); err != nil {
			return err
		}
		return out.keep(t, r == b.live)
	})
	if err != nil {
		return err
	}
	if next != nil {
		out.after.followed[next.Source] = *next
	}
	b.adopt(r, out)
	if out.everybody {
		err = b.rederiveEveryone(ctx, r)
	}
	if next != nil {
		b.Metrics.applied(next.Source, len(list), out.changed, time.Since(began))
	}
	return err
}

// adopt takes over in memory what was committed.
func (b *Book) adopt(r *replica, out *outcome) {
	b.mu.Lock()
	defer b.mu.Unlock()
	r.ledger.Apply(out.batch)
	r.kept.changed(out.batch.Villages())
	if out.newTree {
		r.ledger.Hang(tree{out.after.world})
	}
	*r = *out.after
	if r == b.live {
		b.reportUnplaced()
		b.reportChains()
		b.signal()
	}
}

// SawHead notes the last position that a source has.
func (b *Book) SawHead(source string, head int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.heads[source] = head
	b.contacts[source] = b.Now()
	if b.live != nil {
		b.Metrics.lag(source, head-b.live.followed[source].Position)
	}
}

// Alarm stops following a source until a rebuild takes over; reason is the
// stable reason that is shown.
func (b *Book) Alarm(source, reason string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.alarms[source] = reason
	b.Metrics.alarm(source, reason != "")
	b.signal()
}

// Changed returns a channel that is closed at the next change of what is served
// or of an alarm.
func (b *Book) Changed() <-chan struct{} {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.changed
}
