package derived

import (
	"context"
	"time"

	"xinju.dev/services/aggregator/internal/store"
	"xinju.dev/services/platform/obs"
)

// Keeper stores the numbers of villages for the next start, quietly: a village that
// goes on changing waits. When nothing is left to store it compares, village by
// village, what the start took over with what the members say. It alone writes the
// sums of villages; a book has one at most.
type Keeper struct{ b *Book }

const (
	keepQuiet = 30 * time.Second // without a change, before a village is stored
	keepRest  = 2 * time.Second  // at least, between two steps
	keepShare = 10               // it rests this many times as long as it worked
	keepBytes = 1 << 20          // stored at a time, and one village more; no page is applied meanwhile
	keepLast  = 5 * time.Second  // to store the rest when the service stops
)

// Keeper returns the book's keeper.
func (b *Book) Keeper() *Keeper { return &Keeper{b: b} }

// Run works in the background until ctx ends, and then stores what it can within
// moments. What goes wrong is reported and tried again.
func (k *Keeper) Run(ctx context.Context) error {
	for {
		began := time.Now()
		if err := k.step(ctx); err != nil && ctx.Err() == nil {
			k.b.Log.Warn("the sums for the next start cannot be stored", obs.Cause(err))
		}
		rest := time.NewTimer(max(keepRest, keepShare*time.Since(began)))
		select {
		case <-rest.C:
			continue
		case <-ctx.Done():
			rest.Stop()
		}
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), keepLast)
		defer cancel()
		if err := k.Bring(last); err != nil {
			k.b.Log.Warn("not all sums are stored: the next start counts the others", obs.Cause(err))
		}
		return ctx.Err()
	}
}

// step stores some villages, or else compares one.
func (k *Keeper) step(ctx context.Context) error {
	stored, err := k.store(ctx, time.Now().Add(-keepQuiet))
	if err != nil || stored > 0 {
		return err
	}
	return k.Compare(ctx)
}

// Bring stores all villages that are not stored.
func (k *Keeper) Bring(ctx context.Context) error {
	for {
		stored, err := k.store(ctx, time.Now())
		if err != nil || stored == 0 {
			return err
		}
	}
}

// store writes some of the villages that have not changed since a moment, and
// returns how many.
func (k *Keeper) store(ctx context.Context, since time.Time) (int, error) {
	k.b.applying.Lock()
	defer k.b.applying.Unlock()
	r := k.b.live
	var villages []string
	var rows []store.SumRow
	size := 0
	for village, at := range r.kept.stale {
		if at.After(since) {
			continue
		}
		villages = append(villages, village)
		if body := r.ledger.Sums(village); body != nil {
			rows = append(rows, store.SumRow{Village: village, Body: sealed(r.generation, village, body)})
			size += len(body)
		}
		if size >= keepBytes {
			break
		}
	}
	if len(villages) == 0 {
		return 0, nil
	}
	err := k.b.Store.Write(ctx, func(t store.Tx) error {
		if _, err := r.served(t); err != nil {
			return err
		}
		if err := t.DeleteSums(r.generation, villages); err != nil { // of those that count nobody any more, too
			return err
		}
		return t.PutSums(r.generation, rows)
	})
	if err != nil {
		return 0, err
	}
	for _, village := range villages {
		delete(r.kept.stale, village)
	}
	return len(villages), nil
}
