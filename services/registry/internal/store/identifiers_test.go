package store

import (
	"testing"

	"xinju.dev/services/platform/page"
	"xinju.dev/services/platform/record"
	"xinju.dev/services/registry/internal/core"
	"xinju.dev/services/registry/internal/facts"
)

func TestRelationsAreListedUnderEveryIdentifierOfAPerson(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		out := feed(t, s, arrive("1", 1, "2025-03-01"), arrive("2", 2, "2025-03-01"), arrive("3", 3, "2025-03-01"))
		low, high, child := min(out[0].ResidentID, out[1].ResidentID), max(out[0].ResidentID, out[1].ResidentID), out[2].ResidentID
		relate(t, s, core.Relation{Base: record.Base{ResidentID: high}, Kind: core.RelationChild, OtherID: child})
		relate(t, s, core.Relation{Base: record.Base{ResidentID: low}, Kind: core.RelationSpouse, OtherID: child})
		count := func(id string) int {
			t.Helper()
			list, _, err := Relations(s.db, nil, facts.Relation).List(t.Context(), record.Filter{ResidentID: id}, page.Query{})
			if err != nil {
				t.Fatal(err)
			}
			return len(list)
		}
		feed(t, s, merge("m", 1, 2))
		if a, b := count(low), count(high); a != 2 || b != 2 {
			t.Errorf("of one person: %d and %d", a, b)
		}
		feed(t, s, void("v", "m"))
		if a, b := count(low), count(high); a != 1 || b != 1 {
			t.Errorf("parted: %d and %d", a, b)
		}
	})
}
