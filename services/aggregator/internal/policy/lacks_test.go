package policy

import (
	"strings"
	"testing"

	"xinju.dev/services/aggregator/internal/brute"
	"xinju.dev/services/aggregator/internal/facts"
)

// TestWhyNotIsSomethingToActOn: whoever reads the sentence knows whether to wait,
// to ask, or to correct a record.
func TestWhyNotIsSomethingToActOn(t *testing.T) {
	change := func(f func(r *facts.Resident)) *facts.Resident {
		r := simpleAdult()
		f(r)
		return r
	}
	stay := func(r *facts.Resident) *facts.Residence { return &r.Residences[0] }
	for _, c := range []struct {
		name string
		r    *facts.Resident
		item string
		want string
	}{
		{
			"somebody who left", change(func(r *facts.Resident) { stay(r).Left = day("2024-03-31") }), "HED01",
			"不符合条件，已于2024-03-31离开村（990101100200）；如仍在或已返回，请登记居住",
		},
		{
			"somebody who died", change(func(r *facts.Resident) { r.Person.Death = day("2024-03-31") }), "HED01",
			"不符合条件，已于2024-03-31死亡",
		},
		{
			"somebody who is local", change(func(r *facts.Resident) { r.Person.Hukou = []facts.HukouSpan{{Division: "990101"}} }), "HED01",
			"户籍在本县（市、区），不属流动人口：户籍 990101甲区",
		},
		{
			"somebody without a hukou", change(func(r *facts.Resident) { r.Person.Hukou = nil }), "HED01",
			"户籍地未登记，不作流动人口：请补登户籍地",
		},
		{
			"somebody without a stay", change(func(r *facts.Resident) { r.Residences = nil }), "HED01",
			"不符合条件，没有有效的居住记录：请登记居住地和到达日期",
		},
		{
			"somebody who is yet to come", change(func(r *facts.Resident) { stay(r).Arrived = day("2025-06-01") }), "HED01",
			"不符合条件，当日尚未到达：自2025-06-01起居住于村（990101100200）；情况不变时自2025-12-01起符合",
		},
		{
			"a place that no tree has", change(func(r *facts.Resident) { stay(r).Division = "990101109299" }), "HED01",
			"不符合条件，居住地代码990101109299不在区划表中：请更正居住登记或补录区划",
		},
		{
			"somebody of whom the registry has not told", change(func(r *facts.Resident) { r.Person = facts.Person{} }), "HED01",
			"登记服务尚无此人的基本信息",
		},
		{
			"a man is not told that no pregnancy is recorded", change(func(r *facts.Resident) { r.Person.Sex = facts.Male }), "R-MAT-6M",
			"不符合条件，不是女性。",
		},
		{
			"who is too old is not told what else is missing", change(func(r *facts.Resident) { r.Person.Birth, r.Person.Hukou = day("1950-01-01"), nil }), "R-IMM-3M",
			"不符合条件，年龄不符：须未满7岁，当日75岁。",
		},
		{
			"somebody whose birth is not recorded", change(func(r *facts.Resident) { r.Person.Birth = 0 }), "IMM03",
			"出生日期未登记：请补登",
		},
		{"somebody too old", simpleAdult(), "IMM03", "年龄不符：须"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, _, ok := builtIn(t).PackOf(c.r, brute.World(), day("2025-01-15"))
			if !ok {
				t.Fatal("no pack to explain by")
			}
			asked := false
			for _, x := range p.Explain(c.r, brute.World(), day("2025-01-15")) {
				asked = asked || x.ID == c.item
				if x.Eligible && !c.r.Known() {
					t.Errorf("%s: eligible, but counts nowhere", x.ID)
				}
				if x.ID == c.item && (x.Eligible || !strings.Contains(x.Reason.Chinese+"。", c.want) || x.Reason.English == "") {
					t.Errorf("%s\nwant %s", x.Reason.Chinese, c.want)
				}
			}
			if !asked {
				t.Errorf("the pack %s has no %s", p.ID, c.item)
			}
		})
	}
}
