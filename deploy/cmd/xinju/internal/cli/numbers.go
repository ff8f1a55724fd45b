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

func coveredCell(r *aggregatorv1.CoverageRow) any {
	if r.GetPlain() {
		return nil
	}
	return countCell(r, r.GetCovered())
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

// openCommand opens a row into those who are still to be served.
func openCommand(r *aggregatorv1.CoverageRow, on string) string {
	if r.GetUnitId() == "" {
		return listCommand(r.GetDivision(), r.GetIndicatorId(), on)
	}
	return membersCommand(r.GetDivision(), r.GetUnitId(), r.GetUnitRole(), r.GetIndicatorId(), on, "uncovered")
}

// membersCommand opens any number into its list.
func membersCommand(division, unit string, role aggregatorv1.UnitRole, indicator, on, set string) string {
	var b strings.Builder
	b.WriteString("xinju coverage members")
	if division != "" {
		fmt.Fprintf(&b, " --division %s", division)
	}
	if unit != "" {
		fmt.Fprintf(&b, " --unit %s", unit)
		if role == aggregatorv1.UnitRole_UNIT_ROLE_PROVIDER {
			b.WriteString(" --role provider")
		}
	}
	fmt.Fprintf(&b, " --indicator %s --date %s --set %s", indicator, on, set)
	return b.String()
}

var setWords = map[aggregatorv1.MemberSet]string{
	aggregatorv1.MemberSet_MEMBER_SET_UNCOVERED: "uncovered", aggregatorv1.MemberSet_MEMBER_SET_COVERED: "covered", aggregatorv1.MemberSet_MEMBER_SET_ELIGIBLE: "eligible",
}

// ratioNotes shows of each ratio what it is computed from and how each part opens.
func ratioNotes(rows []*aggregatorv1.CoverageRow) []string {
	var notes []string
	for _, r := range rows {
		if x := r.GetRatio(); x != nil && r.GetAwaits() == "" {
			notes = append(notes, fmt.Sprintf("%s %s = %s ÷ %s", placeOf(r), r.GetIndicatorId(), sideText(x.GetNumerator()), sideText(x.GetDenominator())))
			for _, t := range append(x.GetNumeratorTerms(), x.GetDenominatorTerms()...) {
				notes = append(notes, "  "+termNote(t))
			}
		}
	}
	return notes
}

func sideText(n string) string {
	if n == "" {
		return "?"
	}
	return n
}

func termNote(t *aggregatorv1.CoverageTerm) string {
	on, _ := dateText(t.GetAsOfDate()).(string)
	number := t.GetValue()
	if !t.GetHasValue() {
		number = "缺 missing: " + t.GetMissing()
	}
	if t.GetFigureId() != "" {
		source := ""
		if t.GetSource() != "" {
			source = "（" + t.GetSource() + "）"
		}
		return fmt.Sprintf("%s × %s = %s%s: xinju figures read --figure %s --division %s --date %s", t.GetTimes(), t.GetFigureId(), number, source, t.GetFigureId(), t.GetDivision(), on)
	}
	if t.GetSet() == aggregatorv1.MemberSet_MEMBER_SET_UNSPECIFIED { // a ratio within a score
		return fmt.Sprintf("%s × %s = %s: xinju coverage show --division %s --indicator %s --date %s", t.GetTimes(), t.GetIndicatorId(), number, t.GetDivision(), t.GetIndicatorId(), on)
	}
	return fmt.Sprintf("%s × %s = %s: %s", t.GetTimes(), t.GetIndicatorId(), number,
		membersCommand(t.GetDivision(), t.GetUnitId(), t.GetUnitRole(), t.GetIndicatorId(), on, setWords[t.GetSet()]))
}

func trendNotes(t *aggregatorv1.GetTrendResponse, p *aggregatorv1.TrendPoint) []string {
	on := lastDay(p)
	switch {
	case p.GetRatio() != nil:
		return ratioNotes([]*aggregatorv1.CoverageRow{{Division: t.GetDivision(), UnitId: t.GetUnitId(), IndicatorId: t.GetIndicatorId(), Ratio: p.GetRatio(), Awaits: t.GetAwaits()}})
	case t.GetPlain():
		return []string{"名单 what is behind the last number: " + membersCommand(t.GetDivision(), t.GetUnitId(), t.GetUnitRole(), t.GetIndicatorId(), on, "eligible")}
	}
	row := &aggregatorv1.CoverageRow{Division: t.GetDivision(), UnitId: t.GetUnitId(), UnitRole: t.GetUnitRole(), IndicatorId: t.GetIndicatorId()}
	return []string{"名单 the people behind the last number: " + openCommand(row, on)}
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
