package policy

import (
	"strings"
	"testing"
)

func TestPacksThatDoNotHoldTogetherAreRefused(t *testing.T) {
	for _, c := range []struct{ name, source, path, english string }{
		{"removing what is not there", shaped("remove: [INF01,", "remove: [NONE,"), "remove[0]", "nothing of this name"},
		{"removing what the pack defines", shaped("remove: [INF01,", "remove: [POP,"), "remove[0]", "nothing of this name"},
		{"removing what the pack defines anew", shaped("id: POP\n", "id: INF01\n", "indicator: POP", "indicator: INF01", "[POP]", "[INF01]", "item: POP", "item: INF01"), "remove[0]", "defines it again"},
		{"removing twice", shaped("R-DC-0]", "R-DC-0, INF01]"), "remove[2]", "named twice"},
		{"a record code twice", shaped("code: SCR-BREAST,", "code: SCR-CERV,"), "records[1]", "used twice"},
		{"an indicator twice", shaped("id: SCR\n", "id: POP\n"), "indicators[1]", "used twice"},
		{"a record code that is not declared", shaped("code: SCR-CERV, within", "code: SCR-CERVI, within"), "indicators[1].covered.records", "did you mean SCR-CERV"},
		{"events over a code that is not declared", shaped("codes: [SCR-CERV,", "codes: [OTHER-X,"), "indicators[2].events", "no such record code"},
		{"beside something unknown", shaped("beside: [POP]", "beside: [POPS]"), "indicators[1].beside", "did you mean POP"},
		{"beside itself", shaped("beside: [POP]", "beside: [SCR]"), "indicators[1].beside", "other indicators"},
		{"the alternative that it is already", shaped("alternative: event", "alternative: residence"), "indicators[2].alternative", "must differ"},
		{"a rate that is a count", shaped("beside: [POP]", "unit: count"), "indicators[1].unit", "cannot be count"},
		{"a count in percent", shaped("kind: stock\n    eligible: {use: adult}\n    citations", "kind: stock\n    unit: percent\n    eligible: {use: adult}\n    citations"), "indicators[0].covered", "plain count"},
		{"a ratio of ratios", shaped("{indicator: DONE}", "{indicator: BASE}"), "indicators[3].numerator.sum[0]", "cannot be a ratio"},
		{"a term of nothing", shaped("{indicator: DONE}", "{times: 2}"), "indicators[3].numerator.sum[0]", "either an indicator or a figure"},
		{"a term of both", shaped("{indicator: DONE}", "{indicator: DONE, figure: live_births}"), "indicators[3].numerator.sum[0]", "either an indicator or a figure"},
		{"a term of an unknown figure", shaped("figure: registered_population,", "figure: register_population,"), "indicators[3].denominator.sum[1]", "did you mean registered_population"},
		{"covered of a plain count", shaped("{indicator: DONE}", "{indicator: DONE, part: covered}"), "indicators[3].numerator.sum[0]", "no covered"},
		{"a factor of nothing", shaped("times: 1/5", "times: 1/0"), "indicators[3].denominator.sum[0]", "such as 5"},
		{"the mean of a year", shaped("at: day", "at: year"), "indicators[3].denominator.sum[1]", "no start and end"},
		{"the mean of a flow", shaped("{indicator: DONE}", "{indicator: DONE, average: start_end}"), "indicators[3].numerator.sum[0]", "only a stock"},
		{"terms over different periods", shaped("period: calendar_year\n    unit", "period: month\n    unit"), "indicators[3].numerator.sum[0]", "different periods"},
		{"a mean over no period", shaped("    period: calendar_year\n    unit", "    unit", "{indicator: DONE}", "{indicator: POP}"), "indicators[3]", "says its period"},
		{"a ratio with half of its sides", shaped("numerator: {sum: [{indicator: DONE}, {indicator: EHR03, part: covered, times: 5}]}", "numerator: {zh: 甲, en: x}"), "indicators[3]", "by sum, or in words"},
		{"a stock with a numerator", shaped("beside: [POP]", "numerator: {zh: 甲, en: x}"), "indicators[1].numerator", "take it out"},
		{"a count with a target in percent", shaped("value: 1100", "value: 80%"), "targets[0]", "such as 1100"},
		{"a rate of more than everybody", shaped("value: 100%", "value: 100"), "targets[1]", "exceed 100 %"},
		{"an operator that is none", shaped(`op: "="`, `op: "~"`), "targets[1]", "op must be"},
		{"negative people", shaped("minimum: 20", "minimum: -1"), "warnings.minimum", "negative"},
		{"a bottom that is none", shaped("bottom: third", "bottom: most"), "warnings.yellow.bottom", "quarter"},
		{"points beyond all", shaped("below_points: 2.5", "below_points: 200"), "warnings.yellow.below_points", "0 to 100"},
		{"red after years", shaped("months: 3}", "months: 30}"), "warnings.red.months", "0 to 12"},
		{"a group with a village twice", shaped(`"990102101000"`, `"990102100000"`), "groups[0].divisions[1]", "each once"},
		{"a version of letters", shaped("jurisdiction: \"990102000000\"", "jurisdiction: \"99010200000x\""), "jurisdiction", "12-digit"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := named(t, c.source).Check([]byte(c.source))
			for _, p := range r.Problems {
				if p.Path == c.path && strings.Contains(p.Text.English, c.english) && p.Text.Chinese != "" {
					if p.Line == 0 {
						t.Errorf("no line: %v", p)
					}
					return
				}
			}
			t.Errorf("problems:\n%v", r.Problems)
		})
	}
}

