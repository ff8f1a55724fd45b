package store

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"xinju.dev/services/registry/internal/core"
	"xinju.dev/services/testkit"
)

// Senders who write about the same few people at once wait for each other; none
// is told that the store is busy.
func TestManyWritersAboutTheSamePeopleAreNeverTurnedAway(t *testing.T) {
	s := open(t, testkit.MySQL(t, sets...))
	const writers, people = 16, 80
	var all sync.WaitGroup
	for n := range writers {
		r := rand.New(rand.NewPCG(7, uint64(n)))
		all.Go(func() {
			for i := range 10 {
				events := make([]core.Event, 20)
				for k := range events {
					e := arrive(fmt.Sprintf("%d-%d-%d", n, i, k), r.IntN(people), "2025-03-01")
					if k == 0 && i%6 == 5 {
						e = merge(e.ID, r.IntN(people), r.IntN(people))
					}
					e.Sender = fmt.Sprint("ga-", n)
					events[k] = e
				}
				if _, err := s.Record(context.WithoutCancel(t.Context()), events, false, onDay(today)); err != nil {
					t.Errorf("writer %d, call %d: %v", n, i, err)
					return
				}
			}
		})
	}
	all.Wait()
	if !t.Failed() {
		settled(t, s, nil)
	}
}
