package policy

import (
	"fmt"
	"strconv"

	"xinju.dev/services/platform/civil"
)

var periodNames = map[string]Period{"calendar_year": CalendarYear, "mch_year": MCHYear, "quarter": Quarter, "month": Month}

var periodTexts = map[Period]Text{
	CalendarYear: {"当年", "in the calendar year"},
	MCHYear:      {"当妇幼年度（上年10月1日至9月30日）", "in the maternal-and-child year (1 October to 30 September)"},
	Quarter:      {"当季度", "in the quarter"},
	Month:        {"当月", "in the month"},
}

// Start is the first day of the period that holds the day.
func (p Period) Start(day civil.Date) civil.Date {
	y, m, _ := day.YMD()
	switch p {
	case MCHYear:
		if m < 10 {
			y--
		}
		return max(civil.Of(y, 10, 1), 1)
	case Quarter:
		return civil.Of(y, (m-1)/3*3+1, 1)
	case Month:
		return civil.Of(y, m, 1)
	}
	return civil.Of(y, 1, 1)
}

// End is the first day after the period that holds the day.
func (p Period) End(day civil.Date) civil.Date {
	y, m, _ := day.YMD()
	switch p {
	case MCHYear:
		if m >= 10 {
			y++
		}
		m = 10
	case Quarter:
		m = (m-1)/3*3 + 4
	case Month:
		m++
	default:
		m = 13
	}
	if m > 12 {
		y, m = y+1, m-12
	}
	if y > 9999 {
		return civil.Forever
	}
	return civil.Of(y, m, 1)
}

// months is an age or a length of time in the data: 36m, 7y.
type months int

func (m *months) UnmarshalText(b []byte) error {
	s := string(b)
	if len(s) < 2 {
		return errMonths
	}
	n, err := strconv.Atoi(s[:len(s)-1])
	if err != nil || n < 0 || n > 200*12 {
		return errMonths
	}
	switch s[len(s)-1] {
	case 'm':
		*m = months(n)
	case 'y':
		*m = months(n * 12)
	default:
		return errMonths
	}
	return nil
}

var errMonths = fmt.Errorf("an age is a number with m or y, such as 36m, 7y")

func (m months) text() Text {
	if m > 0 && m%12 == 0 && m > 36 || m == 0 {
		return Text{fmt.Sprintf("%d岁", m/12), fmt.Sprintf("%d years", m/12)}
	}
	return Text{fmt.Sprintf("%d个月", int(m)), fmt.Sprintf("%d months", int(m))}
}
