// Package figure is the numbers from outside as they are kept and shown: plain
// values that storage and calls share.
package figure

import (
	"strings"

	"xinju.dev/services/platform/civil"
)

// Key names a figure of a division for a time: a calendar year (20200000)
// or a day (20200630).
type Key struct {
	ID, Division string
	PeriodYMD    int32
}

// Version is one version of a figure. Value is a decimal number as written.
type Version struct {
	Key
	Number      int32
	Latest      bool
	Deleted     bool
	Value       string
	Source      string
	Document    string
	DocumentYMD int32
	RecordedMS  int64
	RecordedBy  string
}

// Filter narrows a list. Empty fields narrow nothing.
type Filter struct {
	ID, Division string
	History      bool // every version, latest first; else those that hold
	After        *Version
	Limit        int
}

// Period is how a time is stored: 20200000 for a year, 20200630 for a day.
func Period(year int, on civil.Date) int32 {
	if year > 0 {
		return int32(year) * 10_000
	}
	return int32(on.YYYYMMDD())
}

// PeriodOf reads it again: a year, or a day and no year.
func PeriodOf(ymd int32) (year int, on civil.Date) {
	if ymd%10_000 == 0 {
		return int(ymd / 10_000), civil.None
	}
	on, err := civil.FromYYYYMMDD(int(ymd))
	if err != nil {
		return 0, civil.None
	}
	return 0, on
}

// Places of a value before and behind the point.
const (
	wholeDigits = 15
	partDigits  = 6
)

// Value brings a decimal number to its shortest form: digits with at most 6
// behind a point, at most 15 before it. False when it is not one.
func Value(s string) (string, bool) {
	whole, part, pointed := strings.Cut(s, ".")
	if whole == "" || len(whole) > wholeDigits || len(part) > partDigits || pointed && part == "" {
		return "", false
	}
	for _, c := range whole + part {
		if c < '0' || c > '9' {
			return "", false
		}
	}
	if whole = strings.TrimLeft(whole, "0"); whole == "" {
		whole = "0"
	}
	if part = strings.TrimRight(part, "0"); part != "" {
		return whole + "." + part, true
	}
	return whole, true
}

// Loaded counts what Load did.
type Loaded struct{ Created, Replaced, Unchanged int32 }
