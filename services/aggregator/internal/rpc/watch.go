package rpc

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/page"
	"xinju.dev/services/platform/wire"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"

	"google.golang.org/grpc"
)

// Touched is what the feed of answers asks of the derived state.
type Touched interface {
	Look(fn func(coverage.View) error) error
	Touched(ctx context.Context, at coverage.FeedPlace, limit int) (coverage.FeedPage, error)
	Changed() <-chan struct{} // closed at the next change
}

// FeedServer implements aggregatorv1.EligibilityFeedServiceServer.
type FeedServer struct {
	aggregatorv1.UnimplementedEligibilityFeedServiceServer
	book Touched
	now  func() time.Time
}

// NewFeed returns the server.
func NewFeed(book Touched, now func() time.Time) *FeedServer {
	return &FeedServer{book: book, now: now}
}

const (
	heartbeat    = 15 * time.Second
	defaultWatch = 200
	maxWatch     = 500 // residents in a message
)

// watching is one reader of answers.
type watching struct {
	division string
	items    []string // none: all
	limit    int
	bound    []byte
	at       coverage.FeedPlace
}

// WatchEligibility implements aggregatorv1.EligibilityFeedServiceServer.
func (s *FeedServer) WatchEligibility(req *aggregatorv1.WatchEligibilityRequest, out grpc.ServerStreamingServer[aggregatorv1.WatchEligibilityResponse]) error {
	ctx := out.Context()
	w, err := s.watching(req)
	if err != nil {
		return err
	}
	silent := time.Time{}
	for {
		woken := s.book.Changed() // before reading, or a commit may fall in between
		p, err := s.book.Touched(ctx, w.at, w.limit)
		if err != nil {
			return err
		}
		moved := p.At != w.at
		w.at = p.At
		if moved || p.Restart || time.Since(silent) >= heartbeat {
			m, err := w.message(&p, civil.DateOf(s.now()))
			if err != nil {
				return err
			}
			if err := out.Send(m); err != nil {
				return err
			}
			silent = time.Now()
		}
		if !p.CaughtUp {
			continue
		}
		if err := idle(ctx, woken); err != nil {
			return err
		}
	}
}

// idle waits for a change, the next heartbeat, or the end of ctx.
func idle(ctx context.Context, woken <-chan struct{}) error {
	t := time.NewTimer(heartbeat)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-woken:
	case <-t.C:
	}
	return nil
}

func (s *FeedServer) watching(req *aggregatorv1.WatchEligibilityRequest) (*watching, error) {
	var c wire.Check
	w := &watching{division: c.Division("division", req.GetDivision(), false), items: slices.Sorted(slices.Values(req.GetItemIds()))}
	if len(w.items) > maxItems {
		c.Refuse("item_ids", "最多 200 个 at most 200")
	}
	switch n := int(req.GetLimit()); {
	case n < 0:
		c.Refuse("limit", "不能为负数 must not be negative")
	case n == 0:
		w.limit = defaultWatch
	default:
		w.limit = min(n, maxWatch)
	}
	if err := c.Err(); err != nil {
		return nil, err
	}
	w.bound = fmt.Appendf(nil, "eligibility %s %q", w.division, w.items)
	if token := req.GetResumeToken(); token != "" {
		key, err := page.Decode(w.bound, token)
		if err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(key), &w.at); err != nil {
			return nil, page.ErrToken
		}
	}
	return w, s.book.Look(func(v coverage.View) error {
		if _, known := v.World().Any(w.division, civil.DateOf(s.now())); !known && w.division != "" {
			return fault.DivisionNotFound.With("division", w.division)
		}
		for _, id := range w.items {
			if isRule(v.Packs(), id) {
				continue
			}
			if _, err := listed(v, id, w.division, civil.DateOf(s.now())); err != nil {
				return err
			}
		}
		return nil
	})
}

func (w *watching) message(p *coverage.FeedPage, today civil.Date) (*aggregatorv1.WatchEligibilityResponse, error) {
	place, err := json.Marshal(p.At)
	if err != nil {
		return nil, err
	}
	out := &aggregatorv1.WatchEligibilityResponse{
		ResumeToken: page.Encode(w.bound, string(place)), Restarted: p.Restart, Snapshot: p.Listing, CaughtUp: p.CaughtUp,
		Positions: positionsOf(p.Following),
	}
	for i := range p.People {
		if a := w.answers(&p.People[i], p, today); a != nil {
			out.Residents = append(out.Residents, a)
		}
	}
	return out, nil
}

// answers is everything that is said of a person; nil for nothing at all.
func (w *watching) answers(who *coverage.Person, p *coverage.FeedPage, today civil.Date) *aggregatorv1.ResidentAnswers {
	at := &p.State
	out := &aggregatorv1.ResidentAnswers{ResidentId: who.ID}
	var all []interval
	village, mine := "", false
	if who.Facts != nil {
		all = everything(who.Facts, at)
		village = livesIn(who.Facts, at.World, today)
		mine = w.concerns(village, at, today) || slices.ContainsFunc(all, func(a interval) bool { return w.concerns(a.village, at, today) })
	}
	if mine && who.Of == who.ID {
		out.Village = village
		for i := range all {
			if a := &all[i]; len(w.items) == 0 || slices.Contains(w.items, a.item) {
				out.Intervals = append(out.Intervals, a.proto())
			}
		}
		return out
	}
	if p.Listing || !w.knew(who, at, today) { // of whom nothing was told, nothing is to be taken back
		return nil
	}
	if out.Gone = true; who.Of != who.ID && mine {
		out.MergedIntoId = who.Of
	}
	return out
}

// concerns says whether a place is the reader's.
func (w *watching) concerns(place string, at *coverage.State, today civil.Date) bool {
	return w.division == "" || place != "" && at.World.Within(place, w.division, today)
}

// knew says whether the reader may have been told of a person who is not told of
// now: who lived or counted in the division as known since the reader began, or
// has ever lived there. Of anybody else not even the identifier is told.
func (w *watching) knew(who *coverage.Person, at *coverage.State, today civil.Date) bool {
	of := func(place string) bool {
		if w.concerns(place, at, today) {
			return true
		}
		return slices.ContainsFunc(at.World.Standings(place), func(s facts.Standing) bool { return w.concerns(s.At.Place(), at, today) })
	}
	if slices.ContainsFunc(who.Left, of) || w.division == "" {
		return true
	}
	return who.Of == who.ID && who.Facts != nil && slices.ContainsFunc(who.Facts.Residences, func(r facts.Residence) bool { return of(r.Division) })
}
