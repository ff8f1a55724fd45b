package core

import (
	"slices"

	"xinju.dev/services/platform/civil"
)

// Source says which event states a field of a stay or permit. Field is the name
// of the field in the contract, such as arrived_date.
type Source struct{ Field, Sender, ID string }

// note writes down that e decides a field, or the correction of e that states
// it. Only FoldTraced asks for it.
func (f *folding) note(to *[]Source, name string, e *effective) {
	if !f.trace {
		return
	}
	src := Source{Field: name, Sender: e.Sender, ID: e.ID}
	for _, c := range slices.Backward(e.fixes) {
		if c.states(name, e.Type) {
			src.ID = c.ID // a correction has the sender of what it corrects
			break
		}
	}
	if i := slices.IndexFunc(*to, func(s Source) bool { return s.Field == name }); i >= 0 {
		(*to)[i] = src
		return
	}
	*to = append(*to, src)
}

// states reports that a correction of an event of a kind says a field itself.
func (e *Event) states(name string, of EventType) bool {
	switch name {
	case "arrived_date":
		return e.Arrived != civil.None || of == Birth && e.Birth != civil.None
	case "first_seen_date":
		return e.FirstSeen != civil.None
	case "registered_date":
		return e.Registered != civil.None
	case "division":
		return len(e.Division) == 12 || e.Division != "" && !of.lives()
	case "address":
		return e.Address != ""
	case "reason":
		return e.Reason != 0
	case "left_date":
		return of == Leave || e.Arrived != civil.None
	case "number":
		return e.PermitNumber != ""
	case "valid_until_date":
		return e.PermitValidUntil != civil.None
	case "points":
		return e.PermitPoints != 0
	}
	return e.Effective != civil.None // the day of a permit event is its one date
}

// noteStay writes down what the event that opens a stay says of it.
func (f *folding) noteStay(s *staying, e *effective) {
	if !f.trace {
		return
	}
	for _, field := range []struct {
		name string
		said bool
	}{
		{"division", true},
		{"address", s.Address != ""},
		{"arrived_date", true},
		{"registered_date", s.Registered != civil.None},
		{"first_seen_date", s.FirstSeen != civil.None},
		{"reason", s.Reason != 0},
	} {
		if field.said {
			f.note(&s.Sources, field.name, e)
		}
	}
}
