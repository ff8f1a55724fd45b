package intake

import (
	"bytes"
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
)

// field is a thing that a column may say: the name of the field of
// xinju.registry.v1.ResidenceEvent, or one of the two that only files have
// (citizen_number, cancelled_date).
type field uint8

const (
	fEventID field = iota
	fType
	fEffective
	fEventTime
	fDocType
	fDocNumber
	fCitizen
	fCountry
	fName
	fSex
	fBirth
	fEthnic
	fMarital
	fPhone
	fEmployer
	fHukouDivision
	fHukouKind
	fDivision
	fAddress
	fArrived
	fReason
	fPermitUntil
	fPermitPoints
	fReplaces
	fCancelled
	fMotherType
	fMotherNumber
	fMotherCountry
	fieldCount
)

var fieldNames = [fieldCount]string{
	"event_id", "type", "effective_date", "event_time", "document.type", "document.number", "citizen_number", "document.country",
	"name", "sex", "birth_date", "ethnic_code", "marital_code", "phone", "employer", "hukou_division", "hukou_kind", "division",
	"address", "arrived_date", "reason", "permit_valid_until_date", "permit_points", "replaces_event_id", "cancelled_date",
	"mother_document.type", "mother_document.number", "mother_document.country",
}

//go:embed data/columns.yaml
var columnsYAML []byte

// columnList is data/columns.yaml by normalised name, and the first name of each field.
type columnList struct {
	byName map[string]field
	titles [fieldCount]string
}

var columnNames = sync.OnceValues(func() (*columnList, error) {
	var entries []struct {
		Field string   `yaml:"field"`
		Names []string `yaml:"names"`
	}
	dec := yaml.NewDecoder(bytes.NewReader(columnsYAML))
	dec.KnownFields(true)
	if err := dec.Decode(&entries); err != nil {
		return nil, fmt.Errorf("columns.yaml: %w", err)
	}
	list := &columnList{byName: map[string]field{}}
	for _, e := range entries {
		f := slices.Index(fieldNames[:], e.Field)
		if f < 0 || len(e.Names) == 0 {
			return nil, fmt.Errorf("columns.yaml: field %q is not known or has no names", e.Field)
		}
		list.titles[f] = e.Names[0]
		for _, name := range e.Names {
			key := columnKey(name)
			if _, twice := list.byName[key]; twice {
				return nil, fmt.Errorf("columns.yaml: the name %q stands twice", name)
			}
			list.byName[key] = field(f)
		}
	}
	return list, nil
})

// columnKey is a column's name as it is compared.
func columnKey(name string) string {
	name = narrow(uncover(strings.TrimPrefix(name, bomText)))
	if i := strings.IndexByte(name, '('); i > 0 {
		name = name[:i]
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r == ' ', r == '_', r == '-', r == '*', r == '"', r == '\t':
			return -1
		}
		return r
	}, name)
}

const bomText = "\uFEFF"

// Layout is how one file is written. It is found once, kept with the batch, and
// is all that is needed to read on after a restart.
type Layout struct {
	Encoding  Encoding
	Delimiter byte
	BOM       bool
	CRLF      bool
	Header    []byte // the first line as sent, without mark and line end
	DataFrom  int64  // offset of the first line after the header
	DataLine  int    // lines up to and including the header
}

// Columns returns the header's names in order. A name that is long enough to
// hold a number of a document is replaced: a file without a header would
// otherwise show its first row.
func (l Layout) Columns() []string {
	s := splitter{delim: l.Delimiter, gb: l.Encoding == GB18030}
	fields, _ := s.split(l.Header)
	out := make([]string, len(fields))
	for i, raw := range fields {
		text, _ := l.Encoding.appendText(nil, raw)
		out[i] = strings.ToValidUTF8(strings.TrimSpace(string(text)), "�")
		if strings.Count(strings.Map(keepDigits, out[i]), "") > 8 || len(out[i]) > 120 {
			out[i] = "…"
		}
	}
	return out
}

func keepDigits(r rune) rune {
	if r >= '0' && r <= '9' {
		return r
	}
	return -1
}

// columns maps the header's columns to fields; -1 is a column nobody asked for.
// It fails with FEED_COLUMNS_UNKNOWN or FEED_COLUMN_TWICE.
func (l Layout) columns() (at []int, names []string, err error) {
	list, err := columnNames()
	if err != nil {
		return nil, nil, err
	}
	names = l.Columns()
	at = make([]int, len(names))
	var have [fieldCount]bool
	known := 0
	for i, name := range names {
		at[i] = -1
		f, ok := list.byName[columnKey(name)]
		if !ok {
			continue
		}
		if have[f] {
			return nil, nil, ErrColumnTwice.With("column", list.titles[f])
		}
		have[f], at[i] = true, int(f)
		known++
	}
	if missing := missingColumns(list, have); len(missing) > 0 {
		return nil, nil, ErrColumnsUnknown.With("missing", strings.Join(missing, "、")).
			With("required", strings.Join(requiredColumns(list), "、")).
			With("known", fmt.Sprint(known)).With("columns", fmt.Sprint(len(names)))
	}
	return at, names, nil
}

func requiredColumns(list *columnList) []string {
	return []string{
		list.titles[fCitizen] + " / " + list.titles[fDocType] + "+" + list.titles[fDocNumber],
		list.titles[fEffective] + " / " + list.titles[fArrived],
	}
}

// missingColumns says what a file cannot do without: whose row it is, and when.
// The kind of a document is never guessed from its digits, so that a column for
// any document needs the column of its kind.
func missingColumns(list *columnList, have [fieldCount]bool) (missing []string) {
	required := requiredColumns(list)
	if !have[fCitizen] && !(have[fDocType] && have[fDocNumber]) {
		missing = append(missing, required[0])
	}
	if !have[fEffective] && !have[fArrived] {
		missing = append(missing, required[1])
	}
	return missing
}
