package answers_test

import (
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"xinju.dev/services/aggregator/internal/answers"
	"xinju.dev/services/aggregator/internal/brute"
	"xinju.dev/services/aggregator/internal/derive"
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/ledger"
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/platform/civil"
)

// crowd is invented people, counted by the packs and by the yardstick.
type crowd struct {
	world   *facts.World
	rows    [][]derive.Row
	diaries []*brute.Diary
}

func invent(d *derive.Deriver, seed uint64, n int) *crowd {
	c := &crowd{world: brute.World()}
	for i := range n {
		r := brute.Invent(seed*1000 + uint64(i))
		c.rows = append(c.rows, d.Rows(r, c.world))
		c.diaries = append(c.diaries, brute.Open(r, c.world))
	}
	return c
}

// count is a number as the packs have it.
func (c *crowd) count(key ledger.Key, code string, day civil.Date) (n ledger.Count) {
	for _, rows := range c.rows {
		for i := range rows {
			for j := range rows[i].Pieces {
				if p := &rows[i].Pieces[j]; p.Key == key && p.Holds(day) && rows[i].Village != "" && c.world.Within(rows[i].Village, code, day) {
					n.Eligible, n.Covered = n.Eligible+p.Count().Eligible, n.Covered+p.Count().Covered
				}
			}
		}
	}
	return n
}

// plainCount is the same by the yardstick.
func (c *crowd) plainCount(item, code string, day civil.Date) (eligible, covered int64) {
	for _, d := range c.diaries {
		for _, x := range d.Counts(item, day) {
			if x.Village == "" || !c.world.Within(x.Village, code, day) {
				continue
			}
			eligible += int64(x.Weight)
			if x.Covered {
				covered += int64(x.Weight)
			}
		}
	}
	return eligible, covered
}

// outside is the figures that are loaded: of each division its own.
type outsideFigures map[[2]string]int64

func (f outsideFigures) list(p *policy.Pack, code string, day civil.Date) (out []answers.Figure) {
	for i := range p.Figures {
		what := &p.Figures[i]
		f[[2]string{what.ID, code}] = int64(7*i + 1)
		x := answers.Figure{ID: what.ID, Division: code, Value: big.NewRat(int64(7*i+1), 1), Source: "年报", On: day.AddDays(-800)}
		switch what.At {
		case policy.OfYear:
			x.Year, x.On = day.Year(), civil.None
			before := x
			before.Year, before.Value = x.Year-1, big.NewRat(int64(7*i+4), 1)
			out = append(out, before)
		case policy.OfMonth:
			x.On = day
		}
		out = append(out, x)
	}
	return out
}

// TestTheValueOfEveryRatioIsThatOfItsText: exact values, of all ratios and scores
// of all packs, from people counted twice: by the packs, and by the yardstick
// with formulas written from the texts.
func TestTheValueOfEveryRatioIsThatOfItsText(t *testing.T) {
	packs, err := policy.Default()
	if err != nil {
		t.Fatal(err)
	}
	d := derive.New(packs)
	seen := map[string]bool{}
	for seed := range uint64(2) {
		c := invent(d, seed, 300)
		rng := rand.New(rand.NewPCG(seed, 9))
		view := &numbers{world: c.world, deriver: d, counts: c.count, following: followed()}
		for _, p := range slices.Repeat(packs.Packs(), 3) {
			code, day := p.Jurisdiction, civil.Of(2017+rng.IntN(4), 7+rng.IntN(6), 15)
			if code == "" {
				code = province
			}
			if day < p.From.AddDays(400) {
				day = p.From.AddDays(400)
			}
			own, governed := packs.PackFor(c.world, code, day)
			if !governed || own != p {
				continue
			}
			figures := outsideFigures{}
			asker := answers.On(view, answers.NewFigures(figures.list(p, code, day)), answers.DefaultLate, day.Time())
			for i := range p.Indicators {
				ind := &p.Indicators[i]
				if ind.Kind != policy.Ratio || !ind.Computed() && !ind.Scored() {
					continue
				}
				formula, known := brute.RatioOf(p.ID, ind.ID)
				if !known {
					t.Errorf("%s %s: no formula to compare with", p.ID, ind.ID)
					continue
				}
				columns, err := answers.Columns(view, p, []string{ind.ID})
				if err != nil {
					t.Fatal(err)
				}
				row := asker.Rows(p, answers.DivisionPlace(c.world, code, day), columns, day)[0]
				got, has := row.Exact()
				want := c.value(t, p, &formula, figures, code, day)
				if has != (want != nil) || has && got.Cmp(want) != 0 {
					t.Errorf("seed %d: %s %s of %s on %s is %v, by its text %v", seed, p.ID, ind.ID, code, day, got, want)
				}
				seen[ind.ID] = seen[ind.ID] || has && got.Sign() != 0
			}
		}
	}
	for id, some := range seen {
		if !some && !strings.HasPrefix(id, "MOR") { // deaths are rare; their counts are compared one by one elsewhere
			t.Errorf("the histories never show %s above 0", id)
		}
	}
}

