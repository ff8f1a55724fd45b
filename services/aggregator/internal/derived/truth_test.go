package derived_test

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strings"

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
		}
	}
	out.tie(links)
	for _, r := range out.residents {
		out.diaries = append(out.diaries, brute.Open(r, out.world))
	}
	return out
}

// tie gives everybody the people whom they name or who name them, by the persons
// that the identifiers stand for.
func (c *counted) tie(links map[string]string) {
	root := func(id string) string { return cmp.Or(links[id], id) }
	for _, r := range c.residents {
		r.Person.MotherID = root(r.Person.MotherID)
		for i := range r.Relations {
			r.Relations[i].OtherID = root(r.Relations[i].OtherID)
		}
	}
	slices.SortFunc(c.residents, func(a, b *facts.Resident) int { return strings.Compare(a.ID, b.ID) })
	names := func(a, b *facts.Resident) bool {
		return a.Person.MotherID == b.ID || slices.ContainsFunc(a.Relations, func(x facts.Relation) bool { return x.OtherID == b.ID })
	}
	for _, r := range c.residents {
		for _, o := range c.residents {
			if r != o && (names(r, o) || names(o, r)) {
				r.Others = append(r.Others, &facts.Resident{ID: o.ID, Person: o.Person, Residences: o.Residences, Permits: o.Permits, Relations: o.Relations})
			}
		}
	}
}

// counts is the number of an indicator in every division on a day.
func (c *counted) counts(indicator string, day civil.Date) map[string]ledger.Count {
	out := map[string]ledger.Count{}
	for _, d := range c.diaries {
		for _, x := range d.Counts(indicator, day) {
			in := []string{x.Village}
			if chain, known := c.world.Chain(x.Village, day); known {
				in = append(in, chain[:]...)
			}
			slices.Sort(in)
			for _, code := range slices.Compact(in) {
				n := out[code]
				n.Eligible += x.Weight
				if x.Covered {
					n.Covered += x.Weight
				}
				out[code] = n
			}
		}
	}
	return out
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
	out = slices.DeleteFunc(out, func(d civil.Date) bool { return d < brute.First || d > brute.Last }) // what a diary covers
	rng.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out[:min(len(out), 8)]
}
