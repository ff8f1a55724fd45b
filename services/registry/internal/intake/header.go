package intake

import (
	"bytes"
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"xinju.dev/services/platform/intake"
	"xinju.dev/services/platform/rowfile"
)

//go:embed data/columns.yaml
var columnsYAML []byte

// columnEntry is one field of data/columns.yaml.
type columnEntry struct {
	Field    string   `yaml:"field"`
	Names    []string `yaml:"names"`
	Sourced  []string `yaml:"sourced"`
	Recalled []string `yaml:"recalled"`
}

// columnList is data/columns.yaml by normalised name, and the first name of each field.
type columnList struct {
	byName  map[string]field
	titles  [fieldCount]string
	entries []columnEntry
}

var columnNames = sync.OnceValues(func() (*columnList, error) {
	var entries []columnEntry
	dec := yaml.NewDecoder(bytes.NewReader(columnsYAML))
	dec.KnownFields(true)
	if err := dec.Decode(&entries); err != nil {
		return nil, fmt.Errorf("columns.yaml: %w", err)
	}
	list := &columnList{byName: map[string]field{}, entries: entries}
	for _, e := range entries {
		f := slices.Index(fieldNames[:], e.Field)
		if f < 0 || len(e.Names) == 0 {
			return nil, fmt.Errorf("columns.yaml: field %q is not known or has no names", e.Field)
		}
		list.titles[f] = e.Names[0]
		for _, name := range e.all() {
			key := intake.ColumnKey(name)
			if _, twice := list.byName[key]; twice {
				return nil, fmt.Errorf("columns.yaml: the name %q stands twice", name)
			}
			list.byName[key] = field(f)
		}
	}
	return list, nil
})

func (e columnEntry) all() []string { return slices.Concat(e.Names, e.Sourced, e.Recalled) }

// mapColumns maps columns to fields; -1 is a column nobody asked for. What the
// profile says counts before the names that are known here. It fails with
// FEED_COLUMNS_UNKNOWN or FEED_COLUMN_TWICE.
func mapColumns(names []string, p *intake.Profile) (at []int, err error) {
	list, err := columnNames()
	if err != nil {
		return nil, err
	}
	at = make([]int, len(names))
	var have [fieldCount]bool
	known := 0
	for i, name := range names {
		f, ok := list.fieldOf(name, p)
		if at[i] = f; !ok {
			continue
		}
		if have[f] {
			return nil, rowfile.ErrColumnTwice.With("column", list.titles[f])
		}
		have[f] = true
		known++
	}
	for f, name := range fieldNames {
		if _, ok := p.Constant(name); ok {
			have[f] = true
		}
	}
	if missing := missingColumns(list, have); len(missing) > 0 {
		return nil, rowfile.ErrColumnsUnknown.With("missing", strings.Join(missing, "、")).
			With("required", strings.Join(requiredColumns(list), "、")).
			With("known", fmt.Sprint(known)).With("columns", fmt.Sprint(len(names)))
	}
	return at, nil
}

func (l *columnList) fieldOf(column string, p *intake.Profile) (int, bool) {
	if name, said := p.Field(column); said {
		f := slices.Index(fieldNames[:], name)
		return f, f >= 0
	}
	if f, ok := l.byName[intake.ColumnKey(column)]; ok {
		return int(f), true
	}
	return -1, false
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
