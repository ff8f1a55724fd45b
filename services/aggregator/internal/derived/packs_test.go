package derived_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/derive"
	"xinju.dev/services/aggregator/internal/derived"
	"xinju.dev/services/aggregator/internal/desk"
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/aggregator/internal/store"
	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/migrate"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"
)

var packSets = append([]migrate.Set{desk.Migrations()}, sets...)

// openDesk starts a book under the families' pack in which packs can be loaded.
func openDesk(t tester, db *sqlstore.DB) *derived.Book {
	t.Helper()
	metrics, err := derived.NewMetrics(nil)
	if err != nil {
		t.Fatal(err)
	}
	b := derived.New(derived.Deps{Store: folding(db), Desk: desk.New(db), Packs: tiesPacks(t), Sources: sourceNames, Now: now, Log: zap.NewNop(), Metrics: metrics})
	if err := b.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	return b
}

// version is the families' pack with another number and another condition.
func version(n int, other string) []byte {
	text := strings.Replace(tiesPack, "version: 1", fmt.Sprintf("version: %d", n), 1)
	return []byte(strings.Replace(text, "{sex: {is: female}}", other, 1))
}

var men = version(2, "{sex: {is: male}}")

func load(t tester, b *derived.Book, source []byte, request string) coverage.PackChange {
	t.Helper()
	out, err := b.LoadPack(t.Context(), coverage.LoadPack{Source: source, RequestID: request, By: "token"})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// work runs the worker until an operation has ended.
func work(t tester, b *derived.Book, id string) coverage.Operation {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); _ = b.RunRebuilds(ctx, nil) }()
	defer func() { stop(); <-done }()
	for {
		changed := b.Changed()
		op, err := b.Operation(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if !op.Ended.IsZero() {
			return op
		}
		waitOr(changed)
	}
}

// fresh is what a book says that followed the same feeds under the packs from the beginning.
func fresh(t testing.TB, c *county, loaded ...[]byte) coverage.Figures {
	t.Helper()
	packs, err := policy.Compose(tiesPacks(t), loaded...)
	if err != nil {
		t.Fatal(err)
	}
	b := openWith(t, testkit.SQLite(t, sets...), packs)
	for _, s := range sourceNames {
		if err := b.ApplyChanges(t.Context(), s, c.feeds[s].epoch, c.feeds[s].changes); err != nil {
			t.Fatal(err)
		}
	}
	return figures(t, b)
}

func family(seed uint64, n int) *county {
	c := newCounty(seed)
	c.live(n)
	c.families()
	return c
}

