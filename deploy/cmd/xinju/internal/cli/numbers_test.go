package cli

import (
	"strings"
	"testing"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"

	"xinju.dev/deploy/cmd/xinju/internal/show"
)

// answer is of a county or of its towns, each with a rate that has a target and
// another attribution, a plain count and a score.
func answer(places ...string) *aggregatorv1.GetCoverageResponse {
	resp := &aggregatorv1.GetCoverageResponse{PackId: "p", AsOfDate: ymd(2026, 6, 30)}
	for i, place := range places {
		score := scored(place).GetRow()
		score.Rate = 0.9 - float64(i)/10
		resp.Rows = append(resp.Rows,
			&aggregatorv1.CoverageRow{
				Division: place, IndicatorId: "IMM03", Eligible: 10, Covered: 7, HasRate: true, Rate: 0.7, HasTarget: true, Target: 0.8, TargetText: "≥ 80 %", Gap: 1, HasGap: true,
				Alternative: &aggregatorv1.CoverageRow{Division: place, IndicatorId: "IMM03@event", Eligible: 9, Covered: 9, HasRate: true, Rate: 1},
			},
			&aggregatorv1.CoverageRow{Division: place, IndicatorId: "HED02", Plain: true, Eligible: 6238, Value: 6238},
			score)
	}
	return resp
}

func printed(t *testing.T, resp *aggregatorv1.GetCoverageResponse, c choice, f show.Format) (out, errs string) {
	t.Helper()
	var o, e strings.Builder
	shown := c.of(resp)
	if err := coverageTable(resp, &shown, c.Terms).Write(&o, f); err != nil {
		t.Fatal(err)
	}
	if err := shown.tell(&e); err != nil {
		t.Fatal(err)
	}
	return o.String(), e.String()
}

// TestAnAnswerSaysWhatItLeavesOut, with the flag that shows it.
func TestAnAnswerSaysWhatItLeavesOut(t *testing.T) {
	for _, c := range []struct {
		name    string
		choice  choice
		leftOut int32
		shown   string // identifiers, in order
		says    []string
	}{
		{"the headlines", choice{}, 2, "IMM03 HED02 DQS01", []string{"2 more）: --all", "1 of them", "--alternatives"}},
		{"with the other attribution", choice{Alternatives: true}, 2, "IMM03 IMM03@event HED02 DQS01", []string{"2 more）: --all"}},
		{"everything", choice{All: true}, 0, "IMM03 IMM03@event HED02 DQS01", nil},
		{"what was named", choice{}, 0, "IMM03 HED02 DQS01", []string{"--alternatives"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			resp := answer(county)
			resp.LeftOutCount = c.leftOut
			out, errs := printed(t, resp, c.choice, show.CSV)
			var ids []string
			for _, line := range strings.Split(strings.TrimSpace(out), "\n")[1:] {
				ids = append(ids, strings.Split(line, ",")[2])
			}
			if got := strings.Join(ids, " "); got != c.shown {
				t.Errorf("shown: %s, want %s", got, c.shown)
			}
			for _, text := range c.says {
				if !strings.Contains(errs, text) {
					t.Errorf("it does not say %q: %s", text, errs)
				}
			}
			if c.says == nil && errs != "" {
				t.Errorf("nothing is left out, but it says %s", errs)
			}
		})
	}
}

// TestWhatIsNoCountIsNotShownAsOne: a plain count has nobody covered, a ratio
// nobody at all; a fraction is exact for programs and rounded for eyes.
func TestWhatIsNoCountIsNotShownAsOne(t *testing.T) {
	out, _ := printed(t, answer(county), choice{All: true}, show.CSV)
	for _, line := range []string{
		"990101000000,,HED02,,6238,,6238,,,,,,,,,xinju open 990101/HED02/2026-06-30",
		"990101000000,,DQS01,,,,0.9,,,,,,251690/3611,85,,xinju open 990101/DQS01/2026-06-30",
	} {
		if !strings.Contains(out, line+"\n") {
			t.Errorf("it lacks %q: %s", line, out)
		}
	}
	out, _ = printed(t, answer(county), choice{All: true}, show.Eyes)
	for _, text := range []string{
		"990101000000 DQS01 90.00% = 69.70 ÷ 85\n", "  20 × DQC01 = 89.80%: xinju open 990101/DQC01/2026-06-30 --set uncovered",
	} {
		if !strings.Contains(out, text) {
			t.Errorf("it lacks %q: %s", text, out)
		}
	}
	if strings.Contains(out, "3611") || strings.Contains(out, " 0 ") {
		t.Errorf("a fraction, or nobody counted as 0: %s", out)
	}
	report := restatementTable([]*aggregatorv1.ReportRestatement{{Division: county, IndicatorId: "HED02", After: &aggregatorv1.ReportNumber{Row: answer(county).GetRows()[1]}, Appeared: 6238}}, "xinju report compare R")
	var csv strings.Builder
	if err := report.Write(&csv, show.CSV); err != nil || !strings.Contains(csv.String(), "990101000000,HED02,,,,6238,6238,0,,,xinju report compare R --division 990101000000 --indicator HED02\n") {
		t.Errorf("a count that was not there before: %s, %v", &csv, err)
	}
}

// TestTermsOfManyPlacesAreShownWhenAskedFor: else the command that shows those of
// the lowest.
func TestTermsOfManyPlacesAreShownWhenAskedFor(t *testing.T) {
	towns := []string{"990101001000", "990101002000", "990101003000"}
	out, _ := printed(t, answer(towns...), choice{All: true}, show.Eyes)
	if strings.Contains(out, "69.70") || !strings.Contains(out, "what a ratio is computed from: xinju open 990101003/DQS01/2026-06-30\n") {
		t.Errorf("terms of many places: %s", out)
	}
	if out, _ = printed(t, answer(towns...), choice{All: true, Terms: true}, show.Eyes); strings.Count(out, "69.70 ÷ 85") != len(towns) {
		t.Errorf("with --terms: %s", out)
	}
}

// TestARatioThatLacksATermSaysSo instead of a quotient of nothing.
func TestARatioThatLacksATermSaysSo(t *testing.T) {
	resp := answer("990101000000")
	score := resp.GetRows()[2]
	score.HasRate, score.Ratio.Numerator = false, ""
	out, _ := printed(t, resp, choice{All: true}, show.Eyes)
	if !strings.Contains(out, "990101000000 DQS01 缺构成项，无法计算 cannot be computed, a term is lacking\n") || strings.Contains(out, "÷") {
		t.Errorf("a ratio without numerator: %s", out)
	}
}
