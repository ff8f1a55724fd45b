package policy

import (
	"os"
	"strings"
	"testing"
)

// examples reads the tables of a section of the reference: the condition or
// selector in the first cell, its example in the last one.
func examples(t *testing.T, section string) map[string]string {
	t.Helper()
	raw, err := os.ReadFile("../../../../docs/policy-packs.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(raw), "\n## "+section+"\n")
	if !ok {
		t.Fatalf("no section %s", section)
	}
	body, _, _ := strings.Cut(rest, "\n## ")
	out := map[string]string{}
	for line := range strings.Lines(body) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), " | ")
		first, last := strings.TrimSpace(cells[0]), strings.TrimSpace(cells[len(cells)-1])
		if len(cells) == 3 && strings.HasPrefix(first, "`") {
			out[first] = strings.Trim(last, "`")
		}
	}
	return out
}

func TestTheExamplesOfTheReferenceCompile(t *testing.T) {
	const codes = "records:\n  - {code: SURVEY, name: {zh: 问卷, en: survey}}\n  - {code: LECTURE, name: {zh: 讲座, en: lecture}}\n"
	said := ""
	for name, example := range examples(t, "Conditions") {
		said += name
		if example == "see below" {
			example = "related: {as: [permit_family, spouse, child], together: village, other: {all: [{permit: {}}, {points: {at_least: 120}}]}}"
		}
		if _, err := with(t, strings.Replace(rule("{"+example+"}"), "rules:\n", codes+"rules:\n", 1)); err != nil {
			t.Errorf("%s: %v", example, err)
		}
	}
	for name, example := range examples(t, "Events") {
		said += name
		events, covered := example, "{present: {}}"
		if !strings.HasPrefix(example, "{") {
			events, covered = "{services: {kind: any}}", "{"+example+"}"
		}
		file := head(codes + "indicators:\n  - {id: X, name: {zh: 甲, en: x}, kind: flow, period: month, events: " + events + ", eligible: {present: {}}, covered: " + covered + "}\n")
		if _, err := with(t, file); err != nil {
			t.Errorf("%s: %v", example, err)
		}
	}
	for name := range predicates {
		if !strings.Contains(said, "`"+name+"`") {
			t.Errorf("the reference does not have the condition %s", name)
		}
	}
	for name := range eventPredicates {
		if !strings.Contains(said, "`"+name+"`") {
			t.Errorf("the reference does not have the event condition %s", name)
		}
	}
}
