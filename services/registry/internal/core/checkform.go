package core

// The forms of codes: every row of every file is asked about them.

// senderForm is 1 to 32 letters, digits, - or _.
func senderForm(s string) bool {
	return s != "" && len(s) <= 32 && only(s, func(c byte) bool {
		return c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c == '-' || c == '_'
	})
}

// divisionForm is 6 or 12 digits, the first not 0.
func divisionForm(s string) bool {
	return (len(s) == 6 || len(s) == 12) && s[0] != '0' && only(s, digit)
}

// phoneForm is at most 20 digits and +.
func phoneForm(s string) bool {
	return len(s) <= 20 && only(s, func(c byte) bool { return digit(c) || c == '+' })
}

// ethnicForm is a code of GB/T 3304, 01 to 56, 97 or 98, or nothing.
func ethnicForm(s string) bool {
	if s == "" || s == "97" || s == "98" {
		return true
	}
	return len(s) == 2 && only(s, digit) && s >= "01" && s <= "56"
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

func only(s string, ok func(byte) bool) bool {
	for i := range len(s) {
		if !ok(s[i]) {
			return false
		}
	}
	return true
}
