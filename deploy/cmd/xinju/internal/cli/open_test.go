package cli

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"

	"xinju.dev/deploy/cmd/xinju/internal/outcome"
	"xinju.dev/deploy/cmd/xinju/internal/show"
)

// TestANumberIsNamedAndFoundAgain: the name that an answer prints leads to the same
// place, unit, indicator and day.
func TestANumberIsNamedAndFoundAgain(t *testing.T) {
	for name, c := range map[string]struct {
		row  *aggregatorv1.CoverageRow
		want string
		back numberName
	}{
		"a county":             {&aggregatorv1.CoverageRow{Division: county, IndicatorId: "IMM03"}, "990101/IMM03/2026-06-30", numberName{division: county, indicator: "IMM03"}},
		"a township":           {&aggregatorv1.CoverageRow{Division: "990101001000", IndicatorId: "IMM03@event"}, "990101001/IMM03@event/2026-06-30", numberName{division: "990101001000", indicator: "IMM03@event"}},
		"a village":            {&aggregatorv1.CoverageRow{Division: "990101001201", IndicatorId: "A/B"}, "990101001201/A/B/2026-06-30", numberName{division: "990101001201", indicator: "A/B"}},
		"a unit":               {&aggregatorv1.CoverageRow{UnitId: "U1", UnitRole: roles["provider"], IndicatorId: "X"}, "provider:U1/X/2026-06-30", numberName{unit: "U1", role: roles["provider"], indicator: "X"}},
		"a unit in a division": {&aggregatorv1.CoverageRow{Division: county, UnitId: "none", UnitRole: roles["manager"], IndicatorId: "X"}, "990101+unit:none/X/2026-06-30", numberName{division: county, unit: "none", role: roles["manager"], indicator: "X"}},
	} {
		got := nameOf(c.row, "2026-06-30")
		var back numberName
		if err := back.UnmarshalText([]byte(got)); err != nil || got != c.want {
			t.Errorf("%s: %s, %v", name, got, err)
		}
		c.back.day = dayOf(ymd(2026, 6, 30))
		if back != c.back {
			t.Errorf("%s: read as %+v", name, back)
		}
	}
	for _, bad := range []string{"", "990101", "990101/X", "990101/X/", "990101//2026-06-30", "/X/2026-06-30", "99/X/2026-06-30", "ward:U/X/2026-06-30", "unit:/X/2026-06-30", "990101/X/June"} {
		if err := (&numberName{}).UnmarshalText([]byte(bad)); outcome.CodeOf(err) != outcome.BadInput {
			t.Errorf("%q is taken for a number: %v", bad, err)
		}
	}
}

// TestEveryRowIsOpenedByTheCommandAtItsEnd in every table of numbers; where there is
// nothing behind a number it says why, in a word of its own.
func TestEveryRowIsOpenedByTheCommandAtItsEnd(t *testing.T) {
	resp := answer(county)
	resp.Rows = append(resp.Rows, &aggregatorv1.CoverageRow{Division: county, IndicatorId: "ED01", Awaits: "登记"},
		&aggregatorv1.CoverageRow{Division: county, IndicatorId: "OWN", Awaits: "当地的政策包没有此指标 / the pack that governs there does not have it", NotCounted: true})
	out, _ := printed(t, resp, choice{}, show.Eyes)
	rows := strings.Split(out, "\n")[2:]
	for i, want := range []string{
		"xinju open 990101/IMM03/2026-06-30", "xinju open 990101/HED02/2026-06-30", "xinju open 990101/DQS01/2026-06-30", "—", "—",
	} {
		if !strings.HasSuffix(rows[i], want) {
			t.Errorf("%q does not end in %s", rows[i], want)
		}
	}
	if !strings.Contains(rows[3], noSource) || !strings.Contains(rows[4], notCounted) || strings.Contains(rows[4], "来源") {
		t.Errorf("why there is no number: %q, %q", rows[3], rows[4])
	}
	if !strings.Contains(out, "\n"+notCounted+": 当地的政策包没有此指标") {
		t.Errorf("it does not say why: %s", out)
	}
}

