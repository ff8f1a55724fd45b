package cli

import (
	"fmt"
	"strings"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"

	"xinju.dev/deploy/cmd/xinju/internal/show"
	"xinju.dev/services/platform/wire"
)

// How numbers of indicators are shown, and the command that opens each.

// unitSigns stand behind a value.
var unitSigns = map[aggregatorv1.RateUnit]string{
	aggregatorv1.RateUnit_RATE_UNIT_PERMILLE: "‰", aggregatorv1.RateUnit_RATE_UNIT_PER_10K: "/万", aggregatorv1.RateUnit_RATE_UNIT_PER_100K: "/10万",
}

// rated shows a value in its unit; a percentage is cut, never rounded up.
func rated(unit aggregatorv1.RateUnit, rate, value float64) string {
	switch unit {
	case aggregatorv1.RateUnit_RATE_UNIT_UNSPECIFIED, aggregatorv1.RateUnit_RATE_UNIT_PERCENT:
		return percent(rate)
	}
	hundredths := int64(value*100 + 1e-6)
	return fmt.Sprintf("%d.%02d%s", hundredths/100, hundredths%100, unitSigns[unit])
}

// valueCell is the rate of a row, the count of a plain one, or why there is none.
func valueCell(r *aggregatorv1.CoverageRow) any {
	switch {
	case r.GetPlain() && r.GetAwaits() == "":
		return r.GetEligible()
	case r.GetAwaits() == "" && lacksSource(r.GetLacking()):
		return show.Cell{Shown: "来源未接通 source not reached"}
	case r.GetAwaits() != "" || !r.GetHasRate():
		return rateCell(r.GetHasRate(), r.GetRate(), r.GetAwaits())
	}
	text := rated(r.GetUnit(), r.GetRate(), r.GetValue())
	if r.GetOver() {
		text += " (>100%)"
	}
	return show.Cell{Value: r.GetRate(), Shown: text}
}

// isCount says whether a row is a number of people or events: a ratio is none,
// and what nobody has counted is not 0.
func isCount(r *aggregatorv1.CoverageRow) bool {
	return r != nil && r.GetAwaits() == "" && r.GetKind() != aggregatorv1.IndicatorKind_INDICATOR_KIND_RATIO
}

func eligibleCell(r *aggregatorv1.CoverageRow) any {
	if !isCount(r) {
		return nil
	}
	return r.GetEligible()
}

// coveredCell is absent of a plain count, too: nobody is covered or not.
func coveredCell(r *aggregatorv1.CoverageRow) any {
	if !isCount(r) || r.GetPlain() {
		return nil
	}
	return r.GetCovered()
}

func pointCell(t *aggregatorv1.GetTrendResponse, p *aggregatorv1.TrendPoint) any {
	switch {
	case t.GetPlain():
		return p.GetEligible()
	case !p.GetHasRate():
		return rateCell(false, 0, t.GetAwaits())
	}
	return show.Cell{Value: p.GetRate(), Shown: rated(t.GetUnit(), p.GetRate(), p.GetValue())}
}

// placeOf names whom a row is about: the unit, else the division.
func placeOf(r *aggregatorv1.CoverageRow) string {
	if r.GetUnitId() != "" {
		return r.GetUnitId()
	}
	return r.GetDivision()
}

// openCommand opens a row into those who are to be looked after: still to be
// served or, where less is better, those who are counted above the line.
func openCommand(r *aggregatorv1.CoverageRow, on string) string {
	switch {
	case r.GetPlain():
		return membersCommand(r.GetDivision(), r.GetUnitId(), r.GetUnitRole(), r.GetIndicatorId(), on, "eligible")
	case r.GetBetter() == aggregatorv1.BetterWay_BETTER_WAY_LOWER:
		return membersCommand(r.GetDivision(), r.GetUnitId(), r.GetUnitRole(), r.GetIndicatorId(), on, "covered")
	case r.GetUnitId() == "":
		return listCommand(r.GetDivision(), r.GetIndicatorId(), on)
	}
	return membersCommand(r.GetDivision(), r.GetUnitId(), r.GetUnitRole(), r.GetIndicatorId(), on, "uncovered")
}

// leftOver is how many openCommand leads to, of a plain count none: nobody is missing.
func leftOver(r *aggregatorv1.CoverageRow) int32 {
	switch {
	case !isCount(r) || r.GetPlain():
		return 0
	case r.GetBetter() == aggregatorv1.BetterWay_BETTER_WAY_LOWER:
		return r.GetCovered()
	}
	return r.GetEligible() - r.GetCovered()
}

// opener is the command that opens a row, for the column that programs read; nil
// where there is nothing behind it.
func opener(r *aggregatorv1.CoverageRow, on string) any {
	switch {
	case r.GetAwaits() != "":
		return nil
	case r.GetRatio() != nil:
		return showCommand(r.GetDivision(), r.GetUnitId(), r.GetUnitRole(), r.GetIndicatorId(), on)
	}
	return openCommand(r, on)
}

