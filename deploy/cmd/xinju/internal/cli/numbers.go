package cli

import (
	"fmt"
	"math"
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

// rated shows a value in its unit, cut; above is said of what exceeds a target that
// it must not, and is the next hundredth then.
func rated(unit aggregatorv1.RateUnit, rate, value float64, above bool) string {
	switch unit {
	case aggregatorv1.RateUnit_RATE_UNIT_UNSPECIFIED, aggregatorv1.RateUnit_RATE_UNIT_PERCENT:
		return decimals(rate*100, above) + "%"
	}
	return decimals(value, above) + unitSigns[unit]
}

// decimals writes two of them, cut or else up; what is less than a rounding error
// of a double away is what it should be.
func decimals(x float64, up bool) string {
	n := int64(math.Trunc(x*100 + math.Copysign(1e-6, x)))
	if up && x*100-float64(n) > 1e-6 {
		n++
	}
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	return fmt.Sprintf("%s%d.%02d", sign, n/100, n%100)
}

// exceeds says of a row that it is above a target that it must not exceed.
func exceeds(r *aggregatorv1.CoverageRow) bool {
	limited := r.GetBetter() == aggregatorv1.BetterWay_BETTER_WAY_LOWER || r.GetBetter() == aggregatorv1.BetterWay_BETTER_WAY_NEAREST
	return limited && r.GetHasTarget() && r.GetRate() > r.GetTarget()
}

// valueCell is the rate of a row, the count of a plain one, or why there is none.
func valueCell(r *aggregatorv1.CoverageRow) any {
	switch {
	case r.GetPlain() && r.GetAwaits() == "":
		return r.GetEligible()
	case r.GetAwaits() == "" && lacksSource(r.GetLacking()):
		return show.Cell{Shown: "来源未接通 source not reached"}
	case r.GetAwaits() != "":
		return absentCell(r.GetNotCounted())
	case !r.GetHasRate():
		return nil
	}
	text := rated(r.GetUnit(), r.GetRate(), r.GetValue(), exceeds(r))
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
	case t.GetAwaits() != "":
		return absentCell(t.GetNotCounted())
	case !p.GetHasRate():
		return nil
	}
	return show.Cell{Value: p.GetRate(), Shown: rated(t.GetUnit(), p.GetRate(), p.GetValue(), false)}
}

// placeOf names whom a row is about: the unit, else the division.
func placeOf(r *aggregatorv1.CoverageRow) string {
	if r.GetUnitId() != "" {
		return r.GetUnitId()
	}
	return r.GetDivision()
}

// toLookAfter is which list of a row is worked through: those still to be served or,
// where less is better, those who are counted above the line; of a plain count all.
func toLookAfter(r *aggregatorv1.CoverageRow) string {
	switch {
	case r.GetPlain():
		return "eligible"
	case r.GetBetter() == aggregatorv1.BetterWay_BETTER_WAY_LOWER:
		return "covered"
	}
	return "uncovered"
}

var setWords = map[aggregatorv1.MemberSet]string{
	aggregatorv1.MemberSet_MEMBER_SET_UNCOVERED: "uncovered", aggregatorv1.MemberSet_MEMBER_SET_COVERED: "covered", aggregatorv1.MemberSet_MEMBER_SET_ELIGIBLE: "eligible",
}

// trendNotes says how the numbers open and, of a ratio, what the last one is
// computed from.
func trendNotes(t *aggregatorv1.GetTrendResponse) []string {
	n := len(t.GetPoints())
	if n == 0 || t.GetAwaits() != "" {
		return absentNotes([]*aggregatorv1.CoverageRow{{Awaits: t.GetAwaits(), NotCounted: t.GetNotCounted()}})
	}
	p := t.GetPoints()[n-1]
	if p.GetRatio() == nil {
		return []string{openNote}
	}
	r := pointRow(t, p)
	r.Unit, r.Value, r.Rate, r.HasRate = t.GetUnit(), p.GetValue(), p.GetRate(), p.GetHasRate()
	return ratioNotes([]*aggregatorv1.CoverageRow{r}, true)
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
