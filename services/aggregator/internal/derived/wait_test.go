package derived_test

import "time"

// waitOr waits for a change, and no longer than a moment.
func waitOr(changed <-chan struct{}) {
	t := time.NewTimer(20 * time.Millisecond)
	defer t.Stop()
	select {
	case <-changed:
	case <-t.C:
	}
}
