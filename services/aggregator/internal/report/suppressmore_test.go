package report_test

import (
	"testing"

	"xinju.dev/services/aggregator/internal/report"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// numbersOf is a report of these cells, which need not add up.
func numbersOf(cells []report.Cell) *report.Content {
	c := aReport().Content
	n := c.Numbers[0]
	c.Numbers, c.Tree = nil, nil
	for _, x := range cells {
		n.Division, n.Eligible, n.Covered = x.Division, int32(x.Eligible), int32(x.Covered)
		c.Numbers = append(c.Numbers, n)
		c.Tree = append(c.Tree, report.Node{Code: x.Division, Parent: x.Parent})
	}
	return c
}

// shown is what of eligible and covered is to be seen, by division.
func shown(c *report.Content, k int64) map[string][2]bool {
	out := map[string][2]bool{}
	for _, e := range report.Exports(c, k) {
		out[e.Division] = [2]bool{e.Eligible != nil, e.Covered != nil}
	}
	return out
}

// TestWhatAReaderCouldStillCompute: ways around that need no equation of the table
// itself, or more than one of them.
func TestWhatAReaderCouldStillCompute(t *testing.T) {
	both, none := [2]bool{true, true}, [2]bool{}
	for _, c := range []struct {
		name  string
		cells []report.Cell
		want  map[string][2]bool
	}{
		{
			"three people count in the county and in no town: a town goes with them",
			[]report.Cell{{Division: "c", Eligible: 103, Covered: 53}, {Division: "a", Parent: "c", Eligible: 60, Covered: 30}, {Division: "b", Parent: "c", Eligible: 40, Covered: 20}},
			map[string][2]bool{"c": both, "a": both, "b": none},
		},
		{
			"enough people count in no town",
			[]report.Cell{{Division: "c", Eligible: 120, Covered: 60}, {Division: "a", Parent: "c", Eligible: 60, Covered: 30}, {Division: "b", Parent: "c", Eligible: 40, Covered: 20}},
			map[string][2]bool{"c": both, "a": both, "b": both},
		},
		{
			"two of at most 4 that make 8 are 4 each: a third goes with them",
			[]report.Cell{
				{Division: "c", Eligible: 128, Covered: 128},
				{Division: "a", Parent: "c", Eligible: 4, Covered: 4},
				{Division: "b", Parent: "c", Eligible: 4, Covered: 4},
				{Division: "d", Parent: "c", Eligible: 50, Covered: 50},
				{Division: "e", Parent: "c", Eligible: 70, Covered: 70},
			},
			map[string][2]bool{"c": both, "a": none, "b": none, "d": none, "e": both},
		},
		{
			"one and one not covered: two people are told by no sum",
			[]report.Cell{
				{Division: "c", Eligible: 400, Covered: 358},
				{Division: "a", Parent: "c", Eligible: 100, Covered: 99},
				{Division: "b", Parent: "c", Eligible: 100, Covered: 99},
				{Division: "d", Parent: "c", Eligible: 200, Covered: 160},
			},
			map[string][2]bool{"c": both, "a": {true, false}, "b": {true, false}, "d": {true, false}},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, shown(numbersOf(c.cells), 5)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestTwoThresholdsTogetherShowNoMoreThanTheLower: else the one export would show
// what the other hides to protect a third count.
func TestTwoThresholdsTogetherShowNoMoreThanTheLower(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := numbersOf(someTree(t))
		low := rapid.Int64Range(5, 8).Draw(t, "low")
		high := rapid.Int64Range(low, 12).Draw(t, "high")
		of := shown(c, low)
		for code, s := range shown(c, high) {
			if s[0] && !of[code][0] || s[1] && !of[code][1] {
				t.Fatalf("%s is shown by %d and hidden by %d", code, high, low)
			}
		}
	})
}
