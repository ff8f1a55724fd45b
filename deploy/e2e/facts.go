package e2e

import (
	"context"
	"fmt"
	"maps"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"
)

// Facts lists the current facts of a source by kind and identifier. They must come
// in the order of residents, divisions and units before anybody.
func Facts(ctx context.Context, feed feedv1.ChangeFeedServiceClient) (map[string]*feedv1.Fact, error) {
	out, last := map[string]*feedv1.Fact{}, ""
	req := &feedv1.ListFactsRequest{PageSize: 500}
	for {
		page, err := feed.ListFacts(ctx, req)
		if err != nil {
			return nil, err
		}
		for _, f := range page.GetFacts() {
			if out[factKey(f)] != nil {
				return nil, fmt.Errorf("%s is listed twice", factKey(f))
			}
			if f.GetResidentId() < last {
				return nil, fmt.Errorf("%s of resident %q is listed after resident %q", factKey(f), f.GetResidentId(), last)
			}
			out[factKey(f)], last = f, f.GetResidentId()
		}
		if req.PageToken = page.GetNextPageToken(); req.PageToken == "" {
			return out, nil
		}
	}
}

// Reader reads a source's changes from the first one on and knows a fact by kind
// and identifier.
type Reader struct {
	feed  feedv1.ChangeFeedServiceClient
	after int64
	facts map[string]*feedv1.Fact // deleted ones too: their versions must rise
}

// NewReader returns a reader that has read nothing yet.
func NewReader(feed feedv1.ChangeFeedServiceClient) *Reader {
	return &Reader{feed: feed, facts: map[string]*feedv1.Fact{}}
}

// Read goes on to the end of the feed and returns what the reader then holds,
// deleted facts left out. Positions must follow each other, and the versions of a
// fact must rise.
func (r *Reader) Read(ctx context.Context) (map[string]*feedv1.Fact, error) {
	for {
		page, err := r.feed.ReadChanges(ctx, &feedv1.ReadChangesRequest{After: r.after, Limit: 5000})
		if err != nil {
			return nil, err
		}
		for _, c := range page.GetChanges() {
			key, f := factKey(c.GetFact()), c.GetFact()
			if r.after++; c.GetPosition() != r.after {
				return nil, fmt.Errorf("position %d where %d was to come", c.GetPosition(), r.after)
			}
			if was := r.facts[key]; was != nil && was.GetVersion() >= f.GetVersion() {
				return nil, fmt.Errorf("position %d: %s has version %d after %d", r.after, key, f.GetVersion(), was.GetVersion())
			}
			r.facts[key] = f
		}
		if r.after >= page.GetHead() {
			break
		}
	}
	out := maps.Clone(r.facts)
	maps.DeleteFunc(out, func(_ string, f *feedv1.Fact) bool { return f.GetDeleted() })
	return out, nil
}

func factKey(f *feedv1.Fact) string { return fmt.Sprintf("%v %s", f.GetKind(), f.GetFactId()) }
