package derived_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/derived"
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/ledger"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
)

// settled is a county with a tree and people who live in its first village, each
// taught once; those from the third on the registry has never told of.
func settled(seed uint64, people ...string) *county {
	c := newCounty(seed)
	for _, f := range c.tree() {
		c.feeds["registry"].write(f)
	}
	for i, id := range people {
		if i < 2 {
			c.arrives(id, "stay of "+id, id)
		}
		c.feeds["archive"].write(fact(feedv1.FactKind_FACT_KIND_EDUCATION, "lesson of "+id, id, &feedv1.Fact{Body: &feedv1.Fact_Education{Education: &feedv1.EducationFact{OnYmd: 20200505, Form: 2}}}))
	}
	return c
}

// arrives writes who a resident is and one stay.
func (c *county) arrives(id, stay, sortKey string) {
	c.feeds["registry"].write(fact(feedv1.FactKind_FACT_KIND_PERSON, "person of "+id, id, &feedv1.Fact{Body: &feedv1.Fact_Person{Person: &feedv1.PersonFact{
		BirthYmd: 19900101, Sex: 2, Hukou: []*feedv1.HukouSpan{{Division: "340101"}},
	}}}))
	c.feeds["registry"].write(stayFact(stay, id, c.villages[0], sortKey))
}

func stayFact(fid, resident, village, sortKey string) *feedv1.Fact {
	return fact(feedv1.FactKind_FACT_KIND_RESIDENCE, fid, resident, &feedv1.Fact{Body: &feedv1.Fact_Residence{Residence: &feedv1.ResidenceFact{
		Division: village, ArrivedYmd: 20190101, SortKey: sortKey,
	}}})
}

func (c *county) merge(linked, into string) { c.feeds["registry"].write(c.link(linked, into).fact) }

// catchUp applies what the book has not seen, source by source.
func catchUp(t tester, b *derived.Book, c *county, sources ...string) {
	t.Helper()
	for _, s := range sources {
		at, _ := b.Position(s)
		if err := b.ApplyChanges(t.Context(), s, c.feeds[s].epoch, c.feeds[s].changes[at.Position:]); err != nil {
			t.Fatal(err)
		}
	}
}

