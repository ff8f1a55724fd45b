package policy

import (
	"maps"
	"slices"
	"testing"
)

// TestEveryPredicateSaysWhichFactsItReads fails for a new predicate that is in
// no table: it would need all services, and one that is not followed would take
// its rate away; and it would be derived anew for every fact.
func TestEveryPredicateSaysWhichFactsItReads(t *testing.T) {
	byKind := []string{"events", "followed"}
	for _, name := range slices.Sorted(maps.Keys(predicates)) {
		if _, ok := predicateReads[name]; !ok && !slices.Contains(byKind, name) {
			t.Errorf("predicate %s is missing in predicateReads", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(eventPredicates)) {
		if _, ok := predicateReads[name]; !ok && !slices.Contains(byKind, name) {
			t.Errorf("event predicate %s is missing in predicateReads", name)
		}
	}
	for kind := range eventKinds {
		if _, ok := servedKinds[kind]; !ok {
			t.Errorf("kind %s is missing in servedKinds", kind)
		}
	}
}

func TestNeedsOfTheNationalIndicators(t *testing.T) {
	c, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	p, _ := c.Pack("national")
	for id, want := range map[string]Sources{
		"EHR03": FromRegistry | FromArchive, "IMM03": FromRegistry | FromImmunization, "MAT01": FromRegistry | FromMaternal,
		"HED01": FromRegistry | FromArchive, "INF01": FromRegistry | FromArchive,
	} {
		if ind, ok := p.Indicator(id); !ok {
			t.Errorf("no %s", id)
		} else if got := p.Needs(ind); got != want {
			t.Errorf("%s needs %b, want %b", id, got, want)
		}
	}
}
