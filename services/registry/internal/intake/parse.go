package intake

import (
	"errors"
	"fmt"
	"strconv"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/intake"
	"xinju.dev/services/platform/rowfile"
	"xinju.dev/services/registry/internal/core"
)

// parser reads the texts of one row into its event; the first thing that is
// wrong refuses the row.
type parser struct {
	m *mapper
	r *intake.Row
	e *core.Event
}

func (p *parser) parse() {
	e := p.e
	e.ID = p.text(fEventID)
	e.Replaces = p.text(fReplaces)
	if p.eventType(e); p.r.Fault != nil {
		return
	}
	p.dates(e)
	p.document(e)
	p.mother(e)
	p.other(e)
	p.names(e)
	p.lists(e)
	p.places(e)
}

// fail refuses the row, unless it is refused already.
func (p *parser) fail(f field, why *fault.Error) {
	if p.r.Fault != nil {
		return
	}
	p.r.Fault = why
	if c := p.m.column[f]; c >= 0 {
		p.r.Column = p.m.names[c]
	}
}

// has reports that the file has a column for a field, or its profile a constant.
func (p *parser) has(f field) bool { return p.m.column[f] >= 0 || p.m.fixed[f] }

func (p *parser) text(f field) string {
	if !p.has(f) {
		return ""
	}
	return p.m.text[f]
}

// find looks for a word first among the sender's own.
func (p *parser) find(f, list field, v string) (string, bool) {
	if code, ok := p.m.words[f][v]; ok {
		v = code
	}
	return p.m.codes.find(list, v)
}

// eventType reads what happened. A file without such a column lists who lives
// there: a row is an arrival, or a departure where it has a day of cancelling.
func (p *parser) eventType(e *core.Event) {
	if !p.has(fType) {
		e.Type = core.Arrive
		if p.text(fCancelled) != "" {
			e.Type = core.Leave
		}
		return
	}
	v := rowfile.Narrow(p.text(fType))
	if v == "" {
		p.fail(fType, ErrValueMissing)
		return
	}
	code, ok := p.find(fType, fType, v)
	if !ok {
		p.fail(fType, core.ErrType)
		return
	}
	n, _ := strconv.Atoi(code)
	e.Type = core.EventType(n)
}

func (p *parser) dates(e *core.Event) {
	e.Effective = p.past(fEffective)
	e.Arrived = p.past(fArrived)
	p.birth(e)
	cancelled := p.past(fCancelled)
	e.PermitValidUntil = p.date(fPermitUntil)
	if d, ok := p.said(fEventTime); ok && d.Partial() {
		p.fail(fEventTime, rowfile.ErrDateImpossible)
	} else {
		e.TimeMS = d.Instant()
	}
	switch {
	case !p.has(fType) && cancelled != civil.None:
		e.Effective = cancelled // the day of filing is that of the arrival
	case e.Effective == civil.None && e.Type == core.Leave:
		e.Effective = cancelled
	case e.Effective == civil.None && e.Type == core.Arrive:
		e.Effective = e.Arrived
	}
}

// said reads what a column says of a day; ok is false where it says nothing.
func (p *parser) said(f field) (d rowfile.Day, ok bool) {
	v := p.text(f)
	if v == "" {
		return rowfile.Day{}, false
	}
	d, err := p.m.day(v)
	if err != nil {
		why := rowfile.ErrDateImpossible
		if errors.Is(err, rowfile.ErrNumberExcel) {
			why = rowfile.ErrNumberExcel
		}
		p.fail(f, why)
		return rowfile.Day{}, false
	}
	return d, true
}

// date reads a whole day.
func (p *parser) date(f field) civil.Date {
	d, ok := p.said(f)
	if ok && d.Partial() {
		p.fail(f, rowfile.ErrDateImpossible)
	}
	return d.Date
}

