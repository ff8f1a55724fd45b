package policy

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"xinju.dev/services/aggregator/internal/brute"
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/platform/civil"
)

func TestTheNearestPackInForceGoverns(t *testing.T) {
	c, err := beside(builtIn(t), head("valid_to: 2020-12-31\n"), `id: town
version: 1
name: {zh: 镇, en: town}
jurisdiction: "990102100000"
extends: test
valid_from: 2020-06-01
valid_to: 2020-06-30
`)
	if err != nil {
		t.Fatal(err)
	}
	w := brute.World()
	for _, x := range []struct{ name, division, on, want string }{
		{"before any of its own the national pack", "990102100200", "2019-12-31", "national"},
		{"then the county's", "990102100200", "2020-01-01", "test"},
		{"the township's while it is in force", "990102100200", "2020-06-01", "town"},
		{"on its last day still", "990102100200", "2020-06-30", "town"},
		{"then the county's again", "990102100200", "2020-07-01", "test"},
		{"another township of the county", "990102000000", "2020-06-15", "test"},
		{"after its last day the national pack", "990102100200", "2021-01-01", "national"},
		{"Xiang'an on the day of the notice", "350213000000", "2018-06-20", "xiangan-2018"},
		{"Xiang'an the day before", "350213100200", "2018-06-19", "national"},
		{"a neighbour", "350212100200", "2019-01-01", "national"},
		{"the prefecture above is not governed by the county's pack", "350200000000", "2019-01-01", "national"},
		{"the demo county", "990101100200", "2026-11-21", "demo-990101"},
		{"a division that the tree does not have", "110101000000", "2020-01-01", ""},
	} {
		t.Run(x.name, func(t *testing.T) {
			got := ""
			if p, ok := c.PackFor(w, x.division, day(x.on)); ok {
				got = p.ID
			}
			if got != x.want {
				t.Errorf("got %q", got)
			}
		})
	}
}