func TestALoadedPackComesIntoUseAndIsRetired(t *testing.T) {
	testkit.EachEngine(t, packSets, func(t *testing.T, db *sqlstore.DB) {
		c := family(71, 25)
		b := openDesk(t, db)
		catchUp(t, b, c, sourceNames...)
		women, underMen := fresh(t, c), fresh(t, c, men)
		if women == underMen || figures(t, b) != women {
			t.Fatal("the packs make no difference: the test shows nothing")
		}
		trial, err := b.LoadPack(t.Context(), coverage.LoadPack{Source: men, DryRun: true})
		if err != nil || trial.Operation.ID != "" || trial.Pack.Version != 2 {
			t.Fatalf("a trial: %+v, %v", trial, err)
		}
		first := load(t, b, men, "once")
		if op := work(t, b, first.Operation.ID); op.State != coverage.Succeeded || op.Kind != "aggregator.derive" {
			t.Fatalf("ended in %d: %s", op.State, op.FailureText)
		}
		if got := figures(t, b); got != underMen {
			t.Errorf("loaded %+v, from the beginning %+v", got, underMen)
		}
		if again := load(t, b, men, "once"); again.Operation.ID != first.Operation.ID {
			t.Errorf("a retry began %q", again.Operation.ID)
		}
		if again := load(t, b, men, ""); again.Operation.ID != "" {
			t.Error("the same content was derived again")
		}
		b = openDesk(t, db)
		if got := figures(t, b); got != underMen {
			t.Errorf("after a restart %+v, want %+v", got, underMen)
		}
		op, err := b.RetirePack(t.Context(), "national", "retire")
		if err != nil {
			t.Fatal(err)
		}
		if op = work(t, b, op.ID); op.State != coverage.Succeeded || figures(t, b) != women {
			t.Errorf("retired in %d: %+v, want %+v", op.State, figures(t, b), women)
		}
		if _, err := b.RetirePack(t.Context(), "national", ""); !errors.Is(err, derived.ErrPackNotLoaded) {
			t.Errorf("retired twice: %v", err)
		}
		if again, err := b.RetirePack(t.Context(), "national", "retire"); err != nil || again.ID != op.ID {
			t.Errorf("a retry: %v, %v", again.ID, err)
		}
		back := load(t, b, men, "back")
		if op := work(t, b, back.Operation.ID); op.State != coverage.Succeeded || figures(t, b) != underMen {
			t.Errorf("brought back: %d", op.State)
		}
		list, err := b.PackVersions(t.Context(), "national")
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, v := range list {
			got = append(got, fmt.Sprintf("%d %t %t %t %t %s", v.Version, v.BuiltIn, v.InUse, !v.Used.IsZero(), !v.Ended.IsZero(), v.LoadedBy))
		}
		if diff := cmp.Diff([]string{"2 false true true true token", "1 true false false false "}, got); diff != "" {
			t.Error(diff)
		}
	})
}

func TestWhatIsRefusedSaysWhere(t *testing.T) {
	b := openDesk(t, testkit.SQLite(t, packSets...))
	for name, c := range map[string]struct {
		source []byte
		want   *fault.Error
		says   string
	}{
		"not higher":        {version(1, "{sex: {is: male}}"), derived.ErrPackVersion, ""},
		"does not compile":  {version(2, "{nonsense: 1}"), derived.ErrPackInvalid, "line 11"},
		"not a file at all": {[]byte("id: [\n"), derived.ErrPackInvalid, "line"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := b.LoadPack(t.Context(), coverage.LoadPack{Source: c.source})
			f, ok := errors.AsType[*fault.Error](err)
			if !ok || f.Reason != c.want.Reason || !strings.Contains(fmt.Sprint(f.Fields), c.says) {
				t.Errorf("%v %+v", err, f)
			}
		})
	}
	load(t, b, men, "")
	if _, err := b.LoadPack(t.Context(), coverage.LoadPack{Source: version(3, "{sex: {is: male}}")}); !errors.Is(err, derived.ErrPackBusy) {
		t.Errorf("two loads at once: %v", err)
	}
	if _, err := b.StartRebuild(t.Context(), ""); !errors.Is(err, derived.ErrRebuilding) {
		t.Errorf("a rebuild meanwhile: %v", err)
	}
	if _, err := b.PackVersions(t.Context(), "nowhere"); !errors.Is(err, coverage.ErrPackVersion) {
		t.Errorf("no such pack: %v", err)
	}
}