// membersCommand opens any number into its list.
func membersCommand(division, unit string, role aggregatorv1.UnitRole, indicator, on, set string) string {
	return fmt.Sprintf("xinju coverage members%s --indicator %s --date %s --set %s", placeFlags(division, unit, role), indicator, on, set)
}

// showCommand shows a ratio with what it is computed from.
func showCommand(division, unit string, role aggregatorv1.UnitRole, indicator, on string) string {
	return fmt.Sprintf("xinju coverage show%s --indicator %s --date %s", placeFlags(division, unit, role), indicator, on)
}

func placeFlags(division, unit string, role aggregatorv1.UnitRole) string {
	var b strings.Builder
	if division != "" {
		fmt.Fprintf(&b, " --division %s", division)
	}
	if unit != "" {
		fmt.Fprintf(&b, " --unit %s", unit)
		if role == aggregatorv1.UnitRole_UNIT_ROLE_PROVIDER {
			b.WriteString(" --role provider")
		}
	}
	return b.String()
}

var setWords = map[aggregatorv1.MemberSet]string{
	aggregatorv1.MemberSet_MEMBER_SET_UNCOVERED: "uncovered", aggregatorv1.MemberSet_MEMBER_SET_COVERED: "covered", aggregatorv1.MemberSet_MEMBER_SET_ELIGIBLE: "eligible",
}

func trendNotes(t *aggregatorv1.GetTrendResponse, p *aggregatorv1.TrendPoint) []string {
	on := lastDay(p)
	switch {
	case p.GetRatio() != nil:
		return ratioNotes([]*aggregatorv1.CoverageRow{{
			Division: t.GetDivision(), UnitId: t.GetUnitId(), IndicatorId: t.GetIndicatorId(), Ratio: p.GetRatio(), Awaits: t.GetAwaits(),
			Unit: t.GetUnit(), Value: p.GetValue(), Rate: p.GetRate(), HasRate: p.GetHasRate(), AsOfDate: p.GetAsOfDate(),
		}}, true)
	case t.GetAwaits() != "":
		return nil
	case t.GetPlain():
		return []string{"名单 what is behind the last number: " + openCommand(pointRow(t, p), on)}
	}
	return []string{"名单 the people behind the last number: " + openCommand(pointRow(t, p), on)}
}

// pointRow is a point of a trend as a row, to be opened as one.
func pointRow(t *aggregatorv1.GetTrendResponse, p *aggregatorv1.TrendPoint) *aggregatorv1.CoverageRow {
	return &aggregatorv1.CoverageRow{
		Division: t.GetDivision(), UnitId: t.GetUnitId(), UnitRole: t.GetUnitRole(), IndicatorId: t.GetIndicatorId(), AsOfDate: p.GetAsOfDate(),
		Plain: t.GetPlain(), Better: t.GetBetter(), Awaits: t.GetAwaits(), Ratio: p.GetRatio(),
	}
}

var lackWords = map[aggregatorv1.SourceLackReason]string{
	aggregatorv1.SourceLackReason_SOURCE_LACK_REASON_NEVER_REACHED: "从未接通 never reached", aggregatorv1.SourceLackReason_SOURCE_LACK_REASON_LISTING: "正在读取 being read",
	aggregatorv1.SourceLackReason_SOURCE_LACK_REASON_ALARMED: "已停止跟进 stopped", aggregatorv1.SourceLackReason_SOURCE_LACK_REASON_BEHIND: "积压 behind",
	aggregatorv1.SourceLackReason_SOURCE_LACK_REASON_SILENT: "久无联系 silent",
}

// lacksSource says whether a rate was left out since a source was never reached.
func lacksSource(list []*aggregatorv1.SourceLack) bool {
	for _, l := range list {
		if l.GetReason() <= aggregatorv1.SourceLackReason_SOURCE_LACK_REASON_LISTING {
			return true
		}
	}
	return false
}

func lackText(list []*aggregatorv1.SourceLack) string {
	var out []string
	for _, l := range list {
		out = append(out, l.GetSource()+" "+lackWords[l.GetReason()])
	}
	return strings.Join(out, "; ")
}

// lackNotes names each source that some number lacks, once.
func lackNotes(rows []*aggregatorv1.CoverageRow) []string {
	var notes []string
	seen := map[string]bool{}
	for _, r := range rows {
		for _, l := range r.GetLacking() {
			if text := lackText([]*aggregatorv1.SourceLack{l}); !seen[text] {
				seen[text] = true
				notes = append(notes, fmt.Sprintf("注意：数据不全 not fully counted: %s", text))
			}
		}
	}
	return notes
}

func lastDay(p *aggregatorv1.TrendPoint) string {
	d, _ := wire.Date(p.GetAsOfDate())
	return d.String()
}
