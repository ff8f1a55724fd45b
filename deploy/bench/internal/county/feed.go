package county

import (
	"context"
	"errors"
	"iter"
	"strconv"
	"sync"

	"google.golang.org/grpc"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"

	"xinju.dev/deploy/synthetic"
	"xinju.dev/services/aggregator"
)

// Feed is the change feed of a source that has told everything in its listing and
// has nothing new since. It serves one follower.
type Feed struct {
	county *synthetic.County
	source string
	// Told is how many facts were listed; read it once Listed is closed.
	Told int
	// Resumed says that the listing was begun by another process.
	Resumed bool
	listed  chan struct{}
	once    sync.Once

	next func() (*feedv1.Fact, bool)
	stop func()
	at   int // facts taken from next
}

var _ feedv1.ChangeFeedServiceClient = (*Feed)(nil)

// Feeds returns a feed for every source of the aggregator.
func Feeds(c *synthetic.County) map[string]*Feed {
	out := map[string]*Feed{}
	for _, source := range aggregator.SourceNames() {
		out[source] = &Feed{county: c, source: source, listed: make(chan struct{})}
	}
	return out
}

// Listed is closed when the follower has taken in the whole listing.
func (f *Feed) Listed() <-chan struct{} { return f.listed }

const epoch = "bench"

var errToken = errors.New("bench feed: page token is not a number")

// ListFacts returns the page that the token, a count of facts, points to. Going
// on from where the last page ended costs nothing; anything else begins again.
func (f *Feed) ListFacts(_ context.Context, req *feedv1.ListFactsRequest, _ ...grpc.CallOption) (*feedv1.ListFactsResponse, error) {
	from := 0
	if t := req.GetPageToken(); t != "" {
		var err error
		if from, err = strconv.Atoi(t); err != nil {
			return nil, errToken
		}
	}
	f.Resumed = f.Resumed || f.Told == 0 && from > 0
	f.seek(from)
	resp := &feedv1.ListFactsResponse{Epoch: epoch}
	for range req.GetPageSize() {
		fact, ok := f.next()
		if !ok {
			f.Close()
			return resp, nil
		}
		f.at++
		f.Told++
		resp.Facts = append(resp.Facts, fact)
	}
	resp.NextPageToken = strconv.Itoa(f.at)
	return resp, nil
}

func (f *Feed) seek(to int) {
	if f.next == nil || f.at != to {
		f.Close()
		f.next, f.stop = iter.Pull(Facts(f.county, f.source))
		f.at = 0
	}
	for f.at < to {
		if _, ok := f.next(); !ok {
			return
		}
		f.at++
	}
}

// Close ends a listing that was left in the middle. No call may be running.
func (f *Feed) Close() {
	if f.stop != nil {
		f.stop()
	}
	f.next, f.stop = nil, nil
}

// ReadChanges answers that nothing is new.
func (f *Feed) ReadChanges(context.Context, *feedv1.ReadChangesRequest, ...grpc.CallOption) (*feedv1.ReadChangesResponse, error) {
	return &feedv1.ReadChangesResponse{Epoch: epoch}, nil
}

// WatchChanges opens a stream on which nothing comes: a follower asks for it when
// it has taken in the listing.
func (f *Feed) WatchChanges(ctx context.Context, _ *feedv1.WatchChangesRequest, _ ...grpc.CallOption) (grpc.ServerStreamingClient[feedv1.WatchChangesResponse], error) {
	f.once.Do(func() { close(f.listed) })
	return &quiet{ctx: ctx}, nil
}

type quiet struct {
	grpc.ClientStream
	ctx context.Context
}

// Recv waits for a change until the follower leaves.
func (q *quiet) Recv() (*feedv1.WatchChangesResponse, error) {
	<-q.ctx.Done()
	return nil, q.ctx.Err()
}
