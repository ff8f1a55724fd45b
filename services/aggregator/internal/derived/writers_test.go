package derived_test

import (
	"errors"
	"math/rand/v2"
	"sync"
	"testing"

	"xinju.dev/services/aggregator/internal/derived"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"
)

// TestTwoProcessesOnOneDatabaseGiveNoRevisionTwice: as for a moment when a new program
// takes over from the one before. Whoever comes later finds the store ahead, loads it
// again and applies the page to that.
func TestTwoProcessesOnOneDatabaseGiveNoRevisionTwice(t *testing.T) {
	testkit.EachEngine(t, sets, func(t *testing.T, db *sqlstore.DB) {
		c := newCounty(55)
		c.live(25)
		one, two := open(t, db), open(t, db)
		var both sync.WaitGroup
		both.Go(func() { inSmallPages(t, one, c, sourceNames[:1]) })
		both.Go(func() { inSmallPages(t, two, c, sourceNames[1:]) })
		both.Wait()
		for _, b := range []*derived.Book{one, two} {
			for _, s := range sourceNames { // also what the other one has taken in
				if err := b.ApplyChanges(t.Context(), s, c.feeds[s].epoch, c.feeds[s].changes); err != nil {
					t.Fatal(err)
				}
			}
		}
		if got, want := figures(t, one), figures(t, open(t, db)); got != want {
			t.Errorf("%+v, stored %+v", got, want)
		}
		numbersAreRight(t, one, c, rand.New(rand.NewPCG(55, 1)))
	})
}

// inSmallPages applies sources to their heads; a page that comes too late comes again.
func inSmallPages(t *testing.T, b *derived.Book, c *county, sources []string) {
	for _, s := range sources {
		f := c.feeds[s]
		for failed := 0; ; {
			at, _ := b.Position(s)
			if int(at.Position) >= len(f.changes) {
				break
			}
			end := min(int(at.Position)+6, len(f.changes))
			err := b.ApplyChanges(t.Context(), s, f.epoch, f.changes[at.Position:end])
			if failed++; err == nil {
				failed = 0
			} else if failed > 100 || errors.Is(err, derived.ErrGap) {
				t.Errorf("%s: %v", s, err)
				return
			}
		}
	}
}
