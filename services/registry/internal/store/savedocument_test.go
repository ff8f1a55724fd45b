package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"xinju.dev/services/registry/internal/core"
)

// Several senders tell of the same people and of their children at once. Nobody
// may become two persons, and every child must find its mother, whichever of the
// two came first.
func TestSeveralSendersAtOnceMakeOnePersonOfADocument(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		const rounds, people = 6, 120
		for round := range rounds {
			var twice, births []core.Event
			var once []core.Event
			for i := range people {
				at := round*people + i
				a := arrive(fmt.Sprint("a", at), at, "2025-03-01")
				c := born(fmt.Sprint("b", at), at, a.Document)
				c.Sender = "ga-births"
				once, births = append(once, a), append(births, c)
				if a.Sender = "ga-other"; round%2 == 0 {
					twice = append(twice, a)
				}
			}
			slices.Reverse(births)
			atOnce(t, s, once, births, twice)
		}
		facts := all(t, s.Listers()["person"])
		if len(facts) != 2*rounds*people {
			t.Fatalf("%d persons, want %d", len(facts), 2*rounds*people)
		}
		body := map[string]string{}
		for _, f := range facts {
			body[f.ID] = string(f.Body)
		}
		for i := range rounds * people {
			ids, err := s.Lookup(t.Context(), []core.Document{numberOf(i), certificate(i)})
			if err != nil {
				t.Fatal(err)
			}
			if mother, child := ids[0], ids[1]; mother == "" || !strings.Contains(body[child], mother) {
				t.Fatalf("the child of person %d has no mother", i)
			}
		}
		replayed(t, s)
	})
}

// atOnce records lists of events at the same time.
func atOnce(t *testing.T, s *SQL, lists ...[]core.Event) {
	t.Helper()
	errs := make(chan error, len(lists))
	for _, list := range lists {
		go func() {
			_, err := s.Record(context.WithoutCancel(t.Context()), list, false, onDay(today))
			errs <- err
		}()
	}
	for range lists {
		if err := <-errs; err != nil {
			t.Fatal(err)
		}
	}
}
