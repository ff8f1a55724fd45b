package derived_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/derived"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// listener is another system: what it was told, and where it goes on.
type listener struct {
	at       coverage.FeedPlace
	told     map[string]string
	restarts int
}

func newListener() *listener { return &listener{told: map[string]string{}} }

// lose is the listener as it was, for when what came since is lost.
func (l *listener) copyOf() *listener {
	return &listener{at: l.at, told: maps.Clone(l.told), restarts: l.restarts}
}

// said is everything that is said of a person.
func said(p *coverage.Person, at *coverage.State) string {
	return fmt.Sprint(at.Deriver.Rows(p.Facts, at.World), at.Deriver.Packs().Timelines(p.Facts, at.World))
}

// hear takes one page and says whether there is more.
func (l *listener) hear(t tester, b *derived.Book, limit int) bool {
	t.Helper()
	page, err := b.Touched(t.Context(), l.at, limit)
	if err != nil {
		t.Fatal(err)
	}
	if page.Restart {
		clear(l.told)
		l.restarts++
	}
	for i := range page.People {
		p := &page.People[i]
		if p.Facts == nil || p.Of != p.ID {
			delete(l.told, p.ID)
			continue
		}
		l.told[p.ID] = said(p, &page.State)
	}
	l.at = page.At
	return !page.CaughtUp
}

func (l *listener) hearAll(t tester, b *derived.Book, limit int) {
	t.Helper()
	for l.hear(t, b, limit) {
	}
}

// spread follows the feeds in random pages while a listener hears pieces of
// random size, loses some of them, and the process restarts or rebuilds.
func spread(t tester, db *sqlstore.DB, c *county, rng *rand.Rand, l *listener) *derived.Book {
	t.Helper()
	b := open(t, db)
	kept := l.copyOf()
	for {
		var behind []string
		for _, s := range sourceNames {
			if at, _ := b.Position(s); at.Position < int64(len(c.feeds[s].changes)) {
				behind = append(behind, s)
			}
		}
		if len(behind) == 0 {
			return b
		}
		s := behind[rng.IntN(len(behind))]
		at, _ := b.Position(s)
		to := min(len(c.feeds[s].changes), int(at.Position)+1+rng.IntN(40))
		if err := b.ApplyChanges(t.Context(), s, c.feeds[s].epoch, c.feeds[s].changes[at.Position:to]); err != nil {
			t.Fatalf("apply %s: %v", s, err)
		}
		switch rng.IntN(8) {
		case 0:
			*l = *kept.copyOf() // what came since was lost
		case 1:
			kept = l.copyOf()
		case 2:
			b = open(t, db)
		case 3:
			if rng.IntN(6) == 0 {
				rebuild(t, b, feedsOf(c))
			}
		}
		for range rng.IntN(4) {
			l.hear(t, b, 1+rng.IntN(9))
		}
	}
}

// heardIsTold: a listener who has heard all of it knows what one who begins now is told.
func heardIsTold(t tester, b *derived.Book, l *listener, limit int) {
	t.Helper()
	l.hearAll(t, b, limit)
	fresh := newListener()
	fresh.hearAll(t, b, 1000)
	if diff := cmp.Diff(fresh.told, l.told); diff != "" {
		t.Fatalf("heard bit by bit (+) and at once (-): %s", diff)
	}
}

func TestWhoHearsBitByBitKnowsEverything(t *testing.T) {
	testkit.Fewer(t)
	rapid.Check(t, func(rt *rapid.T) {
		seed := rapid.Uint64().Draw(rt, "seed")
		rng := rand.New(rand.NewPCG(seed, 5))
		c := newCounty(seed)
		c.live(rapid.IntRange(1, 12).Draw(rt, "residents"))
		l := newListener()
		b := spread(rt, testkit.SQLite(t, sets...), c, rng, l)
		heardIsTold(rt, b, l, 1+rng.IntN(20))
	})
}

func TestAFreshListenerIsToldOfEverybody(t *testing.T) {
	testkit.EachEngine(t, sets, func(t *testing.T, db *sqlstore.DB) {
		c := newCounty(71)
		c.live(40)
		l := newListener()
		b := spread(t, db, c, rand.New(rand.NewPCG(71, 5)), l)
		heardIsTold(t, b, l, 7)
		var want []string
		for _, id := range c.people {
			people, _, err := b.People(t.Context(), []string{id})
			if err != nil {
				t.Fatal(err)
			}
			if people[0].Of == id && people[0].Facts != nil {
				want = append(want, id)
			}
		}
		slices.Sort(want)
		if diff := cmp.Diff(want, slices.Sorted(maps.Keys(l.told))); diff != "" {
			t.Errorf("of the %d people: %s", len(want), diff)
		}
		if len(want) < 10 {
			t.Errorf("%d people: the test shows little", len(want))
		}
	})
}

func TestWhoHeardEverythingHearsOnlyWhatChanges(t *testing.T) {
	testkit.EachEngine(t, sets, func(t *testing.T, db *sqlstore.DB) {
		c := settled(72, "R1", "R2")
		b := open(t, db)
		catchUp(t, b, c, sourceNames...)
		l := newListener()
		l.hearAll(t, b, 1)
		if l.restarts != 1 || len(l.told) != 2 {
			t.Fatalf("%d restarts, %d people; want 1 and 2", l.restarts, len(l.told))
		}
		silent := l.at
		if l.hearAll(t, b, 5); l.at != silent {
			t.Error("the place moved without a change")
		}
		c.feeds["registry"].write(stayFact("second stay", "R2", c.villages[4], "z"))
		catchUp(t, b, c, "registry")
		page, err := b.Touched(t.Context(), l.at, 5)
		if err != nil || len(page.People) != 1 || page.People[0].ID != "R2" || page.Restart || !page.CaughtUp {
			t.Errorf("one person changed, heard of %+v, %v", page.People, err)
		}
		rebuild(t, b, feedsOf(c))
		if l.hearAll(t, b, 5); l.restarts != 2 || len(l.told) != 2 {
			t.Errorf("after a rebuild %d restarts, %d people; want 2 and 2", l.restarts, len(l.told))
		}
	})
}
