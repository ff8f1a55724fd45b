package core

import (
	"slices"
	"strings"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/ident"
)

// person folds what is known of the person: of each field the latest word, but
// birth date and sex as the number says where it says them.
func (f *folding) person(list []effective) {
	p := &f.state.Person
	named := false // FlagContradicts because of names
	for i := range list {
		e := &list[i]
		if e.Name != "" {
			if e.desk {
				named = false
			} else if p.Name != "" && differ(p.Name, e.Name) {
				named = true
			}
		}
		put(&p.Name, e.Name)
		put(&p.Sex, e.Sex)
		put(&p.Birth, e.born())
		put(&p.Ethnic, e.Ethnic)
		put(&p.Marital, e.Marital)
		put(&p.Phone, e.Phone)
		put(&p.Employer, e.Employer)
		put(&p.MotherID, e.MotherResidentID)
		put(&p.MotherDocument, e.MotherDocument)
		for _, d := range e.first {
			p.carry(d)
		}
		p.carry(e.Document)
		f.hukou(e)
		f.death(e)
	}
	if named {
		f.flag(FlagContradicts)
	}
	f.byNumber(list)
}

// born is the birth date that the event states.
func (e *effective) born() civil.Date {
	if e.Type == Birth && e.Birth == civil.None {
		return e.Effective
	}
	return e.Birth
}

// carry puts a document first.
func (p *Person) carry(d Document) {
	if d.Number.IsZero() {
		return
	}
	if i := slices.Index(p.Documents, d); i >= 0 {
		p.Documents = slices.Delete(p.Documents, i, i+1)
	}
	p.Documents = slices.Insert(p.Documents, 0, d)
}

// byNumber lets the latest document that says birth date and sex decide, and
// flags every event that says otherwise.
func (f *folding) byNumber(list []effective) {
	p := &f.state.Person
	for _, d := range p.Documents {
		birth, sex := Stated(d)
		if birth == civil.None {
			continue
		}
		for i := range list {
			e := &list[i]
			if b := e.born(); b != civil.None && b != birth || (e.Sex == 1 || e.Sex == 2) && e.Sex != sex {
				f.flag(FlagContradicts)
			}
		}
		p.Birth, p.Sex = birth, sex
		return
	}
}

// Stated returns the birth date and sex that a document's number carries, or
// zero values.
func Stated(d Document) (birth civil.Date, sex int) {
	switch d.Type {
	case ident.CitizenCard, ident.OverseasResidence, ident.ForeignResident:
		_, birth, sex = ident.Citizen(d.Number)
	}
	return birth, sex
}

// hukou adds a span when an event says another place than the one before. A
// code of 6 digits and one of 12 below it are the same place, the longer known
// better.
func (f *folding) hukou(e *effective) {
	code := e.HukouDivision
	if code == "" && e.Type == HukouIn {
		code = e.Division
	}
	if code == "" {
		return
	}
	p := &f.state.Person
	if n := len(p.Hukou); n > 0 {
		last := &p.Hukou[n-1]
		if within(last.Division, code) && (e.HukouKind == 0 || last.Kind == 0 || e.HukouKind == last.Kind) {
			if len(trimmed(code)) > len(trimmed(last.Division)) {
				last.Division = code
			}
			put(&last.Kind, e.HukouKind)
			return
		}
		p.Hukou = append(p.Hukou, HukouSpan{From: e.Effective, Division: code, Kind: e.HukouKind})
		return
	}
	from := civil.None
	if e.Type == HukouIn {
		from = e.Effective
	}
	p.Hukou = append(p.Hukou, HukouSpan{From: from, Division: code, Kind: e.HukouKind})
}

func within(a, b string) bool {
	a, b = trimmed(a), trimmed(b)
	return strings.HasPrefix(a, b) || strings.HasPrefix(b, a)
}

// trimmed drops the zeros that stand for "not said more exactly", by levels.
func trimmed(code string) string {
	for len(code) > 6 && strings.HasSuffix(code, "000") {
		code = code[:len(code)-3]
	}
	return code
}

func (f *folding) death(e *effective) {
	if e.Type != Death {
		return
	}
	p := &f.state.Person
	if p.Death != civil.None && p.Death != e.Effective {
		f.flag(FlagDeath)
	}
	if p.Death == civil.None || e.Effective < p.Death {
		p.Death = e.Effective
	}
}

// differ reports two names that share fewer than half of their characters:
// somebody else, not another spelling.
func differ(a, b string) bool {
	if a == b {
		return false
	}
	ra, rb := []rune(strings.ToUpper(bare(a))), []rune(strings.ToUpper(bare(b)))
	most := max(len(ra), len(rb))
	common := 0
	for _, r := range ra {
		if i := slices.Index(rb, r); i >= 0 {
			common++
			rb = slices.Delete(rb, i, i+1)
		}
	}
	return common*2 < most
}

func bare(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '·' || r == ' ' || r == '　' || r == '-' {
			return -1
		}
		return r
	}, s)
}
