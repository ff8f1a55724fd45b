package derived_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"xinju.dev/services/aggregator/internal/derived"
)

var errPassing = errors.New("the database was away")

// TestWhatFailsForAPassingReasonIsTriedAgain: how long an attempt went on before the
// first failure does not count; after that one there are two minutes.
func TestWhatFailsForAPassingReasonIsTriedAgain(t *testing.T) {
	refused := derived.Refusal{Reason: "FEED_POSITION_AHEAD"}
	for name, c := range map[string]struct {
		took    []time.Duration // by each attempt
		ends    error           // that of the last one; those before fail for a passing reason
		tried   int
		atLeast time.Duration // in all
	}{
		"the first time":                            {[]time.Duration{time.Hour}, nil, 1, time.Hour},
		"after one that went on for an hour":        {[]time.Duration{time.Hour, time.Hour}, nil, 2, 2 * time.Hour},
		"after many short ones":                     {[]time.Duration{1, 1, 1, 1, 1}, nil, 5, 1500 * time.Millisecond},
		"not after the second long one":             {[]time.Duration{time.Hour, time.Hour, 1}, errPassing, 2, 2 * time.Hour},
		"not for what asking again will not change": {[]time.Duration{1, 1, 1}, refused, 1, 1},
		"for two minutes at most":                   {make([]time.Duration, 1000), errPassing, 19, 2 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tried, again, began := 0, 0, time.Now()
				err := derived.Persist(t.Context(), func() error {
					<-time.After(c.took[tried])
					tried++
					if tried == len(c.took) || errors.Is(c.ends, refused) {
						return c.ends
					}
					return errPassing
				}, func() { again++ })
				if !errors.Is(err, c.ends) || tried != c.tried || again != tried-1 {
					t.Errorf("%v after %d attempts, %d begun again; want %v after %d", err, tried, again, c.ends, c.tried)
				}
				if took := time.Since(began); took < c.atLeast {
					t.Errorf("it took %v, want at least %v", took, c.atLeast)
				}
			})
		})
	}
}

func TestNothingIsTriedAgainWhenEverythingStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		tried := 0
		err := derived.Persist(ctx, func() error {
			if tried++; tried == 3 {
				time.AfterFunc(time.Millisecond, stop) // while it waits
			}
			return errPassing
		}, func() {})
		if err == nil || tried != 4 {
			t.Errorf("%v after %d attempts", err, tried)
		}
	})
}
