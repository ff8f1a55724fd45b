package cli

import (
	"strings"
	"testing"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
)

// TestANumberOpensIntoThoseToBeLookedAfter: where less is better it is those
// counted above the line, of a plain count everybody.
func TestANumberOpensIntoThoseToBeLookedAfter(t *testing.T) {
	for name, c := range map[string]struct {
		row  *aggregatorv1.CoverageRow
		want string
	}{
		"more is better": {&aggregatorv1.CoverageRow{}, "uncovered"},
		"less is better": {&aggregatorv1.CoverageRow{Better: aggregatorv1.BetterWay_BETTER_WAY_LOWER}, "covered"},
		"a count":        {&aggregatorv1.CoverageRow{Plain: true, Better: aggregatorv1.BetterWay_BETTER_WAY_LOWER}, "eligible"},
	} {
		if got := toLookAfter(c.row); got != c.want {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// TestTheWorstOfSeveralRatiosIsNamed: of death rates the highest.
func TestTheWorstOfSeveralRatiosIsNamed(t *testing.T) {
	row := func(division string, rate float64, better aggregatorv1.BetterWay) *aggregatorv1.CoverageRow {
		return &aggregatorv1.CoverageRow{Division: division, IndicatorId: "X", HasRate: true, Rate: rate, Better: better, Ratio: &aggregatorv1.CoverageRatio{}}
	}
	for better, want := range map[aggregatorv1.BetterWay]string{
		aggregatorv1.BetterWay_BETTER_WAY_HIGHER: "990101001/", aggregatorv1.BetterWay_BETTER_WAY_LOWER: "990101002/",
	} {
		notes := ratioNotes([]*aggregatorv1.CoverageRow{row("990101001000", 0.1, better), row("990101002000", 0.2, better)}, false)
		if len(notes) != 1 || !strings.Contains(notes[0], want) {
			t.Errorf("%v: %q", better, notes)
		}
	}
}

// TestAPlainCountOfAWhatIfHasNobodyCovered.
func TestAPlainCountOfAWhatIfHasNobodyCovered(t *testing.T) {
	table := policyWhatIf{File: "f.yaml"}.numbersTable([]*aggregatorv1.WhatIfNumber{
		{Division: county, IndicatorId: "P", OldEligible: 9, NewEligible: 8, OldPlain: true, Changes: 1},
	}, "D")
	row := table.Rows[0]
	if row[6] != nil || row[7] != int32(0) || row[11] != "xinju policy what-if f.yaml --division 990101000000 --indicator P --date D --people" {
		t.Errorf("%v", row)
	}
}
