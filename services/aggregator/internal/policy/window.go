package policy

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"xinju.dev/services/aggregator/internal/timeline"
	"xinju.dev/services/platform/civil"
)

// Periods within which something must have happened: calendar_year, mch_year,
// quarter, month, ever, or months:12 for the last twelve months.

// often makes a set of e.dates, which may be in any order: the days on which at
// least k of them lie in the period that holds the day, the day itself counted.
func (e *evaluator) often(atLeast int, within string) timeline.Set {
	slices.Sort(e.dates)
	begin, k := len(e.arena), max(atLeast, 1)
	for i := k - 1; i < len(e.dates); i++ {
		e.arena = timeline.Add(e.arena, begin, timeline.Span{From: e.dates[i], To: endOf(within, e.dates[i-k+1])})
	}
	return e.keep(begin, e.arena)
}

// endOf is the first day on which what happened on the day no longer counts.
func endOf(within string, day civil.Date) civil.Date {
	if period, ok := periodNames[within]; ok {
		return period.End(day)
	}
	if n, ok := rolling(within); ok {
		return day.AddMonths(n)
	}
	return civil.Forever
}

func rolling(within string) (int, bool) {
	s, ok := strings.CutPrefix(within, "months:")
	if !ok {
		return 0, false
	}
	n, err := strconv.Atoi(s)
	return n, err == nil && n > 0 && n <= 1200
}

func withinText(within string) Text {
	if period, ok := periodNames[within]; ok {
		return periodTexts[period]
	}
	if m, ok := rolling(within); ok {
		return Text{fmt.Sprintf("近%d个月内", m), fmt.Sprintf("in the last %d months", m)}
	}
	return Text{"至今", "ever"}
}

func withinCheck(within string) Text {
	_, period := periodNames[within]
	if _, months := rolling(within); !period && !months && within != "ever" {
		return Text{"within 须为 calendar_year、mch_year、quarter、month、ever 或 months:n", "within must be calendar_year, mch_year, quarter, month, ever or months:n"}
	}
	return Text{}
}
