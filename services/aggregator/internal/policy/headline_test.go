package policy

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestWhatABureauSeesFirst: of every notice what it asks, in its order.
func TestWhatABureauSeesFirst(t *testing.T) {
	six := "EHR03 HED01 IMM03 CHD01 MAT01 INF01"
	for id, want := range map[string]string{
		"national": six + " DQS01", "xiangan-2018": six, "demo-990101": six,
		"shanghai-2015": "TIER-ALL TIER-FLOAT TIER-PERMIT TIER-FAMILY IMM03 INF01 INF02 EHR03 FP01 FP02",
		"zhuji-2017":    "IMM01F IMM06 IMM07 IMM08 EHR05 EHR06 EHR07 REW01 REW02 MAT07 CHD05 FPC01 FPV01 RPH02 REG01",
		"yongkang-2017": "ASB01 ASB02 STF01 STF02 FND01 SRV01 EDU05 EDU06 EDU02 HED01 HED02 FPP01 FPP02 FPP03",
	} {
		p, ok := builtIn(t).Pack(id)
		if !ok {
			t.Fatal(id)
		}
		if got := strings.Join(p.Headlines, " "); got != want {
			t.Errorf("%s: %s, want %s", id, got, want)
		}
	}
	p, _ := builtIn(t).Pack("xihu-2017")
	for i := range p.Indicators {
		if ind := &p.Indicators[i]; len(ind.Targets) > 0 && ind.InheritedFrom == "" && !ind.Headline {
			t.Errorf("Xihu asks for %s, which is no headline", ind.ID)
		}
	}
	for _, id := range []string{"SCR01", "REG01", "REG02", "DQS01"} {
		if ind, _ := p.Indicator(id); !ind.Headline {
			t.Errorf("%s of Xihu is no headline", id)
		}
	}
}

func TestHeadlinesAreInheritedAndReplaced(t *testing.T) {
	for _, c := range []struct {
		name  string
		pairs []string
		want  string
	}{
		{"the inherited list, less what is removed, and the pack's own targets", nil, "EHR03 HED01 IMM03 CHD01 MAT01 DQS01 POP SCR BASE"},
		{"its own list, in its order", []string{"remove: [", "headlines: [DONE, HED01]\nremove: ["}, "DONE HED01"},
		{"no list", []string{"remove: [", "headlines: []\nremove: ["}, "EHR03 HED01 IMM03 CHD01 MAT01 DQS01 POP SCR BASE"},
		{"a target of something else as well", []string{"targets:\n", "targets:\n  - {indicator: CHD02, op: \">=\", value: 9%, by: 2020-12-31}\n"}, "EHR03 HED01 IMM03 CHD01 MAT01 DQS01 CHD02 POP SCR BASE"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := packOf(t, shaped(c.pairs...))
			if got := strings.Join(p.Headlines, " "); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
			for i := range p.Indicators {
				ind := &p.Indicators[i]
				id := ind.ID
				if ind.AlternativeOf != "" {
					id = ind.AlternativeOf
				}
				if want := strings.Contains(" "+c.want+" ", " "+id+" "); ind.Headline != want {
					t.Errorf("%s is marked %v", ind.ID, ind.Headline)
				}
			}
		})
	}
	alone := "id: test\nversion: 1\nname: {zh: 独立, en: alone}\nindicators:\n"
	for _, id := range strings.Fields("A B C D E F G H I J K L") {
		alone += "  - {id: " + id + ", name: {zh: 数, en: count}, kind: stock, eligible: {present: {}}}\n"
	}
	c, problems := build([]source{{name: "alone.yaml", text: []byte(alone)}})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	if got := strings.Join(c.Packs()[0].Headlines, ""); got != "ABCDEFGHIJ" {
		t.Errorf("of a pack that marks none and sets no target: %s", got)
	}
}

func TestAHeadlineThatIsNoneIsRefused(t *testing.T) {
	for list, want := range map[string]string{"EHR3": "EHR03", "DONE@event": "headlines[0]", "POP, POP": "headlines[1]"} {
		problems, _ := builtIn(t).Validate([]byte(shaped("remove: [", "headlines: ["+list+"]\nremove: [")))
		if !strings.Contains(problems.Error(), want) || !strings.Contains(problems.Error(), "headlines[") {
			t.Errorf("%s: %v", list, problems)
		}
	}
}

func TestAnotherListShowsInTheDifference(t *testing.T) {
	var got []string
	for _, d := range diffed(t, "remove: [", "headlines: [HED01, POP]\nremove: [") {
		for _, x := range d.Changes {
			got = append(got, d.Kind+" "+x.Field+": "+x.New.Chinese)
		}
	}
	if diff := cmp.Diff([]string{"pack headlines: HED01 POP"}, got); diff != "" {
		t.Error(diff)
	}
}
