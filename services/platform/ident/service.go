package ident

import (
	"regexp"
	"strings"
)

// officerForm is what is printed on an officer's card: the one or two characters
// of the issuer, 字第, and the number. Senders leave out what is the same on
// all cards, so 字, 第 and 号 may be missing.
var officerForm = regexp.MustCompile(`^\p{Han}{1,4}[0-9]{5,10}$`)

// officer reads the number of an officer's card: with its characters, or its
// digits alone.
func officer(raw string) (Number, error) {
	s := plainOfficer.Replace(normal(raw))
	if officerForm.MatchString(s) || len(s) >= 6 && len(s) <= 10 && digits(s) {
		return number(s), nil
	}
	return Number{}, ErrMalformed
}

// plainOfficer drops what stands on every card.
var plainOfficer = strings.NewReplacer("字", "", "第", "", "号", "", "號", "", " ", "")

// driving reads the number of a driving licence, which is the citizen number of
// its holder (also of a holder of a residence permit of 18 characters), or the
// 12 digits of its file.
func driving(raw string) (Number, error) {
	s := normal(raw)
	if len(s) == 12 && digits(s) {
		return number(s), nil
	}
	if len(s) == 18 && overseas(s) {
		return overseasResidence(s)
	}
	return ParseCitizen(s)
}
