package derived_test

import (
	"math/rand/v2"
	"slices"

	"xinju.dev/services/aggregator/internal/brute"
	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/feedfacts"
	"xinju.dev/services/aggregator/internal/ledger"
	"xinju.dev/services/platform/civil"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"

	"google.golang.org/protobuf/proto"
)

// counted is every number, by asking every resident's diary: neither packs nor
// pieces, nor anything kept by increments, has a part in it.
type counted struct {
	residents []*facts.Resident
	diaries   []*brute.Diary
	world     *facts.World

	coverage.Figures // without a digest
}

// linksIn reads the links as they are written.
func linksIn(t tester, c *county) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, f := range c.feeds["registry"].facts {
		if f.Kind != feedv1.FactKind_FACT_KIND_LINK || f.Deleted {
			continue
		}
		var m feedv1.LinkFact
		if err := proto.Unmarshal(f.Body, &m); err != nil {
			t.Fatal(err)
		}
		if m.GetIntoId() != f.ResidentID { // who is merged into itself is merged with nobody
			out[f.ResidentID] = m.GetIntoId()
		}
	}
	return out
}

// truth folds the feeds into what holds in the end.
func truth(t tester, c *county) *counted {
	t.Helper()
	sets := map[string]feedfacts.Set{}
	links, held := linksIn(t, c), map[string]int64{}
	out := &counted{}
	for _, s := range sourceNames {
		for _, f := range c.feeds[s].facts {
			if f.Deleted {
				continue
			}
			if f.ResidentID != "" {
				out.Facts++
			}
			who, merged := links[f.ResidentID]
			if !merged {
				who = f.ResidentID
			}
			if f.Kind == feedv1.FactKind_FACT_KIND_LINK {
				continue
			}
			held[who]++
			if !merged || f.Kind != feedv1.FactKind_FACT_KIND_PERSON { // who somebody is, the other one says
				sets[who] = append(sets[who], f.Entry)
			}
		}
	}
	var err error
	if out.world, err = sets[""].World(); err != nil {
		t.Fatal(err)
	}
	delete(sets, "")
	delete(held, "")
	out.Residents = int64(len(held))
	for id := range held {
		set := sets[id]
		r, err := set.Resident(id)
		if err != nil {
			t.Fatal(err)
		}
		if _, merged := links[id]; r.Known() && merged {
			t.Fatalf("the count itself takes a merged resident for a person")
		}
		if !r.Known() {
			out.Orphans += held[id]
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
	known := slices.Contains(brute.StockIndicators, indicator) || slices.Contains(brute.FlowIndicators, indicator)
	if !known && countedHere(t, indicator) {
		t.Fatalf("the diaries do not know %s", indicator)
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
		}
	}
	return out
}

// countedHere says whether a pack that governs somewhere in the invented county
// counts an indicator; those of other jurisdictions alone count nobody here.
func countedHere(t tester, indicator string) bool {
	t.Helper()
	for _, id := range []string{"national", "demo-990101"} {
		p, ok := packs(t).Pack(id)
		if !ok {
			t.Fatalf("no pack %s", id)
		}
		for i := range p.Indicators {
			if x := &p.Indicators[i]; x.ID == indicator && x.Awaits.Chinese == "" {
				return true
			}
		}
	}
	return false
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
