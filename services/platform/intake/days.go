package intake

import (
	"strconv"
	"strings"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/rowfile"
)

// DayReader returns what reads the days of a file: in its profile's form, or in
// the usual ones, numbers by its date system. It fails as rowfile.ParseDay does.
func (l Layout) DayReader() func(text string) (rowfile.Day, error) {
	if l.Profile != nil && l.Profile.DateFormat != "" {
		format := l.Profile.DateFormat
		return func(text string) (rowfile.Day, error) { return dayIn(format, rowfile.Narrow(text)) }
	}
	system := rowfile.DateSystem(l.DateSystem)
	return func(text string) (rowfile.Day, error) { return rowfile.ParseDay(text, system) }
}

// dayParts are what a form is made of.
var dayParts = []string{"yyyy", "MM", "dd"}

// dayForm reports a form that names year, month and day once each.
func dayForm(format string) bool {
	for _, part := range dayParts {
		if strings.Count(format, part) != 1 {
			return false
		}
		format = strings.Replace(format, part, "", 1)
	}
	return !strings.ContainsAny(format, "0123456789yMd")
}

// dayIn reads a day of which every part has all its digits.
func dayIn(format, text string) (rowfile.Day, error) {
	var ymd [3]int
	for format != "" {
		part := -1
		for i, p := range dayParts {
			if strings.HasPrefix(format, p) {
				part = i
			}
		}
		n := 1
		if part >= 0 {
			n = len(dayParts[part])
		}
		if len(text) < n {
			return rowfile.Day{}, rowfile.ErrDateImpossible
		}
		switch {
		case part < 0 && text[0] != format[0]:
			return rowfile.Day{}, rowfile.ErrDateImpossible
		case part >= 0:
			v, err := strconv.ParseUint(text[:n], 10, 16)
			if err != nil {
				return rowfile.Day{}, rowfile.ErrDateImpossible
			}
			ymd[part] = int(v)
		}
		format, text = format[n:], text[n:]
	}
	d := civil.Of(ymd[0], ymd[1], ymd[2])
	if text != "" || d == civil.None || ymd[0] < 1800 || ymd[0] > 2199 {
		return rowfile.Day{}, rowfile.ErrDateImpossible
	}
	return rowfile.Day{Date: d, Year: ymd[0], Month: ymd[1]}, nil
}
