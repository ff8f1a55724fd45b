package derived

import (
	"cmp"
	"runtime"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
)

// parallelStep is how many residents a processor takes at a time.
const parallelStep = 32

// parallel calls do for every number below n, on all processors at once. do must
// touch nothing but what belongs to its number.
func parallel(n int, do func(i int) error) error {
	workers := min(runtime.GOMAXPROCS(0), (n+parallelStep-1)/parallelStep)
	var next atomic.Int64
	work := func() error {
		for {
			begin := int(next.Add(parallelStep)) - parallelStep
			if begin >= n {
				return nil
			}
			for i := begin; i < min(begin+parallelStep, n); i++ {
				if err := do(i); err != nil {
					return err
				}
			}
		}
	}
	var group errgroup.Group
	for range workers - 1 {
		group.Go(work)
	}
	return cmp.Or(work(), group.Wait())
}
