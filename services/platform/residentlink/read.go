package residentlink

import (
	"context"
	"maps"
	"slices"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"
)

// only is what is asked for; a source that knows no filter sends everything, and
// the rest is passed over here.
var only = []feedv1.FactKind{feedv1.FactKind_FACT_KIND_LINK}

const (
	listSize   = 5000
	changeSize = 1000
	// keepEvery is after how many positions without a link the cursor is stored:
	// reading them again after a restart is cheaper than a write for each page.
	keepEvery = 1000
)

// reload reads all links that hold and puts them in the place of those stored.
// Until it is through, what was stored is shown.
func (f *Follower) reload(ctx context.Context) error {
	var to cursor
	held := map[string]Link{} // a link that changes meanwhile may be listed twice
	for token := ""; ; {
		page, err := f.list(ctx, token)
		if err != nil {
			return err
		}
		if token == "" {
			to = cursor{page.GetEpoch(), page.GetSnapshotPosition()}
		}
		for _, fact := range page.GetFacts() {
			if l, ok := linkOf(fact); ok && l.Version > held[l.Linked].Version {
				held[l.Linked] = l
			}
		}
		if token = page.GetNextPageToken(); token == "" {
			break
		}
	}
	return replace(ctx, f.DB, slices.Collect(maps.Values(held)), to)
}

func (f *Follower) list(ctx context.Context, token string) (*feedv1.ListFactsResponse, error) {
	ctx, cancel := context.WithTimeout(ctx, callWait)
	defer cancel()
	return f.Registry.ListFacts(ctx, &feedv1.ListFactsRequest{PageSize: listSize, PageToken: token, Kinds: only})
}

// watch applies changes from a place on until the stream ends.
func (f *Follower) watch(ctx context.Context, at cursor) (moved bool, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := f.Registry.WatchChanges(ctx, &feedv1.WatchChangesRequest{Epoch: at.epoch, After: at.position, Limit: changeSize, Kinds: only})
	if err != nil {
		return false, err
	}
	for stored := at.position; ; {
		page, err := stream.Recv()
		if err != nil {
			return moved, err
		}
		if at.position, err = reached(at.position, page); err != nil {
			return moved, err
		}
		links := linksOf(page.GetChanges())
		if len(links) > 0 || at.position-stored >= keepEvery {
			if err := apply(ctx, f.DB, links, at); err != nil {
				return moved, err
			}
			stored = at.position
		}
		f.lag.Set(float64(page.GetHead() - at.position))
		moved = true
	}
}

// reached is the position that a page leads to. It fails with LINK_FEED_GAP
// unless changes and skipped runs are every position up to there.
func reached(after int64, page *feedv1.WatchChangesResponse) (int64, error) {
	changes, skipped := page.GetChanges(), page.GetSkipped()
	for len(changes) > 0 || len(skipped) > 0 {
		switch {
		case len(changes) > 0 && changes[0].GetPosition() == after+1:
			after, changes = after+1, changes[1:]
		case len(skipped) > 0 && skipped[0].GetFirst() == after+1 && skipped[0].GetLast() > after:
			after, skipped = skipped[0].GetLast(), skipped[1:]
		default:
			return after, ErrGap
		}
	}
	if p := page.GetPosition(); p != 0 && p != after {
		return after, ErrGap
	}
	return after, nil
}

func linksOf(changes []*feedv1.Change) (out []Link) {
	for _, c := range changes {
		if l, ok := linkOf(c.GetFact()); ok {
			out = append(out, l)
		}
	}
	return out
}

// linkOf reads a fact. A link to nobody or to the resident itself joins nobody.
func linkOf(f *feedv1.Fact) (Link, bool) {
	if f.GetKind() != feedv1.FactKind_FACT_KIND_LINK || f.GetResidentId() == "" {
		return Link{}, false
	}
	l := Link{Linked: f.GetResidentId(), Into: f.GetLink().GetIntoId(), Version: f.GetVersion()}
	if f.GetDeleted() || l.Into == l.Linked {
		l.Into = ""
	}
	return l, true
}
