package store

import (
	"encoding/binary"
	"errors"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/ident"
	"xinju.dev/services/platform/varint"
	"xinju.dev/services/registry/internal/core"
)

// errCoded says that a stored event cannot be read. It quotes nothing.
var errCoded = errors.New("registry: a stored event is damaged or from a newer build")

// The first byte of a coded event: codedPlain, or codedFull when the fields that
// few events have stand behind the rest.
const (
	codedPlain = 1
	codedFull  = 2
)

func versionOf(e core.Event) byte {
	if e.MotherDocument.Number.IsZero() && e.BirthPartial == "" && e.FormerName == "" && e.NameRaw == "" &&
		e.OtherDocument.Number.IsZero() && e.OtherResidentID == "" && e.PermitNumber == "" {
		return codedPlain
	}
	return codedFull
}

// codeEvent writes what may be read in a database file: dates and codes.
func codeEvent(e core.Event) []byte {
	w := writer{buf: append(make([]byte, 0, 96), versionOf(e))}
	w.ints(int64(e.Type), int64(e.Effective), e.TimeMS, int64(e.Sex), int64(e.Birth), int64(e.Marital), int64(e.HukouKind),
		int64(e.Arrived), int64(e.FirstSeen), int64(e.Registered), int64(e.Reason), int64(e.PermitValidUntil), int64(e.PermitPoints))
	w.texts(string(e.Document.Type), e.Document.Country, e.ResidentID, e.Ethnic, e.HukouDivision, e.Division, e.Replaces, e.MotherResidentID)
	if versionOf(e) == codedFull {
		w.texts(string(e.MotherDocument.Type), e.MotherDocument.Country, e.BirthPartial, e.NameEncoding,
			string(e.OtherDocument.Type), e.OtherDocument.Country, e.OtherResidentID)
	}
	return w.buf
}

// personal writes what must be sealed: numbers, names, telephone, employer, address.
func personal(e core.Event) []byte {
	number, full := e.Document.Number.Reveal(), versionOf(e) == codedFull
	if number == "" && !full && e.Name == "" && e.Phone == "" && e.Employer == "" && e.Address == "" {
		return nil
	}
	w := writer{buf: append(make([]byte, 0, 96), versionOf(e))}
	w.texts(number, e.Name, e.Phone, e.Employer, e.Address)
	if full {
		w.texts(e.MotherDocument.Number.Reveal(), e.OtherDocument.Number.Reveal(), e.FormerName, e.NameRaw, e.PermitNumber)
	}
	return w.buf
}

// readEvent is the way back from codeEvent and personal.
func readEvent(sender, id string, coded, plain []byte) (core.Event, error) {
	e := core.Event{Sender: sender, ID: id}
	r := varint.Reader{Rest: coded}
	version := r.Byte()
	if version != codedPlain && version != codedFull {
		return e, errCoded
	}
	e.Type, e.Effective, e.TimeMS = core.EventType(r.Signed()), civil.Date(r.Signed()), r.Signed()
	e.Sex, e.Birth, e.Marital, e.HukouKind = int(r.Signed()), civil.Date(r.Signed()), int(r.Signed()), int(r.Signed())
	e.Arrived, e.FirstSeen, e.Registered = civil.Date(r.Signed()), civil.Date(r.Signed()), civil.Date(r.Signed())
	e.Reason, e.PermitValidUntil, e.PermitPoints = int(r.Signed()), civil.Date(r.Signed()), int(r.Signed())
	own, mother, other := paper{kind: r.Text(), country: r.Text()}, paper{}, paper{}
	e.ResidentID, e.Ethnic, e.HukouDivision, e.Division = r.Text(), r.Text(), r.Text(), r.Text()
	e.Replaces, e.MotherResidentID = r.Text(), r.Text()
	if version == codedFull {
		mother.kind, mother.country = r.Text(), r.Text()
		e.BirthPartial, e.NameEncoding = r.Text(), r.Text()
		other.kind, other.country = r.Text(), r.Text()
		e.OtherResidentID = r.Text()
	}
	if r.Bad {
		return e, errCoded
	}
	if len(plain) == 0 {
		return e, nil
	}
	r = varint.Reader{Rest: plain}
	if r.Byte() != version {
		return e, errCoded
	}
	own.number = r.Text()
	e.Name, e.Phone, e.Employer, e.Address = r.Text(), r.Text(), r.Text(), r.Text()
	if version == codedFull {
		mother.number, other.number = r.Text(), r.Text()
		e.FormerName, e.NameRaw, e.PermitNumber = r.Text(), r.Text(), r.Text()
	}
	if r.Bad || !own.read(&e.Document) || !mother.read(&e.MotherDocument) || !other.read(&e.OtherDocument) {
		return e, errCoded
	}
	return e, nil
}

// paper is a document in parts, as two columns keep it.
type paper struct{ kind, country, number string }

func (p paper) read(to *core.Document) bool {
	if p.number == "" {
		return true
	}
	d, err := ident.Parse(ident.DocType(p.kind), p.number, p.country)
	*to = d
	return err == nil
}

type writer struct{ buf []byte }

func (w *writer) ints(v ...int64) {
	for _, n := range v {
		w.buf = binary.AppendVarint(w.buf, n)
	}
}

func (w *writer) texts(v ...string) {
	for _, s := range v {
		w.buf = binary.AppendUvarint(w.buf, uint64(len(s)))
		w.buf = append(w.buf, s...)
	}
}
