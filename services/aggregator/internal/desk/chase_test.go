package desk_test

import (
	"errors"
	"testing"

	"xinju.dev/services/aggregator/internal/chase"
	"xinju.dev/services/aggregator/internal/desk"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/idempotency"
	"xinju.dev/services/platform/migrate"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"

	"github.com/google/go-cmp/cmp"
)

var chaseSets = []migrate.Set{desk.Migrations(), idempotency.Migrations()}

func put(t *testing.T, d *desk.Desk, list ...chase.Entry) error {
	t.Helper()
	return d.Write(t.Context(), func(tx desk.Tx) error { return tx.PutChases(list) })
}

func TestChasesKeepEveryState(t *testing.T) {
	testkit.EachEngine(t, chaseSets, func(t *testing.T, db *sqlstore.DB) {
		d := desk.New(db)
		first := chase.Entry{
			Key: chase.Key{Indicator: "HED01", ResidentID: "R1"}, Version: 1, AssignedTo: "网格员 甲", AssignedUnit: "01CLINIC",
			Due: civil.Must("2021-01-04"), AssignedBy: "乙", AssignedMs: 10, ChangedMs: 10,
		}
		second := first
		second.Version, second.Outcome, second.OutcomeOn, second.OutcomeBy, second.Remark, second.ChangedMs = 2, 5, civil.Must("2021-01-02"), "丙", "无人", 20
		flow := chase.Entry{Key: chase.Key{Indicator: "HED01", ResidentID: "R1", EventID: "E1"}, Version: 1, AssignedTo: "a", ChangedMs: 15}
		for _, c := range []chase.Entry{first, flow, second} {
			if err := put(t, d, c); err != nil {
				t.Fatal(err)
			}
		}
		now, err := d.Chases(t.Context(), "HED01", []string{"R9", "R1", "R1"})
		if err != nil {
			t.Fatal(err)
		}
		states, err := d.ChaseStates(t.Context(), "HED01", "", []string{"R1", "R9"})
		if err != nil {
			t.Fatal(err)
		}
		byEvent := map[string]chase.Entry{}
		for _, c := range now {
			byEvent[c.EventID] = c
		}
		if diff := cmp.Diff(map[string]chase.Entry{"": second, "E1": flow}, byEvent); diff != "" {
			t.Errorf("now: %s", diff)
		}
		if diff := cmp.Diff([]chase.Entry{second, first}, states); diff != "" {
			t.Errorf("states, latest first: %s", diff)
		}
		if err := put(t, d, second); !errors.Is(err, chase.ErrChanged) {
			t.Errorf("a version written twice: %v", err)
		}
	})
}
