package derived_test

import (
	"testing"

	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/derived"
	"xinju.dev/services/aggregator/internal/desk"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"
)

// TestWhatPagesChangeDuringALoadIsNoted: a change that was not noted is found by
// the comparison before the take-over, and the work is done again; that must not
// come to pass, so the figure of differences is what tells.
func TestWhatPagesChangeDuringALoadIsNoted(t *testing.T) {
	testkit.EachEngine(t, packSets, func(t *testing.T, db *sqlstore.DB) {
		c := family(76, 60)
		reg := prometheus.NewRegistry()
		metrics, err := derived.NewMetrics(reg)
		if err != nil {
			t.Fatal(err)
		}
		b := derived.New(derived.Deps{Store: folding(db), Desk: desk.New(db), Packs: tiesPacks(t), Sources: sourceNames, Now: now, Log: zap.NewNop(), Metrics: metrics})
		if err := b.Load(t.Context()); err != nil {
			t.Fatal(err)
		}
		half(t, b, c)
		during := 0
		for n := 2; during == 0 && n < 8; n++ {
			other := "{sex: {is: male}}"
			if n%2 == 1 {
				other = "{sex: {is: female}}"
			}
			id := load(t, b, version(n, other), "").Operation.ID
			done := make(chan struct{})
			go func() { defer close(done); during += pagesUntil(t, b, c, id) }()
			op := work(t, b, id)
			if <-done; op.State != coverage.Succeeded {
				t.Fatalf("ended in %d: %s", op.State, op.FailureText)
			}
		}
		if during == 0 {
			t.Fatal("no page came while a pack was loaded: the test shows nothing")
		}
		if n := differences(t, reg); n != 0 {
			t.Errorf("%v times what was derived beside differed from what served", n)
		}
	})
}

// pagesUntil applies one change after another once the facts are copied, until
// the operation has ended, and says how many came before that.
func pagesUntil(t *testing.T, b *derived.Book, c *county, id string) (pages int) {
	for {
		op, err := b.Operation(t.Context(), id)
		if err != nil {
			t.Error(err)
			return pages
		}
		if !op.Ended.IsZero() {
			return pages
		}
		if op.Stage != "derive" && op.Stage != "follow" {
			continue
		}
		page := false
		for _, s := range sourceNames {
			at, _ := b.Position(s)
			if f := c.feeds[s]; int(at.Position) < len(f.changes) {
				page = true
				if err := b.ApplyChanges(t.Context(), s, f.epoch, f.changes[at.Position:at.Position+1]); err != nil {
					t.Error(err)
					return pages
				}
			}
		}
		if !page {
			return pages
		}
		if op, err := b.Operation(t.Context(), id); err == nil && op.Ended.IsZero() {
			pages++
		}
	}
}
