package serve_test

import (
	"testing"
	"time"

	"xinju.dev/deploy/cmd/xinju/internal/serve"
	"xinju.dev/services/platform/civil"
)

func TestAGivenDayBeginsInTheMorningAndNeverEnds(t *testing.T) {
	real := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	day := civil.Of(2026, 6, 30)
	clock := serve.Clock(day, func() time.Time { return real })
	if got := clock(); !got.Equal(day.Time().Add(8 * time.Hour)) {
		t.Errorf("begins at %v", got)
	}
	before := clock()
	for range 100 {
		real = real.Add(time.Hour)
		got := clock()
		if civil.DateOf(got) != day || got.Before(before) {
			t.Fatalf("%v after %v", got, before)
		}
		before = got
	}
}

func TestWithoutADayTheClockIsTheCalendars(t *testing.T) {
	real := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	if got := serve.Clock(civil.None, func() time.Time { return real })(); !got.Equal(real) {
		t.Errorf("%v", got)
	}
}
