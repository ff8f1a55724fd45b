package derived_test

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"xinju.dev/services/aggregator/internal/derived"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"

	"github.com/google/go-cmp/cmp"
)

// moveTownship puts a township with people under the other county.
func (c *county) moveTownship(n int) {
	at := ymd(c.between("2019-01-01", "2022-01-01"))
	town := []string{"990101001000", "990102001000"}[n%2]
	id := []string{"T1", "T3"}[n%2]
	under := []string{demo, other}
	f := c.division(id, town, under[(n+n/2+1)%2], 4, 0, 0)
	if n%3 == 2 { // it ends, and people count above their villages
		f.GetDivision().ValidUntilYmd = at
	}
	c.feeds["registry"].write(f)
}

// nowhere adds a township in which nobody is.
func (c *county) nowhere(code string) {
	c.feeds["registry"].write(c.division("new"+code, code, other, 4, 0, 0))
}

// next applies up to n more changes of a source.
func next(ctx context.Context, b *derived.Book, c *county, source string, n int) error {
	f := c.feeds[source]
	at, _ := b.Position(source)
	return b.ApplyChanges(ctx, source, f.epoch, f.changes[at.Position:min(int(at.Position)+n, len(f.changes))])
}

// sameAsRebuilt: what is served is what a rebuild makes, table by table.
func sameAsRebuilt(t tester, db *sqlstore.DB, b *derived.Book, c *county, rng *rand.Rand) {
	t.Helper()
	kept, was := figures(t, b), tables(t, db, generationOf(t, db))
	if stored := figures(t, open(t, db)); stored != kept {
		t.Fatalf("in memory %+v, after a start %+v", kept, stored)
	}
	if op := rebuild(t, b, feedsOf(c)); op.State != 3 || figures(t, b) != kept {
		t.Fatalf("rebuilt in %d: %+v, before %+v", op.State, figures(t, b), kept)
	}
	if diff := cmp.Diff(was, tables(t, db, generationOf(t, db))); diff != "" {
		t.Fatalf("under the new tree (-), rebuilt (+): %s", diff)
	}
	numbersAreRight(t, b, c, rng)
}

// TestANewTreeIsDerivedBesideWhatServes: the old state serves at its position until
// the new one takes over with the page; a page where nobody lives is taken in where it
// is, also by the first one after a start.
func TestANewTreeIsDerivedBesideWhatServes(t *testing.T) {
	testkit.EachEngine(t, sets, func(t *testing.T, db *sqlstore.DB) {
		c := newCounty(91)
		c.live(30)
		b := follow(t, db, c, rand.New(rand.NewPCG(91, 1)), false)
		for n := range 4 {
			g, revision := generationOf(t, db), b.Revision()
			c.moveTownship(n)
			catchUp(t, b, c, "registry")
			if now := generationOf(t, db); now == g || b.Revision() != revision+1 {
				t.Errorf("generation %d and revision %d, before %d and %d", now, b.Revision(), g, revision)
			}
			if at, _ := b.Position("registry"); at.Position != int64(len(c.feeds["registry"].changes)) {
				t.Errorf("the registry is at %+v of %d", at, len(c.feeds["registry"].changes))
			}
			if left := generations(t, db); len(left) != 1 {
				t.Errorf("left behind: generations %v", left)
			}
			numbersAreRight(t, b, c, rand.New(rand.NewPCG(91, uint64(n))))
			for _, code := range []string{"990102011000", "990102012000"} {
				g, revision = generationOf(t, db), b.Revision()
				c.nowhere(code)
				catchUp(t, b, c, "registry")
				if now := generationOf(t, db); now != g || b.Revision() != revision+1 || !b.Knows() {
					t.Errorf("where nobody is: generation %d and revision %d, before %d and %d", now, b.Revision(), g, revision)
				}
				b = open(t, db)
			}
		}
		sameAsRebuilt(t, db, b, c, rand.New(rand.NewPCG(91, 9)))
	})
}

