// Package clock makes the one clock that a process passes to its parts.
package clock

import (
	"time"

	"xinju.dev/services/platform/civil"
)

// On returns a clock for demonstrations and tests that shows the given day for
// ever: it starts at eight in the morning in Shanghai, moves with real time, and
// stands still at the day's last second. civil.None is the real clock.
func On(day civil.Date) func() time.Time {
	if day == civil.None {
		return time.Now
	}
	morning, started := day.Time().Add(8*time.Hour), time.Now()
	last := day.Time().Add(24*time.Hour - time.Second)
	return func() time.Time {
		now := morning.Add(time.Since(started))
		if now.After(last) {
			return last
		}
		return now
	}
}
