package answers_test

import (
	"fmt"
	"math/big"
	"strings"
	"testing/fstest"
	"time"

	"xinju.dev/services/aggregator/internal/answers"
	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/derive"
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/ledger"
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/platform/civil"

	"pgregory.net/rapid"
)

const (
	province = "990000000000"
	county   = "990100000000"
)

var towns = []string{"990101000000", "990102000000", "990103000000", "990104000000", "990105000000", "990106000000"}

// numbers is a state that holds what a test put into it.
type numbers struct {
	world     *facts.World
	deriver   *derive.Deriver
	counts    func(key ledger.Key, code string, day civil.Date) ledger.Count
	following []coverage.Following
}

func (n *numbers) World() *facts.World             { return n.world }
func (n *numbers) Packs() *policy.Catalogue        { return n.deriver.Packs() }
func (n *numbers) Deriver() *derive.Deriver        { return n.deriver }
func (n *numbers) Seen(string) bool                { return true }
func (n *numbers) Figures() coverage.Figures       { return coverage.Figures{} }
func (n *numbers) Following() []coverage.Following { return n.following }
func (n *numbers) Count(key ledger.Key, code string, day civil.Date) ledger.Count {
	return n.counts(key, code, day)
}

func (n *numbers) Direct(key ledger.Key, code string, day civil.Date) ledger.Count {
	return n.counts(key, code, day)
}

// followed is every source without trouble.
func followed() (out []coverage.Following) {
	for _, name := range policy.SourceNames() {
		out = append(out, coverage.Following{Source: name, Epoch: "e", Position: 9, Head: 9})
	}
	return out
}

func world() *facts.World {
	list := []facts.Division{{Code: province, Name: "九九省", Level: facts.Province}, {Code: county, Name: "九九市", Level: facts.Prefecture, Parent: province}}
	for i, t := range towns {
		list = append(list, facts.Division{Code: t, Name: fmt.Sprintf("%d县", i), Level: facts.County, Parent: county, From: civil.Must("2000-01-01")})
	}
	return facts.NewWorld(list, nil)
}

const pack = `
id: tables
version: 1
name: {zh: 表, en: tables}
figures:
  - {id: people, name: {zh: 人口, en: people}, unit: {zh: 人, en: people}, at: year}
  - {id: staff, name: {zh: 人员, en: staff}, unit: {zh: 人, en: people}, at: day}
warnings: {minimum: MINIMUM, yellow: {below_points: POINTS, bottom: BOTTOM}, red: {months: MONTHS}}
indicators:
  - {id: SHARE, name: {zh: 率, en: share}, kind: stock, eligible: {present: {}}, covered: {archive: {}}BETTER}
  - {id: PLAIN, name: {zh: 数, en: count}, kind: stock, eligible: {present: {}}}
  - id: MIX
    name: {zh: 比, en: ratio}
    kind: ratio
    unit: permille
    period: calendar_year
    numerator: {text: {zh: 子, en: top}, sum: [{indicator: SHARE, part: covered, times: 5}, {figure: staff, times: 1/3}]}
    denominator: {text: {zh: 母, en: bottom}, sum: [{indicator: PLAIN, average: start_end}, {figure: people, times: 1/7}]}
targets:
  - {indicator: SHARE, op: "OP", value: TARGET%, by: 2030-12-31}
`

type settings struct {
	minimum, points, months, target int
	bottom, op                      string
	better                          string // what the pack says, with no target when op is empty
}

func compiled(t interface {
	Helper()
	Fatal(...any)
}, s settings,
) *policy.Catalogue {
	t.Helper()
	text := strings.NewReplacer("MINIMUM", fmt.Sprint(s.minimum), "POINTS", fmt.Sprint(s.points), "BOTTOM", s.bottom, "MONTHS", fmt.Sprint(s.months),
		"OP", s.op, "TARGET", fmt.Sprint(s.target), "BETTER", s.better).Replace(pack)
	if s.op == "" {
		text = text[:strings.Index(text, "targets:")]
	}
	c, err := policy.Load(fstest.MapFS{"tables.yaml": {Data: []byte(text)}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var usual = settings{minimum: 10, points: 5, months: 2, target: 80, bottom: "quarter", op: ">="}

// small is a state of small numbers that depend on indicator, place and month.
func small(t *rapid.T, c *policy.Catalogue) *numbers {
	table := map[string]ledger.Count{}
	n := &numbers{world: world(), deriver: derive.New(c), following: followed()}
	n.counts = func(key ledger.Key, code string, day civil.Date) ledger.Count {
		y, m, _ := day.YMD()
		k := fmt.Sprintf("%d %s %d-%d", key, code, y, m)
		if v, ok := table[k]; ok {
			return v
		}
		var v ledger.Count
		v.Eligible = int32(rapid.IntRange(0, 40).Draw(t, k))
		v.Covered = int32(rapid.IntRange(0, int(v.Eligible)).Draw(t, k+" covered"))
		table[k] = v
		return v
	}
	return n
}

func asker(n *numbers, f *answers.Figures) *answers.Asker {
	return answers.On(n, f, answers.DefaultLate, time.Time{})
}

func column(t interface {
	Helper()
	Fatal(...any)
}, n *numbers, id string,
) (*policy.Pack, answers.Column) {
	t.Helper()
	p, err := answers.PackFor(n, county, civil.Must("2020-06-30"))
	if err != nil {
		t.Fatal(err)
	}
	c, err := answers.Indicator(n, p, id)
	if err != nil {
		t.Fatal(err)
	}
	return p, c
}

func drawFigures(t *rapid.T) []answers.Figure {
	var out []answers.Figure
	for range rapid.IntRange(0, 20).Draw(t, "figures") {
		f := answers.Figure{
			ID: "people", Division: rapid.SampledFrom(append([]string{province, county}, towns...)).Draw(t, "of"),
			Value: big.NewRat(int64(rapid.IntRange(0, 50).Draw(t, "value")), 2), Source: "表",
		}
		if f.Year = rapid.IntRange(2018, 2020).Draw(t, "year"); rapid.Bool().Draw(t, "staff") {
			f.ID, f.Year, f.On = "staff", 0, civil.Of(2020, rapid.IntRange(1, 12).Draw(t, "month"), 1)
		}
		out = append(out, f)
	}
	return out
}

// plainly reads a figure as the rule says, from the list.
func plainly(list []answers.Figure, id, code string, day civil.Date) (sum float64, ok bool) {
	latest := civil.None
	for _, f := range list {
		if f.ID == id && f.Division == code && (f.Year == day.Year() || f.Year == 0 && f.On <= day && f.On >= latest) {
			sum, _ = f.Value.Float64()
			ok, latest = true, f.On
		}
	}
	if ok {
		return sum, true
	}
	var children []string
	switch code {
	case province:
		children = []string{county}
	case county:
		children = towns
	}
	for _, child := range children {
		n, has := plainly(list, id, child, day)
		if !has {
			return 0, false
		}
		sum += n
	}
	return sum, len(children) > 0
}

func near(a, b float64) bool { return a-b < 1e-9 && b-a < 1e-9 }

func rat(r *big.Rat) (float64, bool) {
	if r == nil {
		return 0, false
	}
	f, _ := r.Float64()
	return f, true
}
