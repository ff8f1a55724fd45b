package clock_test

import (
	"testing"
	"testing/synctest"
	"time"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/clock"
)

func TestAClockStaysOnItsDayAndStillMoves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		day := civil.Must("2024-02-29")
		now := clock.On(day)
		first := now()
		<-time.After(time.Minute)
		if moved := now().Sub(first); moved != time.Minute {
			t.Errorf("a minute took %v", moved)
		}
		<-time.After(48 * time.Hour)
		if civil.DateOf(now()) != day {
			t.Errorf("after two days it shows %v", now())
		}
	})
}

func TestWithoutADayTheClockIsTheRealOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		if got := clock.On(civil.None)(); !got.Equal(time.Now()) {
			t.Errorf("%v", got)
		}
	})
}
