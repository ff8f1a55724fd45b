package store

import (
	"fmt"
	"testing"

	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/record"
	"xinju.dev/services/platform/recordstore"
	"xinju.dev/services/registry/internal/core"
	"xinju.dev/services/registry/internal/facts"
	"xinju.dev/services/testkit"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"

	"github.com/google/go-cmp/cmp"
)

// everything is the one list of facts that the registry serves, in pages of a size.
func everything(t testing.TB, s *SQL, size int) (out []changefeed.Fact) {
	t.Helper()
	kinds := s.Listers()
	kinds["relation"] = relationsOf(s)
	for after := ""; ; {
		list, next, err := recordstore.Listers(kinds).ListFacts(t.Context(), after, size)
		if err != nil || len(list) > size {
			t.Fatalf("%d facts, %v", len(list), err)
		}
		out = append(out, list...)
		if after = next; next == "" {
			return out
		}
	}
}

func relationsOf(s *SQL) *recordstore.Store[core.Relation, RelationRow] {
	return Relations(s.db, testkit.NewClock(today).Now, facts.Relation)
}

// TestFactsAreListedByResidentTheTreeFirst: divisions, units, and then everything about
// one resident after the other, in pages of any size all facts of all kinds once.
func TestFactsAreListedByResidentTheTreeFirst(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		for n := range 9 {
			feed(t, s, arrive(fmt.Sprint("a", n), n, "2025-03-01"), about(fmt.Sprint("p", n), n, core.PermitIssue, "2025-09-01"))
		}
		feed(t, s, merge("m", 2, 1))
		if _, err := s.CreateUnits(t.Context(), record.Request{}, []core.Unit{{Name: "一中心", Kind: 1, Division: villageA}, {Name: "二中心", Kind: 1, Division: villageB}}, onDay(today)); err != nil {
			t.Fatal(err)
		}
		persons := all(t, s.Listers()["person"])
		if _, err := relationsOf(s).Create(t.Context(), record.Request{}, []core.Relation{
			{Base: record.Base{ResidentID: persons[1].ID}, Kind: 1, OtherID: persons[0].ID, From: civil.Must("2020-01-01")},
			{Base: record.Base{ResidentID: persons[0].ID}, Kind: 1, OtherID: persons[1].ID, From: civil.Must("2019-01-01")},
		}); err != nil {
			t.Fatal(err)
		}
		want := map[string]bool{}
		kinds := s.Listers()
		kinds["relation"] = relationsOf(s)
		for name, l := range kinds {
			list := all(t, l)
			if len(list) == 0 {
				t.Errorf("there is no fact of the kind %s", name)
			}
			for _, f := range list {
				want[fmt.Sprintf("%d %s %s", f.Kind, f.ResidentID, f.ID)] = true
			}
		}
		for _, size := range []int{1, 2, 3, 7, 50, 10_000} {
			got, last, units := map[string]bool{}, "", false
			for _, f := range everything(t, s, size) {
				key := fmt.Sprintf("%d %s %s", f.Kind, f.ResidentID, f.ID)
				unit := f.Kind == int32(feedv1.FactKind_FACT_KIND_UNIT)
				switch {
				case got[key]:
					t.Fatalf("pages of %d: %s is listed twice", size, key)
				case f.ResidentID < last:
					t.Fatalf("pages of %d: %s comes after resident %s", size, key, last)
				case f.ResidentID == "" && units && !unit:
					t.Fatalf("pages of %d: %s comes after a unit", size, key)
				}
				got[key], last, units = true, f.ResidentID, units || unit
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("pages of %d: kind by kind (-), together (+): %s", size, diff)
			}
		}
	})
}
