package policy

import (
	"fmt"
	"strings"
	"testing"
)

// A file that anybody may send must not keep the program busy.
func TestFilesThatWouldGrowBeyondMeasureAreRefused(t *testing.T) {
	var doubling strings.Builder
	doubling.WriteString("definitions:\n  - {id: d0, is: {present: {}}}\n")
	for i := range 60 {
		fmt.Fprintf(&doubling, "  - {id: d%d, is: {all: [{use: d%d}, {not: {use: d%d}}]}}\n", i+1, i, i)
	}
	var many, wrong strings.Builder
	many.WriteString("rules:\n")
	wrong.WriteString("targets:\n")
	for i := range 2001 {
		fmt.Fprintf(&many, "  - {id: R%d, name: {zh: 甲, en: x}, eligible: {present: {}}}\n", i)
		if i < 2000 {
			fmt.Fprintf(&wrong, "  - {indicator: NOWHERE%d, op: \">=\", value: 1%%, by: 2020-12-31}\n", i)
		}
	}
	for name, c := range map[string]struct{ source, english string }{
		"definitions that double": {head(doubling.String()), "too large once its definitions"},
		"too many rules":          {head(many.String()), "more than 2000"},
		"too many bytes":          {head("notes: {zh: " + strings.Repeat("甲", 400_000) + "}\n"), "1 MiB"},
		"thousands of problems":   {head(wrong.String()), "no such indicator"},
	} {
		t.Run(name, func(t *testing.T) {
			r := named(t, c.source).Check([]byte(c.source))
			if len(r.Problems) == 0 || !strings.Contains(r.Problems.Error(), c.english) {
				t.Errorf("%d problems", len(r.Problems))
			}
		})
	}
}
