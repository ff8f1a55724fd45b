package policy

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"xinju.dev/services/aggregator/internal/brute"
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/testkit"
)

// histories is how many invented residents the yardstick is laid on.
const histories = 1200

func builtIn(t testing.TB) *Catalogue {
	t.Helper()
	c, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// counted is the pieces of all packs, indexed for comparison.
type counted map[string][]Piece // by pack and indicator

func piecesOf(c *Catalogue, r *facts.Resident, w *facts.World) counted {
	out := counted{}
	for _, p := range c.Packs() {
		for _, x := range p.Pieces(r, w, nil) {
			key := p.ID + " " + p.Indicators[x.Indicator].ID
			out[key] = append(out[key], x)
		}
	}
	return out
}

func (c counted) on(pack, indicator string, day civil.Date) []Piece {
	var out []Piece
	for _, x := range c[pack+" "+indicator] {
		if x.From <= day && day < x.To {
			out = append(out, x)
		}
	}
	return out
}

// edges are the days on which something may change, each with its neighbours:
// ends of pieces, dates of facts, and those months later that the rules name.
func edges(r *facts.Resident, all counted) []civil.Date {
	var out []civil.Date
	around := func(d civil.Date) {
		for _, n := range []civil.Date{d - 1, d, d + 1} {
			if d > civil.None && n >= brute.First && n <= brute.Last {
				out = append(out, n)
			}
		}
	}
	for _, pieces := range all {
		for _, x := range pieces {
			around(x.From)
			around(x.To)
		}
	}
	for _, s := range r.Residences {
		first := max(s.Arrived, s.Registered)
		for _, d := range []civil.Date{s.Arrived, s.Registered, s.FirstSeen, s.Left, first.AddMonths(3), first.AddMonths(6)} {
			around(d)
		}
	}
	for _, h := range r.Person.Hukou {
		around(h.From)
	}
	for _, m := range []int{36, 84} {
		around(r.Person.Birth.AddMonths(m))
	}
	for _, e := range r.Educations {
		around(e.On)
	}
	for _, g := range r.Pregnancies {
		around(g.Ended)
	}
	around(r.Person.Death)
	slices.Sort(out)
	return slices.Compact(out)
}

func TestPiecesEqualBruteForceOnInventedHistories(t *testing.T) {
	c, w := builtIn(t), brute.World()
	seen := map[string]int{}
	for seed := range uint64(testkit.Histories(histories, 1)) {
		r := someoneOf(seed)
		d, all := brute.Open(r, w), piecesOf(c, r, w)
		days := edges(r, all)
		rng := rand.New(rand.NewPCG(seed, 2))
		for range 10 {
			days = append(days, brute.First+civil.Date(rng.IntN(int(brute.Last-brute.First))))
		}
		if seed%3 > 0 && packCounties[seed%uint64(len(packCounties))] == "360103" { // its pack holds for nine months
			for range 40 {
				days = append(days, day("2017-04-05").AddDays(rng.IntN(271)))
			}
			days = slices.DeleteFunc(days, func(d civil.Date) bool { return d < day("2017-04-01") || d > day("2018-01-10") })
		}
		for _, day := range someOf(days, 20, seed) {
			compare(t, c, d, all, day, seed, seen)
		}
		if t.Failed() {
			return
		}
	}
	enough(t, c, seen)
}

// enough asks whether the histories exercise every item: each that a pack writes
// itself in that pack, the inherited ones in any.
func enough(t *testing.T, c *Catalogue, seen map[string]int) {
	t.Helper()
	if testkit.Racing { // too few histories
		return
	}
	anywhere := map[string]int{}
	for k, n := range seen {
		_, item, _ := strings.Cut(k, " ")
		anywhere[item] += n
	}
	eachComputing(t, c, func(p *Pack, ind *Indicator) {
		if ind.InheritedFrom != "" {
			return
		}
		for _, covered := range []bool{false, true} {
			k := fmt.Sprint(ind.ID, " ", covered)
			n := anywhere[k]
			if p.ID != "national" {
				n = seen[p.ID+" "+k]
			}
			if n < 1 && !(covered && ind.Plain) && !slices.Contains(rare, k) {
				t.Errorf("the histories hardly exercise %s of %s: %d", k, p.ID, n)
			}
		}
	})
}

// rare is what the histories of the quick run may not come to.
var rare = []string{
	"IMM02-HPV-2 false", "IMM02-HPV-2@manager false", "RPH02 true", "REW02 true", "MAT05@event false", "KNW01 false", "DTH01 false", "FP03 true", "REG03 true",
	"REG01 false", "REG03 false", "MAT05@event true", "SCR01 true", "BTH02 false", "MAT05 false", "PRS01 true", "SCR03 true", "REG02 false",
}

// packCounties are the counties in which the packs hold.
var packCounties = []string{"350213", "330681", "330784", "310110", "360103", "990101", "990102"}

// someoneOf draws one in three from anywhere, the others for one county after the other.
func someoneOf(seed uint64) *facts.Resident {
	if seed%3 == 0 {
		return brute.Invent(seed)
	}
	return brute.InventAt(packCounties[seed%uint64(len(packCounties))], seed)
}

// unknownToBrute lists the computing items that the yardstick does not know, by
// pack and id, each with the reason.
var unknownToBrute = map[string]string{}

// eachComputing visits the indicators that have pieces.
func eachComputing(t *testing.T, c *Catalogue, visit func(p *Pack, ind *Indicator)) {
	t.Helper()
	for _, p := range c.Packs() {
		for i := range p.Indicators {
			ind := &p.Indicators[i]
			if ind.Kind == Ratio || !ind.defined() || unknownToBrute[p.ID+" "+ind.ID] != "" {
				continue
			}
			visit(p, ind)
		}
	}
}

func TestTheYardstickKnowsEveryComputingItem(t *testing.T) {
	c := builtIn(t)
	eachComputing(t, c, func(p *Pack, ind *Indicator) {
		if !brute.KnowsIndicator(p.ID, ind.ID) {
			t.Errorf("the yardstick does not know indicator %s of %s", ind.ID, p.ID)
		}
	})
	for _, p := range c.Packs() {
		for i := range p.Rules {
			r := &p.Rules[i]
			if r.eligible != nil && !brute.KnowsRule(p.ID, r.ID) && unknownToBrute[p.ID+" "+r.ID] == "" {
				t.Errorf("the yardstick does not know rule %s of %s", r.ID, p.ID)
			}
		}
	}
	for k, why := range unknownToBrute {
		pack, id, _ := strings.Cut(k, " ")
		if why == "" || brute.KnowsIndicator(pack, id) || brute.KnowsRule(pack, id) {
			t.Errorf("%s stands among what the yardstick does not know: %q", k, why)
		}
	}
}

func TestPiecesEqualBruteForceOnEveryDay(t *testing.T) {
	c, w := builtIn(t), brute.World()
	for seed := range uint64(testkit.Histories(4, 1000)) {
		r := brute.Invent(seed + 1_000_000)
		d, all := brute.Open(r, w), piecesOf(c, r, w)
		for day := brute.First; day <= brute.Last; day++ {
			compare(t, c, d, all, day, seed, map[string]int{})
		}
		if t.Failed() {
			return
		}
	}
}

// compare lays the yardstick on every indicator of every pack on one day.
func compare(t *testing.T, c *Catalogue, d *brute.Diary, all counted, day civil.Date, seed uint64, seen map[string]int) {
	t.Helper()
	for _, id := range indicatorsOf(t, c) {
		var got []brute.Counted
		for _, k := range keysOf[id] {
			for _, x := range all[k.key] {
				if day < x.From || x.To <= day {
					continue
				}
				got = append(got, brute.Counted{Pack: k.pack, Village: x.Village, EventID: x.EventID, On: x.On, Covered: x.Covered, Weight: max(x.Weight, 1)})
				if x.Covered {
					seen[k.covered]++
				} else {
					seen[k.uncovered]++
				}
			}
		}
		want := d.Counts(id, day)
		for _, list := range [][]brute.Counted{got, want} {
			slices.SortFunc(list, func(a, b brute.Counted) int {
				return cmp.Or(cmp.Compare(a.EventID, b.EventID), cmp.Compare(a.Pack, b.Pack), cmp.Compare(a.Village, b.Village))
			})
		}
		if !slices.Equal(got, want) {
			t.Errorf("seed %d: %s on %s: got %+v, want %+v", seed, id, day, got, want)
		}
	}
	if t.Failed() {
		t.FailNow()
	}
}

// indicatorsOf is the ids of all indicators that count something and that the
// yardstick knows (another test says which it does not).
func indicatorsOf(t *testing.T, c *Catalogue) []string {
	t.Helper()
	once.Do(func() {
		eachComputing(t, c, func(p *Pack, ind *Indicator) {
			if brute.KnowsIndicator(p.ID, ind.ID) && !slices.Contains(computing, ind.ID) {
				computing = append(computing, ind.ID)
			}
		})
		for _, id := range computing {
			for _, p := range c.Packs() {
				if brute.KnowsIndicator(p.ID, id) {
					key := p.ID + " " + id
					keysOf[id] = append(keysOf[id], countedKey{p.ID, key, key + " true", key + " false"})
				}
			}
		}
	})
	return computing
}

var (
	once      sync.Once
	computing []string
	keysOf    = map[string][]countedKey{} // by indicator
)

// countedKey is where one indicator of one pack is counted.
type countedKey struct{ pack, key, covered, uncovered string }

func TestRulesEqualBruteForce(t *testing.T) {
	c, w := builtIn(t), brute.World()
	held, not := map[string]int{}, map[string]int{}
	for seed := range uint64(testkit.Histories(600, 1)) {
		r := someoneOf(seed + 2_000_000)
		d, rng := brute.Open(r, w), rand.New(rand.NewPCG(seed, 6))
		for _, day := range someOf(edges(r, piecesOf(c, r, w)), 12, seed) {
			for _, p := range c.Packs() {
				if d.Pack(day) != p.ID && rng.IntN(200) > 0 { // elsewhere nothing holds
					continue
				}
				for _, x := range p.Explain(r, w, day) {
					k := p.ID + " " + x.ID
					if x.Kind != RuleItem || unknownToBrute[k] != "" || !brute.KnowsRule(p.ID, x.ID) {
						continue
					}
					if want := d.Rule(p.ID, x.ID, day); x.Eligible != want {
						t.Fatalf("seed %d: %s on %s: eligible %t, want %t: %s", seed, k, day, x.Eligible, want, x.Reason.Chinese)
					}
					if x.Eligible {
						held[k]++
					} else {
						not[k]++
					}
				}
			}
		}
	}
	for _, p := range c.Packs() {
		for i := range p.Rules {
			k := p.ID + " " + p.Rules[i].ID
			if p.Rules[i].eligible != nil && unknownToBrute[k] == "" && (held[k] < 1 || not[k] < 5) && !testkit.Racing {
				t.Errorf("the histories hardly exercise %s: %d hold, %d do not", k, held[k], not[k])
			}
		}
	}
}

// someOf draws at most n of the days.
func someOf(days []civil.Date, n int, seed uint64) []civil.Date {
	rng := rand.New(rand.NewPCG(seed, 3))
	rng.Shuffle(len(days), func(i, j int) { days[i], days[j] = days[j], days[i] })
	return days[:min(n, len(days))]
}

func TestExplanationsAgreeWithPieces(t *testing.T) {
	c, w := builtIn(t), brute.World()
	for seed := range uint64(testkit.Histories(150, 10)) {
		r := brute.Invent(seed + 6_000_000)
		all := piecesOf(c, r, w)
		for _, day := range someOf(edges(r, all), 12, seed) {
			for _, p := range c.Packs() {
				for _, x := range p.Explain(r, w, day) {
					if x.Kind == IndicatorItem {
						checkExplanation(t, p, x, all, day, seed)
					}
				}
			}
		}
		if t.Failed() {
			return
		}
	}
}

func checkExplanation(t *testing.T, p *Pack, x Explanation, all counted, day civil.Date, seed uint64) {
	t.Helper()
	pieces := all.on(p.ID, x.ID, day)
	covered := len(pieces) > 0
	for _, piece := range pieces {
		covered = covered && piece.Covered
	}
	if x.Eligible != (len(pieces) > 0) || x.Covered != covered {
		t.Errorf("seed %d: %s of %s on %s: eligible %t covered %t, pieces %+v", seed, x.ID, p.ID, day, x.Eligible, x.Covered, pieces)
	}
	if x.Eligible && (x.From > day || day >= x.To) || !x.Eligible && x.From != civil.None && x.From <= day {
		t.Errorf("seed %d: %s on %s: eligible %t, span %s–%s", seed, x.ID, day, x.Eligible, x.From, x.To)
	}
	if !x.Flow && x.NextChange != nextChange(all[p.ID+" "+x.ID], day) {
		t.Errorf("seed %d: %s of %s on %s: next change %s, pieces %+v", seed, x.ID, p.ID, day, x.NextChange, all[p.ID+" "+x.ID])
	}
}

// nextChange is the first day after the given one on which the pieces of a stock
// indicator say something else about eligible or covered.
func nextChange(pieces []Piece, day civil.Date) civil.Date {
	state := func(d civil.Date) (eligible, covered bool) {
		for _, x := range pieces {
			if x.From <= d && d < x.To {
				return true, x.Covered
			}
		}
		return false, false
	}
	next := civil.None
	for _, x := range pieces {
		for _, edge := range []civil.Date{x.From, x.To} {
			e1, c1 := state(edge - 1)
			e2, c2 := state(edge)
			if edge > day && edge < civil.Forever && (e1 != e2 || c1 != c2) && (next == civil.None || edge < next) {
				next = edge
			}
		}
	}
	return next
}
