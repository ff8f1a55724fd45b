package testkit_test

import (
	"testing"
	"time"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/testkit"
)

func TestTheClockOnlyMovesWhenTold(t *testing.T) {
	c := testkit.NewClock(civil.Must("2026-03-01"))
	first := c.Now()
	if !c.Now().Equal(first) || civil.DateOf(first) != civil.Must("2026-03-01") || first.Location() != time.UTC {
		t.Errorf("shows %s", first)
	}
	c.Advance(16 * time.Hour)
	if civil.DateOf(c.Now()) != civil.Must("2026-03-02") {
		t.Errorf("after 16 hours it shows %s", c.Now())
	}
	c.Set(civil.Must("2025-12-31"))
	if civil.DateOf(c.Now()) != civil.Must("2025-12-31") {
		t.Errorf("set back it shows %s", c.Now())
	}
}
