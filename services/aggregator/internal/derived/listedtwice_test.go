package derived_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"

	"xinju.dev/services/aggregator/internal/derived"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"
)

// again is a source that lists everything once more, as it was at first.
type again struct{ *feed }

func (a again) List(_ context.Context, token string) (derived.Listing, error) {
	out := derived.Listing{Epoch: a.epoch, Snapshot: int64(len(a.changes))}
	if token == "" {
		out.Next = "again"
		for _, key := range slices.Sorted(slices.Values(a.keys)) {
			if !a.facts[key].Deleted {
				out.Facts = append(out.Facts, a.facts[key])
			}
		}
		return out, nil
	}
	for i := range a.changes {
		first := a.changes[i].Fact
		holds := slices.ContainsFunc(a.keys, func(key string) bool {
			f := a.facts[key]
			return !f.Deleted && f.Kind == first.Kind && f.ID == first.ID && f.ResidentID == first.ResidentID
		})
		if holds && first.Version == 1 {
			out.Facts = append(out.Facts, first)
		}
	}
	return out, nil
}

// TestOfAFactThatIsListedTwiceTheLaterVersionHolds: of residents, divisions and units.
func TestOfAFactThatIsListedTwiceTheLaterVersionHolds(t *testing.T) {
	testkit.EachEngine(t, sets, func(t *testing.T, db *sqlstore.DB) {
		c := newCounty(123)
		c.live(20)
		c.feeds["registry"].write(c.division("C2", other, prefecture, 3, 0, 0, demo))
		want := follow(t, testkit.SQLite(t, sets...), c, rand.New(rand.NewPCG(123, 2)), false)
		feeds := map[string]derived.Feed{}
		for s, f := range c.feeds {
			feeds[s] = again{f}
		}
		b := open(t, db)
		if op := rebuild(t, b, feeds); op.State != 3 {
			t.Fatal(op.FailureText)
		}
		if digestOf(t, b) != digestOf(t, want) {
			t.Error("the digest differs from that of following page by page")
		}
		numbersAreRight(t, b, c, rand.New(rand.NewPCG(123, 1)))
	})
}
