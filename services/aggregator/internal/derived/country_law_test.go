package derived_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"xinju.dev/services/aggregator/internal/brute"
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"

	"google.golang.org/protobuf/proto"
)

// packCounties are the counties in which the built-in packs hold.
var packCounties = []string{"350213", "330681", "330784", "310110", "360103", "990101", "990102"}

// country is the country of package brute, with n residents of one county, as the
// five services would tell of them: with corrections, facts told late, taken back
// and told again, and people who were registered twice and merged.
func country(seed uint64, home string, n int) *county {
	c := newCounty(seed)
	var queues [][]written
	for _, d := range brute.Divisions() {
		queues = append(queues, []written{{"registry", c.division(d.ID+"-"+d.Code, d.Code, d.Parent, int32(d.Level), d.From, d.Until, d.Successors...)}})
	}
	for _, u := range brute.Clinics() {
		f := &feedv1.UnitFact{Name: u.Name, Kind: 2, Division: u.Division}
		for _, m := range u.Manages {
			f.Manages = append(f.Manages, &feedv1.ManagedDivision{Division: m.Division, FromYmd: ymd(m.From), UntilYmd: ymd(m.Until)})
		}
		queues = append(queues, []written{{"registry", fact(feedv1.FactKind_FACT_KIND_UNIT, u.ID, "", &feedv1.Fact{Body: &feedv1.Fact_Unit{Unit: f}})}})
	}
	for i := range n {
		r := brute.InventAt(home, seed*1000+uint64(i))
		for _, x := range append([]*facts.Resident{r}, r.Others...) {
			queues = append(queues, c.told(x)...)
		}
	}
	c.shuffle(queues)
	return c
}

// shuffle writes the queues in a random order, each in its own.
func (c *county) shuffle(queues [][]written) {
	for len(queues) > 0 {
		k := c.rng.IntN(len(queues))
		w := queues[k][0]
		c.feeds[w.source].write(w.fact)
		if queues[k] = queues[k][1:]; len(queues[k]) == 0 {
			queues[k] = queues[len(queues)-1]
			queues = queues[:len(queues)-1]
		}
	}
}

// told is what the services tell of a resident, one queue per fact.
func (c *county) told(r *facts.Resident) [][]written {
	second := ""
	var out [][]written
	if c.chance(20) { // registered twice, and merged once that was seen
		second = r.ID + "x"
		link := c.link(second, r.ID)
		q := []written{link}
		if c.chance(30) {
			q = append(q, c.link(second, ""), c.link(second, r.ID))
		}
		out = append(out, q)
	}
	for _, w := range factsOf(r) {
		f := w.fact
		if second != "" && f.GetKind() != feedv1.FactKind_FACT_KIND_PERSON && c.chance(50) {
			f.ResidentId = second
		}
		out = append(out, c.versions(w))
	}
	return out
}

// versions is a fact with what was told of it before.
func (c *county) versions(w written) []written {
	last := proto.CloneOf(w.fact)
	q := []written{}
	if s := w.fact.GetResidence(); s != nil && c.chance(40) { // recorded elsewhere at first
		wrong := proto.CloneOf(w.fact)
		wrong.GetResidence().Division = pick(c, c.villages)
		wrong.GetResidence().LeftYmd = 0
		q = append(q, written{w.source, wrong})
	}
	if c.chance(15) {
		gone := fact(w.fact.GetKind(), w.fact.GetFactId(), w.fact.GetResidentId(), &feedv1.Fact{Deleted: true})
		q = append(q, written{w.source, proto.CloneOf(w.fact)}, written{w.source, gone})
	}
	q = append(q, written{w.source, last})
	if c.chance(10) {
		q = append(q, written{w.source, proto.CloneOf(w.fact)})
	}
	return q
}

// lawOfCountry follows one country by increments, restarts, rebuilds it, and lays
// the yardstick on all numbers of all packs.
func lawOfCountry(t tester, db *sqlstore.DB, seed uint64, home string, residents int) {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 8))
	c := country(seed, home, residents)
	b := follow(t, db, c, rng, true)
	numbersAreRight(t, b, c, rng)
	kept := figures(t, b)
	if again := figures(t, open(t, db)); again != kept {
		t.Fatalf("after a restart %+v, before %+v", again, kept)
	}
	if op := rebuild(t, b, feedsOf(c)); op.State != 3 {
		t.Fatalf("the rebuild ended in %d: %s", op.State, op.FailureText)
	}
	if rebuilt := figures(t, b); rebuilt != kept {
		t.Fatalf("rebuilt %+v, by increments %+v", rebuilt, kept)
	}
}

// TestIncrementsAreTheCountOneByOneUnderEveryPack lives through countries of which
// each has residents of one county: with the long mode many more of them.
func TestIncrementsAreTheCountOneByOneUnderEveryPack(t *testing.T) {
	for i, home := range packCounties {
		t.Run(home, func(t *testing.T) {
			for k := range testkit.Histories(3, 700) {
				lawOfCountry(t, testkit.SQLite(t, sets...), uint64(100*i+k+1), home, 8)
			}
		})
	}
}

// TestTheSameUnderEveryPackOnBothEngines is one country with residents of all.
func TestTheSameUnderEveryPackOnBothEngines(t *testing.T) {
	testkit.EachEngine(t, sets, func(t *testing.T, db *sqlstore.DB) {
		lawOfCountry(t, db, 901, packCounties[3], 10)
	})
}

func days(list []facts.Days) (out []*feedv1.DaySpan) {
	for _, d := range list {
		out = append(out, &feedv1.DaySpan{FromYmd: ymd(d.From), UntilYmd: ymd(d.Until)})
	}
	return out
}

func ymds(list []civil.Date) (out []int32) {
	for _, d := range slices.Sorted(slices.Values(list)) {
		out = append(out, ymd(d))
	}
	return out
}

func idOf(r *facts.Resident, k facts.Key) string { return fmt.Sprintf("%s.%s", r.ID, k.ID) }
