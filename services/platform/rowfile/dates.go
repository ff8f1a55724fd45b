package rowfile

import (
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"xinju.dev/services/platform/civil"
)

// Day is a day as a file has it: whole, or only its year or its year and month.
// What is missing is never guessed.
type Day struct {
	Date    civil.Date // civil.None when partial
	Year    int
	Month   int           // 0 when only the year is known
	Clock   time.Duration // since midnight, when HasTime
	HasTime bool
}

// Partial reports that the day of the month, or the month too, is not known.
func (d Day) Partial() bool { return d.Date == civil.None }

// Instant is the moment in Unix milliseconds, of a day without a time midnight
// in Shanghai. It is 0 for a partial day.
func (d Day) Instant() int64 {
	if d.Partial() {
		return 0
	}
	return d.Date.Time().Add(d.Clock).UnixMilli()
}

const firstYear, lastYear = 1800, 2199

// ParseDay reads a day as people and exports write it: 20250301, 2025-03-01,
// 2025/3/1, 2025.3.1, 2025年3月1日, each with an optional time of day behind it
// (15:04, 15:04:05, 150405), a serial number of a spreadsheet (five digits) in
// the date system given, and what is only part of a day: 1990, 199005, 1990-05,
// 19900500, 19900000, 1990年, 1990年5月. Only days from 1800 to 2199 are accepted.
// It fails with DATE_IMPOSSIBLE, and with NUMBER_DAMAGED_BY_EXCEL for 2.0E+07.
func ParseDay(s string, system DateSystem) (Day, error) {
	s = Narrow(Uncover(s))
	if whole, _, _ := strings.Cut(s, "."); len(whole) == 5 && digitsOnly(whole) {
		return serialDay(s, system)
	}
	if Scientific(s) {
		return Day{}, ErrNumberExcel
	}
	d, rest, ok := cutDay(s)
	if !ok || d.Year < firstYear || d.Year > lastYear {
		return Day{}, ErrDateImpossible
	}
	if rest != "" {
		hms, ok := clock(rest)
		if !ok || d.Partial() {
			return Day{}, ErrDateImpossible
		}
		d.HasTime = true
		d.Clock = time.Duration(hms[0])*time.Hour + time.Duration(hms[1])*time.Minute + time.Duration(hms[2])*time.Second
	}
	return d, nil
}

// cutDay reads the day at the start of s and returns what follows it.
func cutDay(s string) (d Day, rest string, ok bool) {
	year, rest, n := number(s, 4)
	if n != 4 {
		return d, s, false
	}
	d.Year = year
	var month, day, given int
	switch _, _, run := number(rest, 10); {
	case rest == "" || rest == "年":
		return d, "", true
	case run == 2 && len(rest) == 2:
		month, _, _ = number(rest, 2)
		return month12(d, month)
	case run == 4 || run == 8 || run == 10: // 20250301[15[04[05]]]
		month, rest, _ = number(rest, 2)
		day, rest, _ = number(rest, 2)
		given = 3
	default:
		if month, day, given, rest, ok = parts(rest); !ok {
			return d, rest, false
		}
	}
	rest = strings.TrimLeft(rest, " T")
	switch {
	case given == 2 || day == 0 && month > 0: // 19900500
		d, _, ok = month12(d, month)
		return d, rest, ok
	case day == 0 && month == 0: // 19900000
		return d, rest, true
	}
	d.Month, d.Date = month, civil.Of(year, month, day)
	return d, rest, d.Date != civil.None
}

func month12(d Day, month int) (Day, string, bool) {
	d.Month = month
	return d, "", month >= 1 && month <= 12
}

