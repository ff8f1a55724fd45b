package derived_test

import (
	"context"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/derived"
	"xinju.dev/services/aggregator/internal/store"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"
)

const leftAlone = "another process makes a generation beside the one that serves: it is left alone"

// heard has a book's log observed, and tells when it says that another process is at work.
func heard(b *derived.Book) (logs *observer.ObservedLogs, waits chan struct{}) {
	core, logs := observer.New(zap.InfoLevel)
	waits = make(chan struct{}, 100)
	b.Log = zap.New(core, zap.Hooks(func(e zapcore.Entry) error {
		if e.Message == leftAlone {
			waits <- struct{}{}
		}
		return nil
	}))
	return logs, waits
}

// leaseOf reads who makes a generation; set changes it.
func leaseOf(t *testing.T, db *sqlstore.DB, set func(*store.Building)) (is store.Building) {
	t.Helper()
	err := store.New(db).Write(t.Context(), func(tx store.Tx) (err error) {
		if is, err = tx.LockedBuilding(); err != nil || set == nil {
			return err
		}
		set(&is)
		return tx.SetBuilding(is)
	})
	if err != nil {
		t.Fatal(err)
	}
	return is
}

// working runs a book's worker until stop.
func working(t *testing.T, b *derived.Book, feeds map[string]derived.Feed) (stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); _ = b.RunRebuilds(ctx, feeds) }()
	return func() { cancel(); <-done }
}

