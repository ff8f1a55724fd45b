package policy

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestADateThatIsNoneIsSaidWithItsLine: all of them at once.
func TestADateThatIsNoneIsSaidWithItsLine(t *testing.T) {
	source := "id: x\nversion: 1\nname: {zh: 甲, en: x}\nvalid_from: 2026-02-29\ntargets:\n" +
		"  - {indicator: EHR03, op: \">=\", value: 60%, by: 2026-09-31}\n  - {indicator: EHR03, op: \">=\", value: 60%, by: 2026-09-30}\n" +
		"cases:\n  - name: {zh: 甲, en: x}\n    given: {birth: 2000-13-01}\n    expect: []\n"
	var got []string
	for _, p := range builtIn(t).Check([]byte(source)).Problems {
		got = append(got, fmt.Sprint(p.Line, " ", p.Path, " ", p.Text.English))
	}
	want := []string{
		"4 valid_from 2026-02-29 is not a date of the calendar; write one like 2026-09-30",
		"6 targets[0].by 2026-09-31 is not a date of the calendar; write one like 2026-09-30",
		"10 cases[0].given.birth 2000-13-01 is not a date of the calendar; write one like 2026-09-30",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestADateIsReadWhereItStands: not again at every alias, of which few lines may make
// more than anybody can read.
func TestADateIsReadWhereItStands(t *testing.T) {
	list := func(of string, n int) string { return "[" + strings.TrimSuffix(strings.Repeat(of+", ", n), ", ") + "]" }
	source := "id: x\nversion: 1\nname: {zh: 甲, en: x}\ncases:\n  - &case\n    name: {zh: 甲, en: x}\n    expect: []\n    given:\n      others:\n        - &other\n          stays: " +
		list("&stay {arrived: 2000-13-01}", 1) + "\n        - stays: " + list("*stay", 500) + "\n" + strings.Repeat("        - *other\n", 500) + strings.Repeat("  - *case\n", 500)
	var got []string
	for _, p := range builtIn(t).Check([]byte(source)).Problems {
		got = append(got, fmt.Sprint(p.Line, " ", p.Path))
	}
	if diff := cmp.Diff([]string{"11 cases[0].given.others[0].stays[0].arrived"}, got); diff != "" {
		t.Error(diff)
	}
}

// TestTheDecodersErrorsAreSaidInWordsOfAPack, each with its line.
func TestTheDecodersErrorsAreSaidInWordsOfAPack(t *testing.T) {
	source := "id: x\nversion: first\nname: {zh: 甲, en: of 10,000}\nremove: EHR03\nwarnings: [1]\ncolour: red\n"
	var got []string
	for _, p := range builtIn(t).Check([]byte(source)).Problems {
		got = append(got, fmt.Sprint(p.Line, " ", p.Text.English))
	}
	want := []string{
		"2 first: must be a whole number",
		"3 there is no such key: 000 (if it is part of a text: put a text with a comma or colon into quotes)",
		"4 EHR03: must be a list […]",
		"5 a list or mapping: must be a mapping {…}",
		"6 there is no such key: colour (if it is part of a text: put a text with a comma or colon into quotes)",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
