package review

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"
)

// scripted is a search that has some work, fails, or is asked to be quiet.
type scripted struct {
	work  int
	fails int
	busy  bool
	steps []time.Time
}

func (s *scripted) Step(_ context.Context, now time.Time) (bool, error) {
	s.steps = append(s.steps, now)
	if s.fails > 0 {
		s.fails--
		return false, errors.New("the database is away")
	}
	s.work--
	return s.work >= 0, nil
}

func (s *scripted) Busy() bool { return s.busy }

func TestTheWorkerWorksWaitsAndKeepsOutOfTheWay(t *testing.T) {
	for _, c := range []struct {
		name   string
		search scripted
		after  time.Duration
		steps  int
	}{
		{"work is done at once, then it looks now and then", scripted{work: 5}, 2500 * time.Millisecond, 5 + 3},
		{"while others write in bulk it takes a step now and then", scripted{work: 100, busy: true}, 16 * time.Second, 4},
		{"after failures it waits longer and longer", scripted{fails: 3}, 6500 * time.Millisecond, 3},
		{"and goes on", scripted{fails: 2, work: 3}, 3500 * time.Millisecond, 2 + 4},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				w := &Worker{Search: &c.search, Now: time.Now, Log: zap.NewNop()}
				done := make(chan error, 1)
				ready := false
				go func() { done <- w.Run(ctx, func() { ready = true }) }()
				<-time.After(c.after)
				synctest.Wait()
				n := len(c.search.steps)
				cancel()
				if err := <-done; !errors.Is(err, context.Canceled) || !ready {
					t.Error(err, ready)
				}
				if n != c.steps {
					t.Errorf("%d steps, want %d", n, c.steps)
				}
			})
		})
	}
}
