// Package civil is the suite's calendar: dates without a clock or a time zone,
// and the two ways in which the rules count months.
//
// Go's time.AddDate must not be used for periods: it carries a missing day into
// the next month (31 August + 6 months = 3 March), while the law ends the period
// on the last day of the month (民法典 art. 202).
package civil

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"time"
)

// Date is a day of the Gregorian calendar, counted from 0001-01-01 = 1. The
// zero value means "no date". Dates compare with < and ==.
type Date int32

// Bounds of what the suite accepts as a date. Forever stands for "no end".
const (
	None    Date = 0
	Forever Date = 3652060 // the day after 9999-12-31
)

// ErrDate says that something is not a day of the calendar. It never quotes its input.
var ErrDate = errors.New("not a date of the calendar")

// Of returns the date, or None when there is no such day (31 April, 29 February
// of a common year, month 13, a year outside 1–9999).
func Of(year, month, day int) Date {
	if year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > DaysIn(year, month) {
		return None
	}
	return fromYMD(year, month, day)
}

// Must is Of for constants in tests and tables; it panics on an impossible date.
func Must(s string) Date {
	d, err := Parse(s)
	if err != nil {
		panic("civil: impossible date in a constant: " + s)
	}
	return d
}

// Parse reads the ISO form 2025-03-01, the only form used inside the suite.
func Parse(s string) (Date, error) {
	if len(s) != 10 || s[4] != '-' || s[7] != '-' {
		return None, ErrDate
	}
	n := 0
	for i := range len(s) {
		if i == 4 || i == 7 {
			continue
		}
		c := s[i] - '0'
		if c > 9 {
			return None, ErrDate
		}
		n = n*10 + int(c)
	}
	if n == 0 {
		return None, ErrDate // 0 means "no date" in the stored form only
	}
	return FromYYYYMMDD(n)
}

// FromYYYYMMDD reads 20250301; 0 is None.
func FromYYYYMMDD(n int) (Date, error) {
	if n == 0 {
		return None, nil
	}
	d := Of(n/10000, n/100%100, n%100)
	if d == None {
		return None, ErrDate
	}
	return d, nil
}

// YYYYMMDD is the stored form: 20250301, and 0 for None.
func (d Date) YYYYMMDD() int {
	if d == None {
		return 0
	}
	if d >= Forever {
		return 99991231
	}
	y, m, day := d.YMD()
	return y*10000 + m*100 + day
}

// String returns the ISO form, or "" for None.
func (d Date) String() string {
	if d == None {
		return ""
	}
	y, m, day := d.YMD()
	return fmt.Sprintf("%04d-%02d-%02d", y, m, day)
}

// Year returns the calendar year.
func (d Date) Year() int { y, _, _ := d.YMD(); return y }

// YMD returns year, month (1–12) and day (1–31).
func (d Date) YMD() (year, month, day int) {
	// Days are counted from 1 March of year 0, so that the leap day ends a year.
	z := int(d) + 305
	era := z / 146097
	doe := z - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	day = doy - (153*mp+2)/5 + 1
	month = mp + 3
	if month > 12 {
		month -= 12
	}
	year = yoe + era*400
	if month <= 2 {
		year++
	}
	return year, month, day
}

func fromYMD(y, m, d int) Date {
	if m <= 2 {
		y--
		m += 12
	}
	era := y / 400
	yoe := y - era*400
	doy := (153*(m-3)+2)/5 + d - 1
	doe := yoe*365 + yoe/4 - yoe/100 + doy
	return Date(era*146097 + doe - 305)
}

// DaysIn returns the length of a month.
func DaysIn(year, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// AddMonths returns the corresponding day n months later (earlier when n is
// negative); where the month has no such day, its last day (民法典 art. 202).
// Always add from the first day of a period: AddMonths twice is not AddMonths
// of the sum (30 November + 3 + 3 = 28 May, + 6 = 30 May).
// None and Forever stay what they are; past the calendar's end it is Forever.
func (d Date) AddMonths(n int) Date {
	if d == None || d >= Forever {
		return d
	}
	y, m, day := d.YMD()
	t := y*12 + m - 1 + n
	y, m = t/12, t%12+1
	if t < 12 {
		return Of(1, 1, 1)
	}
	if y > 9999 {
		return Forever
	}
	return fromYMD(y, m, min(day, DaysIn(y, m)))
}

// AddDays returns the day n days later. None and Forever stay what they are.
func (d Date) AddDays(n int) Date {
	if d == None || d >= Forever {
		return d
	}
	return min(d+Date(n), Forever)
}

// MonthsUntil returns the completed months from d to later: the largest n with
// d.AddMonths(n) <= later. A child born on the 31st completes a month on the
// last day of a shorter month. It is negative when later is before d.
func (d Date) MonthsUntil(later Date) int {
	y1, m1, _ := d.YMD()
	y2, m2, _ := later.YMD()
	n := (y2-y1)*12 + m2 - m1
	if d.AddMonths(n) > later {
		n--
	}
	return n
}

// YearsUntil returns completed years of age on later.
func (d Date) YearsUntil(later Date) int {
	n := d.MonthsUntil(later)
	if n < 0 {
		return -((-n + 11) / 12)
	}
	return n / 12
}

// Shanghai is the zone in which an instant becomes a civil date. China has kept
// one offset and no summer time since 1991.
var Shanghai = time.FixedZone("Asia/Shanghai", 8*3600)

// DateOf returns the day of t in Shanghai.
func DateOf(t time.Time) Date {
	y, m, d := t.In(Shanghai).Date()
	return Of(y, int(m), d)
}

// Time returns the first instant of the day in Shanghai.
func (d Date) Time() time.Time {
	y, m, day := d.YMD()
	return time.Date(y, time.Month(m), day, 0, 0, 0, 0, Shanghai)
}

// Value implements driver.Valuer: dates are stored as the integer yyyymmdd, so
// that every engine compares them alike and no driver applies a time zone.
func (d Date) Value() (driver.Value, error) { return int64(d.YYYYMMDD()), nil }

// Scan implements sql.Scanner.
func (d *Date) Scan(src any) error {
	var n int64
	switch v := src.(type) {
	case nil:
		*d = None
		return nil
	case int64:
		n = v
	case []byte:
		if _, err := fmt.Sscan(string(v), &n); err != nil {
			return ErrDate
		}
	default:
		return ErrDate
	}
	got, err := FromYYYYMMDD(int(n))
	*d = got
	return err
}

// MarshalText implements encoding.TextMarshaler with the ISO form.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler; empty is None.
func (d *Date) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*d = None
		return nil
	}
	got, err := Parse(string(b))
	*d = got
	return err
}

// Lived returns the first day on which somebody who arrived on start has lived
// there n months. Anniversary reads 满3个月 as people and ages do: on the
// corresponding day itself, since an as-of date means the close of that day.
// Civil reads 民法典 art. 201–202 strictly: from the day after.
func Lived(start Date, n int, mode Counting) Date {
	d := start.AddMonths(n)
	if mode == Civil {
		d = d.AddDays(1)
	}
	return d
}

// Counting is how a period of months is completed.
type Counting uint8

// The two readings; the zero value is the suite's default.
const (
	Anniversary Counting = iota
	Civil
)
