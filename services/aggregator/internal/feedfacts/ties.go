package feedfacts

import (
	"slices"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"
)

// Registry returns the part of the facts that says who the person is, where the
// person lived and to whom the person is tied.
func (s Set) Registry() Set {
	for i := range s { // those kinds come first
		if s[i].Kind > feedv1.FactKind_FACT_KIND_RELATION {
			return s[:i:i]
		}
	}
	return s
}

// SameRegistry says whether two states of one identifier's facts agree in that part.
func SameRegistry(a, b Set) bool {
	return slices.EqualFunc(a.Registry(), b.Registry(), func(x, y Entry) bool {
		return x.Kind == y.Kind && x.ID == y.ID && x.Version == y.Version
	})
}

// Ties lists the identifiers that the facts kept under one identifier name as
// another person, in relations and as the mother: ascending, each once.
func (s Set) Ties(resident string) ([]string, error) {
	var out []string
	for i := range s {
		e := &s[i]
		if e.Kind > feedv1.FactKind_FACT_KIND_RELATION {
			break
		}
		if e.Deleted {
			continue
		}
		other := ""
		switch e.Kind {
		case feedv1.FactKind_FACT_KIND_PERSON:
			var m feedv1.PersonFact
			if err := e.read(&m); err != nil {
				return nil, err
			}
			other = m.GetMotherId()
		case feedv1.FactKind_FACT_KIND_RELATION:
			var m feedv1.RelationFact
			if err := e.read(&m); err != nil {
				return nil, err
			}
			other = m.GetOtherId()
		}
		if other != resident && names(other) {
			out = append(out, other)
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// RecordCode returns the code of a record; "" of a fact that is none, that is
// deleted, or whose code names nothing.
func (e *Entry) RecordCode() (string, error) {
	if e.Kind != feedv1.FactKind_FACT_KIND_RECORD || e.Deleted {
		return "", nil
	}
	var m feedv1.RecordFact
	if err := e.read(&m); err != nil || !names(m.GetCode()) {
		return "", err
	}
	return m.GetCode(), nil
}
