package answers_test

import (
	"math/big"
	"testing"
	"testing/fstest"

	"xinju.dev/services/aggregator/internal/answers"
	"xinju.dev/services/aggregator/internal/derive"
	"xinju.dev/services/aggregator/internal/ledger"
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/platform/civil"
)

const country = `
id: country
version: 1
name: {zh: 全国, en: country}
indicators:
  - {id: SHARE, name: {zh: 率, en: share}, kind: stock, eligible: {present: {}}, covered: {archive: {}}}
targets:
  - {indicator: SHARE, op: ">=", value: 50%, by: 2030-12-31}
`

const oneTown = `
id: town
version: 1
name: {zh: 甲县, en: a county}
jurisdiction: "990101000000"
extends: country
valid_from: 2010-01-01
figures:
  - {id: people, name: {zh: 人口, en: people}, unit: {zh: 人, en: people}, at: year}
indicators:
  - {id: OWN, name: {zh: 本县的率, en: its own share}, kind: stock, eligible: {present: {}}, covered: {archive: {}}}
  - {id: SIZE, name: {zh: 本县的数, en: its own count}, kind: stock, eligible: {present: {}}}
  - {id: TURN, name: {zh: 比, en: ratio}, kind: ratio, numerator: {sum: [{indicator: SIZE}]}, denominator: {sum: [{indicator: OWN}]}}
  - {id: PER, name: {zh: 人均, en: per head}, kind: ratio, numerator: {sum: [{indicator: SIZE}]}, denominator: {sum: [{figure: people}]}}
targets:
  - {indicator: SHARE, op: ">=", value: 80%, by: 2030-12-31}
  - {indicator: OWN, op: ">=", value: 80%, by: 2030-12-31}
`

// TestWhereThePackDoesNotGovernNeitherItsTargetNorANoughtIsShown: a province may
// ask for what one county counts, and learns what is counted there; the county's
// target is not the province's, another county has no 0 of it, and what one county
// counts is not set against the people of all.
func TestWhereThePackDoesNotGovernNeitherItsTargetNorANoughtIsShown(t *testing.T) {
	c, err := policy.Load(fstest.MapFS{"country.yaml": {Data: []byte(country)}, "town.yaml": {Data: []byte(oneTown)}})
	if err != nil {
		t.Fatal(err)
	}
	view := &numbers{world: world(), deriver: derive.New(c), following: followed()}
	share, _ := view.deriver.Key("SHARE")
	view.counts = func(key ledger.Key, code string, _ civil.Date) ledger.Count {
		if key == share || code == towns[0] || code == province {
			return ledger.Count{Eligible: 40, Covered: 20}
		}
		return ledger.Count{}
	}
	day := civil.Must("2020-06-30")
	var people []answers.Figure
	for _, code := range append([]string{province, county}, towns...) {
		people = append(people, answers.Figure{ID: "people", Division: code, Year: 2020, Value: big.NewRat(1000, 1)})
	}
	asker := answers.On(view, answers.NewFigures(people), answers.DefaultLate, day.Time())
	for _, x := range []struct {
		place, item   string
		target, value bool
	}{
		{towns[0], "SHARE", true, true},
		{towns[0], "OWN", true, true},
		{towns[0], "SIZE", false, true},
		{towns[0], "TURN", false, true},
		{towns[0], "PER", false, true},
		{province, "SHARE", true, true},
		{province, "OWN", false, true},
		{province, "SIZE", false, true},
		{province, "TURN", false, true},
		{province, "PER", false, false},
		{towns[1], "SHARE", true, true},
		{towns[1], "OWN", false, false},
		{towns[1], "SIZE", false, false},
		{towns[1], "TURN", false, false},
		{towns[1], "PER", false, false},
	} {
		p, err := answers.PackFor(view, x.place, day)
		if err != nil {
			t.Fatal(err)
		}
		columns, err := answers.Columns(view, p, []string{x.item})
		if err != nil {
			t.Fatal(err)
		}
		r := asker.Rows(p, answers.DivisionPlace(view.world, x.place, day), columns, day)[0]
		_, value := r.Exact()
		if r.HasTarget != x.target || value != x.value || (r.Awaits == policy.Text{}) != x.value || r.NotCounted == x.value {
			t.Errorf("%s of %s: target %v, value %v, %q; want target %v, value %v", x.item, x.place, r.HasTarget, value, r.Awaits.Chinese, x.target, x.value)
		}
	}
}