// TestPagesGoOnWhileAPackIsLoaded: whatever was applied when, the end is that of
// having followed everything under the new pack.
func TestPagesGoOnWhileAPackIsLoaded(t *testing.T) {
	testkit.EachEngine(t, packSets, func(t *testing.T, db *sqlstore.DB) {
		c := family(72, 40)
		b := openDesk(t, db)
		for _, s := range sourceNames {
			if err := b.ApplyChanges(t.Context(), s, c.feeds[s].epoch, c.feeds[s].changes[:len(c.feeds[s].changes)/3]); err != nil {
				t.Fatal(err)
			}
		}
		id := load(t, b, men, "").Operation.ID
		pages := make(chan error, 1)
		go func() {
			for _, s := range sourceNames {
				for at, _ := b.Position(s); int(at.Position) < len(c.feeds[s].changes); at, _ = b.Position(s) {
					end := min(int(at.Position)+3, len(c.feeds[s].changes))
					if err := b.ApplyChanges(t.Context(), s, c.feeds[s].epoch, c.feeds[s].changes[at.Position:end]); err != nil {
						pages <- err
						return
					}
				}
			}
			pages <- nil
		}()
		op := work(t, b, id)
		if err := <-pages; err != nil || op.State != coverage.Succeeded {
			t.Fatalf("%v; ended in %d: %s", err, op.State, op.FailureText)
		}
		want := fresh(t, c, men)
		if got := figures(t, b); got != want {
			t.Errorf("%+v, from the beginning %+v", got, want)
		}
		othersAreThere(t, b, c)
		if got := figures(t, openDesk(t, db)); got != want {
			t.Errorf("after a restart %+v, want %+v", got, want)
		}
	})
}

// TestALoadSurvivesACrashAtAnyMoment ends the process at every step of the work;
// what serves is the old state or the new one, never anything else, and the
// operation ends after some start.
func TestALoadSurvivesACrashAtAnyMoment(t *testing.T) {
	testkit.EachEngine(t, packSets, func(t *testing.T, db *sqlstore.DB) {
		c := family(73, 12)
		b := openDesk(t, db)
		catchUp(t, b, c, sourceNames...)
		old, next := figures(t, b), fresh(t, c, men)
		id := load(t, b, men, "").Operation.ID
		rng := rand.New(rand.NewPCG(73, 1))
		for n := 1; ; n += 1 + rng.IntN(1+n/12) {
			ctx, crash := context.WithCancel(t.Context())
			cutBeside(b, n, crash)
			done := make(chan struct{})
			go func() { defer close(done); _ = b.RunRebuilds(ctx, nil) }()
			var finished bool
			for over := false; !over; {
				changed := b.Changed()
				op, err := b.Operation(t.Context(), id)
				if err != nil {
					t.Fatal(err)
				}
				if finished = !op.Ended.IsZero(); finished {
					if op.State != coverage.Succeeded {
						t.Fatalf("cut off at %d it ended in %d: %s", n, op.State, op.FailureText)
					}
					crash()
				}
				select {
				case <-done:
					over = true
				default:
					waitOr(changed)
				}
			}
			b = openDesk(t, db)
			got := figures(t, b)
			op, err := b.Operation(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			want := old
			if !op.Ended.IsZero() {
				want = next
			}
			if got != want {
				t.Fatalf("cut off at %d: %+v, want %+v (operation %d)", n, got, want, op.State)
			}
			if !op.Ended.IsZero() {
				return
			}
		}
	})
}

// TestWhoOnlyReadsFollowsTheLoadedPacks: the tables are then of packs that the
// reader does not have built in.
func TestWhoOnlyReadsFollowsTheLoadedPacks(t *testing.T) {
	testkit.EachEngine(t, packSets, func(t *testing.T, db *sqlstore.DB) {
		c := family(74, 20)
		b := openDesk(t, db)
		catchUp(t, b, c, sourceNames...)
		if op := work(t, b, load(t, b, men, "").Operation.ID); op.State != coverage.Succeeded {
			t.Fatal(op.FailureText)
		}
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); _ = b.Publisher().Run(ctx) }()
		defer func() { stop(); <-done }()
		r := &derived.Reader{Store: store.New(db), Deriver: derive.New(tiesPacks(t)), Loads: true, Sources: sourceNames}
		var digest string
		for range 500 {
			err := r.Look(func(v coverage.View) error {
				digest = v.Figures().Digest
				if p, _ := v.Packs().Pack("national"); p.Version != 2 {
					t.Errorf("it reads under version %d", p.Version)
				}
				return nil
			})
			if err == nil {
				break
			}
			waitOr(nil)
		}
		if want := figures(t, b).Digest; digest != want {
			t.Errorf("it reads %q, want %q", digest, want)
		}
	})
}
