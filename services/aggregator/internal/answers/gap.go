package answers

import (
	"math"

	"xinju.dev/services/aggregator/internal/policy"
)

// gap is Target.Gap without big numbers wherever it fits into 64 bits, which is
// everywhere but for a target of more than two thousand million: a county's page
// asks for it hundreds of times.
func gap(t *policy.Target, eligible, covered int32) int64 {
	if t.Exactly || t.Num < 0 || t.Num > math.MaxInt32 || t.Den < 1 || eligible < 0 {
		return int64(t.Gap(int(eligible), int(covered)))
	}
	want, rest := t.Num*int64(eligible)/t.Den, t.Num*int64(eligible)%t.Den
	if t.AtMost {
		return max(0, int64(covered)-want)
	}
	if rest > 0 {
		want++
	}
	return max(0, want-int64(covered))
}
