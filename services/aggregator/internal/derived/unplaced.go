package derived

import (
	"xinju.dev/services/aggregator/internal/ledger"
	"xinju.dev/services/platform/civil"

	"go.uber.org/zap"
)

// unplaced is how many residents today count above a village, because the tree
// leads from where they are recorded to none, and how many count nowhere at all.
func (b *Book) unplaced(r *replica) (above, nowhere int32) {
	n := r.ledger.Direct(r.deriver.Unplaced(), "", civil.DateOf(b.Now()))
	return n.Covered, n.Eligible - n.Covered
}

// reportChains states how many links lead to somebody who is linked too, and
// raises the alarm when they grow: what was recorded under those identifiers
// counts for nobody until the registry has put them right. b.mu is held.
func (b *Book) reportChains() {
	now := b.live.chains
	b.Metrics.chained(now)
	if now > b.chained {
		b.Log.Error("residents are linked to residents who are linked themselves", zap.Int64("links", now))
	}
	b.chained = now
}

// reportUnplaced states these figures, and warns when they grow: their stays, or
// the successors of divisions that have ended, want correcting. b.mu is held.
func (b *Book) reportUnplaced() {
	above, nowhere := b.unplaced(b.live)
	b.Metrics.unplaced(above, nowhere)
	now := ledger.Count{Eligible: above + nowhere, Covered: above}
	if now.Eligible > b.lost.Eligible || now.Eligible-now.Covered > b.lost.Eligible-b.lost.Covered {
		b.Log.Warn("residents live where the tree of divisions has no village",
			zap.Int32("counted_above_a_village", above), zap.Int32("counted_nowhere", nowhere))
	}
	b.lost = now
}
