package policy

import (
	"math/big"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"xinju.dev/services/platform/civil"
)

// everything is a pack that uses every part of the shape and has nothing to
// complain of.
const everything = `id: test
version: 2
name: {zh: 试验, en: test}
jurisdiction: "990102000000"
extends: national
valid_from: 2020-01-01
valid_to: 2020-12-31
notes: {zh: 说明, en: notes}
remove: [INF01, R-DC-0]
records:
  - {code: SCR-CERV, name: {zh: 宫颈癌筛查, en: cervical screening}, value: {zh: 结果, en: result}}
  - {code: SCR-BREAST, name: {zh: 乳腺癌筛查, en: breast screening}}
figures:
  - {id: registered_population, name: {zh: 户籍人口, en: registered population}, unit: {zh: 人, en: people}, at: day, citations: [{document: 统计公报}]}
  - {id: live_births, name: {zh: 活产数, en: live births}, unit: {zh: 人, en: births}, at: year}
groups:
  - {id: urban, name: {zh: 城区组, en: urban}, divisions: ["990102100000", "990102101000"], citations: [{document: 考核办法}]}
warnings: {minimum: 20, yellow: {below_points: 2.5, bottom: third}, red: {months: 3}}
deadlines:
  - {id: report, name: {zh: 自评报告, en: self-assessment}, by: 2018-09-10, citations: [{document: 通知}]}
  - {id: ledger, name: {zh: 台账, en: ledger}, by: 2018-09-08, roll: true}
definitions:
  - {id: adult, text: {zh: 成年人, en: adult}, citations: [{document: 民法典, clause: 第十七条}], is: {age: {from: 18y}}}
rules:
  - id: R-T
    name: {zh: 规则, en: rule}
    services: [{zh: 筛查, en: screening}]
    eligible: {use: adult}
    citations: [{document: 通知, clause: 一, text: 原文}]
    awaits: {zh: 名册, en: a register}
indicators:
  - id: POP
    name: {zh: 常住成年人, en: resident adults}
    kind: stock
    eligible: {use: adult}
    citations: [{document: 通知}]
  - id: SCR
    name: {zh: 筛查率, en: screened}
    kind: stock
    eligible: {use: adult}
    covered: {records: {code: SCR-CERV, within: ever}}
    beside: [POP]
    awaits: {zh: 筛查记录, en: records of screening}
    citations: [{document: 通知}]
  - id: DONE
    name: {zh: 筛查人次, en: screenings}
    kind: flow
    events: {records: {codes: [SCR-CERV, SCR-BREAST]}}
    period: calendar_year
    attribution: residence
    alternative: event
    eligible: {use: adult}
    awaits: {zh: 筛查人次记录, en: records of screenings}
    citations: [{document: 通知}]
  - id: BASE
    name: {zh: 考核人口基数, en: assessment base}
    kind: ratio
    period: calendar_year
    unit: permille
    numerator: {sum: [{indicator: DONE}, {indicator: EHR03, part: covered, times: 5}]}
    denominator:
      text: {zh: 平均人口, en: average population}
      sum:
        - {indicator: POP, part: eligible, times: 1/5, average: start_end}
        - {figure: registered_population, average: start_end}
    citations: [{document: 通知}]
targets:
  - {indicator: POP, op: ">=", value: 1100, by: 2020-12-31}
  - {indicator: SCR, op: "=", value: 100%, by: 2020-12-31, citations: [{document: 通知}]}
  - {indicator: BASE, op: "<=", value: 11.33‰, by: 2020-12-31}
  - {indicator: EHR03, op: ">=", value: 50%, by: 2020-06-30, interim: true}
  - {indicator: EHR03, op: ">=", value: 80%, by: 2020-12-31}
cases:
  - name: {zh: 成年, en: adult}
    given: {birth: 1990-01-01, stays: [{village: "990102100201", arrived: 2020-01-01}]}
    expect: [{item: POP, on: 2020-06-01, eligible: true, covered: false}]
`

// shaped is the pack above, with some text replaced in pairs.
func shaped(pairs ...string) string { return strings.NewReplacer(pairs...).Replace(everything) }

