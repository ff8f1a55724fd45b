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
		}
		switch rapid.SampledFrom([]string{">=", "<=", "="}).Draw(t, "op") {
		case "<=":
			target.AtMost = true
		case "=":
			target.Exactly = true
		}
		if rapid.Bool().Draw(t, "a share") {
			target.Num, target.Den = int64(rapid.IntRange(0, 100).Draw(t, "percent")), 100
		}
		eligible := int32(rapid.IntRange(0, math.MaxInt32).Draw(t, "eligible"))
		if rapid.Bool().Draw(t, "few") {
			eligible %= 200
		}
		if rapid.IntRange(0, 9).Draw(t, "large") == 0 { // which no pack can write
			target.Num += math.MaxInt32
		}
		covered := int32(rapid.IntRange(0, int(eligible)).Draw(t, "covered"))
		if got, want := gap(&target, eligible, covered), int64(target.Gap(int(eligible), int(covered))); got != want {
			t.Fatalf("%v of %d, %d: %d, exactly %d", target, eligible, covered, got, want)
		}
		if got, want := gapCount(&target, eligible), int64(target.GapCount(int(eligible))); got != want {
			t.Fatalf("%v of a count of %d: %d, exactly %d", target, eligible, got, want)
		}
	})
}
