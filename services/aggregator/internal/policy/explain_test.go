package policy

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"xinju.dev/services/aggregator/internal/brute"
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/platform/civil"
)

func explain(t *testing.T, pack, item string, r *facts.Resident, on string) Explanation {
	t.Helper()
	p, ok := builtIn(t).Pack(pack)
	if !ok {
		t.Fatalf("no pack %s", pack)
	}
	for _, x := range p.Explain(r, brute.World(), day(on)) {
		if x.ID == item {
			return x
		}
	}
	t.Fatalf("no item %s", item)
	return Explanation{}
}

// outline writes a tree as indented lines: verdict, predicate, dates.
func outline(n *Node, indent string) []string {
	if n == nil {
		return nil
	}
	mark := "✗ "
	if n.Holds {
		mark = "✓ "
	}
	line := indent + mark + n.Predicate
	if n.From != civil.None {
		line += " " + last(n.From+1) + ".." + last(n.To)
	}
	out := []string{line}
	for _, k := range n.Children {
		out = append(out, outline(k, indent+"  ")...)
	}
	return out
}

func TestAnExplanationShowsTheTreeTheFactsAndTheClause(t *testing.T) {
	r := vaccinatedChild()
	r.Residences[0] = facts.Residence{Key: key("stay"), Division: "350213100200", Arrived: day("2025-01-31")}
	x := explain(t, "xiangan-2018", "IMM03", r, "2025-04-29")
	if x.Eligible || x.From != day("2025-04-30") || x.To != day("2030-08-31") || x.NextChange != day("2025-04-30") || x.Village != "350213100200" {
		t.Errorf("got %+v", x)
	}
	want := []string{
		"✗ all 2025-04-30..2030-08-30",
		"  ✓ use 2023-08-31..2030-08-30",
		"    ✓ age 2023-08-31..2030-08-30",
		"  ✓ use 2025-01-31..9999-12-31",
		"    ✓ hukou_elsewhere 2025-01-31..9999-12-31",
		"  ✗ use 2025-04-30..9999-12-31",
		"    ✗ lived 2025-04-30..9999-12-31",
	}
	if d := cmp.Diff(want, outline(x.Why, "")); d != "" {
		t.Error(d)
	}
	lived := x.Why.Children[2].Children[0]
	wantFacts := []UsedFact{{"residence", "stay", Text{"居住于村 2025-01-31起", "lives in 村 from 2025-01-31"}}}
	if d := cmp.Diff(wantFacts, lived.Facts); d != "" {
		t.Error(d)
	}
	if lived.Text.Chinese != "在本县（市、区）居住满3个月（离开不超过30天不中断）" {
		t.Errorf("text: %s", lived.Text.Chinese)
	}
	if x.Reason.Chinese != "不符合条件，在本县（市、区）居住未满3个月：自2025-01-31起计，2025-04-30满；情况不变时自2025-04-30起符合" {
		t.Errorf("reason: %s", x.Reason.Chinese)
	}
	if len(x.Citations) != 1 || !strings.Contains(x.Citations[0].Text, "辖区内居住满3个月的0-6岁流动儿童") || x.Citations[0].Clause != "三（三）3" {
		t.Errorf("citations: %+v", x.Citations)
	}
}

func TestWhyACountedChildIsNotCovered(t *testing.T) {
	r := vaccinatedChild()
	r.Residences[0] = facts.Residence{Key: key("stay"), Division: "350213100200", Arrived: day("2023-08-31")}
	r.Doses = r.Doses[:5] // nothing from three months of age on
	x := explain(t, "xiangan-2018", "IMM03", r, "2024-06-30")
	if !x.Eligible || x.Covered || x.WhyCovered == nil {
		t.Fatalf("got %+v", x)
	}
	if !strings.Contains(x.Reason.Chinese, "尚未覆盖，疫苗逾期未种，请补种：百白破疫苗（自2023-12-30）") || !strings.Contains(x.Reason.Chinese, "至2030-08-30止") {
		t.Errorf("reason: %s", x.Reason.Chinese)
	}
	var overdue, doses int
	for _, f := range x.WhyCovered.Facts {
		switch f.Kind {
		case "dose":
			doses++
		case "schedule":
			overdue++
		}
	}
	if doses != 5 || overdue == 0 {
		t.Errorf("facts: %+v", x.WhyCovered.Facts)
	}
}

