package derived_test

import (
	"testing"

	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"
)

var later = []byte(`
id: later
version: 1
name: {zh: 明年, en: next year}
jurisdiction: "` + province + `"
extends: national
valid_from: 2021-01-01
indicators:
  - {id: FAM01, name: {zh: 在住, en: present}, kind: stock, eligible: {sex: {is: male}}}
`)

// TestAPackThatBeginsLaterIsTriedOnItsFirstDay: on the day of the trial it would
// change nothing, which is not what somebody wants to know who tries it.
func TestAPackThatBeginsLaterIsTriedOnItsFirstDay(t *testing.T) {
	testkit.EachEngine(t, packSets, func(t *testing.T, db *sqlstore.DB) {
		c := family(87, 40)
		b := openDesk(t, db)
		catchUp(t, b, c, sourceNames...)
		ask := func(undated bool) coverage.Tried {
			t.Helper()
			out, err := b.WhatIf(t.Context(), coverage.WhatIf{Source: later, Division: province, Day: civil.Must("2020-06-30"), Undated: undated, Limit: 10_000}, func(int64, int64) error { return nil })
			if err != nil {
				t.Fatal(err)
			}
			return out
		}
		if out := ask(true); out.Day != civil.Must("2021-01-01") || out.Total == 0 {
			t.Errorf("tried on %s, %d changes", out.Day, out.Total)
		}
		if out := ask(false); out.Day != civil.Must("2020-06-30") {
			t.Errorf("a day that was asked for became %s", out.Day)
		}
	})
}
