package derived_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/derived"
	"xinju.dev/services/aggregator/internal/ledger"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/testkit"
)

// TestAKeyOfThePacksBeforeListsNobody: a pack comes into use between looking up what
// is asked for and reading it, and its first indicator takes the number of the one
// that was meant.
func TestAKeyOfThePacksBeforeListsNobody(t *testing.T) {
	c := family(75, 20)
	db := testkit.SQLite(t, packSets...)
	b := openDesk(t, db)
	catchUp(t, b, c, sourceNames...)
	day := civil.Must("2020-01-01")
	was := b.Deriver()
	key, _ := was.Key("FAM01")
	grown := slices.Concat(version(2, "{sex: {is: female}}"), []byte("  - {id: AAA01, name: {zh: 甲, en: a}, kind: stock, eligible: {present: {}}}\n"))
	if op := work(t, b, load(t, b, grown, "").Operation.ID); op.State != coverage.Succeeded {
		t.Fatal(op.FailureText)
	}
	if now, _ := b.Deriver().Key("AAA01"); now != key {
		t.Fatal("no other indicator has the number: the test shows nothing")
	}
	if err := b.Publisher().Bring(t.Context()); err != nil {
		t.Fatal(err)
	}
	for name, from := range map[string]interface {
		List(context.Context, coverage.ListQuery) (coverage.List, error)
		LinesOf(context.Context, coverage.ListQuery, []string, func(coverage.View) error) ([]coverage.Line, error)
		Ahead(context.Context, *coverage.AheadQuery) ([]coverage.Turn, coverage.State, error)
	}{"memory": b, "tables": readerOf(b, db)} {
		for _, which := range []coverage.Which{coverage.Uncovered, coverage.Covered, coverage.Eligible} {
			q := coverage.ListQuery{Division: province, Key: key, Of: was, Day: day, Which: which, Limit: 50}
			if list, err := from.List(t.Context(), q); !errors.Is(err, derived.ErrMoving) {
				t.Errorf("%s: a list of %d, %v", name, len(list.Lines), err)
			}
			if lines, err := from.LinesOf(t.Context(), q, c.people, func(coverage.View) error { return nil }); !errors.Is(err, derived.ErrMoving) {
				t.Errorf("%s: %d lines, %v", name, len(lines), err)
			}
		}
		turns, _, err := from.Ahead(t.Context(), &coverage.AheadQuery{Division: province, Indicators: map[ledger.Key]string{key: "FAM01"}, From: day, Until: day + 300, Most: 1000})
		if !errors.Is(err, derived.ErrMoving) {
			t.Errorf("%s: %d changes, %v", name, len(turns), err)
		}
	}
}