func TestWhyADoseIsNotExpected(t *testing.T) {
	for _, c := range []struct {
		name, item, on, want string
		sex                  int32
		birth                string
	}{
		{"a boy and HPV", "IMM02-HPV-1", "2026-06-30", "免疫规划不为该性别或出生日期的人安排", facts.Male, "2012-12-01"},
		{"a girl born before the programme", "IMM02-HPV-1", "2026-06-30", "免疫规划不为该性别或出生日期的人安排", facts.Female, "2009-12-01"},
		{"a child whose sex is not recorded", "IMM02-HPV-1", "2026-06-30", "性别未登记", 0, "2012-12-01"},
		{"a second dose before the first", "IMM02-HPV-2", "2026-06-30", "下一剂为第1剂", facts.Female, "2012-12-01"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := vaccinatedChild()
			r.Person.Birth, r.Person.Sex, r.Doses = day(c.birth), c.sex, nil
			r.Residences[0] = facts.Residence{Key: key("stay"), Division: "350213100200", Arrived: day(c.birth)}
			x := explain(t, "xiangan-2018", c.item, r, c.on)
			if x.Eligible || !strings.Contains(x.Reason.Chinese, c.want) {
				t.Errorf("%v: %s / %s", x.Eligible, x.Reason.Chinese, x.Reason.English)
			}
		})
	}
}

func TestSomebodyWhoNeverLivedInTheJurisdiction(t *testing.T) {
	x := explain(t, "zhuji-2017", "R-EQ-6M", simpleAdult(), "2025-01-01")
	if x.Eligible || x.From != civil.None || x.Village != "" || !strings.Contains(x.Reason.Chinese, "当日居住于村（990101100200），不适用本政策包") {
		t.Errorf("got %+v", x)
	}
}

func TestAFlowIndicatorNamesItsEvents(t *testing.T) {
	r := simpleAdult()
	r.Pregnancies = []facts.Pregnancy{{Key: key("g1"), LMP: day("2024-01-01"), Ended: day("2024-10-01"), Outcome: 1}, {Key: key("g0"), Ended: day("2023-07-01"), Outcome: 3}}
	r.Antenatals = []facts.Antenatal{{Key: key("v"), PregnancyID: "g1", On: day("2024-04-01")}}
	x := explain(t, "demo-990101", "MAT01", r, "2024-12-31")
	want := []Event{{ID: "g1", On: day("2024-10-01"), Village: demoVillage, Eligible: true, Covered: true}}
	if d := cmp.Diff(want, x.Events); d != "" || !x.Eligible || !x.Covered || !x.Flow {
		t.Errorf("%s %+v", d, x)
	}
	if d := cmp.Diff([]UsedFact{{"antenatal", "v", Text{"2024-04-01 产前检查", "antenatal visit on 2024-04-01"}}}, x.WhyCovered.Facts); d != "" {
		t.Error(d)
	}
	y := explain(t, "demo-990101", "MAT01", r, "2023-08-01") // arrived 2023-02-28: six months on 2023-08-28
	if y.Eligible || len(y.Events) != 1 || y.Events[0].Eligible || !strings.Contains(y.Reason.Chinese, "未计入，在本县（市、区）居住未满6个月：自2023-02-28起计，2023-08-28满") {
		t.Errorf("got %+v", y)
	}
	if z := explain(t, "demo-990101", "MAT01", r, "2026-01-01"); z.Eligible || len(z.Events) != 0 || !strings.Contains(z.Reason.Chinese, "没有：妊娠结束") {
		t.Errorf("got %+v", z)
	}
}

func TestAConditionWithoutASourceIsSaidAndNeverHolds(t *testing.T) {
	p := onNational(t, head(`rules:
  - {id: X, name: {zh: 甲, en: x}, eligible: {any: [{age: {from: 65y}}, {no_source: {facts: {zh: 高血压登记, en: a register}}}]}}
`))
	for _, x := range p.Explain(someone(func(r *facts.Resident) { r.Residences[0].Division = "990102100201" }), twoClinics(), day("2025-01-01")) {
		if x.ID == "X" && !x.Eligible && strings.Contains(x.Reason.Chinese, "（暂无数据来源）高血压") {
			return
		}
	}
	t.Error("the source that is missing is not named")
}
