package freeze

import (
	"math/big"
	"testing"

	"xinju.dev/services/aggregator/internal/policy"
)

// TestAValueIsNeverShownOnTheOtherSideOfItsTarget: cut, and above a limit up.
func TestAValueIsNeverShownOnTheOtherSideOfItsTarget(t *testing.T) {
	for _, c := range []struct {
		num, den int64
		unit     policy.Unit
		above    bool
		want     string
	}{
		{89996, 100_000, policy.Percent, false, "89.99%"},
		{16001, 100_000_000, policy.Per100k, true, "16.01/10万"},
		{16, 100_000, policy.Per100k, false, "16.00/10万"},
		{17, 100_000, policy.Per100k, true, "17.00/10万"},
		{11334, 1_000_000, policy.Permille, true, "11.34‰"},
		{-1819, 1_000_000, policy.Permille, false, "-1.81‰"},
		{-1, 1_000_000, policy.Permille, false, "0.00‰"},
	} {
		if got := valueText(big.NewRat(c.num, c.den), c.unit, false, c.above); got != c.want {
			t.Errorf("%d/%d: %s, want %s", c.num, c.den, got, c.want)
		}
	}
}
