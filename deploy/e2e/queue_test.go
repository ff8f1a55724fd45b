package e2e_test

import (
	"fmt"
	"slices"
	"time"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"

	"xinju.dev/deploy/synthetic"
)

// duplicate waits until the search has found that two residents look alike.
func (p *play) duplicate(who pair) (item string) {
	p.Helper()
	want := slices.Sorted(slices.Values([]string{who.stands, who.linked}))
	deadline := time.NewTimer(90 * time.Second)
	defer deadline.Stop()
	for {
		page, err := p.to.Review.ListReviewItems(p.Context(), &registryv1.ListReviewItemsRequest{Kind: "DUPLICATE", Division: there[:9] + "000", PageSize: 1000})
		if err != nil {
			p.Fatal(err)
		}
		for _, one := range page.GetItems() {
			if slices.Equal(slices.Sorted(slices.Values(one.GetResidentIds())), want) {
				return one.GetItemId()
			}
		}
		select {
		case <-deadline.C:
			p.Fatalf("two residents who look alike are not among %d found", len(page.GetItems()))
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// searched waits until the search for duplicates has seen every change, those that
// come of it among them.
func (p *play) searched() {
	p.Helper()
	deadline := time.NewTimer(90 * time.Second)
	defer deadline.Stop()
	for {
		at, err := p.to.Review.GetMatchProgress(p.Context(), &registryv1.GetMatchProgressRequest{})
		if err != nil {
			p.Fatal(err)
		}
		if at.GetOperation().GetStage() == "follow" && at.GetPosition() == at.GetHead() {
			return
		}
		select {
		case <-deadline.C:
			p.Fatalf("the search for duplicates is at %d of %d, in stage %s", at.GetPosition(), at.GetHead(), at.GetOperation().GetStage())
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// flagged lists what the review queue holds open of residents, but for duplicates.
func (p *play) flagged(ids []string) (out []string) {
	p.Helper()
	req := &registryv1.ListReviewItemsRequest{Division: synthetic.CountyCode, PageSize: 1000}
	for {
		page, err := p.to.Review.ListReviewItems(p.Context(), req)
		if err != nil {
			p.Fatal(err)
		}
		for _, one := range page.GetItems() {
			if one.GetKind() != "DUPLICATE" && slices.Contains(ids, one.GetResidentIds()[0]) {
				out = append(out, fmt.Sprint(one.GetKind(), one.GetResidentIds(), one.GetDivisions()))
			}
		}
		if req.PageToken = page.GetNextPageToken(); req.PageToken == "" {
			slices.Sort(out)
			return out
		}
	}
}

// flags waits until the review queue holds of residents what it should.
func (p *play) flags(ids []string, right func(open []string) bool) {
	p.Helper()
	deadline := time.NewTimer(30 * time.Second)
	defer deadline.Stop()
	for {
		open := p.flagged(ids)
		if right(open) {
			return
		}
		select {
		case <-deadline.C:
			p.Fatalf("the review queue holds %v", open)
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// decide decides an item of the review queue and returns the state it is then in.
func (p *play) decide(item string, verdict registryv1.ReviewVerdict) registryv1.ReviewState {
	p.Helper()
	now, err := p.to.Review.GetReviewItem(p.Context(), &registryv1.GetReviewItemRequest{ItemId: item})
	if err != nil {
		p.Fatal(err)
	}
	done, err := p.to.Review.DecideReviewItem(p.Context(), &registryv1.DecideReviewItemRequest{ItemId: item, Etag: now.GetItem().GetEtag(), Verdict: verdict, DecidedBy: "W-001", Note: "已核"})
	if err != nil {
		p.Fatalf("%v of an item that is %v: %v", verdict, now.GetItem().GetState(), err)
	}
	return done.GetItem().GetState()
}
