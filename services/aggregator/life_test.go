package aggregator

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// The life drawn in docs/eligibility.md is a case of a pack there: it really gives
// these answers, and every full date of the drawing stands in it.
func TestTheLifeInThePage(t *testing.T) {
	text, err := os.ReadFile("../../docs/eligibility.md")
	if err != nil {
		t.Fatal(err)
	}
	_, life, found := strings.Cut(string(text), "\n## One life\n")
	drawing, rest, fenced := strings.Cut(life, "```yaml\n")
	pack, _, closed := strings.Cut(rest, "```\n")
	if !found || !fenced || !closed {
		t.Fatal("the page has no life with a pack in it")
	}
	report, err := CheckPack([]byte(pack))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range report.Problems {
		t.Errorf("line %d %s: %s", p.Line, p.Path, p.Text.English)
	}
	if len(report.Cases) != 1 || report.Cases[0].Expect < 20 {
		t.Errorf("cases: %+v", report.Cases)
	}
	for _, day := range regexp.MustCompile(`\d{4}-\d\d-\d\d`).FindAllString(drawing, -1) {
		if !strings.Contains(pack, day) && day != "2031-01-10" { // the day after the last
			t.Errorf("%s is drawn and not in the case", day)
		}
	}
}
