package feedfacts_test

import (
	"errors"
	"strings"
	"testing"

	"xinju.dev/services/aggregator/internal/feedfacts"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"

	"github.com/google/go-cmp/cmp"
)

// about is a fact of each kind in which a text names something else.
func about(text string) []*feedv1.Fact {
	const link, record = feedv1.FactKind_FACT_KIND_LINK, feedv1.FactKind_FACT_KIND_RECORD
	const person, stay = feedv1.FactKind_FACT_KIND_PERSON, feedv1.FactKind_FACT_KIND_RESIDENCE
	return []*feedv1.Fact{
		{Kind: person, Body: &feedv1.Fact_Person{Person: &feedv1.PersonFact{MotherId: text}}},
		{Kind: stay, Body: &feedv1.Fact_Residence{Residence: &feedv1.ResidenceFact{Division: text}}},
		{Kind: link, Body: &feedv1.Fact_Link{Link: &feedv1.LinkFact{IntoId: text}}},
		{Kind: record, Body: &feedv1.Fact_Record{Record: &feedv1.RecordFact{Code: text}}},
	}
}

// named lists what the facts of one resident are found to name.
func named(t *testing.T, text string) (out []string) {
	t.Helper()
	var s feedfacts.Set
	for _, f := range about(text) {
		f.FactId, f.ResidentId, f.Version = "F", "R0", 1
		s.Put(entry(t, f))
	}
	into, err := s.IntoOf("R0")
	code, err2 := s[len(s)-1].RecordCode()
	ties, err3 := s.Ties("R0")
	places, err4 := s.Places()
	if err := errors.Join(err, err2, err3, err4); err != nil {
		t.Fatal(err)
	}
	for _, one := range append(append(ties, places...), into, code) {
		if one != "" {
			out = append(out, one)
		}
	}
	return out
}

// places are facts of divisions and units that an identifier or a code stands for.
func places(id string) []*feedv1.Fact {
	return []*feedv1.Fact{
		{Kind: feedv1.FactKind_FACT_KIND_UNIT, FactId: id, Version: 1, Body: &feedv1.Fact_Unit{Unit: &feedv1.UnitFact{}}},
		{Kind: feedv1.FactKind_FACT_KIND_DIVISION, FactId: "D", Version: 1, Body: &feedv1.Fact_Division{Division: &feedv1.DivisionFact{Code: id}}},
	}
}

// TestWhatNamesNothing: a text that no table has room for, or that one database takes
// for another text, names nobody, and no fact may have it for an identifier.
func TestWhatNamesNothing(t *testing.T) {
	for name, text := range map[string]string{
		"none": "", "too long": strings.Repeat("R", 65), "a space at the end": "R1 ", "a control character": "R\t1",
	} {
		t.Run(name, func(t *testing.T) {
			if got := named(t, text); len(got) > 0 {
				t.Errorf("it names %q", got)
			}
			theirs := dose("D1", 1, 20250101)
			theirs.ResidentId = text
			for _, f := range append(places(text), dose(text, 1, 20250101), theirs) {
				if _, err := feedfacts.FactOf(f); !errors.Is(err, feedfacts.ErrFact) {
					t.Errorf("%s: %v", f.GetKind(), err)
				}
			}
		})
	}
	longest := strings.Repeat("人", 21) + "R" // 64 bytes
	if diff := cmp.Diff([]string{longest, longest, longest, longest}, named(t, longest)); diff != "" {
		t.Error(diff)
	}
	for _, f := range places(strings.Repeat("U", 59)) { // a unit has more for its place
		if _, err := feedfacts.FactOf(f); err != nil {
			t.Error(err)
		}
	}
}
