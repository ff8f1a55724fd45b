package intake

import (
	"errors"

	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/ident"
	"xinju.dev/services/platform/rowfile"
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

// mother reads who the mother of a newborn is.
func (p *parser) mother(e *core.Event) {
	e.MotherDocument = p.second(fMotherType, fMotherNumber, fMotherCountry)
}

// other reads who the second of two that are one person is.
func (p *parser) other(e *core.Event) {
	e.OtherDocument = p.second(fOtherType, fOtherNumber, fOtherCountry)
}

// second reads the document of somebody besides: a citizen unless the file says
// another kind of document.
func (p *parser) second(t, number, country field) ident.Document {
	v := p.text(number)
	if v == "" {
		return ident.Document{}
	}
	kind := ident.CitizenCard
	if word := rowfile.Narrow(p.text(t)); word != "" {
		code, ok := p.find(t, fDocType, word)
		if !ok {
			p.fail(t, ident.ErrDocType)
			return ident.Document{}
		}
		kind = ident.DocType(code)
	}
	return p.number(number, country, kind, v)
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
	v = rowfile.Narrow(v)
	if rowfile.Scientific(v) {
		p.fail(f, rowfile.ErrNumberExcel)
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
	case rowfile.Zeroed(v):
		why = rowfile.ErrNumberExcel
	case errors.Is(why, ident.ErrCountry) && p.has(from):
		f = from
	}
	p.fail(f, why)
	return ident.Document{}
}

func (p *parser) docType() ident.DocType {
	v := rowfile.Narrow(p.text(fDocType))
	if v == "" {
		if p.has(fDocType) {
			p.fail(fDocType, ErrValueMissing)
			return ""
		}
		p.fail(fDocNumber, ident.ErrDocType)
		return ""
	}
	code, ok := p.find(fDocType, fDocType, v)
	if !ok {
		p.fail(fDocType, ident.ErrDocType)
		return ""
	}
	return ident.DocType(code)
}
