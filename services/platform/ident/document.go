package ident

import (
	"strings"
	"unicode"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/fault"
)

// DocType is the kind of a document, code list CV02.01.101 (WS 364.3) with the
// kinds added since. The kind is always given, never guessed from the number.
type DocType string

// The kinds that are accepted.
const (
	CitizenCard       DocType = "01" // 居民身份证
	HukouBook         DocType = "02" // 居民户口簿
	Passport          DocType = "03" // 护照
	OfficerCard       DocType = "04" // 军官证
	DrivingLicence    DocType = "05" // 机动车驾驶证
	HKMacauTravel     DocType = "06" // 港澳居民来往内地通行证
	TaiwanTravel      DocType = "07" // 台湾居民来往大陆通行证
	OverseasResidence DocType = "08" // 港澳台居民居住证
	ForeignResident   DocType = "09" // 外国人永久居留身份证
	BirthCertificate  DocType = "10" // 出生医学证明: the provisional identity of a newborn
	OtherDocument     DocType = "99" // 其他
)

// Faults of documents.
var (
	ErrDocType = fault.New(fault.Invalid, "DOCUMENT_TYPE_UNKNOWN", "the kind of document is not known", "证件类型代码未知")
	ErrCountry = fault.New(fault.Invalid, "DOCUMENT_COUNTRY",
		"a passport needs the issuing country as three capital letters (ISO 3166-1); other documents need none", "护照须填写签发国三位大写字母代码，其他证件不填")
)

// Document identifies a person: kind, number and issuing country together. It
// compares with == and prints without its number.
type Document struct {
	Type    DocType
	Number  Number
	Country string // ISO 3166-1 alpha-3, only for passports and, if known, other documents
}

// Parse reads a document number of a given kind into its normal form. country
// is needed for passports, allowed for OtherDocument, and for all the rest may
// be empty or CHN. It fails with DOCUMENT_TYPE_UNKNOWN, DOCUMENT_COUNTRY and
// the faults of ParseCitizen.
func Parse(kind DocType, raw, country string) (Document, error) {
	read, known := readers[kind]
	if !known {
		return Document{}, ErrDocType
	}
	country, err := issuer(kind, country)
	if err != nil {
		return Document{}, err
	}
	n, err := read(raw)
	if err != nil {
		return Document{}, err
	}
	return Document{Type: kind, Number: n, Country: country}, nil
}

// Birth returns the birth date that the number carries, or None.
func (d Document) Birth() civil.Date {
	switch d.Type {
	case CitizenCard, DrivingLicence, OverseasResidence, ForeignResident:
		_, birth, _ := Citizen(d.Number)
		return birth
	}
	return civil.None
}

var readers = map[DocType]func(string) (Number, error){
	CitizenCard:       ParseCitizen,
	HukouBook:         pattern(func(s string) bool { return len(s) >= 6 && len(s) <= 18 && capitals(s) }),
	Passport:          pattern(func(s string) bool { return len(s) >= 5 && len(s) <= 17 && capitals(s) }),
	OfficerCard:       officer,
	DrivingLicence:    driving,
	HKMacauTravel:     pattern(hkMacau),
	TaiwanTravel:      taiwan,
	OverseasResidence: overseasResidence,
	ForeignResident:   foreignResident,
	BirthCertificate:  pattern(func(s string) bool { return len(s) == 10 && letters(s[:1]) && digits(s[1:]) }),
	OtherDocument:     pattern(func(s string) bool { return len(s) >= 1 && len(s) <= 32 && printable(s) }),
}

func pattern(ok func(string) bool) func(string) (Number, error) {
	return func(raw string) (Number, error) {
		s := normal(raw)
		if !ok(s) {
			return Number{}, ErrMalformed
		}
		return number(s), nil
	}
}

// hkMacau: H (Hong Kong) or M (Macau) with 8 digits, or 10 with the number of
// the card's renewal.
func hkMacau(s string) bool {
	return (len(s) == 9 || len(s) == 11) && (s[0] == 'H' || s[0] == 'M') && digits(s[1:])
}

// taiwan: 8 digits since 2015; before, 10 digits and a check character that was
// printed in brackets, which are dropped.
func taiwan(raw string) (Number, error) {
	s := normal(raw)
	if len(s) == 13 && s[10] == '(' && s[12] == ')' {
		s = s[:10] + s[11:12]
	}
	if len(s) == 8 && digits(s) || len(s) == 11 && digits(s[:10]) && capitals(s[10:]) {
		return number(s), nil
	}
	return Number{}, ErrMalformed
}

func overseasResidence(raw string) (Number, error) {
	s := normal(raw)
	if err := check18(s); err != nil {
		return Number{}, err
	}
	if !overseas(s) {
		return Number{}, ErrKind
	}
	return number(s), nil
}

// foreignResident: 18 characters beginning with 9 and checked like a citizen's
// (since 2023-12-01); before, 3 letters and 12 digits.
func foreignResident(raw string) (Number, error) {
	s := normal(raw)
	if len(s) == 15 && letters(s[:3]) && digits(s[3:]) {
		return number(s), nil
	}
	if err := check18(s); err != nil {
		return Number{}, err
	}
	if s[0] != '9' {
		return Number{}, ErrKind
	}
	return number(s), nil
}

func issuer(kind DocType, country string) (string, error) {
	country = normal(country)
	known := len(country) == 3 && letters(country)
	switch kind {
	case Passport:
		if known {
			return country, nil
		}
	case OtherDocument:
		if known || country == "" {
			return country, nil
		}
	default:
		if country == "" || country == "CHN" {
			return "", nil
		}
	}
	return "", ErrCountry
}

// normal drops blanks and marks around s, folds full-width forms to ASCII and
// makes letters capital.
func normal(s string) string {
	s = strings.TrimFunc(s, func(r rune) bool { return unicode.IsSpace(r) || r == '\uFEFF' || r == '\u200B' })
	return strings.Map(func(r rune) rune {
		if r >= '！' && r <= '～' {
			r -= '！' - '!'
		}
		if r >= 'a' && r <= 'z' {
			r -= 'a' - 'A'
		}
		return r
	}, s)
}

func letters(s string) bool {
	for i := range len(s) {
		if s[i] < 'A' || s[i] > 'Z' {
			return false
		}
	}
	return s != ""
}

func capitals(s string) bool {
	for i := range len(s) {
		if !digits(s[i:i+1]) && !letters(s[i:i+1]) {
			return false
		}
	}
	return s != ""
}

// printable accepts visible ASCII: what can be typed again from paper.
func printable(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}
