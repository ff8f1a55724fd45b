package core

import (
	"slices"
	"strings"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/ident"
)

// person folds what is known of the person: of each field the latest word of
// the highest source (data/sources.yaml), but birth date and sex as the number
// says where it says them.
func (f *folding) person(list []effective) {
	p := &f.state.Person
	var names nameFold
	for i := range list {
		e := &list[i]
		names.add(p, e, f.hear(fieldName, e, e.Name != ""))
		say(f, fieldSex, &p.Sex, e.Sex, e)
		say(f, fieldBirth, &p.Birth, e.born(), e)
		say(f, fieldEthnic, &p.Ethnic, e.Ethnic, e)
		say(f, fieldMarital, &p.Marital, e.Marital, e)
		say(f, fieldPhone, &p.Phone, e.Phone, e)
		say(f, fieldEmployer, &p.Employer, e.Employer, e)
		put(&p.MotherID, e.MotherResidentID)
		put(&p.MotherDocument, e.MotherDocument)
		for _, d := range e.first {
			p.carry(d, e.Effective)
		}
		p.carry(e.Document, e.Effective)
		f.hukou(e)
		f.death(e)
	}
	if names.contradict {
		f.flag(FlagContradicts)
	}
	names.settle(p)
	p.supersede()
	f.byNumber(list)
	f.partialBirth(list)
	f.shared(list)
}

// born is the birth date that the event states.
func (e *effective) born() civil.Date {
	if e.Type == Birth && e.Birth == civil.None && e.BirthPartial == "" {
		return e.Effective
	}
	return e.Birth
}

// carry puts a document first that was shown on a day; events come by day, so
// the first day stays the first.
func (p *Person) carry(d Document, day civil.Date) {
	if d.Number.IsZero() {
		return
	}
	held := HeldDocument{Document: d, From: day}
	if i := slices.IndexFunc(p.Documents, func(h HeldDocument) bool { return h.Document == d }); i >= 0 {
		held = p.Documents[i]
		p.Documents = slices.Delete(p.Documents, i, i+1)
	}
	p.Documents = slices.Insert(p.Documents, 0, held)
}

// supersede ends each document on the day before the next one of its kind and
// country was first shown.
func (p *Person) supersede() {
	for i := range p.Documents {
		d := &p.Documents[i]
		for _, o := range p.Documents {
			if o.Type == d.Type && o.Country == d.Country && o.From > d.From && (d.Until == civil.None || o.From <= d.Until) {
				d.Until = o.From.AddDays(-1)
			}
		}
	}
}

// byNumber lets the latest document that says birth date and sex decide, and
// flags every event that says otherwise.
func (f *folding) byNumber(list []effective) {
	p := &f.state.Person
	for _, d := range p.Documents {
		birth, sex := Stated(d.Document)
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
	case ident.CitizenCard, ident.DrivingLicence, ident.OverseasResidence, ident.ForeignResident:
		_, birth, sex = ident.Citizen(d.Number)
	}
	return birth, sex
}

// hukou adds a span when an event says another place than the one before. A
// code of 6 digits and one of 12 below it are the same place, the longer known
// better. A lower source than the one heard does not move anybody's hukou:
// somebody should look.
func (f *folding) hukou(e *effective) {
	code := e.HukouDivision
	if code == "" && e.Type == HukouIn {
		code = e.Division
	}
	if code == "" {
		return
	}
	p := &f.state.Person
	heard := f.hear(fieldHukou, e, true)
	if n := len(p.Hukou); n > 0 {
		last := &p.Hukou[n-1]
		if within(last.Division, code) && (e.HukouKind == 0 || last.Kind == 0 || e.HukouKind == last.Kind) {
			if len(trimmed(code)) > len(trimmed(last.Division)) {
				last.Division = code
			}
			put(&last.Kind, e.HukouKind)
			return
		}
		if !heard {
			f.flag(FlagHukou)
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
