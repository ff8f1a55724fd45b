package rpc

import (
	"slices"

	"xinju.dev/services/aggregator/internal/answers"
	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/ledger"
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/platform/civil"
)

// listed is the key of an indicator whose numbers have lists in a division on a
// day; division "" asks about all of them. It fails with INDICATOR_NOT_FOUND and,
// for a ratio, with INDICATOR_HAS_NO_LIST.
func listed(v coverage.View, id, division string, day civil.Date) (ledger.Key, error) {
	key, known := v.Deriver().Key(id)
	switch {
	case !known:
		return 0, answers.ErrIndicator.With("indicator_id", id)
	case isRatio(v, id, division, day):
		return 0, answers.ErrNoList.With("indicator_id", id)
	}
	return key, nil
}

// isRatio says what the pack that governs says; where it lacks the indicator, no
// pack has people behind it. An id may be a ratio here and count people there.
func isRatio(v coverage.View, id, division string, day civil.Date) bool {
	if p, ok := v.Packs().PackFor(v.World(), division, day); ok {
		if ind := answers.Find(p, id); ind != nil {
			return ind.Kind == policy.Ratio
		}
	}
	return !slices.ContainsFunc(v.Packs().Packs(), func(p *policy.Pack) bool {
		ind := answers.Find(p, id)
		return ind != nil && ind.Kind != policy.Ratio
	})
}
