package cli

import (
	"fmt"
	"math/big"
	"time"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"

	"xinju.dev/deploy/cmd/xinju/internal/show"
)

// ratioNotes shows of each ratio what it is computed from and how each part opens:
// of all places when terms are asked for, else of a single one alone. Of several it
// names the command that shows the lowest one's.
func ratioNotes(rows []*aggregatorv1.CoverageRow, terms bool) []string {
	var notes []string
	places := map[string]bool{}
	var lowest *aggregatorv1.CoverageRow
	for _, r := range rows {
		if x := r.GetRatio(); x != nil && r.GetAwaits() == "" {
			places[placeOf(r)] = true
			if lowest == nil || r.GetHasRate() && (!lowest.GetHasRate() || worse(r, lowest)) {
				lowest = r
			}
			notes = append(notes, fmt.Sprintf("%s %s %s", placeOf(r), r.GetIndicatorId(), quotientText(r)))
			for _, t := range append(x.GetNumeratorTerms(), x.GetDenominatorTerms()...) {
				notes = append(notes, "  "+termNote(t))
			}
		}
	}
	if len(places) < 2 || terms {
		return notes
	}
	on, _ := dateText(lowest.GetAsOfDate()).(string)
	return []string{"构成 what a ratio is computed from: " + openCommand(nameOf(lowest, on))}
}

// worse says whether a rate is further from what is wanted than another one of its kind.
func worse(r, than *aggregatorv1.CoverageRow) bool {
	if r.GetBetter() == aggregatorv1.BetterWay_BETTER_WAY_LOWER {
		return r.GetRate() > than.GetRate()
	}
	return r.GetRate() < than.GetRate()
}

// quotientText is a ratio and what it is the quotient of, as far as that is known.
func quotientText(r *aggregatorv1.CoverageRow) string {
	of, by := rounded(r.GetRatio().GetNumerator()), rounded(r.GetRatio().GetDenominator())
	if of == "" || by == "" {
		return "缺构成项，无法计算 cannot be computed, a term is lacking"
	}
	return shownText(valueCell(r)) + " = " + of + " ÷ " + by
}

// rounded is an exact number as people read it: whole, or with two decimals.
func rounded(exact string) string {
	n, ok := new(big.Rat).SetString(exact)
	switch {
	case !ok:
		return ""
	case n.IsInt():
		return exact
	}
	return n.FloatString(2)
}

// exactCell is an exact number: whole for programs, rounded for eyes.
func exactCell(exact string) any {
	if exact == "" {
		return nil
	}
	return show.Cell{Value: exact, Shown: rounded(exact)}
}

// asPercent shows an exact rate that is part of a score.
func asPercent(exact string) string {
	n, ok := new(big.Rat).SetString(exact)
	if !ok {
		return "?"
	}
	rate, _ := n.Float64()
	return percent(rate)
}

func termNote(t *aggregatorv1.CoverageTerm) string {
	on, _ := dateText(t.GetAsOfDate()).(string)
	number := rounded(t.GetValue())
	switch {
	case !t.GetHasValue():
		number = "缺 missing: " + t.GetMissing()
	case gradeTerm(t):
		number = asPercent(t.GetValue())
	}
	if t.GetFigureId() != "" {
		source := ""
		if t.GetSource() != "" {
			source = "（" + t.GetSource() + unreachedText(t) + "）"
		}
		return fmt.Sprintf("%s × %s = %s%s: xinju figures read --figure %s --division %s --date %s", t.GetTimes(), t.GetFigureId(), number, source, t.GetFigureId(), t.GetDivision(), on)
	}
	open := openCommand(nameText(t.GetDivision(), t.GetUnitId(), t.GetUnitRole(), t.GetIndicatorId(), on))
	if set := setWords[t.GetSet()]; set != "" { // else a ratio within a score
		open += " --set " + set
	}
	return fmt.Sprintf("%s × %s = %s: %s", t.GetTimes(), t.GetIndicatorId(), number, open)
}

// gradeTerm says whether a term is a rate within a score.
func gradeTerm(t *aggregatorv1.CoverageTerm) bool {
	return t.GetFigureId() == "" && (t.GetSet() == aggregatorv1.MemberSet_MEMBER_SET_UNSPECIFIED || t.GetSet() == aggregatorv1.MemberSet_MEMBER_SET_UNCOVERED)
}

// unreachedText says from when a figure is whose service has not been reached.
func unreachedText(t *aggregatorv1.CoverageTerm) string {
	if !t.GetUnreachable() {
		return ""
	}
	return "，来源未能联系，为此前所知 not reached, as known at " + t.GetKnownTime().AsTime().Format(time.RFC3339)
}
