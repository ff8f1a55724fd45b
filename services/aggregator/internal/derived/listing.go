package derived

import (
	"context"
	"slices"

	"xinju.dev/services/aggregator/internal/feedfacts"
	"xinju.dev/services/aggregator/internal/store"

	"golang.org/x/sync/errgroup"
)

// keepStep is how many facts a rebuild stores at a time, keepMost how many it holds
// at most: the more, the more facts of one resident come together.
const (
	keepStep = 20_000
	keepMost = 3 * keepStep
)

// listAll stores all current facts of the sources, without deriving anything. The
// sources are listed side by side, and the next page is always that of the source
// furthest behind by resident: where they list in the order of residents, as
// services do, all facts of one are stored at once. In whatever order they list,
// what is stored in the end is the same. Pages are asked for while those before are
// stored.
func (b *Book) listAll(ctx context.Context, generation int64, feeds map[string]Feed, op *running) error {
	group, ctx := errgroup.WithContext(ctx)
	var sources []*listing
	for _, source := range b.Sources {
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
	group.Go(func() error { return b.keepAll(ctx, generation, sources, op) })
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

// keepAll stores what the sources list.
func (b *Book) keepAll(ctx context.Context, generation int64, sources []*listing, op *running) error {
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
		n := len(held)
		if last := behind(sources); last != nil && n < keepMost {
			n = complete(held, last.at)
		}
		if n < keepStep {
			continue
		}
		if err := b.keepListed(ctx, generation, held[:n], nil, op); err != nil {
			return err
		}
		held = slices.Delete(held, 0, n)
	}
	return b.keepListed(ctx, generation, held, sources, op)
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

// keepListed stores facts and, at the end, how far the sources were listed.
func (b *Book) keepListed(ctx context.Context, generation int64, facts []feedfacts.Fact, listed []*listing, op *running) error {
	fresh := 0
	err := b.Store.Write(ctx, func(t store.Tx) (err error) {
		if fresh, err = b.keep(t, generation, facts); err != nil {
			return err
		}
		for _, l := range listed {
			if err := t.PutFollowed(generation, l.follow); err != nil {
				return err
			}
		}
		return nil
	})
	op.advance(ctx, int64(len(facts)))
	op.taken.facts.Add(int64(len(facts)))
	op.taken.residents.Add(int64(fresh))
	return err
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
