package county

import (
	"context"
	"io"

	"google.golang.org/grpc"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"

	"xinju.dev/deploy/synthetic"
	"xinju.dev/services/aggregator"
	"xinju.dev/services/platform/civil"
)

// Changing is the archive's feed once it has told everything: a lecture attended
// after another, of one resident each.
type Changing struct {
	*Feed
	pages chan []*feedv1.Change
	taken chan struct{}
	at    int64 // changes made
}

// NewChanging returns a feed that lists what c's archive has and then goes on.
func NewChanging(c *synthetic.County) *Changing {
	return &Changing{
		Feed: Feeds(c)[aggregator.Archive], pages: make(chan []*feedv1.Change), taken: make(chan struct{}),
	}
}

// Page makes n changes, of n residents, as one page, and returns when the
// follower has asked for what comes after it.
func (c *Changing) Page(ctx context.Context, n int, on civil.Date) error {
	list := make([]*feedv1.Change, n)
	for i := range list {
		c.at++
		list[i] = &feedv1.Change{Position: c.at, Fact: &feedv1.Fact{
			Kind: feedv1.FactKind_FACT_KIND_EDUCATION, FactId: identifier(c.county.Seed, 'X', int(c.at), 0), ResidentId: ResidentID(c.county, int(c.at*7919)%c.county.Residents), Version: 1, RecordedYmd: ymd(on),
			Body: &feedv1.Fact_Education{Education: &feedv1.EducationFact{OnYmd: ymd(on), Form: 2}},
		}}
	}
	for _, step := range []func() error{
		func() error { return pass(ctx, c.pages, list) },
		func() error {
			select {
			case <-c.taken:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		},
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func pass[T any](ctx context.Context, to chan<- T, what T) error {
	select {
	case to <- what:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// WatchChanges opens the stream of the pages.
func (c *Changing) WatchChanges(ctx context.Context, req *feedv1.WatchChangesRequest, opts ...grpc.CallOption) (grpc.ServerStreamingClient[feedv1.WatchChangesResponse], error) {
	if _, err := c.Feed.WatchChanges(ctx, req, opts...); err != nil {
		return nil, err
	}
	return &pages{quiet: quiet{ctx: ctx}, of: c}, nil
}

type pages struct {
	quiet
	of    *Changing
	given bool
}

// Recv returns the next page; the one before it has been applied by then.
func (p *pages) Recv() (*feedv1.WatchChangesResponse, error) {
	if p.given {
		if err := pass(p.ctx, p.of.taken, struct{}{}); err != nil {
			return nil, err
		}
	}
	select {
	case list := <-p.of.pages:
		p.given = true
		last := list[len(list)-1].GetPosition()
		return &feedv1.WatchChangesResponse{Epoch: epoch, Head: last, Changes: list}, nil
	case <-p.ctx.Done():
		return nil, io.EOF
	}
}
