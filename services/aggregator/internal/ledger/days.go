package ledger

import (
	"cmp"
	"math/bits"
	"slices"
)

// days brings deltas into the order of their days without sorting: each is added to
// the cell of its day. It keeps its room.
type days struct {
	net  []Count  // by day of the dense window
	mask []uint64 // which of them were added to
	out  []delta
}

// fewDeltas are faster sorted.
const fewDeltas = 24

// sorted returns the net changes by days, until the next call.
func (d *days) sorted(deltas []delta) []delta {
	if len(deltas) < fewDeltas {
		slices.SortFunc(deltas, func(a, b delta) int { return cmp.Compare(a.day, b.day) })
		return deltas
	}
	if d.net == nil {
		d.net = make([]Count, denseTo-denseFrom)
		d.mask = make([]uint64, (len(d.net)+63)/64)
	}
	d.out = d.out[:0]
	low, high := len(d.mask), -1
	for _, x := range deltas {
		if x.day < denseFrom || x.day >= denseTo {
			d.out = append(d.out, x)
			continue
		}
		at := int(x.day - denseFrom)
		low, high = min(low, at/64), max(high, at/64)
		d.mask[at/64] |= 1 << (at % 64)
		d.net[at] = d.net[at].plus(x.change)
	}
	outside := len(d.out)
	for word := low; word <= high; word++ {
		for m := d.mask[word]; m != 0; m &= m - 1 {
			at := 64*word + bits.TrailingZeros64(m)
			d.out = append(d.out, delta{denseFrom.AddDays(at), d.net[at]})
			d.net[at] = Count{}
		}
		d.mask[word] = 0
	}
	if outside > 0 {
		slices.SortFunc(d.out, func(a, b delta) int { return cmp.Compare(a.day, b.day) })
	}
	return d.out
}
