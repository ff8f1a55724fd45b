package derived_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/derived"
	"xinju.dev/services/aggregator/internal/ledger"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"

	"github.com/google/go-cmp/cmp"
)

// standing is how somebody stands in a division on one day.
type standing struct {
	covered bool
	village string
}

// standings lists everybody eligible on a day, by resident and event.
func standings(t tester, b *derived.Book, q *coverage.AheadQuery, key ledger.Key, day civil.Date) map[[2]string]standing {
	t.Helper()
	list, err := b.List(t.Context(), coverage.ListQuery{Division: q.Division, Key: key, Day: day, Which: coverage.Eligible, Limit: 100_000})
	if err != nil {
		t.Fatal(err)
	}
	out := map[[2]string]standing{}
	for i := range list.Lines {
		l := &list.Lines[i]
		out[[2]string{l.ResidentID, l.Place.EventID}] = standing{l.Covered, l.Village}
	}
	return out
}

// entitled lists everybody in a division for whom a rule holds on a day, asking
// for the explanation of each.
func entitled(t tester, b *derived.Book, q *coverage.AheadQuery, people []coverage.Person, at coverage.State, rule string, day civil.Date) map[[2]string]standing {
	t.Helper()
	out := map[[2]string]standing{}
	for i := range people {
		p := &people[i]
		if p.Facts == nil || p.Of != p.ID {
			continue
		}
		pack, village, ok := at.Deriver.Packs().PackOf(p.Facts, at.World, day)
		if !ok || village == "" || !at.World.Within(village, q.Division, day) {
			continue
		}
		for _, x := range pack.Explain(p.Facts, at.World, day) {
			if x.ID == rule && x.Eligible {
				out[[2]string{p.ID, ""}] = standing{true, village}
			}
		}
	}
	return out
}

// dayByDay compares each day with the day before; sided: people are covered or not.
func dayByDay(q *coverage.AheadQuery, item string, sided bool, on func(civil.Date) map[[2]string]standing) []string {
	var out []string
	was := on(q.From)
	for day := q.From + 1; day <= q.Until; day++ {
		is := on(day)
		for who, s := range is {
			before, there := was[who]
			if !there {
				out = append(out, fmt.Sprint(day, item, who, s.village, coverage.Enters))
			}
			if sided && !s.covered && (!there || before.covered) {
				out = append(out, fmt.Sprint(day, item, who, s.village, coverage.BecomesUncovered))
			}
			if sided && s.covered && (!there || !before.covered) {
				out = append(out, fmt.Sprint(day, item, who, s.village, coverage.BecomesCovered))
			}
		}
		for who, s := range was {
			if _, there := is[who]; !there {
				out = append(out, fmt.Sprint(day, item, who, s.village, coverage.Leaves))
			}
		}
		was = is
	}
	return out
}

func ahead(t tester, b *derived.Book, q *coverage.AheadQuery) []string {
	t.Helper()
	turns, _, err := b.Ahead(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.IsSortedFunc(turns, coverage.CompareTurns) {
		t.Fatal("the forecast is not in order")
	}
	var out []string
	for _, n := range turns {
		out = append(out, fmt.Sprint(n.On, n.Item, [2]string{n.ResidentID, n.Place.EventID}, n.Village, n.Kind))
	}
	slices.Sort(out)
	return out
}

// TestAForecastIsWhatEveryDayWillSay compares forecasts with the lists of every
// day, for a county whose tree changes meanwhile.
func TestAForecastIsWhatEveryDayWillSay(t *testing.T) {
	testkit.EachEngine(t, sets, func(t *testing.T, db *sqlstore.DB) {
		c := newCounty(81)
		c.live(60)
		rng := rand.New(rand.NewPCG(81, 1))
		b := follow(t, db, c, rng, false)
		indicators := b.Deriver().Indicators()
		seen, plain := map[int32]int{}, 0
		for range 6 {
			q := &coverage.AheadQuery{
				Division: pickOne(rng, province, demo, other, "990101001000", "990101002000"), Indicators: map[ledger.Key]string{},
				From: civil.Must("2018-12-01") + civil.Date(rng.IntN(1200)), Most: 100_000,
			}
			q.Until = q.From + civil.Date(1+rng.IntN(120))
			for range 4 {
				key := rng.IntN(len(indicators))
				q.Indicators[ledger.Key(key)] = indicators[key]
			}
			var want []string
			for key, id := range q.Indicators {
				if b.Deriver().Plain(key) {
					plain++
				}
				want = append(want, dayByDay(q, id, !b.Deriver().Plain(key), func(day civil.Date) map[[2]string]standing { return standings(t, b, q, key, day) })...)
			}
			slices.Sort(want)
			got := ahead(t, b, q)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("%s after %v until %v: %s", q.Division, q.From, q.Until, diff)
			}
			for _, line := range got {
				seen[int32(line[len(line)-1]-'0')]++
			}
		}
		if seen[coverage.Enters] == 0 || seen[coverage.BecomesUncovered] == 0 || seen[coverage.Leaves] == 0 || seen[coverage.BecomesCovered] == 0 || plain == 0 {
			t.Errorf("of each kind %v, %d plain counts: the test shows little", seen, plain)
		}
	})
}

// TestAForecastOfRulesIsWhatEveryDayWillExplain asks every day for explanations.
func TestAForecastOfRulesIsWhatEveryDayWillExplain(t *testing.T) {
	c := newCounty(82)
	c.live(60)
	rng := rand.New(rand.NewPCG(82, 1))
	b := follow(t, testkit.SQLite(t, sets...), c, rng, false)
	people, at, err := b.People(t.Context(), c.people)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, rule := range rulesOf(people, at) {
		q := &coverage.AheadQuery{Division: pickOne(rng, province, demo, other), Rules: []string{rule}, From: civil.Must("2019-06-15") + civil.Date(rng.IntN(300)), Most: 100_000}
		q.Until = q.From + 60
		want := dayByDay(q, rule, false, func(day civil.Date) map[[2]string]standing { return entitled(t, b, q, people, at, rule, day) })
		slices.Sort(want)
		got := ahead(t, b, q)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%s in %s after %v: %s", rule, q.Division, q.From, diff)
		}
		found += len(got)
	}
	if found == 0 {
		t.Error("nothing changes: the test shows nothing")
	}
}

// rulesOf lists rules that hold for somebody at some time.
func rulesOf(people []coverage.Person, at coverage.State) []string {
	var out []string
	for i := range people {
		if people[i].Facts != nil {
			for _, e := range at.Deriver.Packs().Timelines(people[i].Facts, at.World) {
				out = append(out, e.Rule)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func TestAForecastThatIsTooLargeIsRefused(t *testing.T) {
	c := newCounty(83)
	c.live(20)
	b := follow(t, testkit.SQLite(t, sets...), c, rand.New(rand.NewPCG(83, 1)), false)
	q := &coverage.AheadQuery{Division: province, Indicators: map[ledger.Key]string{}, From: civil.Must("2018-01-01"), Until: civil.Must("2022-01-01"), Most: 3}
	for i, id := range b.Deriver().Indicators() {
		q.Indicators[ledger.Key(i)] = id
	}
	if _, _, err := b.Ahead(t.Context(), q); err == nil || !strings.Contains(err.Error(), "200,000") {
		t.Errorf("err %v", err)
	}
}
