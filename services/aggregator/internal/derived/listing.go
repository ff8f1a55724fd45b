package derived

import (
	"context"
	"errors"
	"slices"

	"xinju.dev/services/aggregator/internal/feedfacts"
	"xinju.dev/services/aggregator/internal/store"
	"xinju.dev/services/platform/obs"

	"go.uber.org/zap"
	"golang.org/x/sync/errgroup"
)

// Bounds of a listing.
type listBounds struct {
	step   int // facts that are taken in at a time
	most   int // facts held at most: the more, the more facts of one resident come together
	sorted int // bytes that are sorted in memory
	asking int // residents that are remembered for the people around them
}

func usualBounds() listBounds {
	return listBounds{step: 20_000, most: 60_000, sorted: 64 << 20, asking: 500_000}
}

// listed makes a generation of all current facts of the sources: derived while they
// are listed, or sorted first where their order does not allow that.
func (b *Book) listed(ctx context.Context, generation int64, feeds map[string]Feed, op *running) (*replica, error) {
	o := b.onePassOf(generation, b.deriverNow(), op)
	err := o.listAll(ctx, feeds)
	if errors.Is(err, errOrder) {
		b.Log.Info("the sources are listed anew and sorted", obs.Cause(err), zap.Int("facts", o.taken), zap.Int("late", o.behind))
		o.abandon(err)
		if err := b.Store.Drop(ctx, generation); err != nil {
			return nil, err
		}
		op.restart()
		o = b.onePassOf(generation, b.deriverNow(), op)
		o.sorted = b.Store.Sort(generation, b.list.sorted)
		err = o.listAll(ctx, feeds)
	}
	if err != nil {
		o.abandon(err)
		return nil, err
	}
	op.stage(ctx, "derive")
	return o.end(ctx)
}

// listAll takes in all current facts of the sources. These are listed side by side,
// and the next page is always that of the source furthest behind by resident: where
// they list in the order of residents all facts of one come together. In whatever
// order they list, what is taken in is the same. Pages are asked for while those
// before are derived, and those while those before are written.
func (o *onePass) listAll(ctx context.Context, feeds map[string]Feed) error {
	group, ctx := errgroup.WithContext(ctx)
	var sources []*listing
	for _, source := range o.b.Sources {
		feed, ok := feeds[source]
		if !ok {
			continue
		}
		l := &listing{pages: make(chan Listing, 1), follow: store.FollowedRow{Source: source, Position: -1}}
		sources = append(sources, l)
		group.Go(func() error {
			defer close(l.pages)
			return eachPage(ctx, feed, l.pages)
		})
	}
	steps := make(chan *listedStep)
	group.Go(func() error {
		defer close(steps)
		return o.takeAll(ctx, sources, steps)
	})
	group.Go(func() error { return o.writeAll(ctx, steps) })
	return group.Wait()
}

// listing is how far one source has been listed.
type listing struct {
	pages  chan Listing
	follow store.FollowedRow
	at     string // resident of the last fact
	done   bool
}

func (l *listing) take(p *Listing) {
	l.follow.Epoch = p.Epoch
	if l.follow.Position < 0 || p.Snapshot < l.follow.Position {
		l.follow.Position = p.Snapshot // of the first page: what came after it is followed
	}
	if n := len(p.Facts); n > 0 {
		l.at = p.Facts[n-1].ResidentID
	}
	l.done = p.Next == ""
}

// behind is the source to go on with; nil when all are listed.
func behind(sources []*listing) (next *listing) {
	for _, l := range sources {
		if !l.done && (next == nil || l.at < next.at) {
			next = l
		}
	}
	return next
}

// takeAll makes steps of what the sources list.
func (o *onePass) takeAll(ctx context.Context, sources []*listing, steps chan<- *listedStep) error {
	var held []feedfacts.Fact
	for next := behind(sources); next != nil; next = behind(sources) {
		select {
		case page, more := <-next.pages:
			if !more {
				return ctx.Err() // the pages ended with an error
			}
			held = append(held, page.Facts...)
			next.take(&page)
		case <-ctx.Done():
			return ctx.Err()
		}
		if o.sorted != nil {
			if err := o.sort(ctx, held); err != nil {
				return err
			}
			held = held[:0]
			continue
		}
		n := len(held)
		if last := behind(sources); last != nil && n < o.b.list.most {
			n = complete(held, last.at)
		}
		if n < o.b.list.step {
			continue
		}
		if err := o.take(ctx, held[:n], nil, steps); err != nil {
			return err
		}
		held = slices.Delete(held, 0, n)
	}
	if o.sorted != nil {
		return o.takeSorted(ctx, sources, steps)
	}
	return o.take(ctx, held, sources, steps)
}

// complete puts facts about those before a resident first, who are told of by no
// source any more, and says how many facts these are.
func complete(held []feedfacts.Fact, before string) int {
	n := 0
	for i := range held {
		if held[i].ResidentID < before {
			held[n], held[i] = held[i], held[n]
			n++
		}
	}
	return n
}

// eachPage sends the pages of a listing, the last one without a token.
func eachPage(ctx context.Context, feed Feed, pages chan<- Listing) error {
	epoch := ""
	for token := ""; ; {
		page, err := feed.List(ctx, token)
		if err != nil {
			return err
		}
		if token != "" && page.Epoch != epoch {
			return ErrEpoch
		}
		select {
		case pages <- page:
		case <-ctx.Done():
			return ctx.Err()
		}
		if epoch, token = page.Epoch, page.Next; token == "" {
			return nil
		}
	}
}