func composed(t testing.TB, sources ...string) *Catalogue {
	t.Helper()
	var loaded [][]byte
	for _, s := range sources {
		loaded = append(loaded, []byte(s))
	}
	c, err := Compose(named(t, sources...), loaded...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func packOf(t testing.TB, source string) *Pack {
	t.Helper()
	p, ok := composed(t, source).Pack("test")
	if !ok {
		t.Fatal("the pack is not there")
	}
	return p
}

func TestThePartsOfAPackAreThere(t *testing.T) {
	p := packOf(t, everything)
	if got, _ := p.Indicator("INF01"); got != nil {
		t.Error("a removed indicator is there")
	}
	for _, r := range p.Rules {
		if r.ID == "R-DC-0" {
			t.Error("a removed rule is there")
		}
	}
	if d := cmp.Diff(Warnings{Minimum: 20, BelowPoints: Fraction{25, 1000}, Bottom: 3, RedMonths: 3}, p.Warnings); d != "" {
		t.Error(d)
	}
	if national, _ := builtIn(t).Pack("national"); national.Warnings != (Warnings{30, Fraction{5, 100}, 4, 2}) {
		t.Errorf("defaults: %+v", national.Warnings)
	}
	var codes []string
	for _, r := range p.Records {
		codes = append(codes, r.Code)
	}
	if !strings.Contains(strings.Join(codes, " "), "SCR-BREAST SCR-CERV") {
		t.Errorf("records: %v", codes)
	}
	if f, ok := p.Figure("registered_population"); !ok || f.At != OnDay || f.Unit.Chinese != "人" {
		t.Errorf("figure: %+v", f)
	}
	if g := p.Groups; len(g) != 1 || len(g[0].Divisions) != 2 {
		t.Errorf("groups: %+v", g)
	}
	done, _ := p.Indicator("DONE")
	other, _ := p.Indicator("DONE@event")
	if done.Alternative != "DONE@event" || done.Attribution != ByResidence || other == nil || other.AlternativeOf != "DONE" || other.Attribution != ByEvent || !done.Plain || done.Unit != Counted {
		t.Errorf("alternative: %+v %+v", done, other)
	}
}

func TestADeadlineOnAHolidayIsMovedToTheNextWorkingDay(t *testing.T) {
	var got []string
	for _, d := range packOf(t, everything).Deadlines {
		got = append(got, d.ID+" "+d.By.String()+" "+d.Due.String())
	}
	if d := cmp.Diff([]string{"report 2018-09-10 2018-09-10", "ledger 2018-09-08 2018-09-10"}, got); d != "" {
		t.Error(d)
	}
}

func TestWhatIsInheritedIsThereUntilItIsRemoved(t *testing.T) {
	child := `id: town
version: 1
name: {zh: 镇, en: town}
jurisdiction: "990102100000"
extends: test
remove: [SCR]
`
	c := composed(t, everything, child)
	p, _ := c.Pack("town")
	if _, there := p.Indicator("SCR"); there {
		t.Error("SCR is removed and there")
	}
	pop, there := p.Indicator("POP")
	if !there || pop.InheritedFrom != "test" || len(pop.Targets) != 1 {
		t.Errorf("POP: %+v", pop)
	}
	if len(p.Records) < 2 || len(p.Figures) < 2 || len(p.Deadlines) != 2 || p.Warnings.Minimum != 20 || p.Groups[0].InheritedFrom != "test" {
		t.Errorf("inherited: %+v", p)
	}
	if _, there := p.Indicator("INF01"); there {
		t.Error("what the parent removed came back")
	}
	again := strings.Replace(child, "remove: [SCR]", "warnings: {red: {months: 6}}", 1)
	p, _ = composed(t, everything, again).Pack("town")
	if p.Warnings != (Warnings{30, Fraction{5, 100}, 4, 6}) {
		t.Errorf("a block of its own takes defaults for what it leaves out: %+v", p.Warnings)
	}
}

func TestARatioIsSummedExactly(t *testing.T) {
	p := packOf(t, everything)
	base, _ := p.Indicator("BASE")
	var asked []string
	value := func(term *Term, on civil.Date) (*big.Rat, bool) {
		if term.Index < 0 {
			asked = append(asked, term.Figure+" "+on.String())
			return big.NewRat(100, 1), true
		}
		id := p.Indicators[term.Index].ID
		asked = append(asked, id+" "+on.String())
		switch {
		case id == "POP" && on == day("2019-12-31"):
			return big.NewRat(7, 1), true
		case id == "POP":
			return big.NewRat(10, 1), true
		}
		return big.NewRat(3, 1), true
	}
	n, ok := base.Numerator.Sum(base.Period, day("2020-06-30"), value)
	if !ok || n.Cmp(big.NewRat(18, 1)) != 0 {
		t.Errorf("numerator %v", n)
	}
	d, ok := base.Denominator.Sum(base.Period, day("2020-06-30"), value)
	if !ok || d.Cmp(big.NewRat(1017, 10)) != 0 { // 17/2 × 1/5 + 100
		t.Errorf("denominator %v", d)
	}
	want := []string{"DONE 2020-06-30", "EHR03 2020-06-30", "POP 2019-12-31", "POP 2020-06-30", "registered_population 2019-12-31", "registered_population 2020-06-30"}
	if diff := cmp.Diff(want, asked); diff != "" {
		t.Error(diff)
	}
	if _, ok := base.Denominator.Sum(base.Period, day("2020-06-30"), func(term *Term, _ civil.Date) (*big.Rat, bool) { return new(big.Rat), term.Index >= 0 }); ok {
		t.Error("a sum without one of its numbers")
	}
}

func TestWhatAwaitsRecordsDoesSoUntilOneIsSeen(t *testing.T) {
	p := packOf(t, everything)
	seen := func(codes ...string) func(string) bool {
		return func(code string) bool { return strings.Contains(strings.Join(codes, " "), code) }
	}
	scr, _ := p.Indicator("SCR")
	done, _ := p.Indicator("DONE")
	base, _ := p.Indicator("BASE")
	pop, _ := p.Indicator("POP")
	for _, c := range []struct {
		name string
		of   func(func(string) bool) Text
		seen func(string) bool
		want string
	}{
		{"nothing was seen", scr.Awaiting, seen(), "筛查记录"},
		{"another code was seen", scr.Awaiting, seen("SCR-BREAST"), "筛查记录"},
		{"its code was seen", scr.Awaiting, seen("SCR-CERV"), ""},
		{"one of its codes was seen", done.Awaiting, seen("SCR-BREAST"), ""},
		{"a ratio awaits what its terms await", base.Awaiting, seen(), "筛查人次记录"},
		{"and no longer than they do", base.Awaiting, seen("SCR-BREAST"), ""},
		{"what awaits nothing", pop.Awaiting, seen(), ""},
		{"a rule over no records awaits for ever", p.Rules[len(p.Rules)-1].Awaiting, seen("SCR-CERV"), "名册"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := c.of(c.seen); got.Chinese != c.want {
				t.Errorf("awaits %q", got.Chinese)
			}
		})
	}
	if d := cmp.Diff([]string{"SCR-BREAST", "SCR-CERV"}, done.Codes()); d != "" {
		t.Error(d)
	}
}
