package derived_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"testing"
	"testing/synctest"

	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/derived"
	"xinju.dev/services/aggregator/internal/store"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"
)

// TestTheFirstListingOfAllSourcesIsWhatFollowingThemGives: in one go, every source
// ends where its listing was made, and the state is that of page after page.
func TestTheFirstListingOfAllSourcesIsWhatFollowingThemGives(t *testing.T) {
	testkit.EachEngine(t, sets, func(t *testing.T, db *sqlstore.DB) {
		c := newCounty(23)
		c.live(40)
		b := open(t, db)
		if err := b.First(t.Context(), feedsOf(c)); err != nil {
			t.Fatal(err)
		}
		for _, s := range sourceNames {
			if at, _ := b.Position(s); !at.Begun || at.Listing || at.Position != int64(len(c.feeds[s].changes)) {
				t.Errorf("%s is at %+v of %d", s, at, len(c.feeds[s].changes))
			}
		}
		numbersAreRight(t, b, c, rand.New(rand.NewPCG(23, 1)))
		kept := follow(t, testkit.SQLite(t, sets...), c, rand.New(rand.NewPCG(23, 2)), false)
		if digestOf(t, b) != digestOf(t, kept) {
			t.Error("the digest differs from that of following page by page")
		}
		was := generations(t, db)
		if err := b.First(t.Context(), feedsOf(c)); err != nil {
			t.Fatal(err)
		}
		if now := generations(t, db); len(was) != 1 || len(now) != 1 || was[0] != now[0] {
			t.Errorf("generations %v, after the second time %v", was, now)
		}
	})
}

func digestOf(t *testing.T, b *derived.Book) (digest string) {
	t.Helper()
	err := b.Look(func(v coverage.View) error { digest = v.Figures().Digest; return nil })
	if err != nil {
		t.Fatal(err)
	}
	return digest
}

func generations(t *testing.T, db *sqlstore.DB) (list []int64) {
	t.Helper()
	err := store.New(db).Read(t.Context(), func(tx store.Tx) (err error) { list, err = tx.Generations(); return err })
	if err != nil {
		t.Fatal(err)
	}
	return list
}

var errAway = errors.New("the source does not answer")

// away is a source that does not answer from a page on; hangs: it does not say so;
// listed: only when it is asked what is new.
type away struct {
	*feed
	after  int
	hangs  bool
	listed bool
}

func (a *away) Read(context.Context, string, int64, int32) ([]derived.Change, int64, error) {
	return nil, 0, errAway
}

func (a *away) List(ctx context.Context, token string) (derived.Listing, error) {
	if a.after--; a.after >= 0 || a.listed {
		return a.feed.List(ctx, token)
	}
	if a.hangs {
		<-ctx.Done()
		return derived.Listing{}, ctx.Err()
	}
	return derived.Listing{}, errAway
}

// TestASourceThatIsAwayHoldsNoneOfTheOthersBack: nothing is taken in at once, nothing
// is left behind, and each source can be followed from its beginning.
func TestASourceThatIsAwayHoldsNoneOfTheOthersBack(t *testing.T) {
	for name, out := range map[string]away{
		"from the beginning":                            {},
		"from the beginning, not saying so":             {hangs: true},
		"in the middle of its listing":                  {after: 1},
		"when it has been listed and everybody derived": {listed: true},
	} {
		t.Run(name, func(t *testing.T) {
			db := testkit.SQLite(t, sets...)
			c := newCounty(24)
			c.live(30)
			b := open(t, db)
			feeds := feedsOf(c)
			out.feed = c.feeds["registry"]
			feeds["registry"] = &out
			begin := func(t *testing.T) {
				if err := b.First(t.Context(), feeds); err != nil {
					t.Error(err)
				}
			}
			if out.hangs {
				synctest.Test(t, begin) // virtual time: it waits for nothing else
			} else {
				begin(t)
			}
			for _, s := range sourceNames {
				if at, alarm := b.Position(s); at.Begun || alarm != "" {
					t.Errorf("%s is at %+v, alarm %q", s, at, alarm)
				}
			}
			if left := generations(t, db); len(left) > 0 {
				t.Errorf("left behind: generations %v", left)
			}
			err := b.ApplyChanges(t.Context(), "immunization", c.feeds["immunization"].epoch, c.feeds["immunization"].changes)
			if err != nil {
				t.Error(err)
			}
		})
	}
}

// TestSourcesOfOnePageAreFollowedAsTheyAre: nothing is gained by listing them first.
func TestSourcesOfOnePageAreFollowedAsTheyAre(t *testing.T) {
	db := testkit.SQLite(t, sets...)
	b := open(t, db)
	if err := b.First(t.Context(), feedsOf(newCounty(25))); err != nil {
		t.Fatal(err)
	}
	if at, _ := b.Position("registry"); at.Begun {
		t.Errorf("the registry is at %+v", at)
	}
}