// begunBeside is a county that is followed, by a book whose rebuild waits for a source
// when some of it is written.
func begunBeside(t *testing.T, db *sqlstore.DB, seed uint64) (c *county, one *derived.Book, op coverage.Operation, slow held, stop func()) {
	t.Helper()
	c = newCounty(seed)
	c.live(25)
	one = follow(t, db, c, rand.New(rand.NewPCG(seed, 1)), false)
	op, err := one.StartRebuild(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	feeds := feedsOf(c)
	slow = holding(c.feeds["familyplanning"])
	feeds["familyplanning"] = slow
	stop = working(t, one, feeds)
	<-slow.asked
	return c, one, op, slow, stop
}

// TestASecondProcessLeavesAGenerationAlone: it waits, says so, answers and follows
// meanwhile, and finds the operation done.
func TestASecondProcessLeavesAGenerationAlone(t *testing.T) {
	testkit.EachEngine(t, sets, func(t *testing.T, db *sqlstore.DB) {
		c, one, op, slow, stop := begunBeside(t, db, 81)
		defer stop()
		at := leaseOf(t, db, nil)
		if at.Owner != one.Owner() || at.Generation <= generationOf(t, db) {
			t.Fatalf("%+v is at work, want %s on another generation", at, one.Owner())
		}
		beside := store.WorldRow{Kind: 1, ID: "of the generation beside", Fact: []byte{}}
		write := func(tx store.Tx) error { return tx.PutWorld(at.Generation+1, []store.WorldRow{beside}) }
		if err := store.New(db).Write(t.Context(), write); err != nil { // nothing may be dropped now
			t.Fatal(err)
		}
		two := open(t, db)
		two.Lease(time.Millisecond, time.Hour)
		logs, waits := heard(two)
		want := figures(t, one)
		asked := &listed{Feed: c.feeds["registry"]}
		feeds := feedsOf(c)
		feeds["registry"] = asked
		end := working(t, two, feeds)
		defer end()
		<-waits
		if left := generations(t, db); len(left) != 2 || left[1] != at.Generation+1 {
			t.Errorf("generations %v", left)
		}
		if got := figures(t, two); got != want {
			t.Errorf("the second one says %+v, the first %+v", got, want)
		}
		close(slow.goOn)
		ended(t, one, op.ID)
		if is, err := two.Operation(t.Context(), op.ID); err != nil || is.State != coverage.Succeeded {
			t.Errorf("ended in %d, %v", is.State, err)
		}
		stop()
		again, err := two.StartRebuild(t.Context(), "") // its turn now
		if err != nil {
			t.Fatal(err)
		}
		ended(t, two, again.ID)
		if n := asked.lists.Load(); n != 1 {
			t.Errorf("the second process listed %d times, want once, for the second rebuild", n)
		}
		if n := logs.FilterMessage(leftAlone).Len(); n != 1 {
			t.Errorf("it was said %d times that another one is at work", n)
		}
		if got := figures(t, open(t, db)); got != want {
			t.Errorf("after both %+v, want %+v", got, want)
		}
	})
}

// listed is a source that counts how often it is listed from the beginning.
type listed struct {
	derived.Feed
	lists atomic.Int32
}

func (c *listed) List(ctx context.Context, token string) (derived.Listing, error) {
	if token == "" {
		c.lists.Add(1)
	}
	return c.Feed.List(ctx, token)
}

// TestWhatADeadProcessMadeIsTakenUp: nothing has been heard of it for long.
func TestWhatADeadProcessMadeIsTakenUp(t *testing.T) {
	testkit.EachEngine(t, sets, func(t *testing.T, db *sqlstore.DB) {
		c := newCounty(82)
		c.live(25)
		b := follow(t, db, c, rand.New(rand.NewPCG(82, 1)), false)
		want := figures(t, b)
		op, err := b.StartRebuild(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		left := leaseOf(t, db, func(is *store.Building) { is.Owner, is.Beat, is.Generation = "killed", 7, is.Generation+5 })
		killedFilling(t, db, left.Generation)
		b = open(t, db)
		b.Lease(time.Millisecond, 20*time.Millisecond)
		logs, waits := heard(b)
		defer working(t, b, feedsOf(c))()
		<-waits
		ended(t, b, op.ID)
		if g := generationOf(t, db); g <= left.Generation {
			t.Errorf("generation %d was made, the killed one made %d: it may not be dead after all", g, left.Generation)
		}
		if n := runParts(t, db); n > 0 || figures(t, b) != want {
			t.Errorf("%d parts of runs are left, %+v, want %+v", n, figures(t, b), want)
		}
		if n := logs.FilterMessage("who made a generation has said nothing for long: what it has left is removed").Len(); n != 1 {
			t.Errorf("it was said %d times that it is taken up", n)
		}
	})
}

// TestWhoWasWronglyTakenForDeadMayNotTakeOver: another one has taken the work over.
// When that one is done, or is dead, the operation is begun again.
func TestWhoWasWronglyTakenForDeadMayNotTakeOver(t *testing.T) {
	testkit.EachEngine(t, sets, func(t *testing.T, db *sqlstore.DB) {
		for name, renew := range map[string]time.Duration{"it finds out when it renews": time.Millisecond, "it finds out in the end": time.Hour} {
			c := newCounty(83)
			c.live(25)
			one := follow(t, db, c, rand.New(rand.NewPCG(83, 1)), false)
			want, was := figures(t, one), generationOf(t, db)
			op, err := one.StartRebuild(t.Context(), "")
			if err != nil {
				t.Fatal(err)
			}
			slow := holding(c.feeds["familyplanning"])
			feeds := feedsOf(c)
			feeds["familyplanning"] = slow
			one.Lease(renew, time.Hour)
			_, waits := heard(one)
			stop := working(t, one, feeds)
			<-slow.asked
			mine := leaseOf(t, db, func(is *store.Building) { is.Owner, is.Generation = "another", is.Generation+1 })
			if renew == time.Hour {
				close(slow.goOn)
			}
			<-waits
			if now, row := generationOf(t, db), operationOf(t, one, op.ID); now != was || !row.Ended.IsZero() {
				t.Errorf("%s: generation %d serves, before %d; the operation is in %d", name, now, was, row.State)
			}
			if renew != time.Hour {
				close(slow.goOn)
			}
			leaseOf(t, db, func(is *store.Building) { is.Owner = "" })
			ended(t, one, op.ID)
			if row := operationOf(t, one, op.ID); row.State != coverage.Succeeded || generationOf(t, db) <= mine.Generation || figures(t, one) != want {
				t.Errorf("%s: ended in %d, generation %d after another one's %d, %+v", name, row.State, generationOf(t, db), mine.Generation, figures(t, one))
			}
			stop()
		}
	})
}

func operationOf(t *testing.T, b *derived.Book, id string) coverage.Operation {
	t.Helper()
	op, err := b.Operation(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return op
}

// TestALeaseIsJudgedByWhatIsSeenOfIt, not by anybody else's clock.
func TestALeaseIsJudgedByWhatIsSeenOfIt(t *testing.T) {
	const after = 30 * time.Second
	at := func(s int) time.Time { return now().Add(time.Duration(s) * time.Second) }
	var w derived.Watched
	if w.RanOut(at(1000), after) {
		t.Error("nobody's has run out")
	}
	is := store.Building{Owner: "A", Beat: 1, Generation: 2}
	for s := range 100 { // says something every ten seconds
		if s%10 == 0 {
			is.Beat++
		}
		if w.Look(is, at(s)); w.RanOut(at(s), after) {
			t.Fatalf("run out after %d s although it goes on", s)
		}
	}
	for s := 100; s <= 120; s++ { // the last time at 90
		if w.Look(is, at(s)); w.RanOut(at(s), after) {
			t.Fatalf("run out after %d s, want after 120", s)
		}
	}
	if w.Look(is, at(121)); !w.RanOut(at(121), after) {
		t.Error("not run out after 31 s of silence")
	}
	is.Owner, is.Beat = "B", 1
	if w.Look(is, at(122)); w.RanOut(at(122), after) {
		t.Error("that of the next one has run out at once")
	}
}
