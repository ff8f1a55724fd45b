package feedfacts

import (
	"slices"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"
)

// stays is the residences that hold.
func (s Set) stays(visit func(*Entry) error) error {
	for i := range s {
		if e := &s[i]; e.Kind == feedv1.FactKind_FACT_KIND_RESIDENCE && !e.Deleted {
			if err := visit(e); err != nil {
				return err
			}
		}
	}
	return nil
}

// Places lists where the person has lived, as recorded: ascending, each once.
func (s Set) Places() ([]string, error) {
	var out []string
	err := s.stays(func(e *Entry) error {
		var m feedv1.ResidenceFact
		err := e.read(&m)
		out = append(out, m.GetDivision())
		return err
	})
	slices.Sort(out)
	return slices.Compact(out), err
}
