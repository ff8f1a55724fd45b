package ledger_test

import (
	"errors"
	"slices"
	"testing"

	"xinju.dev/services/aggregator/internal/ledger"
	"xinju.dev/services/platform/civil"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// shelf keeps rows as a database would.
type shelf map[string][]ledger.MonthRow

// put replaces the rows of the divisions that changed, and of no others.
func (s shelf) put(l *ledger.Ledger, limit ledger.Key) {
	for _, code := range l.TakeDirty() {
		if s[code] = l.Rows(code, limit); len(s[code]) == 0 {
			delete(s, code)
		}
	}
}

func (s shelf) Months(codes []string, months []ledger.Month) (out []ledger.MonthRow, _ error) {
	for _, code := range codes {
		for _, r := range s[code] {
			if slices.Contains(months, r.Month) {
				out = append(out, r)
			}
		}
	}
	return out, nil
}

func (s shelf) Latest(codes []string, before ledger.Month) (out []ledger.MonthRow, _ error) {
	for _, code := range codes {
		for _, r := range slices.Backward(s[code]) {
			if r.Month < before {
				out = append(out, r)
				break
			}
		}
	}
	return out, nil
}

func TestStoredMonthsAreTheLedgerAndTheIntervals(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tree := drawTree(t)
		l := ledger.New(tree)
		l.Track()
		kept := shelf{}
		var held []piece
		for range rapid.IntRange(1, 6).Draw(t, "pages") {
			b := l.Batch()
			for range rapid.IntRange(0, 6).Draw(t, "adds") {
				p := drawPiece(t)
				b.Add(p.key, p.village, p.from, p.to, one(p.covered))
				held = append(held, p)
			}
			for range rapid.IntRange(0, min(4, len(held))).Draw(t, "removes") {
				i := rapid.IntRange(0, len(held)-1).Draw(t, "which")
				p := held[i]
				b.Remove(p.key, p.village, p.from, p.to, one(p.covered))
				held = slices.Delete(held, i, i+1)
			}
			l.Apply(b)
			if rapid.IntRange(0, 4).Draw(t, "replace the tree") == 0 {
				tree = drawTree(t)
				l.Hang(tree)
			}
			kept.put(l, 2)
		}
		days := []civil.Date{1, early, early + 3, first, first + 1, first + 40, first + 400, first + 1200, late - 1, late + 2, late + 9999, civil.Forever - 1}
		stored := ledger.NewStored(kept)
		if rapid.Bool().Draw(t, "prepared") {
			stored.Prepare(append(slices.Clone(villages), uppers...), days)
		}
		for _, code := range append(slices.Clone(villages), uppers...) {
			for key := range ledger.Key(2) {
				for _, day := range days {
					got, want := stored.At(key, code, day), naive(held, tree, key, code, day)
					if inMemory := l.At(key, code, day); got != want || inMemory != want {
						t.Fatalf("%s, indicator %d on %v: stored %v, in memory %v, counted one by one %v", code, key, day, got, inMemory, want)
					}
					if got, want := stored.Direct(key, code, day), l.Direct(key, code, day); got != want {
						t.Fatalf("%s itself, indicator %d on %v: stored %v, in memory %v", code, key, day, got, want)
					}
				}
				if diff := cmp.Diff(l.Trend(key, code, days), stored.Trend(key, code, days)); diff != "" {
					t.Fatal(diff)
				}
			}
		}
		if err := stored.Err(); err != nil {
			t.Fatal(err)
		}
	})
}

func TestADamagedMonthIsAnErrorAndNoNumber(t *testing.T) {
	for _, cells := range [][]byte{{0x80}, {0, 9, 0}, {0, 1, 0}, {0, 3, 2, 0, 0x80}} {
		s := ledger.NewStored(shelf{"v1": {{Code: "v1", Month: ledger.MonthOf(first), Cells: cells}}})
		if n := s.At(0, "v1", first+3); n != (ledger.Count{}) || s.Err() == nil {
			t.Errorf("%v: %v, %v", cells, n, s.Err())
		}
	}
}

// broken cannot be read.
type broken struct{ error }

func (b broken) Months([]string, []ledger.Month) ([]ledger.MonthRow, error) { return nil, b.error }
func (b broken) Latest([]string, ledger.Month) ([]ledger.MonthRow, error)   { return nil, b.error }

func TestAFailureToReadIsKept(t *testing.T) {
	failed := errors.New("on purpose")
	s := ledger.NewStored(broken{failed})
	s.Prepare([]string{"v1"}, []civil.Date{first})
	if n := s.At(0, "v1", first); n != (ledger.Count{}) || !errors.Is(s.Err(), failed) {
		t.Errorf("%v, %v", n, s.Err())
	}
}
