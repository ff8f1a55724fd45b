package ident

import (
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/fault"
)

// Faults of document numbers. None of them quotes its input.
var (
	ErrMalformed = fault.New(fault.Invalid, "NUMBER_MALFORMED",
		"the document number does not have the length and characters of its kind", "证件号码的位数或字符不符合该证件类型")
	ErrCheckDigit = fault.New(fault.Invalid, "NUMBER_CHECK_DIGIT",
		"the check digit of the document number is wrong", "证件号码校验码错误")
	ErrBirthDate = fault.New(fault.Invalid, "NUMBER_BIRTH_DATE",
		"the document number contains a birth date that does not exist", "证件号码中的出生日期不存在")
	ErrKind = fault.New(fault.Invalid, "NUMBER_KIND",
		"the document number belongs to another kind of document", "证件号码与证件类型不符")
)

// ParseCitizen reads a citizen identity number (GB 11643-1999). Blanks around
// it are dropped, full-width characters and a small x are accepted, and the old
// form of 15 digits becomes the one of 18 (century 19). It fails with
// NUMBER_MALFORMED, NUMBER_CHECK_DIGIT, NUMBER_BIRTH_DATE or NUMBER_KIND.
func ParseCitizen(s string) (Number, error) {
	s = normal(s)
	if len(s) == 15 {
		if !digits(s) {
			return Number{}, ErrMalformed
		}
		s = s[:6] + "19" + s[6:]
		s += string(checkChar(s))
	}
	if err := check18(s); err != nil {
		return Number{}, err
	}
	if overseas(s) {
		return Number{}, ErrKind
	}
	return number(s), nil
}

// Citizen takes apart a number of 18 characters: the division of the hukou when
// the number was given, the birth date, and the sex (GB/T 2261.1: 1 male, 2
// female). For any other number it returns zero values.
func Citizen(n Number) (division6 string, birth civil.Date, sex int) {
	s := n.Reveal()
	if check18(s) != nil {
		return "", civil.None, 0
	}
	return s[:6], birthOf(s), 2 - int(s[16]-'0')%2
}

// overseas reports the first six digits of residence permits for residents of
// Hong Kong, Macau and Taiwan, which have the same structure (since 2018-09-01).
func overseas(s string) bool {
	return s[:6] == "810000" || s[:6] == "820000" || s[:6] == "830000"
}

func check18(s string) error {
	if len(s) != 18 || !digits(s[:17]) || !(s[17] == 'X' || digits(s[17:])) {
		return ErrMalformed
	}
	if s[17] != checkChar(s[:17]) {
		return ErrCheckDigit
	}
	if birthOf(s) == civil.None {
		return ErrBirthDate
	}
	return nil
}

// checkChar is ISO 7064 MOD 11-2 over 17 digits: weight 2^(17-i) mod 11.
func checkChar(s string) byte {
	sum := 0
	for i := range 17 {
		sum += int(s[i]-'0') * (1 << (17 - i) % 11)
	}
	return "10X98765432"[sum%11]
}

func birthOf(s string) civil.Date {
	n := 0
	for i := 6; i < 14; i++ {
		n = n*10 + int(s[i]-'0')
	}
	return civil.Of(n/10000, n/100%100, n%100)
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
