package derived_test

import (
	"math/rand/v2"
	"testing"

	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/derived"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"
)

// lost commits what follows a source's position through another book on the same
// database: to the first one that is a commit whose answer never came.
func lost(t *testing.T, db *sqlstore.DB, c *county, source string, n int) {
	t.Helper()
	other := open(t, db)
	at, _ := other.Position(source)
	f := c.feeds[source]
	end := min(int(at.Position)+n, len(f.changes))
	if err := other.ApplyChanges(t.Context(), source, f.epoch, f.changes[at.Position:end]); err != nil {
		t.Fatal(err)
	}
}

// TestACommitWhoseAnswerWasLostIsMadeUpFor: the page is sent again, as a follower
// does; what it changed must be in the numbers, and lists equal them.
func TestACommitWhoseAnswerWasLostIsMadeUpFor(t *testing.T) {
	testkit.EachEngine(t, sets, func(t *testing.T, db *sqlstore.DB) {
		c := newCounty(31)
		c.live(40)
		b := open(t, db)
		rng := rand.New(rand.NewPCG(31, 1))
		for done := false; !done; {
			done = true
			for _, s := range sourceNames {
				at, _ := b.Position(s)
				f := c.feeds[s]
				if int(at.Position) >= len(f.changes) {
					continue
				}
				done = false
				if rng.IntN(3) == 0 {
					lost(t, db, c, s, 10)
				}
				end := min(int(at.Position)+10+rng.IntN(10), len(f.changes))
				if err := b.ApplyChanges(t.Context(), s, f.epoch, f.changes[at.Position:end]); err != nil {
					t.Fatal(err)
				}
			}
		}
		if kept, stored := figures(t, b), figures(t, open(t, db)); kept != stored {
			t.Errorf("in memory %+v, stored %+v", kept, stored)
		}
		numbersAreRight(t, b, c, rng)
	})
}

// TestATakeOverWhoseAnswerWasLostIsMadeUpFor: another generation serves, of other
// packs, and the book has not heard of it.
func TestATakeOverWhoseAnswerWasLostIsMadeUpFor(t *testing.T) {
	testkit.EachEngine(t, packSets, func(t *testing.T, db *sqlstore.DB) {
		c := family(75, 20)
		b := openDesk(t, db)
		half(t, b, c)
		other := openDesk(t, db)
		if op := work(t, other, load(t, other, men, "").Operation.ID); op.State != coverage.Succeeded {
			t.Fatal(op.FailureText)
		}
		catchUp(t, b, c, sourceNames...)
		if got, want := figures(t, b), fresh(t, c, men); got != want {
			t.Errorf("%+v, from the beginning %+v", got, want)
		}
		women := version(3, "{sex: {is: female}}")
		if op := work(t, b, load(t, b, women, "").Operation.ID); op.State != coverage.Succeeded {
			t.Fatal(op.FailureText)
		}
		if got, want := figures(t, b), fresh(t, c, women); got != want {
			t.Errorf("after the next pack %+v, from the beginning %+v", got, want)
		}
	})
}

func half(t *testing.T, b *derived.Book, c *county) {
	t.Helper()
	for _, s := range sourceNames {
		f := c.feeds[s]
		if err := b.ApplyChanges(t.Context(), s, f.epoch, f.changes[:len(f.changes)/2]); err != nil {
			t.Fatal(err)
		}
	}
}
