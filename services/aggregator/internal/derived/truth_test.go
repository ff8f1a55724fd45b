package derived_test

import (
	"math/rand/v2"
	"slices"

	"xinju.dev/services/aggregator/internal/brute"
	"xinju.dev/services/aggregator/internal/derive"
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/feedfacts"
	"xinju.dev/services/aggregator/internal/ledger"
	"xinju.dev/services/platform/civil"
)

// counted is every number, by asking every resident's diary: neither packs nor
// pieces, nor anything kept by increments, has a part in it. Diaries follow the
// successor of a village that has ended where packs read its code; in a county
// where people live in one the pieces of each resident are asked instead.
type counted struct {
	deriver *derive.Deriver // asked instead of the diaries when not nil

	residents []*facts.Resident
	diaries   []*brute.Diary
	world     *facts.World
}

// truth folds the feeds into what holds in the end.
func truth(t tester, c *county, d *derive.Deriver) *counted {
	t.Helper()
	sets := map[string]feedfacts.Set{}
	for _, s := range sourceNames {
		for _, f := range c.feeds[s].facts {
			if !f.Deleted {
				sets[f.ResidentID] = append(sets[f.ResidentID], f.Entry)
			}
		}
	}
	out := &counted{}
	if c.odd {
		out.deriver = d
	}
	var err error
	if out.world, err = sets[""].World(); err != nil {
		t.Fatal(err)
	}
	delete(sets, "")
	for id, set := range sets {
		r, err := set.Resident(id)
		if err != nil {
			t.Fatal(err)
		}
		if r.Known() {
			out.residents = append(out.residents, r)
			out.diaries = append(out.diaries, brute.Open(r, out.world))
		}
	}
	return out
}

// counts is the number of an indicator in every division on a day.
func (c *counted) counts(t tester, indicator string, day civil.Date) map[string]ledger.Count {
	t.Helper()
	out := map[string]ledger.Count{}
	add := func(village string, covered bool) {
		in := []string{village}
		if chain, known := c.world.Chain(village, day); known {
			in = append(in, chain[:]...)
		}
		slices.Sort(in)
		for _, code := range slices.Compact(in) {
			n := out[code]
			n.Eligible++
			if covered {
				n.Covered++
			}
			out[code] = n
		}
	}
	if c.deriver != nil {
		c.pieces(indicator, day, add)
		return out
	}
	for _, d := range c.diaries {
		switch {
		case slices.Contains(brute.StockIndicators, indicator):
			if s := d.Stock(indicator, day); s.Eligible {
				add(s.Village, s.Covered)
			}
		case slices.Contains(brute.FlowIndicators, indicator):
			for _, e := range d.Flow(indicator, day) {
				add(e.Village, e.Covered)
			}
		default:
			t.Fatalf("the diaries do not know %s", indicator)
		}
	}
	return out
}

// pieces calls add for everybody who counts by the pieces of the packs.
func (c *counted) pieces(indicator string, day civil.Date, add func(village string, covered bool)) {
	for _, r := range c.residents {
		for _, row := range c.deriver.Rows(r, c.world) {
			for i := range row.Pieces {
				if p := &row.Pieces[i]; c.deriver.Indicators()[p.Key] == indicator && p.Holds(day) {
					add(row.Village, p.Covered)
				}
			}
		}
	}
}

// days are sampled: turns of the year, changes of the tree, the day before and
// after somebody arrives, leaves or has an anniversary.
func (c *counted) days(rng *rand.Rand) []civil.Date {
	out := []civil.Date{civil.Must("2019-12-31"), civil.Must("2020-01-01"), civil.Must("2022-06-30"), civil.Must("2025-01-01")}
	out = append(out, c.world.Changes()...)
	for range 2 {
		if len(c.residents) == 0 {
			break
		}
		r := c.residents[rng.IntN(len(c.residents))]
		for i := range r.Residences {
			s := &r.Residences[i]
			out = append(out, s.Arrived, s.Arrived.AddMonths(3), s.Arrived.AddMonths(6)-1, s.Arrived.AddMonths(6))
			if s.Left != civil.None {
				out = append(out, s.Left, s.Left+1)
			}
		}
	}
	rng.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out[:min(len(out), 14)]
}
