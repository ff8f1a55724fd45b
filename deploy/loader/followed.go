package loader

import (
	"context"
	"errors"
	"fmt"
	"time"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
	feedv1 "xinju.dev/api/gen/xinju/feed/v1"

	"xinju.dev/deploy/client"
)

// ErrFollowing says that the aggregator has stopped following a feed.
var ErrFollowing = errors.New("汇总服务已停止跟随 the aggregator has stopped following")

const poll = 50 * time.Millisecond

// WaitFollowed returns when the aggregator has applied everything that the
// record services had committed when it was called.
func WaitFollowed(ctx context.Context, to *client.Suite, progress Progress) error {
	heads := map[string]int64{}
	var total int64
	for name, feed := range to.Changes {
		page, err := feed.ReadChanges(ctx, &feedv1.ReadChangesRequest{Limit: 1})
		if err != nil {
			return fmt.Errorf("head of %s: %w", name, err)
		}
		heads[name] = page.GetHead()
		total += page.GetHead()
	}
	for {
		following, err := to.Aggregator.GetFollowing(ctx, &aggregatorv1.GetFollowingRequest{})
		if err != nil {
			return fmt.Errorf("following: %w", err)
		}
		behind := len(heads)
		var done int64
		for _, p := range following.GetPositions() {
			if p.GetAlarm() != "" {
				return fmt.Errorf("%w %s: %s", ErrFollowing, p.GetSource(), p.GetAlarm())
			}
			done += min(p.GetPosition(), heads[p.GetSource()])
			if p.GetPosition() >= heads[p.GetSource()] {
				behind--
			}
		}
		if progress != nil {
			progress("汇总 following", done, total)
		}
		if behind <= 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(poll):
		}
	}
}
