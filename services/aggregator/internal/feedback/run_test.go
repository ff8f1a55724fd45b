package feedback

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"

	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/figure"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"
	"google.golang.org/grpc"
)

var errDown = errors.New("another text with the number 990101")

// down is a registry that fails in the attempts named, counted from 1.
type down struct {
	registryv1.VerificationServiceClient
	fails []int
	at    []time.Time // of the attempts
	most  int         // that are waited for
	stop  func()
}

func (d *down) GetVerificationStats(context.Context, *registryv1.GetVerificationStatsRequest, ...grpc.CallOption) (*registryv1.GetVerificationStatsResponse, error) {
	if last := len(d.at) - 1; last < 0 || !d.at[last].Equal(time.Now()) { // the calls of one attempt take no time
		if d.at = append(d.at, time.Now()); len(d.at) == d.most {
			d.stop()
		}
	}
	if slices.Contains(d.fails, len(d.at)) {
		return nil, errDown
	}
	return &registryv1.GetVerificationStatsResponse{}, nil
}

// TestARegistryThatFailsIsAskedMoreSeldom until it answers; from then on as usual,
// and soon again after the next failure.
func TestARegistryThatFailsIsAskedMoreSeldom(t *testing.T) {
	const every = time.Minute
	want := []time.Duration{5 * time.Second, 10 * time.Second, 20 * time.Second, 40 * time.Second, every, every, -every, 5 * time.Second, -every}
	synctest.Test(t, func(t *testing.T) {
		world := facts.NewWorld([]facts.Division{{Code: "990000000000", Level: facts.Province}, {Code: "990101000000", Level: facts.County, Parent: "990000000000"}}, nil)
		log, said := observer.New(zapcore.InfoLevel)
		ctx, cancel := context.WithCancel(t.Context())
		registry, loaded := &down{fails: []int{1, 2, 3, 4, 5, 6, 8}, most: len(want) + 1, stop: cancel}, 0
		p := Poller{
			Client: registry, Look: func(fn func(coverage.View) error) error { return fn(of{world: world}) }, Now: time.Now, Log: zap.New(log), Every: every,
			Load: func(context.Context, string, time.Time, []figure.Version) error { loaded++; return nil },
		}
		if err := p.Run(ctx); err != nil {
			t.Fatal(err)
		}
		for i, most := range want {
			got := registry.at[i+1].Sub(registry.at[i])
			if most < 0 && got != -most || most > 0 && (got < most/2 || got > most) {
				t.Errorf("attempt %d came after %s; want %s, and of a failure between half of it and the whole", i+2, got, max(most, -most))
			}
		}
		if loaded != 3 || said.Len() != len(registry.fails) {
			t.Errorf("%d attempts loaded figures, %d failures were noted", loaded, said.Len())
		}
		for _, e := range said.All() {
			if cause := e.ContextMap()["cause"]; cause != "*fmt.wrapError > *errors.errorString" {
				t.Errorf("the log says %v", e.ContextMap())
			}
		}
	})
}

// TestATreeThatIsNotThereYetIsLookedForSoon: nobody is asked meanwhile.
func TestATreeThatIsNotThereYetIsLookedForSoon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		looks := 0
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute+time.Second)
		defer cancel()
		p := Poller{Now: time.Now, Log: zap.NewNop(), Look: func(fn func(coverage.View) error) error {
			looks++
			return fn(of{world: facts.NewWorld(nil, nil)})
		}}
		if err := p.Run(ctx); err != nil || looks != 13 {
			t.Errorf("%d looks in a minute, %v", looks, err)
		}
	})
}
