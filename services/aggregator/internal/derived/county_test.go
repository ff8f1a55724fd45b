package derived_test

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"xinju.dev/services/aggregator/internal/derived"
	"xinju.dev/services/aggregator/internal/feedfacts"
	"xinju.dev/services/platform/civil"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"
)

// sourceNames in the order in which they are shown.
var sourceNames = []string{"registry", "archive", "immunization", "maternal", "familyplanning"}

// county is an invented county with a neighbour, and everything that its five
// services ever wrote, as changes in a random order.
type county struct {
	rng      *rand.Rand
	feeds    map[string]*feed
	villages []string
	divs     []string // every code
	units    []string
	people   []string
	owners   map[string]string // of relations
	next     int
}

const (
	province   = "990000000000"
	prefecture = "990100000000"
	demo       = "990101000000" // has a pack of its own
	other      = "990102000000" // the national pack
)

func newCounty(seed uint64) *county {
	c := &county{rng: rand.New(rand.NewPCG(seed, 7)), feeds: map[string]*feed{}, owners: map[string]string{}}
	for _, s := range sourceNames {
		c.feeds[s] = &feed{epoch: "epoch of " + s, facts: map[string]feedfacts.Fact{}, versions: map[string]int64{}}
	}
	return c
}

func (c *county) id(kind string) string {
	c.next++
	return fmt.Sprintf("%s%05d", kind, c.next)
}

// between picks a day.
func (c *county) between(from, to string) civil.Date {
	a, b := civil.Must(from), civil.Must(to)
	return a + civil.Date(c.rng.IntN(int(b-a)))
}

func (c *county) chance(percent int) bool { return c.rng.IntN(100) < percent }

func ymd(d civil.Date) int32 { return int32(d.YYYYMMDD()) }

func pick[T any](c *county, list []T) T { return list[c.rng.IntN(len(list))] }

// fact is a message about to be written.
func fact(kind feedv1.FactKind, id, resident string, f *feedv1.Fact) *feedv1.Fact {
	f.Kind, f.FactId, f.ResidentId = kind, id, resident
	return f
}

// division writes a node.
func (c *county) division(id, code, parent string, level int32, from, until civil.Date, successors ...string) *feedv1.Fact {
	if !slices.Contains(c.divs, code) {
		c.divs = append(c.divs, code)
		if level == 5 {
			c.villages = append(c.villages, code)
		}
	}
	return fact(feedv1.FactKind_FACT_KIND_DIVISION, id, "", &feedv1.Fact{Body: &feedv1.Fact_Division{Division: &feedv1.DivisionFact{
		Code: code, Name: "区划" + code, Level: level, Parent: parent, ValidFromYmd: ymd(from), ValidUntilYmd: ymd(until), Successors: successors,
	}}})
}

// tree is two counties with two townships each; one township is moved to the
// other county, and one village ends: merged into one of either county, divided,
// or without a successor. One village begins late.
func (c *county) tree() []*feedv1.Fact {
	out := []*feedv1.Fact{
		c.division("P", province, "", 1, 0, 0),
		c.division("Q", prefecture, province, 2, 0, 0),
		c.division("C1", demo, prefecture, 3, 0, 0),
		c.division("C2", other, prefecture, 3, 0, 0),
		c.division("T1", "990101001000", demo, 4, 0, 0),
		c.division("T3", "990102001000", other, 4, 0, 0),
	}
	moved := c.between("2019-01-01", "2022-01-01")
	out = append(out,
		c.division("T2a", "990101002000", demo, 4, 0, moved),
		c.division("T2b", "990101002000", other, 4, moved+1, 0))
	ended := c.between("2019-01-01", "2022-01-01")
	for i, town := range []string{"990101001", "990101002", "990102001"} {
		for v := range 2 {
			code := fmt.Sprintf("%s2%02d", town, v+1)
			from, until := civil.None, civil.None
			var successors []string
			switch {
			case i == 0 && v == 1:
				until = ended
				successors = pick(c, [][]string{{"990101001201"}, {"990102001201"}, {"990101002201"}, {"990101001201", "990102001202"}, nil})
			case i == 2 && v == 1 && c.chance(30):
				from = c.between("2018-01-01", "2020-01-01")
			}
			out = append(out, c.division("V"+code, code, town+"000", 5, from, until, successors...))
		}
	}
	for _, at := range []string{demo, "990101001000", c.villages[0], other} {
		id := c.id("U")
		c.units = append(c.units, id)
		out = append(out, fact(feedv1.FactKind_FACT_KIND_UNIT, id, "", &feedv1.Fact{Body: &feedv1.Fact_Unit{Unit: &feedv1.UnitFact{
			Name: "卫生院", Kind: 2, Division: at, Manages: []*feedv1.ManagedDivision{{Division: pick(c, c.villages)}},
		}}}))
	}
	return out
}

// feed is one source in memory: what it wrote, and what holds.
type feed struct {
	epoch   string
	changes []derived.Change
	facts   map[string]feedfacts.Fact // by kind, id and resident
	keys    []string

	versions map[string]int64 // by kind and id
}

// write appends a change; the version is counted up per fact, also where it
// moves to another resident.
func (f *feed) write(m *feedv1.Fact) {
	fid := fmt.Sprint(m.GetKind(), " ", m.GetFactId())
	key := fid + " " + m.GetResidentId()
	f.versions[fid]++
	m.Version = f.versions[fid]
	got, err := feedfacts.FactOf(m)
	if err != nil {
		panic(err)
	}
	if _, there := f.facts[key]; !there {
		f.keys = append(f.keys, key)
	}
	f.facts[key] = got
	f.changes = append(f.changes, derived.Change{Position: int64(len(f.changes) + 1), Fact: got})
}