func TestPiecesOfNestedPacksShareTheDaysOut(t *testing.T) {
	c, err := with(t, head("valid_to: 2020-12-31\n"), `id: town
version: 1
name: {zh: 镇, en: town}
jurisdiction: "990102100000"
extends: test
valid_from: 2020-06-01
valid_to: 2020-06-30
`, `id: province
version: 1
name: {zh: 省, en: province}
jurisdiction: "990000000000"
extends: national
valid_from: 2022-01-01
valid_to: 2022-12-31
`)
	if err != nil {
		t.Fatal(err)
	}
	r := simpleAdult()
	r.Residences[0] = facts.Residence{Key: facts.Key{ID: "s"}, Division: "990102100200", Arrived: day("2019-01-01")}
	got := map[string][]string{}
	for _, p := range c.Packs() {
		for _, x := range p.Pieces(r, brute.World(), nil) {
			if p.Indicators[x.Indicator].ID == "EHR03" {
				got[p.ID] = append(got[p.ID], x.From.String()+" "+last(x.To))
			}
		}
	}
	want := map[string][]string{
		"national": {"2019-07-01 2019-12-31", "2021-01-01 2021-12-31", "2023-01-01 2023-04-30", "2023-05-01 9999-12-31"}, // covered from 2023-05-01
		"test":     {"2020-01-01 2020-05-31", "2020-07-01 2020-12-31"},
		"province": {"2022-01-01 2022-12-31"},
		"town":     {"2020-06-01 2020-06-30"},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestAnEventBeforeThePackBeganCountsForItFromItsFirstDay(t *testing.T) {
	r := simpleAdult()
	r.Residences[0] = facts.Residence{Key: facts.Key{ID: "s"}, Division: "350213100200", Arrived: day("2017-01-01"), Left: day("2018-04-01")}
	r.Pregnancies = []facts.Pregnancy{{Key: facts.Key{ID: "g"}, LMP: day("2017-06-01"), Ended: day("2018-02-28"), Outcome: 1}}
	c := builtIn(t)
	var got []Piece
	for _, id := range []string{"national", "xiangan-2018"} {
		p, _ := c.Pack(id)
		for _, x := range p.Pieces(r, brute.World(), nil) {
			if p.Indicators[x.Indicator].ID == "MAT01" {
				got = append(got, x)
			}
		}
	}
	want := []Piece{
		{Indicator: 4, Village: "350213100200", From: day("2018-02-28"), To: day("2018-06-20"), EventID: "g", On: day("2018-02-28")},
		{Indicator: 4, Village: "350213100200", From: day("2018-06-20"), To: day("2019-01-01"), EventID: "g", On: day("2018-02-28")},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestSomebodyOfWhomTheRegistryHasNotToldCountsNowhere(t *testing.T) {
	r := simpleAdult()
	r.Person.ID = ""
	for _, p := range builtIn(t).Packs() {
		if got := p.Pieces(r, brute.World(), nil); len(got) != 0 {
			t.Errorf("%s: %v", p.ID, got)
		}
	}
}

func TestPacksInheritWholeItemsByIdAndReadThemWithTheirOwnDefinitions(t *testing.T) {
	c, err := with(t, head(`definitions:
  - {id: resident_6m, text: {zh: 满1个月, en: one month}, is: {lived: {level: county, months: 1}}}
indicators:
  - id: CHD01
    name: {zh: 改, en: changed}
    kind: stock
    awaits: {zh: 某数据, en: some facts}
  - id: MOR02
    name: {zh: 婴儿死亡率, en: infant mortality}
    kind: ratio
    numerator: {zh: 婴儿死亡, en: infant deaths}
    denominator: {zh: 活产, en: live births}
    awaits: {zh: 死亡登记, en: register of deaths}
targets:
  - {indicator: EHR03, op: ">=", value: 99.5%, by: 2026-12-31}
`))
	if err != nil {
		t.Fatal(err)
	}
	p, _ := c.Pack("test")
	national, _ := c.Pack("national")
	var ids, want []string
	for _, ind := range p.Indicators {
		ids = append(ids, ind.ID+" "+ind.InheritedFrom)
	}
	for _, ind := range national.Indicators {
		from := "national"
		if ind.ID == "CHD01" || ind.ID == "MOR02" {
			from = "" // replaced, in its place
		}
		want = append(want, ind.ID+" "+from)
	}
	if d := cmp.Diff(want, ids); d != "" {
		t.Error(d)
	}
	if got, _ := p.Indicators[0].TargetOn(day("2026-01-01")); got.Written != "≥ 99.5 %" || got.Num != 995 || got.Den != 1000 {
		t.Errorf("target: %+v", got)
	}
	r := simpleAdult()
	r.Residences[0] = facts.Residence{Key: facts.Key{ID: "s"}, Division: "990102100200", Arrived: day("2024-01-31")}
	pieces := p.Pieces(r, brute.World(), nil)
	if len(pieces) == 0 || pieces[0].From != day("2024-02-29") {
		t.Errorf("pieces: %+v", pieces)
	}
	for _, x := range pieces {
		if ind := p.Indicators[x.Indicator]; ind.Awaits != (Text{}) {
			t.Errorf("%s counts without a source", ind.ID)
		}
	}
	for _, x := range p.Explain(r, brute.World(), day("2024-02-29")) {
		if x.ID == "CHD01" && (x.Awaits.Chinese != "某数据" || x.Eligible || x.Reason.Chinese != "暂无数据来源：某数据") {
			t.Errorf("awaiting: %+v", x)
		}
	}
}

func TestThePackToExplainAResidentBy(t *testing.T) {
	c, w := builtIn(t), brute.World()
	r := &facts.Resident{Residences: []facts.Residence{
		{Key: facts.Key{ID: "1"}, Division: "350213100200", Arrived: day("2019-01-01"), Left: day("2019-12-31")},
		{Key: facts.Key{ID: "2"}, Division: "330681100200", Arrived: day("2020-06-01")},
	}}
	for _, x := range []struct{ name, on, pack, village string }{
		{"of the village lived in", "2019-06-01", "xiangan-2018", "350213100200"},
		{"while living nowhere, of the last one", "2020-03-01", "xiangan-2018", ""},
		{"before the first arrival, of the first one", "2018-07-01", "xiangan-2018", ""},
		{"after the move", "2020-06-01", "zhuji-2017", "330681100200"},
	} {
		t.Run(x.name, func(t *testing.T) {
			p, village, ok := c.PackOf(r, w, day(x.on))
			if !ok || p.ID != x.pack || village != x.village {
				t.Errorf("got %v %q %t", p, village, ok)
			}
		})
	}
}

func TestPeriods(t *testing.T) {
	for _, c := range []struct {
		period         Period
		on, start, end string
	}{
		{CalendarYear, "2024-02-29", "2024-01-01", "2025-01-01"},
		{MCHYear, "2024-09-30", "2023-10-01", "2024-10-01"},
		{MCHYear, "2024-10-01", "2024-10-01", "2025-10-01"},
		{Quarter, "2024-12-31", "2024-10-01", "2025-01-01"},
		{Quarter, "2024-05-15", "2024-04-01", "2024-07-01"},
		{Month, "2024-12-31", "2024-12-01", "2025-01-01"},
		{Month, "2024-02-29", "2024-02-01", "2024-03-01"},
	} {
		if got := c.period.Start(day(c.on)); got != day(c.start) {
			t.Errorf("period %d of %s starts %s", c.period, c.on, got)
		}
		if got := c.period.End(day(c.on)); got != day(c.end) {
			t.Errorf("period %d of %s ends %s", c.period, c.on, got)
		}
	}
	if got := CalendarYear.End(day("9999-06-01")); got != civil.Forever {
		t.Errorf("the last year ends %s", got)
	}
}

// last is the last day before an end.
func last(end civil.Date) string {
	if end >= civil.Forever {
		return "9999-12-31"
	}
	return (end - 1).String()
}