// TestANewTreeIsAllOrNothing: cut off at any moment, what there was serves at its
// position, and what was begun beside is removed by whoever begins next.
func TestANewTreeIsAllOrNothing(t *testing.T) {
	testkit.EachEngine(t, sets, func(t *testing.T, db *sqlstore.DB) {
		c := newCounty(93)
		c.live(20)
		b := follow(t, db, c, rand.New(rand.NewPCG(93, 1)), false)
		cuts, rng := 0, rand.New(rand.NewPCG(93, 2))
		for n := range 2 {
			c.moveTownship(n)
			before := figures(t, b)
			at, _ := b.Position("registry")
			for cut := 1; ; cut += 1 + rng.IntN(1+cut/4) {
				cutBeside(b, cut, func() {})
				err := next(newFuse(t.Context(), cut), b, c, "registry", 10)
				if err == nil {
					break
				}
				cuts++
				if now, _ := b.Position("registry"); now != at || figures(t, b) != before {
					t.Fatalf("cut off at %d something has changed in memory: %v", cut, err)
				}
				b = open(t, db)
				if now, _ := b.Position("registry"); now != at { // committed, and the answer was lost
					break
				}
				if figures(t, b) != before {
					t.Fatalf("cut off at %d something has changed: %v", cut, err)
				}
			}
		}
		if cuts < 10 {
			t.Errorf("only %d times cut off", cuts)
		}
		c.moveTownship(4)
		b = open(t, db)
		catchUp(t, b, c, "registry")
		if left := generations(t, db); len(left) != 1 {
			t.Errorf("left behind: generations %v", left)
		}
		sameAsRebuilt(t, db, b, c, rng)
	})
}

// held is a source whose listing waits.
type held struct {
	derived.Feed
	asked chan struct{}
	goOn  chan struct{}
}

func (h held) List(ctx context.Context, token string) (derived.Listing, error) {
	select {
	case h.asked <- struct{}{}:
	default:
	}
	select {
	case <-h.goOn:
	case <-ctx.Done():
		return derived.Listing{}, ctx.Err()
	}
	return h.Feed.List(ctx, token)
}

func holding(f derived.Feed) held { return held{f, make(chan struct{}, 1), make(chan struct{})} }

// TestANewTreeWaitsForARebuild, and the pages of others do not.
func TestANewTreeWaitsForARebuild(t *testing.T) {
	testkit.EachEngine(t, sets, func(t *testing.T, db *sqlstore.DB) {
		c := newCounty(94)
		c.live(20)
		b := open(t, db)
		for _, s := range sourceNames {
			if err := next(t.Context(), b, c, s, len(c.feeds[s].changes)/2); err != nil {
				t.Fatal(err)
			}
		}
		c.moveTownship(0)
		op, err := b.StartRebuild(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		feeds := feedsOf(c)
		maternal := holding(feeds["maternal"])
		feeds["maternal"] = maternal
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- b.RunRebuilds(ctx, feeds) }()
		<-maternal.asked
		taken := make(chan error, 1)
		was := generationOf(t, db)
		go func() { taken <- next(t.Context(), b, c, "registry", 10_000) }()
		catchUp(t, b, c, sourceNames[1:]...)
		enough := time.NewTimer(300 * time.Millisecond) // it would be taken in by then
		select {
		case err := <-taken:
			t.Errorf("the new tree was taken in during the rebuild: %v", err)
			taken <- nil
		case <-enough.C:
		}
		if now := generationOf(t, db); now != was {
			t.Errorf("generation %d serves during the rebuild, before it %d", now, was)
		}
		close(maternal.goOn)
		if err := <-taken; err != nil {
			t.Error(err)
		}
		ended(t, b, op.ID)
		stop()
		<-done
		sameAsRebuilt(t, db, b, c, rand.New(rand.NewPCG(94, 1)))
	})
}

// BenchmarkNewTree moves a township with a third of 5,000 residents.
func BenchmarkNewTree(b *testing.B) {
	c, book := populated(b, testkit.SQLite(b, sets...), 5000)
	n := 0
	b.ReportAllocs()
	for b.Loop() {
		c.moveTownship(n % 2)
		n++
		applyAll(b, book, "registry", c.feeds["registry"], 1000)
	}
}
