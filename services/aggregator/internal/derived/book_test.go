package derived_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"time"

	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/derived"
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/aggregator/internal/store"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/idempotency"
	"xinju.dev/services/platform/migrate"
	"xinju.dev/services/platform/sqlstore"

	"go.uber.org/zap"
)

var sets = []migrate.Set{store.Migrations(), idempotency.Migrations()}

// tester is a test, or one case of a property test.
type tester interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
	Context() context.Context
}

func now() time.Time { return civil.Must("2022-06-30").Time() }

func packs(t tester) *policy.Catalogue {
	t.Helper()
	c, err := policy.Default()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// open starts the aggregator's state on a database, as after a restart.
func open(t tester, db *sqlstore.DB) *derived.Book {
	t.Helper()
	metrics, err := derived.NewMetrics(nil)
	if err != nil {
		t.Fatal(err)
	}
	b := derived.New(derived.Deps{Store: folding(db), Packs: packs(t), Sources: sourceNames, Now: now, Log: zap.NewNop(), Metrics: metrics})
	if err := b.Load(t.Context()); err != nil {
		t.Fatalf("load: %v", err)
	}
	return b
}

func figures(t tester, b *derived.Book) (f coverage.Figures) {
	t.Helper()
	if err := b.Look(func(v coverage.View) error { f = v.Figures(); return nil }); err != nil {
		t.Fatal(err)
	}
	return f
}

// follow applies the feeds in random pages, some of them twice, with restarts
// between, until all are at their heads.
func follow(t tester, db *sqlstore.DB, c *county, rng *rand.Rand, restarts bool) *derived.Book {
	t.Helper()
	b := open(t, db)
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
		f := c.feeds[s]
		at, _ := b.Position(s)
		from := max(0, int(at.Position)-rng.IntN(8)) // what was applied comes again
		to := min(len(f.changes), int(at.Position)+1+rng.IntN(60))
		if err := b.ApplyChanges(t.Context(), s, f.epoch, f.changes[from:to]); err != nil {
			t.Fatalf("apply %s: %v", s, err)
		}
		if restarts && rng.IntN(12) == 0 {
			b = open(t, db)
		}
	}
}

// List and Read make the feed a derived.Feed.
func (f *feed) List(_ context.Context, token string) (derived.Listing, error) {
	out := derived.Listing{Epoch: f.epoch, Snapshot: int64(len(f.changes))}
	keys := slices.Sorted(slices.Values(f.keys))
	for _, key := range keys {
		if key <= token || f.facts[key].Deleted {
			continue
		}
		if len(out.Facts) == 40 {
			return out, nil
		}
		out.Facts, out.Next = append(out.Facts, f.facts[key]), key
	}
	out.Next = ""
	return out, nil
}

func (f *feed) Read(_ context.Context, _ string, after int64, limit int32) ([]derived.Change, int64, error) {
	end := min(len(f.changes), int(after)+int(limit))
	return f.changes[min(int(after), end):end], int64(len(f.changes)), nil
}

func feedsOf(c *county) map[string]derived.Feed {
	out := map[string]derived.Feed{}
	for s, f := range c.feeds {
		out[s] = f
	}
	return out
}

// rebuild runs a whole rebuild and returns how it ended.
func rebuild(t tester, b *derived.Book, feeds map[string]derived.Feed) coverage.Operation {
	t.Helper()
	op, err := b.StartRebuild(t.Context(), "")
	if err != nil {
		t.Fatalf("start: %v", err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- b.RunRebuilds(ctx, feeds) }()
	for {
		changed := b.Changed()
		op, err = b.Operation(t.Context(), op.ID)
		if err != nil {
			t.Fatalf("operation: %v", err)
		}
		if !op.Ended.IsZero() {
			break
		}
		timer := time.NewTimer(20 * time.Millisecond)
		select {
		case <-changed:
		case <-timer.C:
		}
	}
	stop()
	<-done
	return op
}
