package review

import (
	"context"
	"time"

	"go.uber.org/zap"

	"xinju.dev/services/platform/obs"
)

// Search is the search for duplicates as a worker drives it.
type Search interface {
	// Step does the next bit of work; worked is false when there is none for now.
	Step(ctx context.Context, now time.Time) (worked bool, err error)
	// Busy reports that residents changed in bulk during the last step: a file is
	// being applied, or somebody records thousands of events.
	Busy() bool
}

// How long the worker waits.
const (
	idle       = time.Second      // between looks for something to do
	courtesy   = 5 * time.Second  // between steps while others write in bulk, which is more urgent
	retryFirst = time.Second      // after a failure
	retryMost  = 30 * time.Second // after many
)

// Worker runs a search in the background.
type Worker struct {
	Search Search
	Now    func() time.Time
	Log    *zap.Logger
}

// Run works until ctx ends. A failure is logged and tried again: the queue is
// then late, and nothing else suffers.
func (w *Worker) Run(ctx context.Context, ready func()) error {
	ready()
	retry := retryFirst
	for ctx.Err() == nil {
		wait, err := w.step(ctx)
		switch {
		case ctx.Err() != nil:
		case err != nil:
			w.Log.Warn("the search for duplicates waits before it tries again", obs.Cause(err), zap.Duration("wait", retry))
			wait, retry = retry, min(2*retry, retryMost)
		default:
			retry = retryFirst
		}
		pause(ctx, wait)
	}
	return ctx.Err()
}

func (w *Worker) step(ctx context.Context) (wait time.Duration, err error) {
	worked, err := w.Search.Step(ctx, w.Now())
	switch {
	case err != nil:
		return 0, err
	case !worked:
		return idle, nil
	case w.Search.Busy():
		return courtesy, nil
	}
	return 0, nil
}

func pause(ctx context.Context, d time.Duration) {
	if d == 0 {
		return
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}
