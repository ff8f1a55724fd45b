package rpc

import (
	"context"
	"math/big"
	"testing"
	"testing/fstest"
	"time"

	"xinju.dev/services/aggregator/internal/answers"
	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/derive"
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/ledger"
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/platform/civil"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
)

const askedPack = `
id: asked
version: 1
name: {zh: 测试, en: asked}
figures: [{id: staff, name: {zh: 人员, en: staff}, unit: {zh: 人, en: people}, at: day}]
indicators:
  - {id: SHARE, name: {zh: 率, en: share}, kind: stock, eligible: {present: {}}, covered: {archive: {}}}
  - id: MIX
    name: {zh: 比, en: ratio}
    kind: ratio
    unit: count
    numerator: {text: {zh: 子, en: top}, sum: [{indicator: SHARE}]}
    denominator: {text: {zh: 母, en: bottom}, sum: [{figure: staff}]}
`

// still is a state in which everybody counts ten.
type still struct {
	world *facts.World
	d     *derive.Deriver
}

func (s still) World() *facts.World       { return s.world }
func (s still) Packs() *policy.Catalogue  { return s.d.Packs() }
func (s still) Deriver() *derive.Deriver  { return s.d }
func (s still) Seen(string) bool          { return true }
func (s still) Figures() coverage.Figures { return coverage.Figures{} }
func (s still) Following() (out []coverage.Following) {
	for _, name := range policy.SourceNames() {
		out = append(out, coverage.Following{Source: name, Epoch: "e"})
	}
	return out
}

func (s still) Count(ledger.Key, string, civil.Date) ledger.Count { return ledger.Count{Eligible: 10} }

func (s still) Direct(ledger.Key, string, civil.Date) ledger.Count { return ledger.Count{Eligible: 10} }

type stillBook struct {
	Book
	view still
}

func (b stillBook) Look(fn func(coverage.View) error) error { return fn(b.view) }

// reads counts how often the figures were read from the database.
type reads struct {
	held *answers.Figures
	n    int
}

func (r *reads) Held() (*answers.Figures, bool) { return r.held, false }
func (r *reads) Current(context.Context) (*answers.Figures, error) {
	r.n++
	r.held = answers.NewFigures([]answers.Figure{{ID: "staff", Division: "990000000000", On: civil.Must("2020-01-01"), Value: big.NewRat(4, 1)}})
	return r.held, nil
}

func TestOnlyARatioWithAFigureReadsTheFigures(t *testing.T) {
	packs, err := policy.Load(fstest.MapFS{"asked.yaml": {Data: []byte(askedPack)}})
	if err != nil {
		t.Fatal(err)
	}
	world := facts.NewWorld([]facts.Division{{Code: "990000000000", Level: facts.Province}}, nil)
	s := New(stillBook{view: still{world, derive.New(packs)}}, nil, func() time.Time { return civil.Must("2020-06-30").Time() })
	figures := &reads{}
	s.UseFigures(figures)
	for _, c := range []struct {
		id    string
		value float64
		reads int
	}{{"SHARE", 0, 0}, {"MIX", 2.5, 1}} {
		resp, err := s.GetCoverage(t.Context(), &aggregatorv1.GetCoverageRequest{Divisions: []string{"990000000000"}, IndicatorIds: []string{c.id}})
		if err != nil {
			t.Fatal(err)
		}
		if rows := resp.GetRows(); len(rows) != 1 || rows[0].GetValue() != c.value || figures.n != c.reads {
			t.Errorf("%s: %v with %d reads, want %v with %d", c.id, rows, figures.n, c.value, c.reads)
		}
	}
}
