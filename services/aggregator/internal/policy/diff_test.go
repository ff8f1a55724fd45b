package policy

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func diffed(t *testing.T, pairs ...string) []Difference {
	t.Helper()
	return Diff(packOf(t, everything), packOf(t, shaped(pairs...)))
}

func TestEqualPacksHaveNoDifference(t *testing.T) {
	for _, p := range builtIn(t).Packs() {
		if d := Diff(p, p); len(d) != 0 {
			t.Errorf("%s: %v", p.ID, d)
		}
	}
	if d := diffed(t, "    kind: stock\n", "    kind:   stock\n"); len(d) != 0 {
		t.Errorf("blanks: %v", d)
	}
}

func TestADifferenceIsSaidItemByItemAndFieldByField(t *testing.T) {
	for _, c := range []struct {
		name  string
		pairs []string
		want  []string
	}{
		{"a later end", []string{"valid_to: 2020-12-31", "valid_to: 2021-12-31"}, []string{"changed pack test valid: 2020-01-01至2020-12-31 → 2020-01-01至2021-12-31"}},
		{"a target", []string{"value: 1100", "value: 1200"}, []string{"changed indicator POP targets: ≥ 1100（2020-12-31前） → ≥ 1200（2020-12-31前）"}},
		{"a citation", []string{"text: 原文", "text: 新文"}, []string{"changed rule R-T citations: 《通知》一：“原文” → 《通知》一：“新文”"}},
		{"thresholds", []string{"minimum: 20", "minimum: 40"}, []string{"changed warnings warnings minimum: 20 → 40"}},
		{"a group", []string{`"990102101000"`, `"990102102000"`}, []string{"changed group urban divisions: 990102100000 990102101000 → 990102100000 990102102000"}},
		{"a record more", []string{"records:\n", "records:\n  - {code: NEW, name: {zh: 新, en: new}}\n"}, []string{"added record NEW"}},
		{"an item less that was inherited", []string{"remove: [INF01,", "remove: [INF01, HED01,"}, []string{
			"changed pack test headlines: EHR03 HED01 IMM03 CHD01 MAT01 DQS01 POP SCR BASE → EHR03 IMM03 CHD01 MAT01 DQS01 POP SCR BASE", "removed indicator HED01",
		}},
		{"a factor", []string{"times: 5", "times: 3"}, []string{"changed indicator BASE numerator: DONE 数量 + 5 × EHR03 已服务数 → DONE 数量 + 3 × EHR03 已服务数"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, d := range diffed(t, c.pairs...) {
				if d.What != "changed" {
					got = append(got, d.What+" "+d.Kind+" "+d.ID)
				}
				for _, x := range d.Changes {
					got = append(got, d.What+" "+d.Kind+" "+d.ID+" "+x.Field+": "+x.Old.Chinese+" → "+x.New.Chinese)
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A definition that changes shows in every item that it changes.
func TestAChangedDefinitionShowsInTheItemsThatUseIt(t *testing.T) {
	var ids []string
	for _, d := range diffed(t, "is: {age: {from: 18y}}", "is: {age: {from: 16y}}") {
		ids = append(ids, d.Kind+" "+d.ID)
		for _, x := range d.Changes {
			if !strings.Contains(x.Old.Chinese, "满18岁") && !strings.Contains(x.Old.Chinese, "18") || !strings.Contains(x.New.Chinese, "16") {
				t.Errorf("%s: %+v", d.ID, x)
			}
		}
	}
	slices.Sort(ids)
	if diff := cmp.Diff([]string{"definition adult", "indicator DONE", "indicator POP", "indicator SCR", "rule R-T"}, ids); diff != "" {
		t.Error(diff)
	}
}

func TestAPackIsDescribedWithItsDefinitionsUnfolded(t *testing.T) {
	p := packOf(t, everything)
	at := map[string]Description{}
	for _, d := range p.Describe() {
		at[d.ID] = d
	}
	if _, there := at["DONE@event"]; there {
		t.Error("an alternative is described by itself")
	}
	scr := at["SCR"]
	if scr.Eligible.Definition != "adult" || scr.Eligible.String() != "成年人（满18岁）" && !strings.Contains(scr.Eligible.String(), "18") || scr.Covered == nil || scr.Awaits.Chinese != "筛查记录" {
		t.Errorf("%+v %s", scr, scr.Eligible)
	}
	if d := at["POP"]; d.Covered != nil || !strings.Contains(d.KindText.Chinese, "计数") {
		t.Errorf("%+v", d)
	}
	if d := at["BASE"]; d.Denominator.Chinese != "平均人口 ＝ 1/5 × POP 数量（期初期末平均） + 户籍人口（期初期末平均）" || d.Awaits.Chinese != "筛查人次记录" {
		t.Errorf("%+v", d)
	}
	if d := at["DONE"]; !strings.Contains(d.Counts.Chinese, "当年") || d.Alternative != "DONE@event" {
		t.Errorf("%+v", d)
	}
	if d := at["EHR03"]; d.InheritedFrom != "national" || len(d.Targets) != 2 {
		t.Errorf("%+v", d)
	}
}
