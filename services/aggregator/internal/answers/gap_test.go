package answers

import (
	"math"
	"testing"

	"xinju.dev/services/aggregator/internal/policy"

	"pgregory.net/rapid"
)

func TestTheQuickGapIsTheExactOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		target := policy.Target{
			Num: int64(rapid.IntRange(0, math.MaxInt32).Draw(t, "num")), Den: int64(rapid.SampledFrom([]int{1, 3, 100, 1000, 100_000, math.MaxInt32}).Draw(t, "den")),
			AtMost: rapid.Bool().Draw(t, "at most"), Exactly: rapid.IntRange(0, 4).Draw(t, "exactly") == 0,
		}
		if rapid.Bool().Draw(t, "a share") {
			target.Num, target.Den = int64(rapid.IntRange(0, 100).Draw(t, "percent")), 100
		}
		eligible := int32(rapid.IntRange(0, math.MaxInt32).Draw(t, "eligible"))
		if rapid.Bool().Draw(t, "few") {
			eligible %= 200
		}
		covered := int32(rapid.IntRange(0, int(eligible)).Draw(t, "covered"))
		if got, want := gap(&target, eligible, covered), int64(target.Gap(int(eligible), int(covered))); got != want {
			t.Fatalf("%v of %d, %d: %d, exactly %d", target, eligible, covered, got, want)
		}
	})
}
