package derived_test

import (
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/derived"
	"xinju.dev/services/aggregator/internal/ledger"
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"

	"go.uber.org/zap"
)

// TestReadersSeeWholePages reads numbers and lists while pages are applied: every
// list has the length that it says, and that is a number of the same moment.
func TestReadersSeeWholePages(t *testing.T) {
	testkit.EachEngine(t, sets, func(t *testing.T, db *sqlstore.DB) {
		c := newCounty(11)
		c.live(60)
		b := open(t, db)
		ctx, stop := context.WithCancel(t.Context())
		var readers sync.WaitGroup
		var lists atomic.Int64
		for i := range 2 {
			readers.Go(func() {
				rng := rand.New(rand.NewPCG(uint64(i), 3))
				for ctx.Err() == nil {
					key := ledger.Key(rng.IntN(len(b.Deriver().Indicators())))
					q := coverage.ListQuery{Division: pickOne(rng, province, demo, other), Key: key, Day: civil.Must("2020-12-31"), Which: coverage.Which(1 + rng.IntN(3)), Limit: 1000}
					got, err := b.List(ctx, q)
					if err != nil {
						if ctx.Err() == nil {
							t.Errorf("list: %v", err)
						}
						return
					}
					if int(got.Total) != len(got.Lines) {
						t.Errorf("the number is %d, the list has %d", got.Total, len(got.Lines))
						return
					}
					lists.Add(1)
				}
			})
		}
		for lists.Load() < 20 { // pages go in while lists are read
			for _, s := range sourceNames {
				at, _ := b.Position(s)
				end := min(int(at.Position)+7, len(c.feeds[s].changes))
				if err := b.ApplyChanges(t.Context(), s, c.feeds[s].epoch, c.feeds[s].changes[at.Position:end]); err != nil {
					t.Fatal(err)
				}
			}
		}
		stop()
		readers.Wait()
	})
}

func pickOne(rng *rand.Rand, list ...string) string { return list[rng.IntN(len(list))] }

// newFuse is a context that ends when it was asked a number of times.
func newFuse(ctx context.Context, n int) poke {
	ctx, cancel := context.WithCancel(ctx)
	return newPoke(ctx, n, cancel)
}

// cutBeside ends the process when the making of a generation was asked n times.
func cutBeside(b *derived.Book, n int, end func()) {
	b.During(func(ctx context.Context) context.Context {
		ctx, cancel := context.WithCancel(ctx)
		return newPoke(ctx, n, func() { cancel(); end() })
	})
}

// TestAPageIsAllOrNothing cuts pages off at any moment: position and figures are
// those before the page or those after it, in memory as in the store.
func TestAPageIsAllOrNothing(t *testing.T) {
	testkit.EachEngine(t, sets, func(t *testing.T, db *sqlstore.DB) {
		c := newCounty(12)
		c.live(40)
		b := open(t, db)
		rng := rand.New(rand.NewPCG(12, 12))
		cuts, row := 0, 0 // in all, and of the same page
		for _, s := range sourceNames {
			for {
				at, _ := b.Position(s)
				if int(at.Position) >= len(c.feeds[s].changes) {
					break
				}
				before := figures(t, b)
				end := min(int(at.Position)+20, len(c.feeds[s].changes))
				n := 1 + rng.IntN(300<<min(row, 6))
				cutBeside(b, n, func() {})
				err := b.ApplyChanges(newFuse(t.Context(), n), s, c.feeds[s].epoch, c.feeds[s].changes[at.Position:end])
				again := open(t, db)
				if err == nil {
					if figures(t, again) != figures(t, b) {
						t.Fatal("the store has another state than memory")
					}
					row = 0
					continue
				}
				cuts++
				row++ // one that changes the tree takes many more steps
				if now, _ := b.Position(s); now.Position != at.Position || figures(t, b) != before {
					t.Fatal("a page that failed changed something in memory")
				}
				b = again // it may have been committed when the answer was lost
			}
		}
		if cuts == 0 {
			t.Error("nothing was cut off")
		}
		numbersAreRight(t, b, c, rng)
	})
}

// TestARebuildSurvivesACrash stops the process in the middle of a rebuild; after
// the next start it is done, while changes go on.
func TestARebuildSurvivesACrash(t *testing.T) {
	testkit.EachEngine(t, sets, func(t *testing.T, db *sqlstore.DB) {
		c := newCounty(13)
		c.live(30)
		b := follow(t, db, c, rand.New(rand.NewPCG(13, 1)), false)
		want := figures(t, b)
		op, err := b.StartRebuild(t.Context(), "once")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.StartRebuild(t.Context(), "twice"); err == nil {
			t.Error("two rebuilds at a time")
		}
		ctx, crash := context.WithCancel(t.Context())
		feeds := feedsOf(c)
		feeds["maternal"] = stopping{feeds["maternal"], crash}
		_ = b.RunRebuilds(ctx, feeds)

		b = open(t, db)
		if got := figures(t, b); got != want {
			t.Fatalf("after the crash %+v, before %+v", got, want)
		}
		again, err := b.StartRebuild(t.Context(), "once")
		if err != nil || again.ID != op.ID || !again.Ended.IsZero() {
			t.Fatalf("the operation is not kept: %+v, %v", again, err)
		}
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		done := make(chan error, 1)
		go func() { done <- b.RunRebuilds(ctx, feedsOf(c)) }()
		for again.Ended.IsZero() {
			changed := b.Changed()
			if again, err = b.Operation(t.Context(), op.ID); err != nil {
				t.Fatal(err)
			}
			if again.Ended.IsZero() {
				<-changed
			}
		}
		if again.State != 3 || figures(t, b) != want {
			t.Errorf("state %d, %+v, want %+v", again.State, figures(t, b), want)
		}
	})
}

