package policy

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"xinju.dev/services/platform/civil"
)

// TestWhichWayEveryItemOfThePacksIsBetter: of all others of all packs more is
// better. A figure that is added here or vanishes has been thought about.
func TestWhichWayEveryItemOfThePacksIsBetter(t *testing.T) {
	c, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"national lower":        "MOR01N MOR01 MOR02N MOR02 MOR03N MOR03 DQR02",
		"national neither":      "POP01 POP02 POP03 HED02 LB01 LB02 MAT02N MAT03N MAT04N KNW02N KNW02D",
		"shanghai-2015 neither": "POP03 HED02 TIER-ALL TIER-FLOAT TIER-PERMIT TIER-FAMILY KNW02D KNW02N",
		"xiangan-2018 neither":  "EQ01 EQ02 HED04",
		"xihu-2017 lower":       "FP06A FP06B FP06D MOR01 MOR02 MOR03",
		"xihu-2017 neither":     "BTH01 BTH02 BTH03 DTH01 MEN00 KNW02N KNW02D PMC01 TRT01 MON00",
		"xihu-2017 nearest":     "FND04",
		"yongkang-2017 neither": "POP03 ASB01 ASB02 STF02 FND01 HED02 EDU01 EDU05 EDU06 EDU02 EDU07",
		"zhuji-2017 lower":      "IMM06",
		"zhuji-2017 neither":    "REW01",
	}
	got := map[string]string{}
	words := map[Better]string{Lower: "lower", Neither: "neither", Nearest: "nearest"}
	for _, p := range c.Packs() {
		for i := range p.Indicators {
			ind := &p.Indicators[i]
			word, notable := words[ind.BetterOn(civil.Must("2017-12-31"))]
			if !notable || ind.InheritedFrom != "" || ind.AlternativeOf != "" {
				continue
			}
			key := p.ID + " " + word
			got[key] = strings.TrimSpace(got[key] + " " + ind.ID)
		}
	}
	sorted := func(m map[string]string) map[string]string {
		for k, v := range m {
			list := strings.Fields(v)
			slices.Sort(list)
			m[k] = strings.Join(list, " ")
		}
		return m
	}
	if diff := cmp.Diff(sorted(want), sorted(got)); diff != "" {
		t.Error(diff)
	}
}

// TestATargetAndTheMarkOfAnIndicatorAgree, and what nobody says is the usual way.
func TestATargetAndTheMarkOfAnIndicatorAgree(t *testing.T) {
	const file = "id: b\nversion: 1\nname: {zh: 甲, en: b}\nindicators:\n  - {id: X, name: {zh: 甲, en: x}, kind: stock, eligible: {present: {}}%s}\n%s"
	const rate, target = ", covered: {archive: {}}", "targets: [{indicator: X, op: %q, value: %s, by: 2030-12-31}]\n"
	for _, c := range []struct {
		name, item, op string
		want           Better // 0: refused
	}{
		{"a rate", rate, "", Higher},
		{"a count", "", "", Neither},
		{"a rate of which less is better", rate + ", better: lower", "", Lower},
		{"a count of which less is better", ", better: lower", "", Lower},
		{"a rate that says nothing", rate + ", better: neither", "", Neither},
		{"the target says it", rate, "<=", Lower},
		{"a target of exactly so much", rate, "=", Nearest},
		{"both say the same", rate + ", better: lower", "<=", Lower},
		{"both say more", rate + ", better: higher", ">=", Higher},
		{"a size may have a target", ", better: neither", ">=", Higher},
		{"at least so much of what less is better of", rate + ", better: lower", ">=", 0},
		{"at most so much of what more is better of", rate + ", better: higher", "<=", 0},
		{"exactly so much of what more is better of", rate + ", better: higher", "=", 0},
		{"a word that is none", rate + ", better: more", "", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			value, targets := "50%", ""
			if !strings.Contains(c.item, "covered") {
				value = "50"
			}
			if c.op != "" {
				targets = fmt.Sprintf(target, c.op, value)
			}
			source := fmt.Sprintf(file, c.item, targets)
			cat, err := Load(fstest.MapFS{"b.yaml": {Data: []byte(source)}})
			if (err == nil) != (c.want != 0) {
				t.Fatalf("%v\n%s", err, source)
			}
			if err != nil {
				if !strings.Contains(err.Error(), "better") && !strings.Contains(err.Error(), "优") {
					t.Error(err)
				}
				return
			}
			p, _ := cat.Pack("b")
			ind, _ := p.Indicator("X")
			if got := ind.BetterOn(civil.Must("2020-01-01")); got != c.want {
				t.Errorf("%v, want %v", got.Text(), c.want.Text())
			}
			if d := p.Describe()[0]; d.Better != c.want.Text() {
				t.Errorf("described as %v", d.Better)
			}
		})
	}
}

// TestAScoreTakesOnlyWhatMoreIsBetterOf: the mean of a death rate and a coverage
// rate would praise deaths.
func TestAScoreTakesOnlyWhatMoreIsBetterOf(t *testing.T) {
	const file = "id: b\nversion: 1\nname: {zh: 甲, en: b}\nindicators:\n" +
		"  - {id: X, name: {zh: 甲, en: x}, kind: stock, eligible: {present: {}}, covered: {archive: {}}%s}\n" +
		"  - {id: S, name: {zh: 乙, en: s}, kind: ratio, score: [{indicator: X}]}\n"
	for better, fits := range map[string]bool{"": true, ", better: higher": true, ", better: lower": false, ", better: neither": false} {
		_, err := Load(fstest.MapFS{"b.yaml": {Data: fmt.Appendf(nil, file, better)}})
		if (err == nil) != fits || err != nil && !strings.Contains(err.Error(), "part of a score") {
			t.Errorf("%q: %v", better, err)
		}
	}
}

// TestADiffShowsWhichWayIsBetter.
func TestADiffShowsWhichWayIsBetter(t *testing.T) {
	const target = "  - {indicator: BASE, op: \"<=\", value: 11.33‰, by: 2020-12-31}\n" // it would say it itself
	a, b := packOf(t, shaped(target, "")), packOf(t, shaped(target, "", "    unit: permille", "    unit: permille\n    better: lower"))
	list := Diff(a, b)
	if len(list) != 1 || len(list[0].Changes) != 1 || list[0].Changes[0] != (Change{"better", Higher.Text(), Lower.Text()}) {
		t.Errorf("%+v", list)
	}
}
