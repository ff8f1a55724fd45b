package main

import (
	"fmt"
	"slices"
	"strings"
)

// parts of a date, as generators spread it over the query.
var parts = []string{".year", ".month", ".day"}

// joinParameters describes query parameters as the gateway takes them: a date is
// one parameter, asOfDate=2026-06-30, not three, and an absent updateMask means
// what the body has.
func joinParameters(paths *object) error {
	if paths == nil {
		return nil
	}
	for _, item := range paths.members {
		verbs, _ := item.value.(*object)
		if verbs == nil {
			continue
		}
		for _, op := range verbs.members {
			operation, ok := op.value.(*object)
			if !ok {
				continue
			}
			list, _ := operation.get("parameters").([]any)
			joined, err := joinDates(list)
			if err != nil {
				return fmt.Errorf("%s %s: %w", op.key, item.key, err)
			}
			if len(list) > 0 {
				operation.set("parameters", joined)
			}
		}
	}
	return nil
}

func joinDates(list []any) ([]any, error) {
	var joined []any
	for len(list) > 0 {
		p, _ := list[0].(*object)
		name, base := "", ""
		if p != nil && p.get("in") == "query" {
			name, _ = p.get("name").(string)
			base = strings.TrimSuffix(name, parts[0])
		}
		switch {
		case base != name:
			if !isTriple(list, base) {
				return nil, fmt.Errorf("%s is no whole date", name)
			}
			joined = append(joined, dateParameter(base))
			list = list[len(parts):]
			continue
		case name == "updateMask":
			p.set("description", "Fields to change, separated by commas. Absent means those that the body has; a field that is null there is emptied.")
		}
		joined = append(joined, list[0])
		list = list[1:]
	}
	return joined, nil
}

// isTriple says whether list begins with the three parts of a date.
func isTriple(list []any, base string) bool {
	if len(list) < len(parts) {
		return false
	}
	return !slices.ContainsFunc(parts, func(part string) bool {
		p, _ := list[slices.Index(parts, part)].(*object)
		return p == nil || p.get("name") != base+part
	})
}

func dateParameter(name string) *object {
	return &object{members: []member{
		{"name", name},
		{"in", "query"},
		{"description", "A civil date, YYYY-MM-DD."},
		{"schema", &object{members: []member{{"type", "string"}, {"format", "date"}}}},
	}}
}
