package ledger_test

import (
	"slices"
	"testing"

	"xinju.dev/services/aggregator/internal/ledger"
	"xinju.dev/services/platform/civil"

	"pgregory.net/rapid"
)

// hung is a tree given as a map.
type hung map[string][]ledger.Span

func (h hung) Spans(village string) []ledger.Span { return h[village] }

type piece struct {
	key      ledger.Key
	village  string
	from, to civil.Date
	covered  bool
}

var (
	early    = civil.Must("1880-05-05") // before the dense days
	first    = civil.Must("2020-01-01")
	late     = civil.Must("2130-01-01") // after them
	villages = []string{"v1", "v2", "v3"}
	uppers   = []string{"t1", "t2", "c"}
)

func drawDay(t *rapid.T, label string) civil.Date {
	switch rapid.IntRange(0, 9).Draw(t, label+" where") {
	case 0:
		return early.AddDays(rapid.IntRange(0, 5).Draw(t, label))
	case 1:
		return late.AddDays(rapid.IntRange(0, 5).Draw(t, label))
	case 2: // where the dense days begin and end
		return rapid.SampledFrom([]civil.Date{civil.Must("1949-12-30"), civil.Must("2099-12-30")}).Draw(t, label+" edge").AddDays(rapid.IntRange(0, 4).Draw(t, label))
	}
	return first.AddDays(rapid.IntRange(0, 900).Draw(t, label))
}

func drawPiece(t *rapid.T) piece {
	p := piece{
		key:     ledger.Key(rapid.IntRange(0, 1).Draw(t, "key")),
		village: rapid.SampledFrom(villages).Draw(t, "village"),
		from:    drawDay(t, "from"),
		to:      civil.Forever,
		covered: rapid.Bool().Draw(t, "covered"),
	}
	if rapid.Bool().Draw(t, "ends") {
		p.to = drawDay(t, "to")
	}
	return p
}

func drawTree(t *rapid.T) hung {
	out := hung{}
	for _, v := range villages {
		cut := drawDay(t, "cut")
		switch rapid.IntRange(0, 3).Draw(t, "shape") {
		case 0: // in no tree
		case 1:
			out[v] = []ledger.Span{{From: 1, To: civil.Forever, Above: []string{"t1", "c"}}}
		case 2: // moves from one township to the other
			out[v] = []ledger.Span{{From: 1, To: cut, Above: []string{"t1", "c"}}, {From: cut, To: civil.Forever, Above: []string{"t2", "c"}}}
		case 3: // begins late
			out[v] = []ledger.Span{{From: cut, To: civil.Forever, Above: []string{"t2"}}}
		}
	}
	return out
}

// naive counts by looking at every piece.
func naive(pieces []piece, tree hung, key ledger.Key, code string, day civil.Date) (n ledger.Count) {
	for _, p := range pieces {
		if p.key != key || day < p.from || day >= p.to {
			continue
		}
		within := p.village == code
		for _, s := range tree[p.village] {
			within = within || s.From <= day && day < s.To && slices.Contains(s.Above, code)
		}
		if within {
			n.Eligible++
			if p.covered {
				n.Covered++
			}
		}
	}
	return n
}

func TestNumbersAreThoseOfTheIntervals(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tree := drawTree(t)
		l := ledger.New(tree)
		var held []piece
		for range rapid.IntRange(1, 6).Draw(t, "pages") {
			if rapid.IntRange(0, 4).Draw(t, "replace the tree") == 0 {
				tree = drawTree(t)
				l.Hang(tree)
			}
			b, low := l.Batch(), rapid.Bool().Draw(t, "villages only")
			if low {
				b = l.VillageBatch()
			}
			for range rapid.IntRange(0, 8).Draw(t, "adds") {
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
			if low {
				l.Hang(tree)
			}
		}
		for _, code := range append(slices.Clone(villages), uppers...) {
			for _, day := range []civil.Date{1, early, early + 3, first, first + 1, first + 400, first + 1200, late - 1, late + 2, late + 9999} {
				for key := range ledger.Key(2) {
					if got, want := l.At(key, code, day), naive(held, tree, key, code, day); got != want {
						t.Fatalf("%s, indicator %d on %v: %v, counted one by one %v", code, key, day, got, want)
					}
				}
			}
		}
	})
}

func TestADivisionNobodyCountsInIsZero(t *testing.T) {
	if got := ledger.New(hung{}).At(0, "990000000000", first); got != (ledger.Count{}) {
		t.Errorf("got %v", got)
	}
}

func BenchmarkAt(b *testing.B) {
	tree := hung{"v1": {{From: 1, To: civil.Forever, Above: []string{"t1"}}}}
	l := ledger.New(tree)
	batch := l.Batch()
	for i := range 100_000 {
		batch.Add(0, "v1", first.AddDays(i%3000), first.AddDays(i%3000+500), one(i%2 == 0))
	}
	l.Apply(batch)
	for b.Loop() {
		l.At(0, "t1", first+700)
	}
}

// one is a single resident or event.
func one(covered bool) ledger.Count {
	if covered {
		return ledger.Count{Eligible: 1, Covered: 1}
	}
	return ledger.Count{Eligible: 1}
}
