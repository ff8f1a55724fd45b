package answers_test

import (
	"fmt"
	"math/big"
	"testing"
	"testing/fstest"

	"xinju.dev/services/aggregator/internal/answers"
	"xinju.dev/services/aggregator/internal/derive"
	"xinju.dev/services/aggregator/internal/ledger"
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/platform/civil"

	"github.com/google/go-cmp/cmp"
)

// TestANumberIsAskedOfTheWholeJurisdiction: 1100 couples are a district's task and
// no street's, 10 rooms as well; a share and so much a head hold in each street.
func TestANumberIsAskedOfTheWholeJurisdiction(t *testing.T) {
	const file = `
id: whole
version: 1
name: {zh: 甲, en: a}
jurisdiction: "990100000000"
warnings: {minimum: 1, yellow: {below_points: 5}, red: {months: 1}}
figures:
  - {id: rooms, name: {zh: 室, en: rooms}, unit: {zh: 个, en: rooms}, at: day}
  - {id: people, name: {zh: 人, en: people}, unit: {zh: 人, en: people}, at: day}
indicators:
  - {id: COUPLES, name: {zh: 对, en: couples}, kind: stock, better: higher, eligible: {present: {}}}
  - {id: SHARE, name: {zh: 率, en: share}, kind: stock, eligible: {present: {}}, covered: {archive: {}}}
  - {id: ROOMS, name: {zh: 室, en: rooms}, kind: ratio, unit: count, better: higher, numerator: {text: {zh: 室, en: r}, sum: [{figure: rooms}]}}
  - {id: HEAD, name: {zh: 人均, en: per head}, kind: ratio, unit: count, better: higher, numerator: {text: {zh: 室, en: r}, sum: [{figure: rooms}]}, denominator: {text: {zh: 人, en: p}, sum: [{figure: people}]}}
targets:
  - {indicator: COUPLES, op: ">=", value: 1100, by: 2030-12-31}
  - {indicator: SHARE, op: ">=", value: 80%, by: 2030-12-31}
  - {indicator: ROOMS, op: ">=", value: 10, by: 2030-12-31}
  - {indicator: HEAD, op: ">=", value: 2, by: 2030-12-31}
`
	packs, err := policy.Load(fstest.MapFS{"m.yaml": {Data: []byte(file)}})
	if err != nil {
		t.Fatal(err)
	}
	n := &numbers{world: world(), deriver: derive.New(packs), following: followed()}
	n.counts = func(ledger.Key, string, civil.Date) ledger.Count { return ledger.Count{Eligible: 40, Covered: 10} }
	day := civil.Must("2020-06-30")
	var figures []answers.Figure
	for _, code := range append([]string{county}, towns...) {
		for id, value := range map[string]int64{"rooms": 4, "people": 8} {
			figures = append(figures, answers.Figure{ID: id, Division: code, Value: big.NewRat(value, 1), On: day, Source: "表"})
		}
	}
	p, _ := column(t, n, "SHARE")
	columns, err := answers.Columns(n, p, nil)
	if err != nil {
		t.Fatal(err)
	}
	a := asker(n, answers.NewFigures(figures))
	for code, want := range map[string][]string{
		county:   {"COUPLES true 1060", "SHARE true 22", "ROOMS true 6", "HEAD true 12"},
		towns[0]: {"COUPLES false 0", "SHARE true 22", "ROOMS false 0", "HEAD true 12"},
	} {
		var got []string
		for _, r := range a.Rows(p, answers.DivisionPlace(n.world, code, day), columns, day) {
			got = append(got, fmt.Sprint(r.ID, " ", r.HasTarget, " ", r.Gap))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", code, diff)
		}
	}
	for _, s := range a.Warnings(p, towns, columns, day) {
		if id := s.Row.ID; id != "SHARE" && id != "HEAD" {
			t.Errorf("%s is warned of %s: %s", s.Row.Place.Code, id, s.Warned.English)
		}
	}
}
