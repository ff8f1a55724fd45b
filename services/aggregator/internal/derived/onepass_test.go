package derived_test

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"xinju.dev/services/aggregator/internal/derived"
	"xinju.dev/services/aggregator/internal/feedfacts"
	"xinju.dev/services/aggregator/internal/store"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"

	gocmp "github.com/google/go-cmp/cmp"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
	"pgregory.net/rapid"
)

// orderedFeed lists in an order of its own.
type orderedFeed struct {
	*feed
	order []feedfacts.Fact
	size  int
}

func (f *orderedFeed) List(_ context.Context, token string) (derived.Listing, error) {
	from, _ := strconv.Atoi(token)
	to := min(from+f.size, len(f.order))
	out := derived.Listing{Epoch: f.epoch, Snapshot: int64(len(f.changes)), Facts: f.order[from:to]}
	if to < len(f.order) {
		out.Next = strconv.Itoa(to)
	}
	return out, nil
}

// listingOrder is an order in which sources may list.
type listingOrder int

const (
	byResident listingOrder = iota // with the tree first
	nearly                         // some facts anywhere
	treeWithin                     // some divisions or units after residents
	treeLast
	byKind
	inNoOrder
	orders
)

// ordered is everything that the sources list, in an order.
func ordered(c *county, order listingOrder, rng *rand.Rand) map[string]derived.Feed {
	out := map[string]derived.Feed{}
	for _, source := range sourceNames {
		f := c.feeds[source]
		o := &orderedFeed{feed: f, size: 1 + rng.IntN(40)}
		for _, fact := range f.facts {
			if !fact.Deleted {
				o.order = append(o.order, fact)
			}
		}
		slices.SortFunc(o.order, func(a, b feedfacts.Fact) int {
			kind := cmp.Or(cmp.Compare(a.Kind, b.Kind), strings.Compare(a.ID, b.ID))
			if order == byKind {
				return cmp.Or(kind, strings.Compare(a.ResidentID, b.ResidentID))
			}
			return cmp.Or(strings.Compare(a.ResidentID, b.ResidentID), kind)
		})
		o.displace(order, rng)
		out[source] = o
	}
	return out
}

func (f *orderedFeed) displace(order listingOrder, rng *rand.Rand) {
	n := len(f.order)
	isTree := func(x feedfacts.Fact) bool { return x.ResidentID == "" }
	tree := 0
	for tree < n && isTree(f.order[tree]) {
		tree++
	}
	move := func(from, to int) {
		x := f.order[from]
		f.order = slices.Insert(slices.Delete(f.order, from, from+1), to, x)
	}
	switch {
	case order == inNoOrder:
		rng.Shuffle(n, func(i, j int) { f.order[i], f.order[j] = f.order[j], f.order[i] })
	case order == nearly && n > tree:
		for range 1 + rng.IntN(8) {
			move(tree+rng.IntN(n-tree), tree+rng.IntN(n-tree))
		}
	case order == treeWithin && tree > 1 && n > tree:
		half := (n - tree) / 2
		move(rng.IntN(tree), tree+half+rng.IntN(n-tree-half))
	case order == treeLast:
		f.order = slices.Concat(f.order[tree:], f.order[:tree])
	}
}

func eachRow(t tester, db *sqlstore.DB, query string, each func(values [][]byte)) {
	t.Helper()
	rows, err := db.SQL().QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close() //nolint:errcheck // Err tells
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		values, into := make([][]byte, len(columns)), make([]any, len(columns))
		for i := range into {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		each(values)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
}

// tables is all rows of a generation but facts, which keep what was deleted.
func tables(t tester, db *sqlstore.DB, generation int64) map[string][]string {
	t.Helper()
	out := map[string][]string{"lines": linesIn(t, db, generation)}
	for table, columns := range map[string]string{
		"member":       "village, sort_key, resident_id",
		"resident_tie": "other_id, resident_id", "resident_link": "linked_id, into_id", "followed": "source, epoch, position, listing",
		"resident_fact": "resident_id, members",
	} {
		list := []string{}
		eachRow(t, db, "SELECT "+columns+" FROM "+table+" WHERE generation = "+fmt.Sprint(generation), func(values [][]byte) {
			if table != "resident_fact" || len(values[1]) > 0 {
				list = append(list, fmt.Sprintf("%q", values))
			}
		})
		slices.Sort(list)
		out[table] = list
	}
	return out
}

// listing is how a rebuild lists.
type listing struct {
	order                listingOrder
	step, sorted, asking int
}

// listedAnyhow: however sources list, in steps of whatever size, and with whatever
// bounds, a rebuild gives what was kept by increments, table by table. It returns how
// many facts were late, how many residents derived again, and how often all was sorted.
func listedAnyhow(t tester, db *sqlstore.DB, seed uint64, residents int, how ...listing) (late, again, sorted int) {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 5))
	c := newCounty(seed)
	c.live(residents)
	c.families()
	b := openWith(t, db, tiesPacks(t))
	for _, s := range sourceNames {
		if err := b.ApplyChanges(t.Context(), s, c.feeds[s].epoch, c.feeds[s].changes); err != nil {
			t.Fatal(err)
		}
	}
	core, logs := observer.New(zap.InfoLevel)
	b.Log = zap.New(core)
	kept := figures(t, b)
	want := tables(t, db, generationOf(t, db))
	for _, l := range how {
		b.ListInSteps(l.step, l.sorted, l.asking)
		if op := rebuild(t, b, ordered(c, l.order, rng)); op.State != 3 || figures(t, b) != kept {
			t.Fatalf("%+v: rebuilt in %d: %+v, by increments %+v", l, op.State, figures(t, b), kept)
		}
		if diff := gocmp.Diff(want, tables(t, db, generationOf(t, db))); diff != "" {
			t.Fatalf("%+v: by increments (-), rebuilt (+): %s", l, diff)
		}
	}
	if again := openWith(t, db, tiesPacks(t)); figures(t, again) != kept {
		t.Fatalf("rebuilt and restarted %+v, before %+v", figures(t, again), kept)
	}
	for _, entry := range logs.All() {
		fields := entry.ContextMap()
		switch {
		case strings.HasPrefix(entry.Message, "the sources are listed anew"):
			sorted++
		case fields["facts_late"] != nil:
			late, again = late+int(fields["facts_late"].(int64)), again+int(fields["residents_again"].(int64))
		}
		if entry.Level > zap.WarnLevel {
			t.Fatalf("%s %v", entry.Message, fields)
		}
	}
	return late, again, sorted
}

