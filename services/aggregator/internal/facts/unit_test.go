package facts_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/platform/civil"
)

// unitWorld is a township with a village that ended in favour of another, a
// clinic in each village and a centre in the township; the centre manages the
// old village until the clinic takes it over.
func unitWorld() *facts.World {
	day := civil.Must
	return facts.NewWorld([]facts.Division{
		{Code: "990000000000", Level: facts.Province},
		{Code: "990102000000", Level: facts.County, Parent: "990000000000"},
		{Code: "990102100000", Level: facts.Township, Parent: "990102000000"},
		{Code: "990102100201", Level: facts.Village, Parent: "990102100000", Until: day("2023-12-31"), Successors: []string{"990102100202"}},
		{Code: "990102100202", Level: facts.Village, Parent: "990102100000"},
	}, []facts.Unit{
		{Key: facts.Key{ID: "old"}, Name: "一村卫生室", Division: "990102100201", Manages: []facts.Managed{{Division: "990102100201", From: day("2022-03-01")}}},
		{Key: facts.Key{ID: "new"}, Division: "990102100202"},
		{Key: facts.Key{ID: "centre"}, Division: "990102100000", Manages: []facts.Managed{
			{Division: "990102100201", From: day("2020-01-01"), Until: day("2022-06-30")}, {Division: "990102100202", From: day("2020-01-01")},
		}},
		{Key: facts.Key{ID: "lost"}, Division: "110000000000"},
	})
}

func TestAUnitIsAPlaceBelowItsDivision(t *testing.T) {
	w := unitWorld()
	place := facts.UnitPlace("old")
	before, after := civil.Must("2023-12-31"), civil.Must("2024-01-01")
	for _, c := range []struct {
		day     civil.Date
		village string
	}{{before, "990102100201"}, {after, "990102100202"}} {
		chain, known := w.Chain(place, c.day)
		if !known || chain.Place() != place || chain[facts.Village] != c.village || chain[facts.Township] != "990102100000" {
			t.Errorf("%s: %v", c.day, chain)
		}
		if kids := w.Children(c.village, c.day); !slices.Contains(kids, place) {
			t.Errorf("%s: below %s are %v", c.day, c.village, kids)
		}
	}
	if diff := cmp.Diff([]string{"990102100201", "990102100202", "unit:centre"}, w.Children("990102100000", before)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"unit:new", "unit:old"}, w.Children("990102100202", after)); diff != "" {
		t.Error(diff)
	}
	if w.Name(place, before) != "一村卫生室" || facts.UnitOf(place) != "old" || facts.UnitOf("990102100202") != "" {
		t.Error("name or id of the place")
	}
	for _, code := range []string{facts.UnitPlace("lost"), facts.UnitPlace("nobody")} {
		if s := w.Standing(code, before); s.How != facts.Nowhere || s.At.Place() != code {
			t.Errorf("%s: %+v", code, s)
		}
	}
}

func TestWhatAUnitManages(t *testing.T) {
	w := unitWorld()
	for _, c := range []struct {
		unit, day string
		want      []string
	}{
		{"centre", "2022-02-28", []string{"990102100201", "990102100202"}},
		{"centre", "2022-03-01", []string{"990102100202"}}, // the management that began last stands
		{"old", "2022-02-28", nil},
		{"old", "2022-03-01", []string{"990102100201"}},
		{"nobody", "2022-03-01", nil},
	} {
		if diff := cmp.Diff(c.want, w.Managed(c.unit, civil.Must(c.day))); diff != "" {
			t.Errorf("%s on %s: %s", c.unit, c.day, diff)
		}
	}
	unit, until := w.ManagedUntil("990102100201", civil.Must("2021-01-01"))
	if unit != "centre" || until != civil.Must("2022-03-01") {
		t.Errorf("%s until %s", unit, until)
	}
	for day := civil.Must("2019-12-01"); day < civil.Must("2023-01-01"); {
		unit, until := w.ManagedUntil("990102100201", day)
		for d := day; d < min(until, civil.Must("2023-01-01")); d++ {
			if w.Manager("990102100201", d) != unit {
				t.Fatalf("%s: %s, not %s as on %s", d, w.Manager("990102100201", d), unit, day)
			}
		}
		day = until
	}
}
