package derived_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"xinju.dev/services/aggregator/internal/derived"
	"xinju.dev/services/aggregator/internal/store"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"
)

// differences reads how many rebuilds found another state than the one kept.
func differences(t *testing.T, reg *prometheus.Registry) float64 {
	t.Helper()
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == "xinju_aggregator_rebuild_differences_total" {
			return f.GetMetric()[0].GetCounter().GetValue()
		}
	}
	t.Fatal("the figure is not there")
	return 0
}

// TestARebuildMeetsAFollowerThatIsBehind: the sources are ahead of what is kept;
// both are brought to the same positions, compare equal, and following goes on.
func TestARebuildMeetsAFollowerThatIsBehind(t *testing.T) {
	testkit.EachEngine(t, sets, func(t *testing.T, db *sqlstore.DB) {
		c := newCounty(17)
		c.live(30)
		reg := prometheus.NewRegistry()
		metrics, err := derived.NewMetrics(reg)
		if err != nil {
			t.Fatal(err)
		}
		b := derived.New(derived.Deps{Store: folding(db), Packs: packs(t), Sources: sourceNames, Now: now, Log: zap.NewNop(), Metrics: metrics})
		if err := b.Load(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, s := range sourceNames {
			f := c.feeds[s]
			if err := b.ApplyChanges(t.Context(), s, f.epoch, f.changes[:len(f.changes)/2]); err != nil {
				t.Fatal(err)
			}
		}
		// Later facts are in the listing already: their changes must be harmless.
		feeds := feedsOf(c)
		feeds["registry"] = early{c.feeds["registry"]}
		if op := rebuild(t, b, feeds); op.State != 3 {
			t.Fatalf("the rebuild ended in %d: %s", op.State, op.FailureText)
		}
		if n := differences(t, reg); n != 0 {
			t.Errorf("%v rebuilds found a difference", n)
		}
		for _, s := range sourceNames {
			if at, _ := b.Position(s); at.Position != int64(len(c.feeds[s].changes)) {
				t.Errorf("%s is at %d of %d", s, at.Position, len(c.feeds[s].changes))
			}
		}
		numbersAreRight(t, b, c, rand.New(rand.NewPCG(17, 1)))

		if _, err := db.SQL().ExecContext(t.Context(), "UPDATE resident_fact SET members = x''"); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(b.Load(t.Context()), b.Keeper().Compare(t.Context())); err != nil {
			t.Fatal(err)
		}
		if op := rebuild(t, b, feedsOf(c)); op.State != 3 || differences(t, reg) != 1 {
			t.Errorf("a damaged state: ended in %d, %v differences, want 1", op.State, differences(t, reg))
		}
	})
}

// early is a source whose snapshot is older than the facts that it lists.
type early struct{ *feed }

func (e early) List(ctx context.Context, token string) (derived.Listing, error) {
	out, err := e.feed.List(ctx, token)
	out.Snapshot /= 3
	return out, err
}

// TestAnOperationThatWasLeftOpenIsTakenUp: the worker could neither finish it nor
// say so; the next request is refused, and wakes the worker.
func TestAnOperationThatWasLeftOpenIsTakenUp(t *testing.T) {
	db := testkit.SQLite(t, sets...)
	c := newCounty(18)
	c.live(5)
	b := follow(t, db, c, rand.New(rand.NewPCG(18, 1)), false)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- b.RunRebuilds(ctx, feedsOf(c)) }()
	defer func() { stop(); <-done }()
	if first, err := b.StartRebuild(ctx, "first"); err != nil {
		t.Fatal(err)
	} else {
		ended(t, b, first.ID)
	}
	idle := time.NewTimer(200 * time.Millisecond) // it has nothing left to do then
	<-idle.C
	left := store.OperationRow{ID: "01ARZ3NDEKTSV4RRFFQ69G5FAV", Kind: "aggregator.rebuild", State: 2, Stage: "list", CreatedMS: 1}
	if err := store.New(db).SaveOperation(ctx, left); err != nil {
		t.Fatal(err)
	}
	if _, err := b.StartRebuild(ctx, "second"); err != nil && !errors.Is(err, derived.ErrRebuilding) {
		t.Fatalf("err %v", err)
	}
	ended(t, b, left.ID)
}

// ended waits for the end of an operation.
func ended(t *testing.T, b *derived.Book, id string) {
	t.Helper()
	for {
		changed := b.Changed()
		op, err := b.Operation(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if !op.Ended.IsZero() {
			return
		}
		<-changed
	}
}
