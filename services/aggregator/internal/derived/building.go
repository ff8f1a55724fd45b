package derived

import (
	"context"
	"errors"
	"time"

	"xinju.dev/services/aggregator/internal/store"
	"xinju.dev/services/platform/obs"

	"go.uber.org/zap"
)

// leaseTimes is how often a lease is renewed, how often another process's is looked
// at, and after how long without a change that process is taken for dead.
type leaseTimes struct{ renew, look, runsOut time.Duration }

func usualLease() leaseTimes {
	return leaseTimes{renew: 5 * time.Second, look: 2 * time.Second, runsOut: 30 * time.Second}
}

// leaveLease is how long giving a lease back may take when everything stops.
const leaveLease = 5 * time.Second

// errTaken says that another process has taken over the making of generations.
var errTaken = errors.New("another process makes a generation since; this one was taken for dead")

// building does work that makes a generation beside the one that serves, under a
// number that was never used. One does at a time, of this process and of all that
// have the same database; others wait. What is left of generations that were not
// completed is removed first.
//
// Who is at work says so in the database, again and again. Whether that goes on is
// judged by looking twice, by the looker's own clock alone: clocks may differ as
// they like. Whoever was wrongly taken for dead writes under a number that nobody
// reads, and may not take over.
func (b *Book) building(ctx context.Context, work func(ctx context.Context, generation int64) error) error {
	select {
	case b.builds <- struct{}{}:
		defer func() { <-b.builds }()
	case <-ctx.Done():
		return ctx.Err()
	}
	mine, err := b.lease(ctx)
	if err != nil {
		return err
	}
	defer b.giveBack(ctx, mine)
	held, stop := context.WithCancelCause(ctx)
	renewed := make(chan struct{})
	go func() {
		defer close(renewed)
		b.renew(held, mine, stop)
	}()
	defer func() { stop(nil); <-renewed }()
	ctx = b.during(held)
	if err := b.dropOthers(ctx); err != nil && ctx.Err() == nil {
		b.Log.Warn("what is left of other generations is not removed yet", obs.Cause(err))
	}
	err = work(ctx, mine.Generation)
	if err != nil && errors.Is(context.Cause(held), errTaken) {
		err = errors.Join(errTaken, err)
	}
	return err
}

// lease waits until nobody else makes a generation.
func (b *Book) lease(ctx context.Context) (store.Building, error) {
	var seen watched
	for {
		is, mine, err := b.take(ctx, seen.ranOut(time.Now(), b.leases.runsOut), seen.Building)
		if err != nil || mine {
			return is, err
		}
		if is.Owner != seen.Owner || is.Generation != seen.Generation {
			b.Log.Info("another process makes a generation beside the one that serves: it is left alone",
				zap.String("owner", is.Owner), zap.Int64("generation", is.Generation))
		}
		seen.look(is, time.Now())
		t := time.NewTimer(b.leases.look)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return store.Building{}, ctx.Err()
		}
	}
}

// watched is a lease of another process, and since when it has been the same.
type watched struct {
	store.Building
	since time.Time
}

func (w *watched) look(is store.Building, now time.Time) {
	if is != w.Building {
		w.Building, w.since = is, now
	}
}

func (w *watched) ranOut(now time.Time, after time.Duration) bool {
	return w.Owner != "" && now.Sub(w.since) > after
}

// take takes the lease when nobody has it, or who has it is taken for dead and has
// not moved; else it says who has it.
func (b *Book) take(ctx context.Context, dead bool, seen store.Building) (is store.Building, mine bool, err error) {
	err = b.Store.Write(ctx, func(t store.Tx) error {
		head, err := t.Head()
		if err != nil {
			return err
		}
		if is, err = t.LockedBuilding(); err != nil {
			return err
		}
		if mine = is.Owner == "" || is.Owner == b.owner || dead && is == seen; !mine {
			return nil
		}
		is = store.Building{Owner: b.owner, Beat: is.Beat + 1, Generation: max(is.Generation, head.Generation) + 1}
		return t.SetBuilding(is)
	})
	if err == nil && mine && dead {
		b.Log.Warn("who made a generation has said nothing for long: what it has left is removed", zap.String("owner", seen.Owner), zap.Int64("generation", seen.Generation))
	}
	return is, mine, err
}

// renew says again and again that this process is at work, and stops it when another
// one has taken over.
func (b *Book) renew(ctx context.Context, mine store.Building, stop context.CancelCauseFunc) {
	again := time.NewTicker(b.leases.renew)
	defer again.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-again.C:
		}
		err := b.Store.Write(ctx, func(t store.Tx) error {
			is, err := b.holds(t, mine.Generation)
			if err != nil {
				return err
			}
			is.Beat++
			return t.SetBuilding(is)
		})
		if errors.Is(err, errTaken) {
			stop(errTaken)
			return
		}
		if err != nil && ctx.Err() == nil {
			b.Log.Warn("that a generation is being made cannot be said", obs.Cause(err))
		}
	}
}

// holds fails unless this process still makes the generation; nobody takes over
// until the transaction has ended.
func (b *Book) holds(t store.Tx, generation int64) (store.Building, error) {
	is, err := t.LockedBuilding()
	if err == nil && (is.Owner != b.owner || is.Generation != generation) {
		err = errTaken
	}
	return is, err
}

// giveBack lets others make generations, also when everything stops.
func (b *Book) giveBack(ctx context.Context, mine store.Building) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), leaveLease)
	defer cancel()
	err := b.Store.Write(ctx, func(t store.Tx) error {
		is, err := b.holds(t, mine.Generation)
		if err != nil {
			return err
		}
		is.Owner = ""
		return t.SetBuilding(is)
	})
	if err != nil && !errors.Is(err, errTaken) {
		b.Log.Warn("other processes wait until the making of generations has run out", obs.Cause(err))
	}
}
