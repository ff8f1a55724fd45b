package cli

import (
	"strings"

	"google.golang.org/genproto/googleapis/type/date"

	"xinju.dev/deploy/cmd/xinju/internal/outcome"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/wire"
)

// day is a date on the command line; none is the suite's today.
type day civil.Date

// UnmarshalText reads 2026-06-30.
func (d *day) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = day(civil.None)
		return nil
	}
	got, err := civil.Parse(string(text))
	if err != nil {
		return outcome.Usage("日期要写成 2026-06-30", "a date is written 2026-06-30")
	}
	*d = day(got)
	return nil
}

func (d day) proto() *date.Date { return wire.DateProto(civil.Date(d)) }

// month is a month on the command line, kept as its first day.
type month civil.Date

// UnmarshalText reads 2026-06, or any day of that month.
func (m *month) UnmarshalText(text []byte) error {
	s := string(text)
	if len(s) == len("2026-06") {
		s += "-01"
	}
	got, err := civil.Parse(s)
	if err != nil {
		return outcome.Usage("月份要写成 2026-06", "a month is written 2026-06")
	}
	y, mon, _ := got.YMD()
	*m = month(civil.Of(y, mon, 1))
	return nil
}

func (m month) proto() *date.Date { return wire.DateProto(civil.Date(m)) }

// divisionCode is a 12-digit code; 6 and 9 digits stand for a county and a township.
type divisionCode string

// UnmarshalText reads the code.
func (c *divisionCode) UnmarshalText(text []byte) error {
	s := string(text)
	if (len(s) != 6 && len(s) != 9 && len(s) != 12) || strings.Trim(s, "0123456789") != "" {
		return outcome.Usage("区划代码为 12 位数字（县 6 位、乡镇 9 位也可）", "a division is 12 digits (6 for a county, 9 for a township)")
	}
	*c = divisionCode(s + strings.Repeat("0", 12-len(s)))
	return nil
}

// dateText is a date for people and programs: ISO, or nil when absent.
func dateText(d *date.Date) any {
	got, ok := wire.Date(d)
	if !ok || got == civil.None {
		return nil
	}
	return got.String()
}

// orNil is nil for an empty text: absent, not "".
func orNil(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// dayOf is a day of an answer as one of the command line.
func dayOf(d *date.Date) day {
	got, _ := wire.Date(d)
	return day(got)
}

func checkLimit(n int) error {
	if n < 0 {
		return outcome.Usage("--limit 不能为负数", "--limit must not be negative")
	}
	return nil
}

// dateFlag repeats a day that was given, for a command to try next.
func dateFlag(d day) string {
	if civil.Date(d) == civil.None {
		return ""
	}
	return " --date " + civil.Date(d).String()
}
