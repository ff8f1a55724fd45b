package derived

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"xinju.dev/services/platform/obs"

	"golang.org/x/sync/errgroup"
)

// firstWait is how long every source may take to answer the first page.
const firstWait = 5 * time.Second

// First takes in what the sources hold at the very beginning, when nothing has been
// taken from any of them: as a rebuild does, side by side, so that everybody is
// derived and written once and not again with every page. It
// does nothing where there is something already, where no source has more than a
// page, and where one of them does not answer: then each is to be followed page by
// page, so that none holds the others back. It fails when ctx ends only. Nobody may
// follow or rebuild meanwhile.
func (b *Book) First(ctx context.Context, feeds map[string]Feed) error {
	if b.begun() {
		return nil
	}
	opened, long := b.open(ctx, feeds)
	if !long {
		return ctx.Err()
	}
	op := &running{b: b, began: time.Now()}
	err := b.building(ctx, func(ctx context.Context, generation int64) error {
		if err := b.healed(ctx); err != nil || b.begun() { // another process may have been first
			return err
		}
		b.first.Store(&op.taken)
		defer b.first.Store(nil)
		err := b.rebuild(ctx, generation, opened, op)
		if err != nil && ctx.Err() == nil {
			err = errors.Join(err, b.Store.Drop(ctx, generation))
		}
		return err
	})
	if err != nil && ctx.Err() == nil {
		b.Log.Warn("not everything could be listed at once; the sources are followed one by one", obs.Cause(err))
	}
	return ctx.Err()
}

// begun says whether something has been taken from some source; also while nothing
// is loaded.
func (b *Book) begun() bool {
	begun := true
	_ = b.look(func(v view) error { begun = len(v.r.followed) > 0; return nil })
	return begun
}

// taken is how much a first listing has taken in.
type taken struct{ residents, facts atomic.Int64 }

// open asks every source for its first page; long says that all have answered, and
// that some have more.
func (b *Book) open(ctx context.Context, feeds map[string]Feed) (opened map[string]Feed, long bool) {
	limited, cancel := context.WithTimeout(ctx, firstWait)
	defer cancel()
	group, limited := errgroup.WithContext(limited)
	list := map[string]*openedFeed{}
	for source, feed := range feeds {
		o := &openedFeed{Feed: feed, book: b, source: source}
		list[source] = o
		group.Go(func() (err error) {
			o.page, err = feed.List(limited, "")
			return err
		})
	}
	if group.Wait() != nil {
		return nil, false // following tells why
	}
	opened = map[string]Feed{}
	for source, o := range list {
		b.SawHead(source, o.page.Snapshot)
		long = long || o.page.Next != ""
		opened[source] = o
	}
	return opened, long
}

// openedFeed is a feed whose first page is at hand.
type openedFeed struct {
	Feed
	book   *Book
	source string
	page   Listing
	read   bool
}

// List implements Feed, once from the beginning.
func (o *openedFeed) List(ctx context.Context, token string) (Listing, error) {
	if token == "" && !o.read {
		page := o.page
		o.page, o.read = Listing{}, true
		return page, nil
	}
	page, err := o.Feed.List(ctx, token)
	if err == nil {
		o.book.SawHead(o.source, page.Snapshot)
	}
	return page, err
}
