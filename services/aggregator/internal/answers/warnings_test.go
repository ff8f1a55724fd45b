package answers_test

import (
	"testing"

	"xinju.dev/services/aggregator/internal/answers"

	"pgregory.net/rapid"
)

// TestNobodyIsWarnedOfItsSize: a plain count without a target is ranked, but the
// last of the table has done nothing wrong.
func TestNobodyIsWarnedOfItsSize(t *testing.T) {
	c := compiled(t, usual)
	rapid.Check(t, func(t *rapid.T) {
		n := small(t, c)
		p, count := column(t, n, "PLAIN")
		_, share := column(t, n, "SHARE")
		day := drawDay(t)
		for _, s := range asker(n, nil).Warnings(p, towns, []answers.Column{count, share}, day) {
			if s.Row.ID == "PLAIN" {
				t.Fatalf("%s is warned: %s", s.Row.Place.Code, s.Warned.English)
			}
		}
	})
}
