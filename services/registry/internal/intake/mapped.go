package intake

import (
	"cmp"
	"slices"

	"xinju.dev/services/platform/intake"
)

// Fields implements intake.Mapped.
func (Residence) Fields() []string { return fieldNames[:] }

// Reads implements intake.Mapped.
func (Residence) Reads(name, text string) bool {
	f := slices.Index(fieldNames[:], name)
	lists, err := codes()
	if f < 0 || err != nil {
		return false
	}
	list := listOf(field(f))
	if lists[list] == nil {
		return true
	}
	_, ok := lists.find(list, text)
	return ok || list == fCountry && len(text) == 3
}

// listOf is the field whose list of codes a field has.
func listOf(f field) field {
	switch f {
	case fMotherCountry, fOtherCountry:
		return fCountry
	case fMotherType, fOtherType:
		return fDocType
	}
	return f
}

// Default implements intake.Mapped: the names and words of the data of this
// package.
func (Residence) Default() intake.Profile {
	p := intake.Profile{Name: intake.DefaultProfile, Target: Kind, Title: "内置列名与代码 names and words known by themselves"}
	list, err := columnNames()
	if err != nil {
		return p
	}
	for _, e := range list.entries {
		for _, name := range e.all() {
			p.Columns = append(p.Columns, intake.ProfileColumn{Column: name, Field: e.Field})
		}
	}
	lists, err := codes()
	if err != nil {
		return p
	}
	for f, words := range lists {
		from := len(p.Words)
		for word, code := range words {
			p.Words = append(p.Words, intake.ProfileWord{Field: fieldNames[f], Word: word, Code: code})
		}
		slices.SortFunc(p.Words[from:], func(a, b intake.ProfileWord) int {
			return cmp.Or(cmp.Compare(a.Code, b.Code), cmp.Compare(a.Word, b.Word))
		})
	}
	return p
}
