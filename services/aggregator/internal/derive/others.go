package derive

import (
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/policy"
)

// AsksOthers says whether what RowsOf returns of this very resident may depend on the
// people tied to them: whether the birth is placed where the mother lives, or a pack
// that asks about others has ever governed where the resident lives or is served.
// Otherwise they need not be there. It does not look at r.Others itself.
func (d *Deriver) AsksOthers(r *facts.Resident, w *facts.World, items *Items) bool {
	if r == nil || !r.Known() || !items.asks {
		return false
	}
	alone := *r
	alone.Others = nil
	c := d.catalogue.Counter(&alone, w)
	defer c.Done()
	return items.asksOf(c)
}

// asksOf is AsksOthers of a resident around whom nobody is known.
func (i *Items) asksOf(c policy.Counter) bool {
	if !i.asks {
		return false
	}
	if i.born && c.AsksMother() {
		return true
	}
	for at := range i.plans {
		if pl := &i.plans[at]; pl.tied && c.Counts(pl.pack) {
			return true
		}
	}
	return false
}
