package intake

import (
	"bytes"
	"slices"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/intake"
	"xinju.dev/services/platform/rowfile"
	"xinju.dev/services/registry/internal/core"
)

// mapper turns the records of one file into rows. It is not safe for concurrent
// use.
type mapper struct {
	sender string
	today  civil.Date // the day on which the file was received
	at     []int      // field of each column, -1 for none
	names  []string   // of the columns
	column [fieldCount]int
	fixed  [fieldCount]bool // the profile says it for every row
	codes  *codeLists
	words  [fieldCount]map[string]string // of the sender
	day    func(text string) (rowfile.Day, error)
	cells  string // encoding of cells before they were decoded
	text   [fieldCount]string
	block  []core.Event // room for events, so that not every row allocates
}

func newMapper(sender string, today civil.Date, l intake.Layout) (*mapper, error) {
	names := l.Columns
	at, err := mapColumns(names, l.Profile)
	if err != nil {
		return nil, err
	}
	lists, err := codes()
	if err != nil {
		return nil, err
	}
	m := &mapper{sender: sender, today: today, at: at, names: names, codes: lists, day: l.DayReader(), cells: l.CellEncoding}
	for f := range m.column {
		m.column[f] = -1
	}
	for i, f := range at {
		if f >= 0 {
			m.column[f] = i
		}
	}
	for f, name := range fieldNames {
		m.words[f] = l.Profile.WordsOf(name)
		if value, ok := l.Profile.Constant(name); ok && m.column[f] < 0 {
			m.fixed[f], m.text[f] = true, value
		}
	}
	return m, nil
}

const blockEvents = 32

func (m *mapper) event() *core.Event {
	if len(m.block) == 0 {
		m.block = make([]core.Event, blockEvents)
	}
	e := &m.block[0]
	m.block = m.block[1:]
	return e
}

// Map implements intake.Mapper. The item of a row is a *core.Event.
func (m *mapper) Map(rec intake.Record, row *intake.Row) {
	for i, f := range m.at {
		if f < 0 {
			continue
		}
		m.text[f] = rec.Cells[i]
		if row.Review == nil && slices.Contains(rec.Private, i) {
			row.Review, row.ReviewColumn = rowfile.ErrTextPrivate, m.names[i]
			if field(f) == fName {
				row.Review = core.FlagPrivateUse
			}
		}
	}
	e := m.event()
	e.Sender = m.sender
	p := parser{m: m, r: row, e: e}
	p.parse()
	m.keepRaw(e, rec)
	row.Item, row.ID = e, e.ID
	if e.ID == "" && row.Fault == nil {
		// By this name the event is found again.
		row.ID = e.Normal().ID
	}
}

// keepRaw keeps the bytes of a name with a private-use character, or with one
// beyond the first plane, as the file had them: somebody may have to look at
// them again.
func (m *mapper) keepRaw(e *core.Event, rec intake.Record) {
	i := m.column[fName]
	if i < 0 || i >= len(rec.Bytes) || e.Name == "" {
		return
	}
	odd := slices.Contains(rec.Private, i)
	for k := 0; k < len(e.Name) && !odd; k++ {
		odd = e.Name[k] >= 0xF0 // the first byte of a character beyond the first plane
	}
	if odd {
		e.NameRaw, e.NameEncoding = string(bytes.TrimSpace(rec.Bytes[i])), m.cells
	}
}

// ColumnOf implements intake.Mapper.
func (m *mapper) ColumnOf(name string) string {
	if name == "" {
		return ""
	}
	for f, n := range fieldNames {
		if n == name && m.column[f] >= 0 {
			return m.names[m.column[f]]
		}
	}
	if name == "document" {
		for _, f := range []field{fDocNumber, fCitizen} {
			if m.column[f] >= 0 {
				return m.names[m.column[f]]
			}
		}
	}
	for part, f := range map[string]field{"mother_document": fMotherNumber, "other_document": fOtherNumber, "birth_partial": fBirth, "name_raw": fName} {
		if name == part && m.column[f] >= 0 {
			return m.names[m.column[f]]
		}
	}
	if list, err := columnNames(); err == nil {
		for f, n := range fieldNames {
			if n == name {
				return list.titles[f]
			}
		}
	}
	return name
}

// classes are how sensitive the fields are, as registry.proto says; fields that
// are not named say how the system runs.
var classes = map[field]intake.Class{
	fEffective: intake.Personal, fDocType: intake.Personal, fDocNumber: intake.Identity, fCitizen: intake.Identity, fCountry: intake.Personal,
	fName: intake.Contact, fSex: intake.Personal, fBirth: intake.Personal, fEthnic: intake.Personal, fMarital: intake.Personal,
	fPhone: intake.Contact, fEmployer: intake.Contact, fHukouDivision: intake.Personal, fHukouKind: intake.Personal, fDivision: intake.Personal,
	fAddress: intake.Contact, fArrived: intake.Personal, fReason: intake.Personal, fPermitUntil: intake.Personal, fPermitPoints: intake.Personal,
	fCancelled: intake.Personal, fMotherType: intake.Personal, fMotherNumber: intake.Identity, fMotherCountry: intake.Personal,
	fFormerName: intake.Contact, fAlias: intake.Contact, fPermitNumber: intake.Identity,
	fOtherType: intake.Personal, fOtherNumber: intake.Identity, fOtherCountry: intake.Personal,
}

// Columns implements intake.Mapper.
func (m *mapper) Columns() []intake.ColumnUse {
	out := make([]intake.ColumnUse, len(m.at))
	for i, f := range m.at {
		out[i] = intake.ColumnUse{Name: m.names[i], Class: intake.Identity}
		if f < 0 {
			continue
		}
		out[i].Field, out[i].Class = fieldNames[f], intake.Operational
		if c, ok := classes[field(f)]; ok {
			out[i].Class = c
		}
	}
	return out
}
