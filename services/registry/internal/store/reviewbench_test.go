package store

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"go.uber.org/zap"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/registry/internal/core"
	"xinju.dev/services/registry/internal/review"
)

func BenchmarkSearch(b *testing.B) {
	s := open(b, testkitSQLite(b))
	const people = 5000
	for n := 0; n < people; n += 500 {
		events := make([]core.Event, 500)
		for i := range events {
			birth := civil.Must("1960-01-01").AddDays((n + i) * 7 % 20000)
			events[i] = arrivalOf(fmt.Sprint(n+i), "王浩"+string(rune('一'+(n+i)%3000)), birth.String(), citizen(birth, (n+i)%499*2+1), villageA)
			events[i].Phone = fmt.Sprintf("139%08d", (n+i)/2)
		}
		feed(b, s, events...)
	}
	v := reviewsOf(b, s)
	began := time.Now()
	for b.Loop() {
		if err := v.Rebuild(b.Context(), onDay(today)); err != nil {
			b.Fatal(err)
		}
		comeToRest(b, v)
	}
	p, err := v.Progress(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(people*b.N)/time.Since(began).Seconds(), "residents/s")
	b.ReportMetric(float64(p.Compared)/people, "pairs/resident")
}

// Recording in bulk, alone and with the search running beside it.
func BenchmarkRecordBesideSearch(b *testing.B) {
	for name, beside := range map[string]bool{"alone": false, "beside": true} {
		b.Run(name, func(b *testing.B) {
			const people = 20_000
			for b.Loop() {
				b.StopTimer()
				s := open(b, testkitSQLite(b))
				ctx, stop := context.WithCancel(context.WithoutCancel(b.Context()))
				ended := make(chan error, 1)
				if beside {
					w := review.Worker{Search: reviewsOf(b, s), Now: func() time.Time { return onDay(today) }, Log: zap.NewNop()}
					go func() { ended <- w.Run(ctx, func() {}) }()
				} else {
					ended <- nil
				}
				b.StartTimer()
				for n := 0; n < people; n += 500 {
					events := make([]core.Event, 500)
					for i := range events {
						birth := civil.Must("1960-01-01").AddDays((n + i) * 7 % 20000)
						events[i] = arrivalOf(fmt.Sprint(n+i), "王浩"+string(rune('一'+(n+i)%3000)), birth.String(), citizen(birth, (n+i)%499*2+1), villageA)
					}
					feed(b, s, events...)
				}
				b.StopTimer()
				stop()
				if err := <-ended; err != nil && !errors.Is(err, context.Canceled) {
					b.Fatal(err)
				}
				b.StartTimer()
			}
			b.ReportMetric(float64(people*b.N)/b.Elapsed().Seconds(), "events/s")
		})
	}
}
