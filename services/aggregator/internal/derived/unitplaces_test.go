package derived_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/derived"
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/ledger"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"

	"github.com/google/go-cmp/cmp"
)

// TestTheListOfSeveralPlacesIsOfOneState: it is what lies in each of them, cut into
// pages anywhere, and as long as it says also while pages are applied.
func TestTheListOfSeveralPlacesIsOfOneState(t *testing.T) {
	testkit.EachEngine(t, sets, func(t *testing.T, db *sqlstore.DB) {
		c := newCounty(12)
		c.live(60)
		b := open(t, db)
		apply := func() (rest bool) {
			for _, s := range sourceNames {
				at, _ := b.Position(s)
				end := min(int(at.Position)+7, len(c.feeds[s].changes))
				if err := b.ApplyChanges(t.Context(), s, c.feeds[s].epoch, c.feeds[s].changes[at.Position:end]); err != nil {
					t.Fatal(err)
				}
				rest = rest || end < len(c.feeds[s].changes)
			}
			return rest
		}
		places := slices.Sorted(slices.Values(c.villages))
		ask := func(i int) coverage.ListQuery {
			return coverage.ListQuery{
				Direct: true, Places: places, Key: ledger.Key(i % len(b.Deriver().Indicators())), Day: civil.Must("2020-12-31"),
				Which: coverage.Which(1 + i%3), Limit: 1000,
			}
		}
		ctx, stop := context.WithCancel(t.Context())
		var readers sync.WaitGroup
		var lists, weighed atomic.Int64
		readers.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				got, err := b.List(ctx, ask(i))
				if err == nil && int(got.Length) != len(got.Lines) {
					t.Errorf("the number is %d, the list has %d", got.Length, len(got.Lines))
				}
				if err != nil && ctx.Err() == nil {
					t.Errorf("list: %v", err)
				}
				lists.Add(1)
			}
		})
		for lists.Load() < 40 && !t.Failed() {
			apply()
		}
		stop()
		readers.Wait()
		for apply() {
		}
		for i := range 3 * len(b.Deriver().Indicators()) {
			q := ask(i)
			whole, total := oneByOne(t, b, q)
			weighed.Add(int64(len(whole)))
			for _, q.Limit = range []int{1000, 3} {
				got, list := paging(t, b, q)
				if diff := cmp.Diff(whole, got); diff != "" || list.Total != total || int(list.Length) != len(whole) {
					t.Fatalf("%v, %d at a time: %d of %d: %s", q.Key, q.Limit, list.Total, total, diff)
				}
			}
		}
		if weighed.Load() == 0 {
			t.Error("nobody is on any list")
		}
	})
}

// oneByOne is what lies in each place itself.
func oneByOne(t *testing.T, b *derived.Book, q coverage.ListQuery) (out []coverage.Place, total int32) {
	t.Helper()
	all := q.Places
	q.Places = nil
	for _, q.Division = range all {
		list, err := b.List(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		total += list.Total
		for _, l := range list.Lines {
			out = append(out, l.Place)
		}
	}
	return out, total
}

// paging reads a list page by page.
func paging(t *testing.T, b *derived.Book, q coverage.ListQuery) (out []coverage.Place, last coverage.List) {
	t.Helper()
	for more := true; more; more = last.More {
		var err error
		if last, err = b.List(t.Context(), q); err != nil {
			t.Fatal(err)
		}
		for _, l := range last.Lines {
			out, q.After = append(out, l.Place), l.Place
		}
	}
	return out, last
}

// TestPlacesOfAnotherTreeAreNotListed: which places are a unit's hangs on the tree.
func TestPlacesOfAnotherTreeAreNotListed(t *testing.T) {
	b := open(t, testkit.SQLite(t, sets...))
	q := coverage.ListQuery{Direct: true, Places: []string{demo}, Day: 1, Which: coverage.Eligible, Limit: 1}
	for w, want := range map[*facts.World]error{nil: nil, facts.NewWorld(nil, nil): derived.ErrMoving} {
		q.World = w
		if _, err := b.List(t.Context(), q); !errors.Is(err, want) {
			t.Errorf("%v, want %v", err, want)
		}
	}
	_ = b.Look(func(v coverage.View) error { q.World = v.World(); return nil })
	if _, err := b.List(t.Context(), q); err != nil {
		t.Errorf("its own tree: %v", err)
	}
}
