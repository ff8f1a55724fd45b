package intake

import (
	"bytes"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/fault"
	"xinju.dev/services/registry/internal/core"
)

// Row is one row of a file: an event, or why it is none.
type Row struct {
	Number int    // of the line in the file
	Raw    []byte // as sent, without its line end

	Event  core.Event   // when Fault is nil
	Fault  *fault.Error // why the row is refused
	Column string       // the column that is wrong, as the file names it

	// Review is set where the event may be applied but somebody should look.
	Review       *fault.Error
	ReviewColumn string

	end   int64 // offset of the byte after the line
	lines int   // lines up to end
}

// mapper turns the lines of one file into rows. It is not safe for concurrent use.
type mapper struct {
	sender  string
	today   civil.Date // the day on which the file was received
	layout  Layout
	at      []int    // field of each column, -1 for none
	names   []string // of the columns
	column  [fieldCount]int
	codes   *codeLists
	split   splitter
	scratch []byte
	unused  []byte
	from    [fieldCount]int // of each field's text in scratch
	to      [fieldCount]int
	text    [fieldCount]string
}

func newMapper(sender string, today civil.Date, l Layout) (*mapper, error) {
	at, names, err := l.columns()
	if err != nil {
		return nil, err
	}
	lists, err := codes()
	if err != nil {
		return nil, err
	}
	m := &mapper{
		sender: sender, today: today, layout: l, at: at, names: names, codes: lists,
		split: splitter{delim: l.Delimiter, gb: l.Encoding == GB18030},
	}
	for f := range m.column {
		m.column[f] = -1
	}
	for i, f := range at {
		if f >= 0 {
			m.column[f] = i
		}
	}
	return m, nil
}

// row maps one line. It never fails: what is wrong is in the row.
func (m *mapper) row(l line) Row {
	r := Row{Number: l.number}
	if l.tooLong {
		r.Fault = ErrRowTooLong
		return r
	}
	fields, ok := m.split.split(l.raw)
	if !ok {
		r.Fault = ErrRowQuotes
		return r
	}
	if r.Fault = m.count(fields, l); r.Fault != nil {
		return r
	}
	if r.Fault, r.Column = m.decode(fields, &r); r.Fault != nil {
		return r
	}
	r.Event.Sender = m.sender
	p := parser{m: m, r: &r}
	p.parse()
	return r
}

// count checks the number of columns. Empty ones beyond the header, which
// spreadsheets add, do no harm.
func (m *mapper) count(fields [][]byte, l line) *fault.Error {
	switch {
	case len(fields) < len(m.at) && l.unended:
		return ErrRowTorn
	case len(fields) < len(m.at):
		return ErrRowColumns
	}
	for _, extra := range fields[len(m.at):] {
		if len(bytes.TrimSpace(extra)) > 0 {
			return ErrRowColumns
		}
	}
	return nil
}

// decode fills m.text with one string per row, so that a row costs one
// allocation however many columns it has.
func (m *mapper) decode(fields [][]byte, r *Row) (*fault.Error, string) {
	m.scratch = m.scratch[:0]
	for i, f := range m.at {
		if f < 0 {
			if !m.sound(fields[i]) {
				return ErrRowEncoding, m.names[i]
			}
			continue
		}
		m.from[f] = len(m.scratch)
		var state textState
		m.scratch, state = m.layout.Encoding.appendText(m.scratch, fields[i])
		m.to[f] = len(m.scratch)
		if state&broken != 0 {
			return ErrRowEncoding, m.names[i]
		}
		if state&private != 0 && r.Review == nil {
			r.Review, r.ReviewColumn = ErrTextPrivate, m.names[i]
			if field(f) == fName {
				r.Review = core.FlagPrivateUse
			}
		}
	}
	all := string(m.scratch)
	for _, f := range m.at {
		if f >= 0 {
			m.text[f] = uncover(all[m.from[f]:m.to[f]])
		}
	}
	return nil, ""
}

// sound checks a column that is not used: damage there tells of a torn or
// wrongly cut row all the same.
func (m *mapper) sound(raw []byte) bool {
	if ascii(raw) {
		return bytes.IndexByte(raw, 0) < 0
	}
	var state textState
	m.unused, state = m.layout.Encoding.appendText(m.unused[:0], raw)
	return state&broken == 0
}

// columnOf names a field of an event as the file names its column.
func (m *mapper) columnOf(name string) string {
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
	if name == "mother_document" && m.column[fMotherNumber] >= 0 {
		return m.names[m.column[fMotherNumber]]
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
