package policy

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"xinju.dev/services/aggregator/internal/brute"
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/platform/civil"
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
	eligible := map[string]int{}
	for seed := range uint64(histories) {
		r := brute.Invent(seed)
		d, all := brute.Open(r, w), piecesOf(c, r, w)
		days := edges(r, all)
		rng := rand.New(rand.NewPCG(seed, 2))
		for range 40 {
			days = append(days, brute.First+civil.Date(rng.IntN(int(brute.Last-brute.First))))
		}
		for _, day := range days {
			compare(t, c, d, all, day, seed, eligible)
		}
		if t.Failed() {
			return
		}
	}
	for _, id := range append(slices.Clone(brute.StockIndicators), brute.FlowIndicators...) {
		for _, covered := range []bool{false, true} {
			if n := eligible[fmt.Sprint(id, covered)]; n < 100 {
				t.Errorf("the histories hardly exercise %s covered=%t: %d", id, covered, n)
			}
		}
	}
}

func TestPiecesEqualBruteForceOnEveryDay(t *testing.T) {
	c, w := builtIn(t), brute.World()
	for seed := range uint64(25) {
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

func compare(t *testing.T, c *Catalogue, d *brute.Diary, all counted, day civil.Date, seed uint64, tally map[string]int) {
	t.Helper()
	for _, id := range brute.StockIndicators {
		want := d.Stock(id, day)
		for _, p := range c.Packs() {
			got := brute.State{}
			pieces := all.on(p.ID, id, day)
			if len(pieces) > 1 {
				t.Errorf("seed %d: %s of %s counts %d times on %s", seed, id, p.ID, len(pieces), day)
			}
			if len(pieces) == 1 {
				got = brute.State{Pack: p.ID, Village: pieces[0].Village, Eligible: true, Covered: pieces[0].Covered}
				tally[fmt.Sprint(id, got.Covered)]++
			}
			expected := brute.State{}
			if want.Pack == p.ID {
				expected = want
			}
			if got != expected {
				t.Errorf("seed %d: %s of %s on %s: got %+v, want %+v", seed, id, p.ID, day, got, expected)
			}
		}
	}
	for _, id := range brute.FlowIndicators {
		var got []brute.Counted
		for _, p := range c.Packs() {
			for _, x := range all.on(p.ID, id, day) {
				got = append(got, brute.Counted{Pack: p.ID, Village: x.Village, EventID: x.EventID, On: x.On, Covered: x.Covered})
				tally[fmt.Sprint(id, x.Covered)]++
			}
		}
		want := d.Flow(id, day)
		for _, list := range [][]brute.Counted{got, want} {
			slices.SortFunc(list, func(a, b brute.Counted) int {
				return int(a.EventID[4]) - int(b.EventID[4]) + 10*(int(a.EventID[3])-int(b.EventID[3]))
			})
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("seed %d: %s on %s: %s", seed, id, day, diff)
		}
	}
}

func TestRulesEqualBruteForce(t *testing.T) {
	c, w := builtIn(t), brute.World()
	p, _ := c.Pack("zhuji-2017")
	held := map[string]int{}
	for seed := range uint64(1500) {
		r := brute.Invent(seed + 2_000_000)
		if !slices.ContainsFunc(r.Residences, func(s facts.Residence) bool { return s.Division[:6] == "330681" }) {
			continue
		}
		d := brute.Open(r, w)
		for _, day := range someOf(edges(r, piecesOf(c, r, w)), 12, seed) {
			for _, x := range p.Explain(r, w, day) {
				if x.Kind != RuleItem {
					continue
				}
				if want := d.Rule(x.ID, day); x.Eligible != want {
					t.Fatalf("seed %d: %s on %s: eligible %t, want %t: %s", seed, x.ID, day, x.Eligible, want, x.Reason.Chinese)
				}
				if x.Eligible {
					held[x.ID]++
				}
			}
		}
	}
	for _, id := range brute.ZhujiRules {
		if held[id] < 5 {
			t.Errorf("the histories hardly exercise %s: %d", id, held[id])
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
	for seed := range uint64(150) {
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
