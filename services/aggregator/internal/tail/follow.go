package tail

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"xinju.dev/services/aggregator/internal/derived"
	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/obs"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"

	"go.uber.org/zap"
)

// Sink applies pages and remembers the position in the same transaction.
type Sink interface {
	// Position is how far the source was followed; alarm is not empty while it must not be.
	Position(source string) (at derived.Position, alarm string)
	ApplyChanges(ctx context.Context, source, epoch string, changes []derived.Change) error
	ApplyListing(ctx context.Context, source string, page derived.Listing) error
	SawHead(source string, head int64)
	Alarm(source, reason string)
	Changed() <-chan struct{}
}

// Waits between two attempts, doubled each time.
const (
	firstWait = 50 * time.Millisecond
	lastWait  = 3 * time.Second
)

// Follow follows one source until ctx ends and returns ctx's error. Everything
// else is tried again after a while, or raises the alarm and waits until a
// rebuild has lifted it.
func Follow(ctx context.Context, log *zap.Logger, s Source, sink Sink) error {
	log = log.With(zap.String("source", s.Name))
	wait := firstWait
	for ctx.Err() == nil {
		changed := sink.Changed()
		at, alarm := sink.Position(s.Name)
		if alarm != "" {
			select {
			case <-ctx.Done():
			case <-changed:
			}
			continue
		}
		moved, err := step(ctx, s, sink, at)
		if moved {
			wait = firstWait
		}
		if err == nil || ctx.Err() != nil {
			continue
		}
		if now, _ := sink.Position(s.Name); at.Begun && now.Epoch != at.Epoch {
			continue // a rebuild has taken over meanwhile: the trouble was with what it replaced
		}
		if reason := lasting(err); reason != "" {
			log.Error("following stopped; a rebuild is needed", zap.String("reason", reason))
			sink.Alarm(s.Name, reason)
			continue
		}
		log.Warn("following is interrupted", obs.Cause(err))
		pause(ctx, wait)
		wait = min(2*wait, lastWait)
	}
	return ctx.Err()
}

// lasting returns the reason of errors that trying again does not mend.
func lasting(err error) string {
	if r, ok := errors.AsType[derived.Refusal](err); ok {
		return r.Reason
	}
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Kind == fault.Precondition {
		return f.Reason
	}
	return ""
}

func pause(ctx context.Context, wait time.Duration) {
	t := time.NewTimer(wait + rand.N(wait))
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

// step lists one page or watches until the stream ends. moved: something was applied.
func step(ctx context.Context, s Source, sink Sink, at derived.Position) (moved bool, err error) {
	if !at.Begun || at.Listing {
		return list(ctx, s, sink, at)
	}
	return watch(ctx, s, sink, at)
}

func list(ctx context.Context, s Source, sink Sink, at derived.Position) (bool, error) {
	page, err := s.List(ctx, at.Token)
	if r, ok := errors.AsType[derived.Refusal](err); ok && r.Reason == reasonToken && at.Token != "" {
		page, err = s.List(ctx, "") // the place is lost: from the beginning, which is harmless
	}
	if err != nil {
		return false, err
	}
	sink.SawHead(s.Name, page.Snapshot)
	err = sink.ApplyListing(ctx, s.Name, page)
	return err == nil, err
}

func watch(ctx context.Context, s Source, sink Sink, at derived.Position) (moved bool, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := s.Feed.WatchChanges(ctx, &feedv1.WatchChangesRequest{Epoch: at.Epoch, After: at.Position, Limit: changeSize})
	if err != nil {
		return false, refusal(err)
	}
	for {
		page, err := stream.Recv()
		if err != nil {
			return moved, refusal(err)
		}
		changes, err := changesOf(page.GetChanges())
		if err != nil {
			return moved, refusal(err)
		}
		if _, alarm := sink.Position(s.Name); alarm != "" {
			return moved, nil
		}
		sink.SawHead(s.Name, page.GetHead())
		if err := sink.ApplyChanges(ctx, s.Name, page.GetEpoch(), changes); err != nil {
			return moved, err
		}
		sink.SawHead(s.Name, page.GetHead())
		moved = true
	}
}
