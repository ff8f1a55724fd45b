package recordintake

import (
	"bytes"
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"xinju.dev/services/platform/intake"
	"xinju.dev/services/platform/rowfile"
)

// Fields of every kind: who, whose number, when and where.
const (
	FieldNumber   = "record_number"
	FieldTime     = "record_time"
	FieldResident = "resident_id"
	FieldCitizen  = "citizen_number"
	FieldDocType  = "document.type"
	FieldDocument = "document.number"
	FieldCountry  = "document.country"
	FieldUnit     = "unit"
)

//go:embed data/shared.yaml
var sharedYAML []byte

// sheet is which columns a kind of file has, by normalised name, and which
// words mean which code.
type sheet struct {
	fields   []fieldSpec
	byName   map[string]int
	codes    map[string]map[string]string
	required []string
	taken    map[string]bool // fields whose text is kept with a row
}

// fieldSpec is one field as the list of columns has it.
type fieldSpec struct {
	Field string   `yaml:"field"`
	Class string   `yaml:"class"`
	Names []string `yaml:"names"`
}

type sheetYAML struct {
	Fields   []fieldSpec                    `yaml:"fields"`
	Codes    map[string]map[string][]string `yaml:"codes"`
	Required []string                       `yaml:"required"`
}

var classOf = map[string]intake.Class{
	"public": intake.Public, "operational": intake.Operational, "personal": intake.Personal, "contact": intake.Contact,
	"identity": intake.Identity, "health": intake.Health, "intimate": intake.Intimate,
}

// readSheet reads a kind's columns beside the shared ones. A kind may give a
// shared field other names: its own then come instead.
func readSheet(own []byte) (*sheet, error) {
	sh := &sheet{byName: map[string]int{}, codes: map[string]map[string]string{}, taken: map[string]bool{}}
	for i, text := range [][]byte{own, sharedYAML} {
		var y sheetYAML
		d := yaml.NewDecoder(bytes.NewReader(text))
		d.KnownFields(true)
		if err := d.Decode(&y); err != nil {
			return nil, fmt.Errorf("columns of records: %w", err)
		}
		if i == 0 {
			sh.required = y.Required
		}
		for _, f := range y.Fields {
			if err := sh.add(f, i == 0); err != nil {
				return nil, err
			}
		}
		for field, list := range y.Codes {
			if err := sh.addCodes(field, list); err != nil {
				return nil, err
			}
		}
	}
	for _, field := range sh.required {
		if sh.find(field) < 0 {
			return nil, fmt.Errorf("columns of records: the required field %q is not listed", field)
		}
	}
	return sh, nil
}

// passing are shared fields that only tell a reader of the file who is meant.
var passing = []string{"name", "phone", "address", "birth_date", "sex"}

func (sh *sheet) add(f fieldSpec, own bool) error {
	if classOf[f.Class] == 0 || len(f.Names) == 0 {
		return fmt.Errorf("columns of records: field %q has no class or no names", f.Field)
	}
	if sh.find(f.Field) >= 0 {
		if own {
			return fmt.Errorf("columns of records: field %q stands twice", f.Field)
		}
		return nil
	}
	sh.fields = append(sh.fields, f)
	sh.taken[f.Field] = own || !slices.Contains(passing, f.Field)
	for _, name := range f.Names {
		key := columnKey(name)
		if _, twice := sh.byName[key]; twice {
			if own {
				return fmt.Errorf("columns of records: the name %q stands twice", name)
			}
			continue // the kind means something else by it
		}
		sh.byName[key] = len(sh.fields) - 1
	}
	return nil
}

func (sh *sheet) addCodes(field string, list map[string][]string) error {
	words := sh.codes[field]
	if words == nil {
		words = map[string]string{}
		sh.codes[field] = words
	}
	for code, names := range list {
		for _, w := range append(names, code) {
			key := codeKey(w)
			if before, twice := words[key]; twice && before != code {
				return fmt.Errorf("columns of records: %s: %q stands twice", field, w)
			}
			words[key] = code
		}
	}
	return nil
}

func (sh *sheet) find(field string) int {
	return slices.IndexFunc(sh.fields, func(f fieldSpec) bool { return f.Field == field })
}

// title is how a field is called where the file has no column for it.
func (sh *sheet) title(field string) string {
	if i := sh.find(field); i >= 0 {
		return sh.fields[i].Names[0]
	}
	return field
}

// columns maps the columns of a file to fields; "" is a column nobody asked for.
// It fails with FEED_COLUMNS_UNKNOWN and FEED_COLUMN_TWICE.
// What a profile says of a column comes first.
func (sh *sheet) columns(names []string, p *intake.Profile) ([]string, error) {
	at := make([]string, len(names))
	have := map[string]bool{}
	for i, name := range names {
		field, said := p.Field(name)
		if n, ok := sh.byName[columnKey(name)]; ok && !said {
			field = sh.fields[n].Field
		}
		if field == "" {
			continue
		}
		if have[field] && sh.taken[field] {
			return nil, rowfile.ErrColumnTwice.With("column", sh.title(field))
		}
		have[field], at[i] = true, field
	}
	if p != nil {
		for _, c := range p.Constants {
			have[c.Field] = true
		}
	}
	person := sh.title(FieldCitizen) + " / " + sh.title(FieldDocType) + "+" + sh.title(FieldDocument) + " / " + sh.title(FieldResident)
	var missing []string
	if !have[FieldCitizen] && !have[FieldResident] && !(have[FieldDocType] && have[FieldDocument]) {
		missing = append(missing, person)
	}
	required := []string{person}
	for _, field := range sh.required {
		required = append(required, sh.title(field))
		if !have[field] {
			missing = append(missing, sh.title(field))
		}
	}
	if len(missing) > 0 {
		return nil, rowfile.ErrColumnsUnknown.With("missing", strings.Join(missing, "、")).With("required", strings.Join(required, "、")).
			With("known", fmt.Sprint(len(have))).With("columns", fmt.Sprint(len(names)))
	}
	return at, nil
}

// columnKey is a column's name as it is compared.
func columnKey(name string) string {
	return strings.ReplaceAll(intake.ColumnKey(name), ".", "")
}

// codeKey is a word of a list as it is compared.
func codeKey(word string) string {
	return strings.ToUpper(strings.ReplaceAll(rowfile.Narrow(word), " ", ""))
}
