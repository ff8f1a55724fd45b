package e2e

import (
	"context"
	"fmt"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"
)

// Facts lists the current facts of a source by kind and identifier.
func Facts(ctx context.Context, feed feedv1.ChangeFeedServiceClient) (map[string]*feedv1.Fact, error) {
	out := map[string]*feedv1.Fact{}
	req := &feedv1.ListFactsRequest{PageSize: 5000}
	for {
		page, err := feed.ListFacts(ctx, req)
		if err != nil {
			return nil, err
		}
		for _, f := range page.GetFacts() {
			if out[factKey(f)] != nil {
				return nil, fmt.Errorf("%s is listed twice", factKey(f))
			}
			out[factKey(f)] = f
		}
		if req.PageToken = page.GetNextPageToken(); req.PageToken == "" {
			return out, nil
		}
	}
}

// Replay is what a reader holds who has read a source's changes from the first
// one and knows a fact by kind and identifier, deleted ones left out. Positions
// must follow each other, and the versions of a fact must rise.
func Replay(ctx context.Context, feed feedv1.ChangeFeedServiceClient) (map[string]*feedv1.Fact, error) {
	out := map[string]*feedv1.Fact{}
	for after := int64(0); ; {
		page, err := feed.ReadChanges(ctx, &feedv1.ReadChangesRequest{After: after, Limit: 5000})
		if err != nil {
			return nil, err
		}
		for _, c := range page.GetChanges() {
			key, f := factKey(c.GetFact()), c.GetFact()
			if after++; c.GetPosition() != after {
				return nil, fmt.Errorf("position %d where %d was to come", c.GetPosition(), after)
			}
			if was := out[key]; was != nil && was.GetVersion() >= f.GetVersion() {
				return nil, fmt.Errorf("position %d: %s has version %d after %d", after, key, f.GetVersion(), was.GetVersion())
			}
			out[key] = f
		}
		if after >= page.GetHead() {
			break
		}
	}
	for key, f := range out {
		if f.GetDeleted() {
			delete(out, key)
		}
	}
	return out, nil
}

func factKey(f *feedv1.Fact) string { return fmt.Sprintf("%v %s", f.GetKind(), f.GetFactId()) }