func generationOf(t tester, db *sqlstore.DB) (g int64) {
	t.Helper()
	err := store.New(db).Read(t.Context(), func(tx store.Tx) error {
		head, err := tx.Head()
		g = head.Generation
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestHoweverSourcesListTheStateIsTheSame(t *testing.T) {
	testkit.Fewer(t)
	rapid.Check(t, func(rt *rapid.T) {
		seed, residents := rapid.Uint64().Draw(rt, "seed"), rapid.IntRange(2, 20).Draw(rt, "residents")
		var how []listing
		for range 4 {
			how = append(how, listing{
				order: listingOrder(rapid.IntRange(0, int(orders)-1).Draw(rt, "order")), step: rapid.IntRange(1, 80).Draw(rt, "step"),
				sorted: rapid.SampledFrom([]int{1, 1000, 1 << 20}).Draw(rt, "sorted"), asking: rapid.SampledFrom([]int{0, 3, 1000}).Draw(rt, "asking"),
			})
		}
		listedAnyhow(rt, testkit.SQLite(t, sets...), seed, residents, how...)
	})
}

// TestWhatComesInAnotherOrderIsPutRight: each way on its own, on both engines.
func TestWhatComesInAnotherOrderIsPutRight(t *testing.T) {
	for name, c := range map[string]struct {
		listing
		late, again, sorted bool
	}{
		"in order, links wait":                     {listing{byResident, 90, 1 << 20, 1000}, true, true, false},
		"facts of those who were written wait":     {listing{nearly, 90, 1 << 20, 1000}, true, true, false},
		"more ask for others than are remembered":  {listing{byResident, 90, 1 << 20, 5}, true, false, false},
		"the tree comes last":                      {listing{treeLast, 90, 1 << 20, 1000}, true, true, true},
		"the tree grows":                           {listing{treeWithin, 90, 1 << 20, 1000}, true, true, true},
		"in no order, sorted in memory":            {listing{inNoOrder, 25, 1 << 20, 1000}, true, true, true},
		"in no order, sorted in runs":              {listing{inNoOrder, 25, 3000, 1000}, true, true, true},
		"by kind, sorted in runs of a single fact": {listing{byKind, 25, 1, 1000}, true, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			testkit.EachEngine(t, sets, func(t *testing.T, db *sqlstore.DB) {
				late, again, sorted := listedAnyhow(t, db, 77, 30, c.listing, c.listing)
				if (late > 0) != c.late || (again > 0) != c.again || (sorted > 0) != c.sorted {
					t.Errorf("%d facts late, %d residents again, %d times sorted", late, again, sorted)
				}
			})
		})
	}
}

// TestATreeThatComesLastIsMissedWithTheFirstResidents, not when everybody was derived.
func TestATreeThatComesLastIsMissedWithTheFirstResidents(t *testing.T) {
	c := newCounty(78)
	c.live(60)
	b := openWith(t, testkit.SQLite(t, sets...), tiesPacks(t))
	core, logs := observer.New(zap.InfoLevel)
	b.Log = zap.New(core)
	b.ListInSteps(10, 1<<20, 1000)
	rebuild(t, b, ordered(c, treeLast, rand.New(rand.NewPCG(78, 5))))
	anew := logs.FilterMessage("the sources are listed anew and sorted").All()
	if len(anew) != 1 || anew[0].ContextMap()["facts"].(int64) > 60 {
		t.Errorf("missed after %v", anew)
	}
}
