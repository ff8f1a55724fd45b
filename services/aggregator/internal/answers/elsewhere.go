package answers

import (
	"slices"

	"xinju.dev/services/aggregator/internal/policy"
)

// elsewhere makes of a row what may be said where the governing pack lacks the
// indicator: what the divisions below count of it. The target is that of another
// jurisdiction; nothing counted is not 0; and what only some count is no part of a
// figure of the whole.
func (r *Row) elsewhere() {
	r.Target, r.HasTarget, r.Gap = policy.Target{}, false, 0
	if r.Ratio == nil && r.Eligible > 0 || r.Ratio != nil && r.HasRate && !r.Ratio.usesFigures() {
		return
	}
	r.Awaits, r.NotCounted, r.HasRate, r.Rate, r.Over = notHere, true, false, 0, false
}

func (r *Ratio) usesFigures() bool {
	figure := func(t Term) bool { return t.Figure != "" }
	return slices.ContainsFunc(r.Numerator, figure) || slices.ContainsFunc(r.Denominator, figure)
}

// notHere stands where neither the pack that governs nor one below counts it.
var notHere = policy.Text{Chinese: "当地的政策包没有此指标", English: "the pack that governs there does not have it"}
