package answers

import (
	"math"

	"xinju.dev/services/aggregator/internal/policy"
)

// gap is Target.Gap without big numbers wherever it fits into 64 bits, which is
// everywhere but for a target of more than two thousand million: a county's page
// asks for it hundreds of times.
func gap(t *policy.Target, eligible, covered int32) int64 {
	if !isSmall(t) || eligible < 0 {
		return int64(t.Gap(int(eligible), int(covered)))
	}
	return away(t, t.Num*int64(eligible), int64(covered))
}

// gapCount is Target.GapCount in the same way.
func gapCount(t *policy.Target, n int32) int64 {
	if !isSmall(t) {
		return int64(t.GapCount(int(n)))
	}
	return away(t, t.Num, int64(n))
}

func isSmall(t *policy.Target) bool { return t.Num >= 0 && t.Num <= math.MaxInt32 && t.Den >= 1 }

// away is how many lie between what there is and wanted parts of t.Den.
func away(t *policy.Target, wanted, have int64) int64 {
	low, high := wanted/t.Den, wanted/t.Den
	if wanted%t.Den > 0 {
		high++
	}
	switch {
	case t.AtMost:
		return max(0, have-low)
	case t.Exactly: // between the two whole numbers around it is as good as met
		return max(0, low-have, have-high)
	}
	return max(0, high-have)
}
