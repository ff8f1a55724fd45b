package recordintake

import (
	"bytes"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"xinju.dev/services/platform/ident"
	"xinju.dev/services/platform/intake"
	"xinju.dev/services/platform/rowfile"
)

// target makes items of the rows of one kind. It implements intake.Target.
type target struct {
	kind    *Kind
	persons bool // documents can be looked up
}

// Name implements intake.Target.
func (t target) Name() string { return t.kind.target() }

var senderForm = regexp.MustCompile(`^[A-Za-z0-9_-]{1,32}$`)

// CheckSender implements intake.Target. It fails with IMPORT_SENDER_INVALID.
func (target) CheckSender(sender string) error {
	if !senderForm.MatchString(sender) {
		return ErrSender.On("header.sender", "须为 1–32 位字母、数字、- 或 _ must be 1–32 letters, digits, - or _")
	}
	return nil
}

// Mapper implements intake.Target. It fails with FEED_COLUMNS_UNKNOWN,
// FEED_COLUMN_TWICE and IMPORT_PERSONS_UNAVAILABLE.
func (t target) Mapper(s intake.Source, l intake.Layout) (intake.Mapper, error) {
	at, err := t.kind.sheet.columns(l.Columns, l.Profile)
	if err != nil {
		return nil, err
	}
	m := &mapper{target: t, source: s, at: at, names: l.Columns, day: l.DayReader(), words: map[string]map[string]string{}, constant: map[string]string{}}
	if l.Profile != nil {
		for _, w := range l.Profile.Words {
			m.words[w.Field] = l.Profile.WordsOf(w.Field)
		}
		for _, c := range l.Profile.Constants {
			m.constant[c.Field] = c.Value
		}
	}
	if !t.persons && !slices.Contains(at, FieldResident) {
		return nil, ErrNoPersons
	}
	return m, nil
}

var _ intake.Mapped = target{}

// Fields implements intake.Mapped.
func (t target) Fields() (out []string) {
	for _, f := range t.kind.sheet.fields {
		out = append(out, f.Field)
	}
	return out
}

// Reads implements intake.Mapped.
func (t target) Reads(field, text string) bool {
	if len(t.kind.sheet.codes[field]) == 0 {
		return true
	}
	_, ok := (&Reader{sheet: t.kind.sheet}).find(field, text)
	return ok
}

// Default implements intake.Mapped.
func (t target) Default() intake.Profile {
	p := intake.Profile{Name: intake.DefaultProfile, Target: t.Name()}
	for _, f := range t.kind.sheet.fields {
		for _, name := range f.Names {
			p.Columns = append(p.Columns, intake.ProfileColumn{Column: name, Field: f.Field})
		}
	}
	return p
}

// mapper turns the records of one file into rows.
type mapper struct {
	target
	source intake.Source
	at     []string // field of each column, "" for none
	names  []string
	day    func(text string) (rowfile.Day, error)
	// Of the sender's profile: its words by field, and what the file lacks.
	words    map[string]map[string]string
	constant map[string]string
}

// item is one row that may be applied.
type item struct {
	kind   *Kind
	sender string
	text   map[string]string // what the row says, by field
	number string            // the sender's number of the record
	at     int64             // when it was written: as the row says, or when the file came
	id     string            // of the resident, where the row names that
	doc    ident.Document
	unit   string
	raw    []byte // as sent; nil of a row that waited
	record any    // of the service; without person and unit

	// found is filled in ahead of the transaction.
	found found
}

// found is what the registry said.
type found struct {
	resident string // "" when not known yet
	unitID   string
	noUnit   bool // the row names a unit that is not known
}

// Map implements intake.Mapper. The item of a row is an *item.
func (m *mapper) Map(rec intake.Record, row *intake.Row) {
	text := maps.Clone(m.constant)
	for i, field := range m.at {
		if field == "" || !m.kind.sheet.taken[field] {
			continue
		}
		if v := strings.TrimSpace(rowfile.Uncover(rec.Cells[i])); v != "" {
			text[field] = strings.Clone(v)
			if code, ok := m.words[field][v]; ok {
				text[field] = code
			}
		}
		if row.Review == nil && slices.Contains(rec.Private, i) {
			row.Review, row.ReviewColumn = rowfile.ErrTextPrivate, m.names[i]
		}
	}
	it, r := readItem(m.kind, m.source, m.day, text)
	row.ID = shown(it.number)
	if r.fault != nil {
		row.Fault, row.Column = r.fault, m.ColumnOf(r.field)
		return
	}
	if !m.persons && it.id == "" {
		row.Fault, row.Column = ErrNoPersons, m.ColumnOf(FieldResident)
		return
	}
	it.raw = bytes.Clone(rec.Raw)
	row.Item = it
}

// readItem reads what a row says.
func readItem(k *Kind, s intake.Source, day func(string) (rowfile.Day, error), text map[string]string) (*item, *Reader) {
	r := &Reader{sheet: k.sheet, text: text, today: s.Day(), day: day}
	it := &item{kind: k, sender: s.Sender, text: text}
	it.number = r.Text(FieldNumber, 64, !Needed)
	if it.at = r.recorded(); it.at == 0 {
		it.at = s.Received.UnixMilli()
	}
	it.id, it.doc = r.who()
	it.unit = r.Text(FieldUnit, 100, !Needed)
	if r.fault == nil {
		it.record = k.read(r)
	}
	return it, r
}

var longDigits = regexp.MustCompile(`[0-9]{14,}[0-9Xx]`)

// shown is a record number as far as it may be shown: some systems make theirs
// of a person's number.
func shown(number string) string {
	for _, run := range longDigits.FindAllString(number, -1) {
		for _, size := range []int{15, 18} {
			for i := 0; i+size <= len(run); i++ {
				if _, err := ident.ParseCitizen(run[i : i+size]); err == nil {
					return ""
				}
			}
		}
	}
	return number
}

// canonical is everything that a row says, in one order; the time of writing and
// the number are not part of what is said.
func (it *item) canonical() []byte {
	var b strings.Builder
	b.WriteString(it.kind.name)
	for _, field := range slices.Sorted(maps.Keys(it.text)) {
		switch field {
		case FieldNumber, FieldTime:
			continue
		}
		b.WriteString("\x00" + field + "\x01" + it.text[field])
	}
	return []byte(b.String())
}

// ColumnOf implements intake.Mapper.
func (m *mapper) ColumnOf(field string) string {
	if field == "" {
		return ""
	}
	if i := slices.Index(m.at, field); i >= 0 {
		return m.names[i]
	}
	return m.kind.sheet.title(field)
}

// Columns implements intake.Mapper.
func (m *mapper) Columns() []intake.ColumnUse {
	out := make([]intake.ColumnUse, len(m.at))
	for i, field := range m.at {
		out[i] = intake.ColumnUse{Name: m.names[i], Field: field, Class: intake.Identity}
		if n := m.kind.sheet.find(field); n >= 0 {
			out[i].Class = classOf[m.kind.sheet.fields[n].Class]
		}
	}
	return out
}

// sourceOf is where a row that waited came from.
func sourceOf(sender string, receivedMS int64) intake.Source {
	return intake.Source{Sender: sender, Received: time.UnixMilli(receivedMS).UTC()}
}
