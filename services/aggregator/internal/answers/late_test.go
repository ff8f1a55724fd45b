package answers

import (
	"testing"
	"time"

	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/platform/civil"
)

// TestAFigureIsStaleWhenItMayHaveChangedUnseenForTooLong counts the minutes one by
// one: from when the figure of a month was last confirmed, and as long as it can
// still change, which is until the month after it has ended.
func TestAFigureIsStaleWhenItMayHaveChangedUnseenForTooLong(t *testing.T) {
	l := Late{Fetched: 30 * time.Minute}
	settled := civil.Must("2024-04-01").Time() // of a figure of February; midnight in China
	for _, before := range []int{60 * 24 * 40, 1000, 61, 32, 31, 30, 29, 1, 0, -1, -1000} {
		known := settled.Add(-time.Duration(before) * time.Minute)
		x := Figure{Fetched: true, On: civil.Must("2024-02-15"), Known: known}
		unseen := 0
		for minutes := range 60 * 24 * 2 {
			now := known.Add(time.Duration(minutes) * time.Minute)
			if minutes > 0 && !now.After(settled) {
				unseen++
			}
			if got, want := l.stale(&x, now), unseen > 30; got != want {
				t.Fatalf("known %v, now %v: %t, want %t", known, now, got, want)
			}
		}
	}
	now := time.Date(2024, 5, 1, 0, 0, 0, 0, time.UTC)
	if l.stale(&Figure{On: civil.Must("2024-02-15")}, now) {
		t.Error("a figure that was loaded is never stale")
	}
	day := Figure{Fetched: true, Known: now.Add(-l.Fetched)}
	if l.stale(&day, now) || !l.stale(&day, now.Add(1)) {
		t.Error("a figure without a month is stale from the allowed time on, and not at it")
	}
}

// TestASettingOfZeroIsTheDefault, one by one.
func TestASettingOfZeroIsTheDefault(t *testing.T) {
	for _, c := range []struct{ in, want Late }{
		{Late{}, DefaultLate},
		{Late{Behind: 1}, Late{1, DefaultLate.Silence, DefaultLate.Fetched}},
		{Late{Silence: 1}, Late{DefaultLate.Behind, 1, DefaultLate.Fetched}},
		{Late{Fetched: 1}, Late{DefaultLate.Behind, DefaultLate.Silence, 1}},
	} {
		if got := c.in.OrDefault(); got != c.want {
			t.Errorf("%+v becomes %+v", c.in, got)
		}
	}
}

// TestASourceLacksFromOneMoreThanIsAllowed, for every number of changes and every
// length of silence around the settings.
func TestASourceLacksFromOneMoreThanIsAllowed(t *testing.T) {
	now := time.Unix(1_000_000, 0)
	l := Late{Behind: 5, Silence: 5 * time.Second}
	for waiting := range int64(12) {
		for silent := range 12 {
			f := coverage.Following{Source: "s", Epoch: "e", Position: 7, Head: 7 + waiting, Contact: now.Add(-time.Duration(silent) * time.Second)}
			want, behind := Why(0), int64(0)
			if silent > 5 {
				want, behind = Silent, waiting
			}
			if waiting > 5 {
				want, behind = Behind, waiting
			}
			if got, n := l.why([]coverage.Following{f}, "s", now); got != want || n != behind {
				t.Errorf("%d wait, silent for %d s: %d and %d, want %d and %d", waiting, silent, got, n, want, behind)
			}
		}
	}
}