// TestChaseCountsOpenByGroup: the command of a row lists those of the row alone.
func TestChaseCountsOpenByGroup(t *testing.T) {
	resp := &aggregatorv1.GetChaseStatsResponse{AsOfDate: ymd(2026, 6, 30)}
	for by, rows := range map[string][]struct {
		row  *aggregatorv1.ChaseStat
		want string
	}{
		"division": {{&aggregatorv1.ChaseStat{Division: county}, " --direct-only"}, {&aggregatorv1.ChaseStat{Division: village}, ""}},
		"unit":     {{&aggregatorv1.ChaseStat{AssignedUnit: "U"}, " --unit U"}, {&aggregatorv1.ChaseStat{}, " --without-unit"}},
		"assignee": {{&aggregatorv1.ChaseStat{AssignedTo: "李 '四'"}, ` --to '李 '\''四'\'''`}, {&aggregatorv1.ChaseStat{AssignedTo: "甲"}, " --to 甲"}, {&aggregatorv1.ChaseStat{}, " --without-assignee"}},
	} {
		c := chaseStats{numberFlags: numberFlags{Division: county, Indicator: "X"}, By: by}
		for _, r := range rows {
			place := county
			if r.row.GetDivision() == village {
				place = village
			}
			if got, want := c.opener(resp, r.row), "xinju chase list --division "+place+" --indicator X --date 2026-06-30"+r.want; got != want {
				t.Errorf("by %s: %s, want %s", by, got, want)
			}
		}
	}
}

// TestAForecastSpeaksOfWhatIsCountedWhereLessIsBetter.
func TestAForecastSpeaksOfWhatIsCountedWhereLessIsBetter(t *testing.T) {
	const into, outOf = aggregatorv1.TransitionKind_TRANSITION_KIND_BECOMES_COVERED, aggregatorv1.TransitionKind_TRANSITION_KIND_BECOMES_UNCOVERED
	items := itemsOf(&aggregatorv1.GetForecastResponse{Items: []*aggregatorv1.ForecastItem{
		{ItemId: "LATE", Name: "逾期", Better: aggregatorv1.BetterWay_BETTER_WAY_LOWER}, {ItemId: "HED01", Better: aggregatorv1.BetterWay_BETTER_WAY_HIGHER},
	}})
	for _, c := range []struct {
		item string
		kind aggregatorv1.TransitionKind
		want show.Cell
	}{
		{"LATE", into, show.Cell{Value: "becomes-covered", Shown: "变为已计入，须关注 is counted, to be looked after"}},
		{"LATE", outOf, show.Cell{Value: "becomes-uncovered", Shown: "变为未计入 is not counted"}},
		{"HED01", into, show.Cell{Value: "becomes-covered", Shown: "变为已服务 becomes covered"}},
		{"HED01", outOf, show.Cell{Value: "becomes-uncovered", Shown: "变为未服务 becomes uncovered"}},
	} {
		if diff := cmp.Diff(any(c.want), items.kind(c.item, c.kind)); diff != "" {
			t.Errorf("%s: %s", c.item, diff)
		}
	}
	if got := shownText(items.name("LATE")); got != "LATE 逾期" {
		t.Errorf("named %q", got)
	}
}

// TestAPlainCountOfAComparisonIsOfNobodyServed: who counts, and who does not.
func TestAPlainCountOfAComparisonIsOfNobodyServed(t *testing.T) {
	difference := func(id string) *aggregatorv1.ReportDifference {
		return &aggregatorv1.ReportDifference{IndicatorId: id, After: &aggregatorv1.Member{ResidentId: someone}}
	}
	plain := plainOf([]*aggregatorv1.ReportRestatement{{IndicatorId: "HED02", After: &aggregatorv1.ReportNumber{Row: &aggregatorv1.CoverageRow{Plain: true}}}, {IndicatorId: "IMM03"}})
	names := &directory{divisions: map[string]string{}}
	table := differenceTable(context.Background(), names, []*aggregatorv1.ReportDifference{difference("HED02"), difference("IMM03")}, plain)
	for i, want := range []string{"计入 counted", "未服务 uncovered"} {
		if was, is := shownText(table.Rows[i][3]), shownText(table.Rows[i][4]); was != "未计入 not counted" || is != want {
			t.Errorf("row %d: %s → %s", i, was, is)
		}
	}
}

// TestAnExplanationOfAPlainCountSaysNothingOfService.
func TestAnExplanationOfAPlainCountSaysNothingOfService(t *testing.T) {
	for plain, want := range map[bool]bool{true: false, false: true} {
		e := &explanation{}
		e.rule(&aggregatorv1.RuleEligibility{RuleId: "X", Kind: aggregatorv1.RuleKind_RULE_KIND_INDICATOR, Eligible: true, Plain: plain})
		if got := strings.Contains(e.text.String(), "已服务"); got != want {
			t.Errorf("plain %v: %s", plain, &e.text)
		}
	}
}
