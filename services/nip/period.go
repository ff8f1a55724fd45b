package nip

import (
	"errors"
	"strconv"

	"xinju.dev/services/platform/civil"
)

// Period is an age or an interval: calendar months, or days. The zero value is
// no time at all, which in the data also means "not stated".
type Period struct {
	Months int16
	Days   int16
}

var errPeriod = errors.New(`a period is a number with d, m or y, such as 28d, 6m, 4y`)

// maxMonths bounds ages and intervals: 18 years and some room.
const maxMonths = 240

// UnmarshalText reads 28d, 6m or 4y.
func (p *Period) UnmarshalText(b []byte) error {
	if len(b) < 2 {
		return errPeriod
	}
	n, err := strconv.Atoi(string(b[:len(b)-1]))
	if err != nil || n < 0 || n > maxMonths {
		return errPeriod
	}
	switch b[len(b)-1] {
	case 'd':
		*p = Period{Days: int16(n)}
	case 'm':
		*p = Period{Months: int16(n)}
	case 'y':
		if n*12 > maxMonths {
			return errPeriod
		}
		*p = Period{Months: int16(n * 12)}
	default:
		return errPeriod
	}
	return nil
}

// String is the form in which the data write it, years only where they are whole.
func (p Period) String() string {
	switch {
	case p.Months >= 36 && p.Months%12 == 0:
		return strconv.Itoa(int(p.Months/12)) + "y"
	case p.Months > 0:
		return strconv.Itoa(int(p.Months)) + "m"
	}
	return strconv.Itoa(int(p.Days)) + "d"
}

// After returns the day that lies p after d.
func (p Period) After(d civil.Date) civil.Date {
	if p.Months == 0 {
		return d.AddDays(int(p.Days))
	}
	return d.AddMonths(int(p.Months)).AddDays(int(p.Days))
}

func (p Period) zero() bool { return p == Period{} }

// longerThan orders periods well enough to catch a slip in the data (a month as 30 days).
func (p Period) longerThan(q Period) bool {
	return int(p.Months)*30+int(p.Days) > int(q.Months)*30+int(q.Days)
}
