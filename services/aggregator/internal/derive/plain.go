package derive

import "xinju.dev/services/aggregator/internal/ledger"

// findPlain notes the keys that are plain counts in every pack that has them.
func (d *Deriver) findPlain() {
	d.plain = make([]bool, len(d.ids))
	for i := range d.plain {
		d.plain[i] = true
	}
	for _, p := range d.catalogue.Packs() {
		for i := range p.Indicators {
			if !p.Indicators[i].Plain {
				d.plain[d.packs[p][i]] = false
			}
		}
	}
}

// Plain says whether a key only counts: then nobody is covered under it, and who is
// not covered is who counts.
func (d *Deriver) Plain(key ledger.Key) bool { return int(key) < len(d.plain) && d.plain[key] }