// parts reads the month and the day between separators.
func parts(s string) (month, day, given int, rest string, ok bool) {
	if month, rest, ok = part(s, "-/.年"); !ok {
		return 0, 0, 1, s, false
	}
	if rest == "" || rest == "月" {
		return month, 0, 2, "", true
	}
	if day, rest, ok = part(rest, "-/.月"); !ok {
		return 0, 0, 2, rest, false
	}
	rest, _ = strings.CutPrefix(rest, "日")
	rest, _ = strings.CutPrefix(rest, "号")
	return month, day, 3, rest, true
}

// serialDay reads the number of a day with an optional fraction. Of the 1900
// system, 60 is a day that never was, and numbers above it are one too many.
func serialDay(s string, system DateSystem) (Day, error) {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || system == NoSerials || v < 10000 {
		return Day{}, ErrDateImpossible
	}
	return DayOfSerial(v, system)
}

// DayOfSerial is the day that a spreadsheet counts as v. It fails with
// DATE_IMPOSSIBLE for days that never were, negative ones, and those after 2199.
func DayOfSerial(v float64, system DateSystem) (Day, error) {
	if math.IsNaN(v) || v < 0 || v >= 2958466 {
		return Day{}, ErrDateImpossible
	}
	whole := math.Floor(v)
	seconds := int(math.Round((v - whole) * 86400))
	if seconds == 86400 {
		whole, seconds = whole+1, 0
	}
	n := int(whole)
	base := civil.Of(1899, 12, 30)
	switch {
	case system == Excel1904:
		base = civil.Of(1904, 1, 1)
	case n == 60 || n == 0:
		return Day{}, ErrDateImpossible
	case n < 60:
		base = civil.Of(1899, 12, 31)
	}
	date := base.AddDays(n)
	year, month, _ := date.YMD()
	if year > lastYear {
		return Day{}, ErrDateImpossible
	}
	return Day{Date: date, Year: year, Month: month, Clock: time.Duration(seconds) * time.Second, HasTime: whole != v}, nil
}

// part reads one of the separators and a number of one or two digits.
func part(s, separators string) (v int, rest string, ok bool) {
	r, size := utf8.DecodeRuneInString(s)
	if size == 0 || r == utf8.RuneError || !strings.ContainsRune(separators, r) {
		return 0, s, false
	}
	v, rest, n := number(s[size:], 2)
	return v, rest, n > 0
}

// clock reads 15:04, 15:04:05, 15:04:05.000, 150405, 1504 or 8:05.
func clock(s string) (hms [3]int, ok bool) {
	s, frac, _ := strings.Cut(strings.TrimSuffix(s, "Z"), ".")
	if _, rest, _ := number(frac, 9); rest != "" {
		return hms, false
	}
	colons := strings.Contains(s, ":")
	for i := range hms {
		v, rest, n := number(s, 2)
		if n == 0 || !colons && n != 2 {
			return hms, false
		}
		hms[i] = v
		if rest == "" {
			return hms, (i > 0 || !colons) && hms[0] < 24 && hms[1] < 60 && hms[2] < 60
		}
		if colons {
			var found bool
			if rest, found = strings.CutPrefix(rest, ":"); !found {
				return hms, false
			}
		}
		s = rest
	}
	return hms, false
}

// number reads up to most digits; n says how many.
func number(s string, most int) (v int, rest string, n int) {
	for n < len(s) && n < most && s[n] >= '0' && s[n] <= '9' {
		v = v*10 + int(s[n]-'0')
		n++
	}
	return v, s[n:], n
}

// Narrow folds full-width ASCII to ASCII and trims blanks.
func Narrow(s string) string {
	if !bare(s) {
		s = strings.TrimSpace(s)
	}
	for i := range len(s) {
		if s[i] == 0xEF || s[i] == 0xE3 { // the first byte of U+FF01… and of U+3000
			return strings.TrimSpace(strings.Map(narrowRune, s))
		}
	}
	return s
}

func narrowRune(r rune) rune {
	switch {
	case r >= '！' && r <= '～':
		return r - '！' + '!'
	case r == '\u3000':
		return ' '
	}
	return r
}