// taught lists who counts as taught in the county at the end of 2020.
func taught(t tester, b *derived.Book, which coverage.Which) (out []string) {
	t.Helper()
	key, _ := b.Deriver().Key("HED01")
	list, err := b.List(t.Context(), coverage.ListQuery{Division: province, Key: key, Day: civil.Must("2020-12-31"), Which: which, Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	for i := range list.Lines {
		out = append(out, list.Lines[i].ResidentID)
	}
	return out
}

// TestAMergeAndItsEnd: one person in lists, numbers and answers while two are
// merged, and everything as before when they are parted, to the byte.
func TestAMergeAndItsEnd(t *testing.T) {
	testkit.EachEngine(t, sets, func(t *testing.T, db *sqlstore.DB) {
		c := settled(51, "R1", "R2", "R3")
		b := open(t, db)
		catchUp(t, b, c, sourceNames...)
		before := figures(t, b)
		if got := fmt.Sprint(taught(t, b, coverage.Covered)); got != "[R1 R2]" || before.Residents != 3 || before.Orphans != 1 {
			t.Fatalf("before: %s, %+v", got, before)
		}
		c.merge("R2", "R1")
		c.merge("R3", "R1")
		catchUp(t, b, c, sourceNames...)
		merged := figures(t, b)
		if got := fmt.Sprint(taught(t, b, coverage.Eligible)); got != "[R1]" || merged.Residents != 1 || merged.Orphans != 0 {
			t.Errorf("merged: %s, %+v", got, merged)
		}
		for _, id := range []string{"R1", "R2", "R3"} {
			who, linked, err := b.Resident(t.Context(), id, func(coverage.View) error { return nil })
			if err != nil {
				t.Fatal(err)
			}
			if who.ID != "R1" || fmt.Sprint(linked) != "[R2 R3]" || len(who.Educations) != 3 || len(who.Residences) != 2 {
				t.Errorf("%s is %s with %v, %d lessons, %d stays", id, who.ID, linked, len(who.Educations), len(who.Residences))
			}
		}
		numbersAreRight(t, b, c, rand.New(rand.NewPCG(51, 1)))
		if again := figures(t, open(t, db)); again != merged {
			t.Errorf("after a restart %+v, before %+v", again, merged)
		}
		if op := rebuild(t, b, feedsOf(c)); op.State != 3 || figures(t, b) != merged {
			t.Errorf("rebuilt in %d: %+v, by increments %+v", op.State, figures(t, b), merged)
		}
		c.merge("R2", "")
		c.merge("R3", "")
		catchUp(t, b, c, sourceNames...)
		if after := figures(t, b); after != before {
			t.Errorf("parted %+v, before %+v", after, before)
		}
		if got := fmt.Sprint(taught(t, b, coverage.Covered)); got != "[R1 R2]" {
			t.Errorf("parted: %s", got)
		}
		if who, linked, err := b.Resident(t.Context(), "R2", func(coverage.View) error { return nil }); err != nil || who.ID != "R2" || len(linked) != 0 {
			t.Errorf("parted: %v, %v", linked, err)
		}
	})
}

// TestALinkBeforeWhatItConcerns: the five feeds come in any order.
func TestALinkBeforeWhatItConcerns(t *testing.T) {
	c := settled(52, "R1", "R9", "R2")
	c.merge("R2", "R1")
	first := open(t, testkit.SQLite(t, sets...))
	catchUp(t, first, c, "registry", "archive", "immunization", "maternal", "familyplanning")
	second := open(t, testkit.SQLite(t, sets...))
	catchUp(t, second, c, "archive", "immunization", "maternal", "familyplanning", "registry")
	if figures(t, first) != figures(t, second) {
		t.Errorf("the link first %+v, the facts first %+v", figures(t, first), figures(t, second))
	}
	if got := fmt.Sprint(taught(t, first, coverage.Covered)); got != "[R1 R9]" {
		t.Errorf("taught %s", got)
	}
}

// TestALinkTouchesTwoResidents: nobody else is derived again.
func TestALinkTouchesTwoResidents(t *testing.T) {
	c := settled(53, "R1", "R2")
	for i := range 40 {
		c.arrives(fmt.Sprint("N", i), fmt.Sprint("stay ", i), "n")
	}
	reg := prometheus.NewRegistry()
	b := bookWith(t, testkit.SQLite(t, sets...), reg, zap.NewNop())
	catchUp(t, b, c, sourceNames...)
	for _, into := range []string{"R1", "", "N1", "N2"} {
		was := figure(t, reg, "xinju_aggregator_residents_changed_total")
		c.merge("R2", into)
		catchUp(t, b, c, "registry")
		if n := figure(t, reg, "xinju_aggregator_residents_changed_total") - was; n != 2 {
			t.Errorf("a link to %q changed %v residents", into, n)
		}
	}
}

func bookWith(t *testing.T, db *sqlstore.DB, reg *prometheus.Registry, log *zap.Logger) *derived.Book {
	t.Helper()
	metrics, err := derived.NewMetrics(reg)
	if err != nil {
		t.Fatal(err)
	}
	b := derived.New(derived.Deps{Store: folding(db), Packs: packs(t), Sources: sourceNames, Now: now, Log: log, Metrics: metrics})
	if err := b.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	return b
}

// figure sums what a figure says for the registry, or for all.
func figure(t *testing.T, reg *prometheus.Registry, name string) (sum float64) {
	t.Helper()
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() != name {
			continue
		}
		for _, m := range f.GetMetric() {
			if l := m.GetLabel(); len(l) == 0 || l[0].GetValue() == "registry" {
				sum += m.GetCounter().GetValue() + m.GetGauge().GetValue()
			}
		}
	}
	return sum
}

// TestALinkThatLeadsOnRaisesTheAlarm: the registry never sends one; should it,
// the facts count for nobody, nothing breaks, and the alarm ends with the cause.
func TestALinkThatLeadsOnRaisesTheAlarm(t *testing.T) {
	testkit.EachEngine(t, sets, func(t *testing.T, db *sqlstore.DB) {
		c := settled(54, "R1", "R2", "R3")
		reg := prometheus.NewRegistry()
		core, logs := observer.New(zap.ErrorLevel)
		b := bookWith(t, db, reg, zap.New(core))
		is := func(when string, chains float64, alarms int) {
			t.Helper()
			catchUp(t, b, c, sourceNames...)
			if got := figure(t, reg, "xinju_aggregator_link_chains"); got != chains {
				t.Errorf("%s: %v links lead on, want %v", when, got, chains)
			}
			if n := logs.FilterMessageSnippet("linked themselves").Len(); n != alarms {
				t.Errorf("%s: %d alarms, want %d", when, n, alarms)
			}
			numbersAreRight(t, b, c, rand.New(rand.NewPCG(54, 1)))
		}
		is("nobody is merged", 0, 0)
		c.merge("R3", "R2")
		is("one link", 0, 0)
		c.merge("R2", "R1")
		is("it leads on", 1, 1)
		c.merge("R1", "R2")
		is("a ring", 3, 2)
		if err := b.Load(t.Context()); err != nil {
			t.Fatal(err)
		}
		is("after a restart", 3, 2)
		if op := rebuild(t, b, feedsOf(c)); op.State != 3 {
			t.Errorf("the rebuild ended in %d", op.State)
		}
		is("rebuilt", 3, 2)
		c.merge("R1", "")
		c.merge("R3", "R1")
		is("put right", 0, 2)
		c.merge("R2", "R2") // to itself: says nothing
		is("to itself", 0, 2)
	})
}

// TestAFactThatMoves: its end under the old resident may come after its
// beginning under the new one, and it may come back.
func TestAFactThatMoves(t *testing.T) {
	for name, endsFirst := range map[string]bool{"the end comes first": true, "the end comes last": false} {
		t.Run(name, func(t *testing.T) {
			c := settled(55, "R1", "R2")
			registry := c.feeds["registry"]
			b := open(t, testkit.SQLite(t, sets...))
			move := func(from, to string) {
				t.Helper()
				ends := fact(feedv1.FactKind_FACT_KIND_RESIDENCE, "moved", from, &feedv1.Fact{Deleted: true})
				begins := stayFact("moved", to, c.villages[1], "m")
				if endsFirst {
					registry.write(ends)
					registry.write(begins)
				} else {
					registry.write(begins)
					registry.write(ends)
				}
				at, _ := b.Position("registry")
				for i := range registry.changes[at.Position:] { // a page each
					end := at.Position + int64(i) + 1
					if err := b.ApplyChanges(t.Context(), "registry", registry.epoch, registry.changes[end-1:end]); err != nil {
						t.Fatal(err)
					}
				}
			}
			stays := func(id string) []facts.Residence {
				t.Helper()
				who, _, err := b.Resident(t.Context(), id, func(coverage.View) error { return nil })
				if err != nil {
					t.Fatal(err)
				}
				return who.Residences
			}
			registry.write(stayFact("moved", "R1", c.villages[1], "m"))
			catchUp(t, b, c, sourceNames...)
			for i, to := range []string{"R2", "R1", "R2"} {
				from := []string{"R1", "R2", "R1"}[i]
				move(from, to)
				if len(stays(from)) != 1 || len(stays(to)) != 2 {
					t.Fatalf("move %d: %d stays left, %d there", i, len(stays(from)), len(stays(to)))
				}
			}
			c.merge("R2", "R1")
			catchUp(t, b, c, "registry")
			if n := len(stays("R1")); n != 3 {
				t.Errorf("merged: %d stays", n)
			}
			kept := figures(t, b)
			if op := rebuild(t, b, feedsOf(c)); op.State != 3 || figures(t, b) != kept {
				t.Errorf("rebuilt in %d: %+v, by increments %+v", op.State, figures(t, b), kept)
			}
		})
	}
}

// TestLinksOfAnOlderBuildAreRead: it kept the facts and knew nothing of links.
func TestLinksOfAnOlderBuildAreRead(t *testing.T) {
	testkit.EachEngine(t, sets, func(t *testing.T, db *sqlstore.DB) {
		c := settled(56, "R1", "R2", "R3")
		c.merge("R3", "R2")
		b := open(t, db)
		catchUp(t, b, c, sourceNames...)
		want := figures(t, b)
		for _, q := range []string{"DELETE FROM resident_link", "UPDATE generation SET derivation = '2/before'"} {
			if _, err := db.SQL().ExecContext(t.Context(), q); err != nil {
				t.Fatal(err)
			}
		}
		b = open(t, db)
		if got := figures(t, b); got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
		key, _ := b.Deriver().Key("HED01")
		err := b.Look(func(v coverage.View) error {
			if n := v.Count(key, province, civil.Must("2020-12-31")); n != (ledger.Count{Eligible: 2, Covered: 2}) {
				t.Errorf("counted %v", n)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
