package cli

import (
	"testing"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"

	"xinju.dev/deploy/cmd/xinju/internal/show"
)

// TestAValueIsNeverShownOnTheOtherSideOfItsTarget: cut below a target, up above a
// limit; and what is below 0 has one sign.
func TestAValueIsNeverShownOnTheOtherSideOfItsTarget(t *testing.T) {
	const (
		percent, permille, per100k = aggregatorv1.RateUnit_RATE_UNIT_PERCENT, aggregatorv1.RateUnit_RATE_UNIT_PERMILLE, aggregatorv1.RateUnit_RATE_UNIT_PER_100K
		higher, lower, nearest     = aggregatorv1.BetterWay_BETTER_WAY_HIGHER, aggregatorv1.BetterWay_BETTER_WAY_LOWER, aggregatorv1.BetterWay_BETTER_WAY_NEAREST
	)
	for _, c := range []struct {
		unit         aggregatorv1.RateUnit
		better       aggregatorv1.BetterWay
		rate, target float64
		want         string
	}{
		{percent, higher, 0.89996, 0.9, "89.99%"},
		{percent, higher, 0.9000099, 0.9, "90.00%"},
		{percent, higher, 0.29, 0.9, "29.00%"},
		{per100k, lower, 0.00016001, 0.00016, "16.01/10万"},
		{per100k, lower, 0.00016, 0.00016, "16.00/10万"},
		{permille, lower, 0.011334, 0.01133, "11.34‰"},
		{permille, lower, -0.001819, 0.00605, "-1.81‰"},
		{permille, lower, -0.0005, 0.00605, "-0.50‰"},
		{percent, nearest, 0.30001, 0.3, "30.01%"},
		{percent, nearest, 0.29999, 0.3, "29.99%"},
	} {
		scale := map[aggregatorv1.RateUnit]float64{percent: 100, permille: 1000, per100k: 100_000}[c.unit]
		cell := valueCell(&aggregatorv1.CoverageRow{Unit: c.unit, Better: c.better, HasRate: true, Rate: c.rate, Value: c.rate * scale, HasTarget: true, Target: c.target})
		if got, ok := cell.(show.Cell); !ok || got.Shown != c.want {
			t.Errorf("%v: %+v", c, cell)
		}
	}
}
