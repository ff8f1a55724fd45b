package derived_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"xinju.dev/services/aggregator/internal/derived"
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/aggregator/internal/store"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"

	"go.uber.org/zap"
	"pgregory.net/rapid"
)

// poke is a context that begins something when it was asked a number of times.
type poke struct {
	context.Context
	left  *atomic.Int32
	begin func()
}

func newPoke(ctx context.Context, n int, begin func()) poke {
	p := poke{ctx, &atomic.Int32{}, begin}
	p.left.Store(int32(n))
	return p
}

func (p poke) Err() error {
	p.asked()
	return p.Context.Err()
}

func (p poke) Done() <-chan struct{} {
	p.asked()
	return p.Context.Done()
}

func (p poke) asked() {
	if p.left.Add(-1) == 0 {
		p.begin()
	}
}

// meanwhile lives through changes of the tree during which the other sources go on,
// and some of which are cut off. It returns how many pages went in while a generation
// was made beside.
func meanwhile(t tester, db *sqlstore.DB, seed uint64, residents int) (beside int) {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 31))
	c := newCounty(seed)
	c.live(residents)
	b := open(t, db)
	for n := range 6 {
		for _, s := range sourceNames {
			if err := next(t.Context(), b, c, s, len(c.feeds[s].changes)/7+1); err != nil {
				t.Fatal(err)
			}
		}
		c.moveTownship(n)
		before, pages := generationOf(t, db), 0
		begin, others := make(chan struct{}), make(chan error, 1)
		go func() {
			<-begin
			var err error
			for i := 0; i < 6*len(sourceNames) && err == nil; i++ {
				s := sourceNames[1+i%(len(sourceNames)-1)]
				was, _ := b.Position(s)
				err = next(t.Context(), b, c, s, 3)
				if now, _ := b.Position(s); now != was && b.Generation() == before {
					pages++
				}
			}
			others <- err
		}()
		start := sync.OnceFunc(func() { close(begin) })
		n := 1 + rng.IntN(100)
		b.During(func(ctx context.Context) context.Context { return newPoke(ctx, n, start) })
		err := next(t.Context(), b, c, "registry", len(c.feeds["registry"].changes))
		start()
		if err := errors.Join(err, <-others); err != nil {
			t.Fatal(err)
		}
		if generationOf(t, db) != before {
			beside += pages
		}
	}
	for _, s := range sourceNames {
		if err := next(t.Context(), b, c, s, len(c.feeds[s].changes)); err != nil {
			t.Fatal(err)
		}
	}
	sameAsRebuilt(t, db, b, c, rng)
	return beside
}

func TestPagesGoOnWhileTheTreeChanges(t *testing.T) {
	round, beside := 0, 0
	testkit.Fewer(t)
	rapid.Check(t, func(rt *rapid.T) {
		if round++; round > 5 {
			return // each round is a database of its own with six generations
		}
		beside += meanwhile(rt, testkit.SQLite(t, sets...), rapid.Uint64().Draw(rt, "seed"), rapid.IntRange(2, 14).Draw(rt, "residents"))
	})
	if beside == 0 {
		t.Error("no page came while a generation was made")
	}
}

func TestPagesGoOnWhileTheTreeChangesOnBothEngines(t *testing.T) {
	testkit.EachEngine(t, sets, func(t *testing.T, db *sqlstore.DB) {
		if meanwhile(t, db, 92, 25) == 0 {
			t.Error("no page came while a generation was made")
		}
	})
}

// TestAStartUnderOtherPacksBesideAProcessThatGoesOn: what that one takes in meanwhile is
// followed again by the one that starts.
func TestAStartUnderOtherPacksBesideAProcessThatGoesOn(t *testing.T) {
	testkit.EachEngine(t, sets, func(t *testing.T, db *sqlstore.DB) {
		rng := rand.New(rand.NewPCG(95, 1))
		only, err := policy.Load(fstest.MapFS{"national.yaml": {Data: []byte(anotherPack)}})
		if err != nil {
			t.Fatal(err)
		}
		c := newCounty(95)
		c.live(30)
		one := open(t, db)
		for _, s := range sourceNames {
			if err := next(t.Context(), one, c, s, len(c.feeds[s].changes)/2); err != nil {
				t.Fatal(err)
			}
		}
		metrics, err := derived.NewMetrics(nil)
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			at, _ := one.Position("archive")
			begin, pages := make(chan struct{}), make(chan error, 1)
			start := sync.OnceFunc(func() { close(begin) })
			go func() {
				<-begin
				pages <- next(t.Context(), one, c, "archive", 5)
			}()
			two := derived.New(derived.Deps{Store: store.New(db), Packs: only, Sources: sourceNames, Now: now, Log: zap.NewNop(), Metrics: metrics})
			two.During(func(ctx context.Context) context.Context {
				return newPoke(ctx, 1+rng.IntN(30), start)
			})
			if err := two.Load(t.Context()); err != nil {
				t.Fatal(err)
			}
			start()
			err := <-pages // fails when it comes after the other packs
			if was, _ := two.Position("archive"); was != at && err != nil {
				t.Errorf("followed up to %+v, before the start %+v", was, at)
			}
			if err := next(t.Context(), two, c, "archive", 5); err != nil {
				t.Fatal(err)
			}
			one = open(t, db)
		}
		catchUp(t, one, c, sourceNames...)
		sameAsRebuilt(t, db, one, c, rng)
	})
}
