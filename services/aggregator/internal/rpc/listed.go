package rpc

import (
	"slices"

	"xinju.dev/services/aggregator/internal/answers"
	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/ledger"
	"xinju.dev/services/aggregator/internal/policy"
)

// listed is the key of an indicator whose numbers have lists. It fails with
// INDICATOR_NOT_FOUND and, for a ratio, with INDICATOR_HAS_NO_LIST.
func listed(v coverage.View, id string) (ledger.Key, error) {
	key, known := v.Deriver().Key(id)
	switch {
	case !known:
		return 0, answers.ErrIndicator.With("indicator_id", id)
	case isRatio(v.Packs(), id):
		return 0, answers.ErrNoList.With("indicator_id", id)
	}
	return key, nil
}

func isRatio(packs *policy.Catalogue, id string) bool {
	return slices.ContainsFunc(packs.Packs(), func(p *policy.Pack) bool {
		ind := answers.Find(p, id)
		return ind != nil && ind.Kind == policy.Ratio
	})
}
