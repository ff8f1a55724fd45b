package recordstore_test

import (
	"fmt"
	"strings"
	"testing"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/record"
	"xinju.dev/services/platform/recordstore"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"

	"gorm.io/gorm"
)

// TestTheListOfAllFactsIsReadFromTheIndexOfResidents: in its order, from the first page
// on, and nothing is sorted.
func TestTheListOfAllFactsIsReadFromTheIndexOfResidents(t *testing.T) {
	eachEngine(t, func(t *testing.T, db *sqlstore.DB) {
		s := recordstore.New(db, testkit.NewClock(civil.Must("2026-01-01")).Now, kind)
		for batch := range 8 {
			var items []note
			for n := range record.MaxBatch {
				items = append(items, makeNote(fmt.Sprint("R", n), len(items)))
				items[n].Text = fmt.Sprint(batch, " ", n)
			}
			if _, err := s.Create(t.Context(), record.Request{}, items); err != nil {
				t.Fatal(err)
			}
		}
		first, err := s.ListOrdered(t.Context(), "", 300)
		if err != nil || len(first) != 300 {
			t.Fatalf("%d facts, %v", len(first), err)
		}
		for _, key := range []string{"", first[299].Key} {
			plan := explain(t, db, key)
			if !strings.Contains(plan, "note_resident") || strings.Contains(plan, "filesort") || strings.Contains(plan, "TEMP B-TREE") {
				t.Errorf("after %q: %s", key, plan)
			}
		}
	})
}

// explain is how the engine would answer a page behind a key.
func explain(t *testing.T, db *sqlstore.DB, key string) (plan string) {
	t.Helper()
	err := db.Read(t.Context(), func(tx *gorm.DB) error {
		query, err := recordstore.InOrder(tx.Session(&gorm.Session{DryRun: true}).Table("note"), key)
		if err != nil {
			return err
		}
		var rows []map[string]any
		page := query.Limit(300).Find(&rows).Statement
		explain := "EXPLAIN "
		if tx.Name() == "sqlite" {
			explain = "EXPLAIN QUERY PLAN "
		}
		var lines []map[string]any
		err = tx.Raw(explain+page.SQL.String(), page.Vars...).Scan(&lines).Error
		plan = fmt.Sprint(lines)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return plan
}
