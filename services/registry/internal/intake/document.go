package intake

import (
	"errors"

	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/ident"
	"xinju.dev/services/registry/internal/core"
)

// document reads whose row it is. What the number itself says (check digit,
// birth date) is judged by ident.
func (p *parser) document(e *core.Event) {
	f, kind := fDocNumber, ident.CitizenCard
	v := p.text(fDocNumber)
	if v == "" && p.has(fCitizen) {
		f, v = fCitizen, p.text(fCitizen)
	} else if v != "" {
		if kind = p.docType(); kind == "" {
			return
		}
	}
	// Where there is none, core says whether this kind of event needs one.
	e.Document = p.number(f, fCountry, kind, v)
}

// mother reads who the mother of a newborn is: a citizen unless the file says
// another kind of document.
func (p *parser) mother(e *core.Event) {
	v := p.text(fMotherNumber)
	if v == "" {
		return
	}
	kind := ident.CitizenCard
	if t := narrow(p.text(fMotherType)); t != "" {
		code, ok := p.m.codes.find(fDocType, t)
		if !ok {
			p.fail(fMotherType, ident.ErrDocType)
			return
		}
		kind = ident.DocType(code)
	}
	e.MotherDocument = p.number(fMotherNumber, fMotherCountry, kind, v)
}

// number reads a document's number from field f and its country from another;
// what is wrong refuses the row.
func (p *parser) number(f, from field, kind ident.DocType, v string) ident.Document {
	if v == "" {
		return ident.Document{}
	}
	country := ""
	if p.has(from) && (kind == ident.Passport || kind == ident.OtherDocument) {
		country = p.code(from)
	}
	v = narrow(v)
	if scientific(v) {
		p.fail(f, ErrNumberExcel)
		return ident.Document{}
	}
	doc, err := ident.Parse(kind, v, country)
	if err == nil {
		return doc
	}
	why, ok := errors.AsType[*fault.Error](err)
	switch {
	case !ok:
		why = ident.ErrMalformed
	case zeroed(v):
		why = ErrNumberExcel
	case errors.Is(why, ident.ErrCountry) && p.has(from):
		f = from
	}
	p.fail(f, why)
	return ident.Document{}
}

func (p *parser) docType() ident.DocType {
	v := narrow(p.text(fDocType))
	if v == "" {
		if p.has(fDocType) {
			p.fail(fDocType, ErrValueMissing)
			return ""
		}
		p.fail(fDocNumber, ident.ErrDocType)
		return ""
	}
	code, ok := p.m.codes.find(fDocType, v)
	if !ok {
		p.fail(fDocType, ident.ErrDocType)
		return ""
	}
	return ident.DocType(code)
}
