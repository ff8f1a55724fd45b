package feedfacts_test

import (
	"testing"

	"xinju.dev/services/aggregator/internal/feedfacts"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"

	"github.com/google/go-cmp/cmp"
)

func linkTo(into string, version int64) *feedv1.Fact {
	return &feedv1.Fact{
		Kind: feedv1.FactKind_FACT_KIND_LINK, FactId: "R1", ResidentId: "R1", Version: version, Deleted: into == "",
		Body: &feedv1.Fact_Link{Link: &feedv1.LinkFact{IntoId: into}},
	}
}

func person(id string, version int64, sex int32) *feedv1.Fact {
	return &feedv1.Fact{
		Kind: feedv1.FactKind_FACT_KIND_PERSON, FactId: id, ResidentId: id, Version: version,
		Body: &feedv1.Fact_Person{Person: &feedv1.PersonFact{Sex: sex}},
	}
}

func setOf(t *testing.T, facts ...*feedv1.Fact) (s feedfacts.Set) {
	t.Helper()
	for _, f := range facts {
		s.Put(entry(t, f))
	}
	return s
}

func TestWhomFactsCountFor(t *testing.T) {
	for name, c := range map[string]struct {
		facts []*feedv1.Fact
		want  string
		links int
	}{
		"a person of its own":           {[]*feedv1.Fact{person("R1", 1, 1), dose("D1", 1, 20250101)}, "", 0},
		"a merged one":                  {[]*feedv1.Fact{linkTo("R0", 1), dose("D1", 1, 20250101)}, "R0", 1},
		"merged into another later":     {[]*feedv1.Fact{linkTo("R5", 2), linkTo("R0", 1)}, "R5", 1},
		"parted":                        {[]*feedv1.Fact{linkTo("", 2), linkTo("R0", 1)}, "", 0},
		"a link to itself says nothing": {[]*feedv1.Fact{linkTo("R1", 1)}, "", 1},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := feedfacts.Decode(setOf(t, c.facts...).Encode())
			if err != nil {
				t.Fatal(err)
			}
			into, err := s.IntoOf("R1")
			if err != nil || into != c.want || s.Links() != c.links {
				t.Errorf("into %q, %d links, %v", into, s.Links(), err)
			}
		})
	}
}

func TestFactsOfAPersonUnderSeveralIdentifiers(t *testing.T) {
	own := setOf(t, person("R0", 3, 2), dose("D1", 1, 20250101), dose("D3", 4, 20250303), dose("D4", 1, 20250404))
	gone := dose("D4", 2, 0)
	gone.Deleted = true
	other := setOf(t, person("R1", 9, 1), linkTo("R0", 1), dose("D2", 1, 20250202), dose("D3", 5, 20250313), gone)
	r, err := feedfacts.Join(own, other).Resident("R0")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range r.Doses {
		got = append(got, d.ID+" "+d.On.String())
	}
	// D3 has moved and its end here is not told yet: the higher version. D4 has
	// moved here: its end there takes nothing away.
	if diff := cmp.Diff([]string{"D1 2025-01-01", "D2 2025-02-02", "D3 2025-03-13", "D4 2025-04-04"}, got); diff != "" {
		t.Error(diff)
	}
	if r.Person.ID != "R0" || r.Person.Sex != 2 {
		t.Errorf("the person is %s: who somebody is, the own identifier says", r.Person.ID)
	}
}