func TestWhatAnotherInheritedItemRefersToIsNotRemoved(t *testing.T) {
	child := func(remove string) string {
		return "id: town\nversion: 1\nname: {zh: 镇, en: town}\njurisdiction: \"990102100000\"\nextends: test\nremove: [" + remove + "]\n"
	}
	c := composed(t, everything)
	for remove, want := range map[string]bool{"DONE": false, "POP": false, "DONE, BASE": true, "POP, BASE, SCR": true, "SCR": true} {
		problems, _ := c.Validate([]byte(child(remove)))
		refused := false
		for _, p := range problems {
			refused = refused || p.Path == "remove[0]" && strings.Contains(p.Text.English, "refers to it")
		}
		if refused == want || want && len(problems) > 0 {
			t.Errorf("%s: %v", remove, problems)
		}
	}
}

func TestWhatIsHardlyMeantIsAWarning(t *testing.T) {
	for _, c := range []struct{ name, source, path, english string }{
		{"a definition that nothing uses", shaped("definitions:\n", "definitions:\n  - {id: unused, is: {present: {}}}\n"), "definitions[0]", "no item uses"},
		{"an item that rests on nothing", shaped("    citations: [{document: 通知, clause: 一, text: 原文}]\n", ""), "rules[0]", "no document"},
		{"a target before the pack begins", shaped("value: 50%, by: 2020-06-30", "value: 50%, by: 2019-06-30"), "targets[3].by", "before the pack"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := named(t, c.source).Check([]byte(c.source))
			if len(r.Problems) > 0 || len(r.Warnings) != 1 || r.Warnings[0].Path != c.path || !strings.Contains(r.Warnings[0].Text.English, c.english) || r.Warnings[0].Line == 0 {
				t.Errorf("%v\n%v", r.Problems, r.Warnings)
			}
		})
	}
	used := composed(t, shaped("definitions:\n", "definitions:\n  - {id: later, is: {present: {}}}\n"),
		"id: town\nversion: 1\nname: {zh: 镇, en: town}\njurisdiction: \"990102100000\"\nextends: test\nrules:\n  - {id: R-L, name: {zh: 甲, en: x}, eligible: {use: later}}\n")
	for _, w := range used.warned {
		if strings.Contains(w.Text.English, "later") {
			t.Errorf("a pack below uses it: %v", w)
		}
	}
}