// value computes a formula; nil without a denominator.
func (c *crowd) value(t *testing.T, p *policy.Pack, r *brute.Ratio, figures outsideFigures, code string, day civil.Date) *big.Rat {
	t.Helper()
	if r.Score {
		above, below := new(big.Rat), new(big.Rat)
		for _, x := range r.Above {
			rate := c.rate(t, p, x.Item, figures, code, day)
			if rate != nil {
				w := big.NewRat(x.Times, x.Per)
				above.Add(above, new(big.Rat).Mul(rate, w))
				below.Add(below, w)
			}
		}
		return quotient(above, below)
	}
	above := c.side(r.Above, figures, code, day)
	if r.Below == nil {
		return above
	}
	return quotient(above, c.side(r.Below, figures, code, day))
}

func (c *crowd) rate(t *testing.T, p *policy.Pack, item string, figures outsideFigures, code string, day civil.Date) *big.Rat {
	t.Helper()
	if r, is := brute.RatioOf(p.ID, item); is {
		return c.value(t, p, &r, figures, code, day)
	}
	eligible, covered := c.plainCount(item, code, day)
	return quotient(big.NewRat(covered, 1), big.NewRat(eligible, 1))
}

func (c *crowd) side(terms []brute.Term, figures outsideFigures, code string, day civil.Date) *big.Rat {
	sum := new(big.Rat)
	for _, x := range terms {
		n := new(big.Rat)
		switch {
		case x.Figure != "" && x.Mean: // a figure of years: the year before was 3 more
			n.Add(big.NewRat(figures[[2]string{x.Figure, code}], 1), big.NewRat(3, 2))
		case x.Figure != "":
			n.SetInt64(figures[[2]string{x.Figure, code}])
		default:
			eligible, _ := c.plainCount(x.Item, code, day)
			n.SetInt64(eligible)
		}
		sum.Add(sum, n.Mul(n, big.NewRat(x.Times, x.Per)))
	}
	return sum
}

func quotient(above, below *big.Rat) *big.Rat {
	if below.Sign() <= 0 {
		return nil
	}
	return new(big.Rat).Quo(above, below)
}

// TestAScoreBelowItsTargetLacksNobody: a gap of 0 would say that it is reached.
func TestAScoreBelowItsTargetLacksNobody(t *testing.T) {
	packs, err := policy.Default()
	if err != nil {
		t.Fatal(err)
	}
	half := func(ledger.Key, string, civil.Date) ledger.Count { return ledger.Count{Eligible: 100, Covered: 50} }
	view := &numbers{world: brute.World(), deriver: derive.New(packs), counts: half, following: followed()}
	p, _ := packs.Pack("national")
	columns, err := answers.Columns(view, p, []string{"DQC01", "DQS01", "POP01"})
	if err != nil {
		t.Fatal(err)
	}
	day := civil.Must("2026-06-30")
	rows := answers.On(view, answers.NewFigures(nil), answers.DefaultLate, day.Time()).Rows(p, answers.DivisionPlace(view.world, province, day), columns, day)
	if r := &rows[0]; !r.HasGap() || r.Gap != 45 {
		t.Errorf("a rate of 50 of 100 with the target 95 %%: has a gap %v, %d", r.HasGap(), r.Gap)
	}
	if r := &rows[1]; !r.HasTarget || !r.HasRate || r.HasGap() {
		t.Errorf("a score with target %v and rate %v has a gap in people: %v", r.HasTarget, r.HasRate, r.HasGap())
	}
	if rows[2].HasGap() {
		t.Error("a count without a target has a gap")
	}
}
