package intake

import (
	"strconv"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/fault"
	"xinju.dev/services/registry/internal/core"
)

// parser reads the texts of one row into its event; the first thing that is
// wrong refuses the row.
type parser struct {
	m *mapper
	r *Row
}

func (p *parser) parse() {
	e := &p.r.Event
	e.ID = p.text(fEventID)
	e.Replaces = p.text(fReplaces)
	if p.eventType(e); p.r.Fault != nil {
		return
	}
	p.dates(e)
	p.document(e)
	p.mother(e)
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

func (p *parser) has(f field) bool { return p.m.column[f] >= 0 }

func (p *parser) text(f field) string {
	if !p.has(f) {
		return ""
	}
	return p.m.text[f]
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
	v := narrow(p.text(fType))
	if v == "" {
		p.fail(fType, ErrValueMissing)
		return
	}
	code, ok := p.m.codes.find(fType, v)
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
	e.Birth = p.past(fBirth)
	cancelled := p.past(fCancelled)
	e.PermitValidUntil = p.date(fPermitUntil)
	if v := p.text(fEventTime); v != "" {
		ms, err := parseInstant(v)
		if err != nil {
			p.fail(fEventTime, ErrDateImpossible)
		}
		e.TimeMS = ms
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

func (p *parser) date(f field) civil.Date {
	v := p.text(f)
	if v == "" {
		return civil.None
	}
	if scientific(v) {
		p.fail(f, ErrNumberExcel)
		return civil.None
	}
	d, err := parseDate(v)
	if err != nil {
		p.fail(f, ErrDateImpossible)
	}
	return d
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
		if scientific(narrow(v)) {
			p.fail(fPhone, ErrNumberExcel)
		}
		e.Phone = v
	}
}

func (p *parser) words(f field, isName bool) string {
	v := p.text(f)
	if v != "" && damaged(v, isName) {
		p.fail(f, ErrTextDamaged)
	}
	return v
}

func (p *parser) lists(e *core.Event) {
	e.Sex = p.codeNumber(fSex)
	e.Ethnic = p.code(fEthnic)
	e.Marital = p.codeNumber(fMarital)
	e.HukouKind = p.codeNumber(fHukouKind)
	e.Reason = p.codeNumber(fReason)
	if v := narrow(p.text(fPermitPoints)); v != "" {
		n, rest, digits := number(v, 5)
		if digits == 0 || rest != "" {
			p.fail(fPermitPoints, core.ErrCode)
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
	if f == fMotherCountry {
		list = fCountry
	}
	if code, ok := p.m.codes.find(list, v); ok {
		return code
	}
	code, ok := p.m.codes.find(list, narrow(v))
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
	v := narrow(p.text(f))
	switch {
	case v == "":
		return ""
	case scientific(v):
		p.fail(f, ErrNumberExcel)
	case !digitsOnly(v) || len(v) != 6 && len(v) != 9 && len(v) != 12:
		p.fail(f, ErrDivisionForm)
	case len(v) == 9:
		return v + "000"
	}
	return v
}