// stopping is a feed during whose listing the process ends.
type stopping struct {
	derived.Feed
	crash context.CancelFunc
}

func (s stopping) List(ctx context.Context, token string) (derived.Listing, error) {
	s.crash()
	return s.Feed.List(ctx, token)
}

const anotherPack = `
id: national
version: 2
name: {zh: 另一口径, en: Another definition}
indicators:
  - id: HED01
    name: {zh: 女性健康教育覆盖率, en: Health education of women}
    kind: stock
    eligible: {sex: {is: female}}
    covered: {events: {kind: education, at_least: 1, within: calendar_year}}
`

// TestAnotherPackIsDerivedAnew starts with other packs on the same data.
func TestAnotherPackIsDerivedAnew(t *testing.T) {
	only, err := policy.Load(fstest.MapFS{"national.yaml": {Data: []byte(anotherPack)}})
	if err != nil {
		t.Fatal(err)
	}
	c := newCounty(14)
	c.live(30)
	db, beside := testkit.SQLite(t, sets...), testkit.SQLite(t, sets...)
	rng := rand.New(rand.NewPCG(14, 1))
	before := figures(t, follow(t, db, c, rng, false))

	openWith := func(db *sqlstore.DB) *derived.Book {
		metrics, err := derived.NewMetrics(nil)
		if err != nil {
			t.Fatal(err)
		}
		b := derived.New(derived.Deps{Store: folding(db), Packs: only, Sources: sourceNames, Now: now, Log: zap.NewNop(), Metrics: metrics})
		if err := b.Load(t.Context()); err != nil {
			t.Fatal(err)
		}
		return b
	}
	again := figures(t, openWith(db))
	fresh := openWith(beside)
	for _, s := range sourceNames {
		if err := fresh.ApplyChanges(t.Context(), s, c.feeds[s].epoch, c.feeds[s].changes); err != nil {
			t.Fatal(err)
		}
	}
	if again != figures(t, fresh) {
		t.Errorf("derived anew %+v, followed with the same packs %+v", again, figures(t, fresh))
	}
	if again == before {
		t.Error("the other packs changed nothing: the test shows nothing")
	}
}

// TestARebuildMendsWhatWasDamaged: the comparison of a rebuild finds what is wrong and
// the rebuilt state takes over.
func TestARebuildMendsWhatWasDamaged(t *testing.T) {
	db := testkit.SQLite(t, sets...)
	c := newCounty(15)
	c.live(30)
	b := follow(t, db, c, rand.New(rand.NewPCG(15, 1)), false)
	want := figures(t, b)
	if _, err := db.SQL().ExecContext(t.Context(), "UPDATE resident_fact SET members = x'' WHERE resident_id = (SELECT MIN(resident_id) FROM member)"); err != nil {
		t.Fatal(err)
	}
	b = open(t, db)
	if err := b.Keeper().Compare(t.Context()); err != nil {
		t.Fatal(err)
	}
	if figures(t, b) == want {
		t.Fatal("the digest does not see a missing row")
	}
	if op := rebuild(t, b, feedsOf(c)); op.State != 3 {
		t.Fatalf("the rebuild ended in %d", op.State)
	}
	if got := figures(t, b); got != want {
		t.Errorf("rebuilt %+v, want %+v", got, want)
	}
}

// TestAListLongerThanOneRead pages through a village of 700 people.
func TestAListLongerThanOneRead(t *testing.T) {
	testkit.EachEngine(t, sets, func(t *testing.T, db *sqlstore.DB) {
		c := newCounty(16)
		for _, f := range c.tree() {
			c.feeds["registry"].write(f)
		}
		village := c.villages[4]
		for i := range 700 {
			id := c.id("R")
			c.feeds["registry"].write(fact(feedv1.FactKind_FACT_KIND_PERSON, "person of "+id, id, &feedv1.Fact{Body: &feedv1.Fact_Person{Person: &feedv1.PersonFact{
				BirthYmd: 19900101, Sex: 1, Hukou: []*feedv1.HukouSpan{{Division: "340101"}},
			}}}))
			c.feeds["registry"].write(fact(feedv1.FactKind_FACT_KIND_RESIDENCE, c.id("S"), id, &feedv1.Fact{Body: &feedv1.Fact_Residence{Residence: &feedv1.ResidenceFact{
				Division: village, ArrivedYmd: 20190101, SortKey: string(rune('a' + i%3)),
			}}}))
		}
		b := follow(t, db, c, rand.New(rand.NewPCG(16, 1)), false)
		key, _ := b.Deriver().Key("EHR03")
		for _, size := range []int{1000, 699, 33} {
			listIsTheNumber(t, b, key, village, civil.Must("2020-06-30"), ledger.Count{Eligible: 700}, size)
		}
	})
}
