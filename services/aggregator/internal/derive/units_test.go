package derive_test

import (
	"slices"
	"testing"
	"testing/fstest"

	"xinju.dev/services/aggregator/internal/derive"
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/ledger"
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/platform/civil"
)

const atUnits = `id: test
version: 1
name: {zh: 试验, en: test}
valid_from: 2020-01-01
indicators:
  - id: HED
    name: {zh: 健康教育人次, en: attendances}
    kind: flow
    period: month
    attribution: event
    alternative: residence
    events: {services: {kind: education}}
    eligible: {between: {from: 2020-01-01}}
`

// hung is how places hang in a world, as the ledger asks for it.
type hung struct{ w *facts.World }

func (h hung) Spans(place string) []ledger.Span {
	var out []ledger.Span
	for _, s := range h.w.Standings(place) {
		if s.How != facts.Here {
			continue
		}
		var above []string
		for _, code := range s.At {
			if code != "" && code != place && !slices.Contains(above, code) {
				above = append(above, code)
			}
		}
		out = append(out, ledger.Span{From: s.From, To: s.To, Above: above})
	}
	return out
}

// What is attributed to a unit is a row of the unit's own, counts per unit and
// sums up to where the unit stands; the alternative stands beside it where the
// person lives.
func TestAUnitHasRowsAndSumsUp(t *testing.T) {
	packs, err := policy.Load(fstest.MapFS{"test.yaml": &fstest.MapFile{Data: []byte(atUnits)}})
	if err != nil {
		t.Fatal(err)
	}
	w := facts.NewWorld([]facts.Division{
		{Code: "990000000000", Level: facts.Province},
		{Code: "990102000000", Level: facts.County, Parent: "990000000000"},
		{Code: "990102100000", Level: facts.Township, Parent: "990102000000"},
		{Code: "990102101000", Level: facts.Township, Parent: "990102000000"},
		{Code: "990102100201", Level: facts.Village, Parent: "990102100000"},
		{Code: "990102101201", Level: facts.Village, Parent: "990102101000"},
	}, []facts.Unit{{Key: facts.Key{ID: "clinic"}, Division: "990102101201"}})
	r := &facts.Resident{
		ID: "r", Person: facts.Person{Key: facts.Key{ID: "p"}},
		Residences: []facts.Residence{{Key: facts.Key{ID: "s"}, Division: "990102100201", Arrived: civil.Must("2020-01-01"), SortKey: "third floor"}},
		Educations: []facts.Education{{Key: facts.Key{ID: "e"}, On: civil.Must("2024-02-29"), UnitID: "clinic"}},
	}
	d := derive.New(packs)
	rows := d.Rows(r, w)
	if len(rows) != 2 || rows[1].Village != facts.UnitPlace("clinic") || rows[1].SortKey != "third floor" {
		t.Fatalf("%+v", rows)
	}
	l := ledger.New(hung{w})
	batch := l.Batch()
	for _, row := range rows {
		for _, p := range row.Pieces {
			batch.Add(p.Key, row.Village, p.From, p.To, p.Count())
		}
	}
	l.Apply(batch)
	for _, c := range []struct {
		indicator string
		counts    []string
		empty     []string
	}{
		{"HED", []string{"unit:clinic", "990102101201", "990102101000", "990102000000"}, []string{"990102100201", "990102100000"}},
		{"HED@residence", []string{"990102100201", "990102100000", "990102000000"}, []string{"unit:clinic", "990102101000"}},
	} {
		key, ok := d.Key(c.indicator)
		if !ok {
			t.Fatal(c.indicator)
		}
		for _, code := range c.counts {
			if n := l.At(key, code, civil.Must("2024-02-29")); n.Eligible != 1 {
				t.Errorf("%s at %s: %v", c.indicator, code, n)
			}
		}
		for _, code := range c.empty {
			if n := l.At(key, code, civil.Must("2024-02-29")); n.Eligible != 0 {
				t.Errorf("%s at %s: %v", c.indicator, code, n)
			}
		}
		if n := l.At(key, "990102000000", civil.Must("2024-03-01")); n.Eligible != 0 {
			t.Errorf("%s goes on after its month: %v", c.indicator, n)
		}
	}
}
