package derived

import (
	"slices"

	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/ledger"
	"xinju.dev/services/platform/civil"
)

// tree tells the ledger how villages hang in the world's divisions.
type tree struct{ world *facts.World }

// Spans implements ledger.Tree: a village belongs to its ancestors on the days
// on which the tree leads from it to a province.
func (t tree) Spans(village string) []ledger.Span {
	var out []ledger.Span
	starts := append([]civil.Date{1}, t.world.Changes()...)
	for i, from := range starts {
		to := civil.Forever
		if i+1 < len(starts) {
			to = starts[i+1]
		}
		above := t.above(village, from)
		if above == nil || from >= to {
			continue
		}
		if n := len(out); n > 0 && out[n-1].To == from && slices.Equal(out[n-1].Above, above) {
			out[n-1].To = to
			continue
		}
		out = append(out, ledger.Span{From: from, To: to, Above: above})
	}
	return out
}

// above lists the divisions over a code on a day, without itself and each once.
func (t tree) above(code string, day civil.Date) []string {
	chain, known := t.world.Chain(code, day)
	if !known {
		return nil
	}
	var out []string
	for _, c := range chain {
		if c != "" && c != code && !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	return out
}
