package rowfile

import "strings"

// Uncover removes what a spreadsheet or its user put around a value to keep it
// text: a leading apostrophe, or ="…". Neither loses anything.
func Uncover(s string) string {
	if bare(s) {
		return s
	}
	s = strings.TrimSpace(s)
	if strings.HasPrefix(s, `="`) && strings.HasSuffix(s, `"`) && len(s) > 3 {
		s = s[2 : len(s)-1]
	}
	if len(s) > 1 && s[0] == '\'' {
		s = s[1:]
	} else {
		s = strings.TrimPrefix(s, "‘")
		s = strings.TrimPrefix(s, "’")
	}
	return strings.TrimSpace(s)
}

// Scientific reports a number that a spreadsheet rewrote: 1.1E+17, 9.90101E17,
// 990101199006300000.00.
func Scientific(s string) bool {
	mantissa, exponent, found := strings.Cut(s, "E")
	if !found {
		mantissa, exponent, found = strings.Cut(s, "e")
	}
	if !found {
		whole, frac, dot := strings.Cut(s, ".")
		return dot && len(whole) > 10 && digitsOnly(whole) && strings.Trim(frac, "0") == ""
	}
	exponent = strings.TrimPrefix(exponent, "+")
	whole, frac, _ := strings.Cut(mantissa, ".")
	return whole != "" && digitsOnly(whole) && digitsOnly(frac) && len(exponent) <= 3 && exponent != "" && digitsOnly(exponent)
}

// Zeroed reports 16 or more digits of which a spreadsheet, which keeps 15,
// could have set the last ones to 0. Only a number that fails its check is
// damaged: some true numbers end so.
func Zeroed(s string) bool {
	return len(s) >= 16 && len(s) <= 19 && digitsOnly(s) && strings.Trim(s[15:], "0") == ""
}

func digitsOnly(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// bare reports text with nothing around it: the usual case, kept cheap. Blanks
// beyond ASCII begin with a byte of C2–E3, all Chinese characters with a higher one.
func bare(s string) bool {
	if s == "" {
		return true
	}
	first, last := s[0], s[len(s)-1]
	if first <= ' ' || first == '=' || first == '\'' || first >= 0x80 && first <= 0xE3 {
		return false
	}
	return last > ' ' && last < 0x80 || last >= 0x80 && len(s) >= 3 && s[len(s)-3] >= 0xE4
}
