package intake

import (
	"strings"
	"time"
	"unicode/utf8"

	"xinju.dev/services/platform/civil"
)

// parseDate reads a day as people and exports write it: 20250301, 2025-03-01,
// 2025/3/1, 2025.3.1, 2025年3月1日, each with an optional time of day behind it
// (which parseInstant reads). Only days from 1800 to 2199 are accepted. It
// fails with DATE_IMPOSSIBLE.
func parseDate(s string) (civil.Date, error) {
	day, _, err := cutDate(s)
	return day, err
}

// parseInstant reads a day with an optional time of day (15:04, 15:04:05,
// 150405; Shanghai) as Unix milliseconds. Without a time it is midnight.
func parseInstant(s string) (int64, error) {
	day, rest, err := cutDate(s)
	if err != nil {
		return 0, err
	}
	var hms [3]int
	if rest != "" {
		t, ok := clock(rest)
		if !ok {
			return 0, ErrDateImpossible
		}
		hms = t
	}
	at := day.Time().Add(time.Duration(hms[0])*time.Hour + time.Duration(hms[1])*time.Minute + time.Duration(hms[2])*time.Second)
	return at.UnixMilli(), nil
}

// cutDate reads the day at the start of s and returns what follows it.
func cutDate(s string) (civil.Date, string, error) {
	s = narrow(s)
	year, rest, n := number(s, 4)
	if n != 4 {
		return civil.None, "", ErrDateImpossible
	}
	var month, day int
	if _, _, run := number(rest, 10); run >= 4 && (run == 4 || run == 8 || run == 10) { // 20250301[15[04[05]]]
		month, rest, _ = number(rest, 2)
		day, rest, _ = number(rest, 2)
	} else {
		var ok bool
		if month, rest, ok = part(rest, "-/.年"); !ok {
			return civil.None, "", ErrDateImpossible
		}
		if day, rest, ok = part(rest, "-/.月"); !ok {
			return civil.None, "", ErrDateImpossible
		}
		rest = strings.TrimPrefix(rest, "日")
	}
	rest = strings.TrimLeft(rest, " T")
	d := civil.Of(year, month, day)
	if d == civil.None || year < 1800 || year > 2199 {
		return civil.None, "", ErrDateImpossible
	}
	if rest != "" {
		if _, ok := clock(rest); !ok {
			return civil.None, "", ErrDateImpossible
		}
	}
	return d, rest, nil
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

// narrow folds full-width ASCII to ASCII and trims blanks.
func narrow(s string) string {
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
