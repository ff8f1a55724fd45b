package derived_test

import (
	"testing"

	"xinju.dev/services/aggregator/internal/derived"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
)

// unplaced reads the gauge: counted above a village, and nowhere.
func unplaced(t *testing.T, reg *prometheus.Registry) (out [2]float64) {
	t.Helper()
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() != "xinju_aggregator_unplaced_residents" {
			continue
		}
		for _, m := range f.GetMetric() {
			if m.GetLabel()[0].GetValue() == "above" {
				out[0] = m.GetGauge().GetValue()
			} else {
				out[1] = m.GetGauge().GetValue()
			}
		}
	}
	return out
}

// TestWhoHasNoVillageIsReported: nobody is lost without a trace, also not over a
// restart and a rebuild, and the report ends when the tree is put right.
func TestWhoHasNoVillageIsReported(t *testing.T) {
	testkit.EachEngine(t, sets, func(t *testing.T, db *sqlstore.DB) {
		c := newCounty(31)
		registry := c.feeds["registry"]
		for _, f := range c.tree() {
			registry.write(f)
		}
		gone := "990101001203"
		registry.write(c.division("gone", gone, "990101001000", 5, 0, civil.Must("2019-12-31")))
		for _, village := range []string{gone, gone, "990101001299", "990102001201"} {
			id := c.id("R")
			registry.write(fact(feedv1.FactKind_FACT_KIND_PERSON, "person of "+id, id, &feedv1.Fact{Body: &feedv1.Fact_Person{Person: &feedv1.PersonFact{BirthYmd: 19900101}}}))
			registry.write(fact(feedv1.FactKind_FACT_KIND_RESIDENCE, c.id("S"), id, &feedv1.Fact{Body: &feedv1.Fact_Residence{Residence: &feedv1.ResidenceFact{Division: village, ArrivedYmd: 20190101}}}))
		}
		reg := prometheus.NewRegistry()
		metrics, err := derived.NewMetrics(reg)
		if err != nil {
			t.Fatal(err)
		}
		core, logs := observer.New(zap.WarnLevel)
		b := derived.New(derived.Deps{Store: folding(db), Packs: packs(t), Sources: sourceNames, Now: now, Log: zap.New(core), Metrics: metrics})
		check := func(when string, want [2]float64) {
			t.Helper()
			if got := unplaced(t, reg); got != want {
				t.Errorf("%s: above and nowhere %v, want %v", when, got, want)
			}
		}
		if err := b.Load(t.Context()); err != nil {
			t.Fatal(err)
		}
		check("at the start", [2]float64{0, 0})
		if err := b.ApplyChanges(t.Context(), "registry", registry.epoch, registry.changes); err != nil {
			t.Fatal(err)
		}
		check("followed", [2]float64{2, 1})
		if n := logs.FilterMessageSnippet("has no village").Len(); n != 1 {
			t.Errorf("%d warnings, want 1", n)
		}
		if err := b.Load(t.Context()); err != nil {
			t.Fatal(err)
		}
		check("after a restart", [2]float64{2, 1})
		kept := figures(t, b)
		if op := rebuild(t, b, feedsOf(c)); op.State != 3 || figures(t, b) != kept {
			t.Errorf("the rebuild ended in %d, %+v, want %+v", op.State, figures(t, b), kept)
		}
		check("after a rebuild", [2]float64{2, 1})
		registry.write(c.division("gone", gone, "990101001000", 5, 0, civil.Must("2019-12-31"), "990101001201"))
		registry.write(c.division("late", "990101001299", "990101001000", 5, 0, 0))
		at, _ := b.Position("registry")
		if err := b.ApplyChanges(t.Context(), "registry", registry.epoch, registry.changes[at.Position:]); err != nil {
			t.Fatal(err)
		}
		check("with a successor and the village that was missing", [2]float64{0, 0})
	})
}
