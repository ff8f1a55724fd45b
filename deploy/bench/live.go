package main

import (
	"runtime/metrics"
	"time"
)

// liveMetric is how many bytes the last collection found in use, goalMetric to how
// many the heap may grow before the next one.
const (
	liveMetric = "/gc/heap/live:bytes"
	goalMetric = "/gc/heap/goal:bytes"
)

// memoryUse is what this process held of its own while something was done.
type memoryUse struct {
	live, goal int64 // the most there was
	most       int64 // resident, with the database's own where it is in the process
}

// watched does something and watches the memory meanwhile.
func watched(do func() error) (use memoryUse, err error) {
	done, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		sample := []metrics.Sample{{Name: liveMetric}, {Name: goalMetric}}
		for going := true; going; {
			select {
			case <-done:
				going = false
			case <-tick.C:
			}
			metrics.Read(sample)
			use.live = max(use.live, int64(sample[0].Value.Uint64()))
			use.goal = max(use.goal, int64(sample[1].Value.Uint64()))
		}
	}()
	err = do()
	close(done)
	<-stopped
	if err != nil {
		return use, err
	}
	use.most, err = peak()
	return use, err
}
