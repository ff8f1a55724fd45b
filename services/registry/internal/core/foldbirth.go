package core

import (
	"regexp"
	"strings"

	"xinju.dev/services/platform/civil"
)

var partialForm = regexp.MustCompile(`^(1[89]|20)[0-9]{2}(-(0[1-9]|1[0-2]))?$`)

// firstOf returns the first day that a partial date can mean, None for one that
// is not a year or a year and a month.
func firstOf(partial string) civil.Date {
	if !partialForm.MatchString(partial) {
		return civil.None
	}
	if len(partial) == 4 {
		partial += "-01"
	}
	day, err := civil.Parse(partial + "-01")
	if err != nil {
		return civil.None
	}
	return day
}

// partialBirth folds birth dates that are not known to the day. A full date
// wins over them, a month over its year; of two that disagree the latest word
// counts, and somebody should look.
func (f *folding) partialBirth(list []effective) {
	p := &f.state.Person
	for i := range list {
		said := list[i].BirthPartial
		switch {
		case said == "":
		case p.Birth != civil.None:
			if !strings.HasPrefix(p.Birth.String(), said) {
				f.flag(FlagContradicts)
			}
		case strings.HasPrefix(p.BirthPartial, said): // known better already
		default:
			if !strings.HasPrefix(said, p.BirthPartial) {
				f.flag(FlagContradicts)
			}
			p.BirthPartial = said
		}
	}
}