// birth reads a day of birth of which perhaps only the year or the month is
// known. What is missing stays so.
func (p *parser) birth(e *core.Event) {
	d, ok := p.said(fBirth)
	switch {
	case !ok:
	case !d.Partial():
		if e.Birth = d.Date; d.Date > p.m.today.AddDays(1) {
			p.fail(fBirth, core.ErrFuture)
		}
	case d.Month == 0:
		e.BirthPartial = fmt.Sprintf("%04d", d.Year)
	default:
		e.BirthPartial = fmt.Sprintf("%04d-%02d", d.Year, d.Month)
	}
}

// past reads a day that must have come when the file was received; one day more
// is allowed for clocks that differ.
func (p *parser) past(f field) civil.Date {
	d := p.date(f)
	if d > p.m.today.AddDays(1) {
		p.fail(f, core.ErrFuture)
	}
	return d
}

func (p *parser) names(e *core.Event) {
	e.Name = p.words(fName, true)
	e.Address = p.words(fAddress, false)
	e.Employer = p.words(fEmployer, false)
	if v := p.text(fPhone); v != "" {
		if rowfile.Scientific(rowfile.Narrow(v)) {
			p.fail(fPhone, rowfile.ErrNumberExcel)
		}
		e.Phone = v
	}
	e.FormerName = p.words(fFormerName, true)
	if alias := p.words(fAlias, true); e.FormerName == "" {
		e.FormerName = alias
	}
	if v := rowfile.Narrow(p.text(fPermitNumber)); v != "" {
		if rowfile.Scientific(v) {
			p.fail(fPermitNumber, rowfile.ErrNumberExcel)
		}
		e.PermitNumber = v
	}
}

func (p *parser) words(f field, isName bool) string {
	v := p.text(f)
	if v != "" {
		if why := rowfile.Inspect(v, isName).Fault(); why != nil {
			p.fail(f, why)
		}
	}
	return v
}

func (p *parser) lists(e *core.Event) {
	e.Sex = p.codeNumber(fSex)
	e.Ethnic = p.code(fEthnic)
	e.Marital = p.codeNumber(fMarital)
	e.HukouKind = p.codeNumber(fHukouKind)
	e.Reason = p.codeNumber(fReason)
	if v := rowfile.Narrow(p.text(fPermitPoints)); v != "" {
		n, err := strconv.Atoi(v)
		if err != nil || !digitsOnly(v) || len(v) > 5 {
			p.fail(fPermitPoints, core.ErrCode)
			n = 0
		}
		e.PermitPoints = n
	}
}

func (p *parser) code(f field) string {
	v := p.text(f)
	if v == "" {
		return ""
	}
	list := f
	if f == fMotherCountry || f == fOtherCountry {
		list = fCountry
	}
	if code, ok := p.find(f, list, v); ok {
		return code
	}
	code, ok := p.find(f, list, rowfile.Narrow(v))
	if !ok && list == fCountry && len(v) == 3 {
		return v // any alpha-3; ident judges its form
	}
	if !ok {
		p.fail(f, core.ErrCode)
	}
	return code
}

func (p *parser) codeNumber(f field) int {
	code := p.code(f)
	if code == "" {
		return 0
	}
	n, _ := strconv.Atoi(code)
	return n
}

func (p *parser) places(e *core.Event) {
	e.Division = p.division(fDivision)
	e.HukouDivision = p.division(fHukouDivision)
	if len(e.Division) == 6 {
		e.Division += "000000"
	}
}

// division reads a code of 6, 9 or 12 digits; 9 are filled up to 12. Whether
// it exists is not decided here.
func (p *parser) division(f field) string {
	v := rowfile.Narrow(p.text(f))
	switch {
	case v == "":
		return ""
	case rowfile.Scientific(v):
		p.fail(f, rowfile.ErrNumberExcel)
	case !digitsOnly(v) || len(v) != 6 && len(v) != 9 && len(v) != 12:
		p.fail(f, ErrDivisionForm)
	case len(v) == 9:
		return v + "000"
	}
	return v
}

func digitsOnly(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}
