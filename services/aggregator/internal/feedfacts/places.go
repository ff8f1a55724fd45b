package feedfacts

import (
	"slices"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"
)

// Places lists where the person has lived, as recorded: ascending, each once. What
// names no place is none.
func (s Set) Places() ([]string, error) {
	var out []string
	for i := range s {
		e := &s[i]
		if e.Kind != feedv1.FactKind_FACT_KIND_RESIDENCE || e.Deleted {
			continue
		}
		f, err := e.fields()
		if err != nil {
			return nil, err
		}
		if place := f.text(1); names(place) {
			out = append(out, place)
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}
