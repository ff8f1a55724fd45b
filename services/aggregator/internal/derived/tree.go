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
	for _, s := range t.world.Standings(village) {
		if s.How == facts.Here {
			out = append(out, ledger.Span{From: s.From, To: s.To, Above: others(&s.At, village)})
		}
	}
	return out
}

// above lists the divisions over a code on a day, without itself and each once.
func (t tree) above(code string, day civil.Date) []string {
	chain, known := t.world.Chain(code, day)
	if !known {
		return nil
	}
	return others(&chain, code)
}

func others(chain *facts.Chain, code string) []string {
	var out []string
	for _, c := range chain {
		if c != "" && c != code && !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	return out
}
