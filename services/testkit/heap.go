package testkit

import (
	"runtime"
	"time"
)

// HeapOf runs a step and returns how many bytes of the heap were in use at most
// meanwhile, above what was in use before, garbage that is not collected yet among
// them.
func HeapOf(step func()) uint64 {
	runtime.GC()
	base := heapInUse()
	peak := base
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
				peak = max(peak, heapInUse())
			}
		}
	}()
	step()
	close(done)
	<-ended
	return peak - base
}

func heapInUse() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse
}
