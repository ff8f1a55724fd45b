// Package feedback brings the counts of verifications from the registry in as
// figures, per division and month, so that the feedback rate is a ratio like
// any other. What cannot be had is not written: a figure that is missing is
// shown as missing, and one that the registry does not confirm any more as of
// when it last did.
package feedback

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"

	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/figure"
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/obs"
	"xinju.dev/services/platform/wire"

	"go.uber.org/zap"
)

// The figures, as the packs declare them, and where they come from.
const (
	Due    = "verifications_due"
	InTime = "verifications_in_time"
	Source = "registry"
)

// Every is how often the registry is asked unless Poller.Every says otherwise;
// soon is how long after an attempt that had nobody to ask about, and at most after
// the first one that failed. Each further one in a row waits twice as long, at most
// as long as usual.
const (
	Every = 10 * time.Minute
	soon  = 5 * time.Second
)

// Poller asks the registry again and again. All fields but Every are required.
type Poller struct {
	Client registryv1.VerificationServiceClient
	Look   func(func(coverage.View) error) error
	Load   func(ctx context.Context, source string, at time.Time, list []figure.Version) error
	Now    func() time.Time
	Log    *zap.Logger
	Every  time.Duration
}

// Run polls until ctx ends. A registry that cannot be reached is noted in the log.
func (p *Poller) Run(ctx context.Context) error {
	every := p.Every
	if every <= 0 {
		every = Every
	}
	first := min(soon, every)
	for wait := first; ctx.Err() == nil; {
		n, err := p.Poll(ctx)
		switch {
		case ctx.Err() != nil:
		case err != nil:
			p.Log.Warn("verification figures not loaded", obs.Cause(err))
			pause(ctx, wait/2+rand.N(wait/2+1))
			wait = min(2*wait, every)
		case n == 0:
			pause(ctx, first)
		default:
			wait = first
			pause(ctx, every)
		}
	}
	return nil
}

func pause(ctx context.Context, wait time.Duration) {
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

// Poll asks once, for this month and the one before, and writes what changed. It
// returns how many divisions were asked about.
func (p *Poller) Poll(ctx context.Context) (int, error) {
	this := policy.Month.Start(civil.DateOf(p.Now()))
	places, err := p.places(this)
	if err != nil || len(places) == 0 {
		return 0, err
	}
	var list []figure.Version
	asked := p.Now()
	for _, month := range []civil.Date{policy.Month.Start(this.AddDays(-1)), this} {
		for _, division := range places {
			rows, err := p.ask(ctx, division, month)
			if err != nil {
				return 0, fmt.Errorf("ask for %s: %w", division, err)
			}
			list = append(list, rows...)
		}
	}
	return len(places), p.Load(ctx, Source, asked, list)
}

// places lists the counties and townships of a day. Provinces and prefectures are
// sums over them.
func (p *Poller) places(day civil.Date) (out []string, err error) {
	err = p.Look(func(v coverage.View) error {
		w, met := v.World(), map[string]bool{} // a tree that is wrong may lead in a ring
		open := w.Children("", day)
		for len(open) > 0 {
			var next []string
			for _, code := range open {
				d, ok := w.Division(code, day)
				if !ok || d.Level > facts.Township || met[code] {
					continue
				}
				met[code] = true
				if d.Level >= facts.County {
					out = append(out, code)
				}
				next = append(next, w.Children(code, day)...)
			}
			open = next
		}
		return nil
	})
	return out, err
}

func (p *Poller) ask(ctx context.Context, division string, month civil.Date) ([]figure.Version, error) {
	resp, err := p.Client.GetVerificationStats(ctx, &registryv1.GetVerificationStatsRequest{
		Side: registryv1.VerificationSide_VERIFICATION_SIDE_ASKED, Division: division,
		SentFromDate: wire.DateProto(month), SentUntilDate: wire.DateProto(policy.Month.End(month).AddDays(-1)),
	})
	if err != nil {
		return nil, err
	}
	row := func(id string, n int64) figure.Version {
		return figure.Version{
			Key:   figure.Key{ID: id, Division: division, PeriodYMD: figure.Period(0, month)},
			Value: fmt.Sprint(n), Source: Source, RecordedMS: p.Now().UnixMilli(), RecordedBy: Source,
		}
	}
	s := resp.GetStats()
	return []figure.Version{row(Due, s.GetDue()), row(InTime, s.GetInTime())}, nil
}
