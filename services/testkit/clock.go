package testkit

import (
	"sync"
	"time"

	"xinju.dev/services/platform/civil"
)

// Clock is a clock that only moves when told. It is safe for concurrent use;
// hand its Now method to what needs the time.
type Clock struct {
	mu sync.Mutex
	at time.Time
}

// NewClock returns a clock that shows 08:00 in Shanghai on a day.
func NewClock(day civil.Date) *Clock { return &Clock{at: day.Time().Add(8 * time.Hour)} }

// Now returns what the clock shows, in UTC.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at.UTC()
}

// Advance moves the clock on.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// Set moves the clock to 08:00 in Shanghai on a day, also backwards.
func (c *Clock) Set(day civil.Date) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = day.Time().Add(8 * time.Hour)
}
