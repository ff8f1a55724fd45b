// Package tail follows the change feeds of the record services: it lists the
// current facts of a source that is new, then applies its changes page by page,
// for ever, and stops a source with an alarm when a position is missing or the
// source is not the one it was.
//
// It keeps no position of its own and changes no state: what a page does, and
// that its position is stored with it, is the sink's.
package tail

import (
	"context"
	"errors"
	"time"

	"xinju.dev/services/aggregator/internal/derived"
	"xinju.dev/services/aggregator/internal/feedfacts"
	"xinju.dev/services/platform/fault"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/status"
)

// Reasons with which a source refuses, and that asking again does not change.
const (
	reasonEpoch   = "FEED_EPOCH_CHANGED"
	reasonAhead   = "FEED_POSITION_AHEAD"
	reasonTrimmed = "FEED_TRIMMED"
	reasonToken   = "PAGE_TOKEN_INVALID"
)

// Sizes of pages: a listing is read once, changes as they come.
const (
	listSize   = 5000
	changeSize = 1000
	callWait   = 30 * time.Second
)

// Source reads one feed and translates what it sends. It implements derived.Feed.
type Source struct {
	Name string
	Feed feedv1.ChangeFeedServiceClient
}

var _ derived.Feed = Source{}

// List implements derived.Feed.
func (s Source) List(ctx context.Context, token string) (derived.Listing, error) {
	ctx, cancel := context.WithTimeout(ctx, callWait)
	defer cancel()
	resp, err := s.Feed.ListFacts(ctx, &feedv1.ListFactsRequest{PageSize: listSize, PageToken: token})
	if err != nil {
		return derived.Listing{}, refusal(err)
	}
	out := derived.Listing{
		Epoch: resp.GetEpoch(), Snapshot: resp.GetSnapshotPosition(), Next: resp.GetNextPageToken(),
		Facts: make([]feedfacts.Fact, len(resp.GetFacts())),
	}
	for i, f := range resp.GetFacts() {
		if out.Facts[i], err = feedfacts.FactOf(f); err != nil {
			return derived.Listing{}, refusal(err)
		}
	}
	return out, nil
}

// Read implements derived.Feed.
func (s Source) Read(ctx context.Context, epoch string, after int64, limit int32) ([]derived.Change, int64, error) {
	ctx, cancel := context.WithTimeout(ctx, callWait)
	defer cancel()
	resp, err := s.Feed.ReadChanges(ctx, &feedv1.ReadChangesRequest{Epoch: epoch, After: after, Limit: limit})
	if err != nil {
		return nil, 0, refusal(err)
	}
	changes, err := changesOf(resp.GetChanges())
	return changes, resp.GetHead(), refusal(err)
}

func changesOf(in []*feedv1.Change) ([]derived.Change, error) {
	out := make([]derived.Change, len(in))
	for i, c := range in {
		f, err := feedfacts.FactOf(c.GetFact())
		if err != nil {
			return nil, err
		}
		out[i] = derived.Change{Position: c.GetPosition(), Fact: f}
	}
	return out, nil
}

// refusal makes a derived.Refusal of what asking again does not change.
func refusal(err error) error {
	if err == nil {
		return nil
	}
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return derived.Refusal{Reason: f.Reason}
	}
	if st, ok := status.FromError(err); ok {
		for _, d := range st.Details() {
			info, ok := d.(*errdetails.ErrorInfo)
			if !ok {
				continue
			}
			switch info.GetReason() {
			case reasonEpoch, reasonAhead, reasonTrimmed, reasonToken:
				return derived.Refusal{Reason: info.GetReason()}
			}
		}
	}
	return err
}
