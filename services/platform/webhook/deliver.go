package webhook

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"go.uber.org/zap"

	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/crash"
	"xinju.dev/services/platform/obs"
	"xinju.dev/services/platform/page"
)

// deliverer keeps one worker per active subscription.
type deliverer struct {
	name   string
	source changefeed.Source
	queue  *queue
	send   sender
	log    *zap.Logger
	set    Settings
}

// Run delivers until ctx ends. What was not acknowledged by then is sent again
// when it runs the next time, with the same bytes.
func (d *deliverer) Run(ctx context.Context, ready func()) error {
	var all sync.WaitGroup
	defer all.Wait()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var mu sync.Mutex
	working := map[string]bool{}
	ready()
	for ctx.Err() == nil {
		changed := d.source.DB.Announced(topic)
		if err := d.queue.mark(ctx); err != nil {
			d.complain(ctx, "the place of the feed was not marked", err)
		}
		subs, err := d.active(ctx)
		if err != nil {
			d.complain(ctx, "subscriptions cannot be read", err)
		}
		for _, s := range subs {
			mu.Lock()
			begin := !working[s.id]
			working[s.id] = true
			mu.Unlock()
			if begin {
				all.Go(func() {
					d.work(ctx, s.id)
					mu.Lock()
					delete(working, s.id)
					mu.Unlock()
				})
			}
		}
		d.rest(ctx, d.set.Poll, changed)
	}
	return nil
}

func (d *deliverer) active(ctx context.Context) (out []subscription, err error) {
	all, _, err := d.queue.list(ctx, page.Query{Size: page.MaxSize})
	for _, s := range all {
		if s.active && !s.gaveUp {
			out = append(out, s)
		}
	}
	return out, err
}

// complain logs what the next round may mend.
func (d *deliverer) complain(ctx context.Context, what string, err error) {
	if ctx.Err() == nil {
		d.log.Warn("webhook: "+what, obs.Cause(err))
	}
}

// rest waits for one of the channels, a time, or the end of ctx.
func (d *deliverer) rest(ctx context.Context, at time.Duration, changed <-chan struct{}, more ...<-chan struct{}) {
	t := time.NewTimer(at)
	defer t.Stop()
	var second <-chan struct{}
	if len(more) > 0 {
		second = more[0]
	}
	select {
	case <-ctx.Done():
	case <-t.C:
	case <-changed:
	case <-second:
	}
}

// work serves one subscription until it is no longer active or ctx ends.
func (d *deliverer) work(ctx context.Context, id string) {
	for ctx.Err() == nil {
		changed, news := d.source.DB.Announced(topic), d.source.Changed()
		var wait time.Duration
		var over bool
		err := crash.Guard(func() (err error) {
			wait, over, err = d.step(ctx, id)
			return err
		})
		switch {
		case errors.Is(err, ErrNotFound) || over:
			return
		case err != nil:
			d.complain(ctx, "a delivery was interrupted", err)
			wait = d.set.Poll
			news = nil // or a store that is away would be asked again at each commit
		}
		if wait > 0 {
			d.rest(ctx, wait, changed, news)
		}
	}
}

// step does the next thing for a subscription: it writes a batch down, sends one,
// or says how long there is nothing to do.
func (d *deliverer) step(ctx context.Context, id string) (wait time.Duration, over bool, err error) {
	s, err := d.queue.get(ctx, id)
	if err != nil {
		return 0, false, err
	}
	if !s.active || s.gaveUp {
		return 0, true, nil
	}
	if left := time.Duration(s.next-d.queue.now().UnixMilli()) * time.Millisecond; left > 0 {
		return left, false, nil
	}
	p, found, err := d.queue.waiting(ctx, s)
	if err != nil {
		return 0, false, err
	}
	if !found {
		return d.prepare(ctx, s)
	}
	o := d.send.post(ctx, s, p.id, p.body)
	if ctx.Err() != nil {
		return 0, false, ctx.Err() // whether it arrived is not known: it goes out again
	}
	return 0, false, d.queue.done(ctx, s, p, o)
}

// prepare writes the next batch down.
func (d *deliverer) prepare(ctx context.Context, s subscription) (wait time.Duration, over bool, err error) {
	found, err := d.source.Read(ctx, s.epoch, s.position, 2*maxEvents, s.filter)
	switch {
	case errors.Is(err, changefeed.ErrEpoch), errors.Is(err, changefeed.ErrAhead), errors.Is(err, changefeed.ErrTrimmed):
		return 0, false, d.queue.stuck(ctx, s)
	case err != nil:
		return 0, false, err
	case found.Position == s.position:
		return d.set.Poll, false, nil
	}
	b, err := fill(d.name, s, found)
	if err != nil {
		return 0, false, err
	}
	if len(b.events) == 0 {
		return 0, false, d.queue.skip(ctx, s, b.position)
	}
	return 0, false, d.queue.put(ctx, s, b)
}

// backoff is the wait after a number of failures in a row: twice as long each
// time, and of that a random part between a half and the whole.
func backoff(set Settings, failures int) time.Duration {
	d := set.FirstRetry
	for range failures - 1 {
		if d = min(2*d, set.MaxRetry); d == set.MaxRetry {
			break
		}
	}
	return d/2 + rand.N(d/2+1)
}
