package ledger

import (
	"math/bits"
	"slices"

	"xinju.dev/services/platform/civil"
)

// span is an interval of one key in a word, as most are: of dense days, with a
// weight of 15 bits that counts covered as a whole or not at all. From the highest
// bit down: the key and the cells of the first day and of the day after the last one,
// 16 bits each, whether it is covered, and the weight. A cell is the number of a dense
// day from 1; the end of a span without an end is cell 0.
type span uint64

const (
	spanCovered = 1 << 15
	spanWeight  = spanCovered - 1
	spanKeys    = 1 << 16
)

func spanFor(key Key, from, to civil.Date, as Count) (s span, ok bool) {
	end := civil.Date(0)
	if to < civil.Forever {
		end = to - denseFrom + 1
		ok = to < denseTo // it is after from
	} else {
		ok = from < denseTo
	}
	covered := span(0)
	if as.Covered != 0 {
		covered = spanCovered
		ok = ok && as.Covered == as.Eligible
	}
	if !ok || from < denseFrom || uint32(key) >= spanKeys || uint32(as.Eligible) > spanWeight {
		return 0, false
	}
	return span(key)<<48 | span(from-denseFrom+1)<<32 | span(end)<<16 | covered | span(as.Eligible), true
}

func (s span) key() int { return int(s >> 48) }

// net is a Count in a word that can be added up: Eligible × 2³² + Covered.
type net int64

func netOf(c Count) net { return net(c.Eligible)<<32 + net(c.Covered) }

func (n net) count() Count {
	covered := int32(n)
	return Count{int32((n - net(covered)) >> 32), covered}
}

func (s span) net() net {
	n := net(s & spanWeight)
	return n<<32 + n&-net(s&spanCovered>>15)
}

// days brings what changes a running total into the order of days without sorting:
// each change is added to the cell of its day. It keeps its room, where everything is
// zero between two totals.
type days struct {
	cells []net
	masks []uint64 // which cells were added to
	words []uint64 // which masks are not zero
	out   []point
}

func (d *days) grow() {
	if d.cells == nil {
		n := int(denseTo-denseFrom) + 1
		d.cells = make([]net, n)
		d.masks = make([]uint64, n/64+1)
		d.words = make([]uint64, len(d.masks)/64+1)
	}
}

// merge adds spans of one key to a running total.
func (d *days) merge(s *sparse, list []span) {
	d.grow()
	begin, end := s.dense()
	total := net(0)
	if begin > 0 {
		total = netOf(s.points[begin-1].total)
	}
	was := total
	for _, p := range s.points[begin:end] {
		is := netOf(p.total)
		d.add(int(p.day-denseFrom)+1, is-was)
		was = is
	}
	for _, x := range list {
		d.add(int(x>>32&0xffff), x.net())
		d.add(int(x>>16&0xffff), -x.net())
	}
	d.cells[0] = 0 // what never ends changes nothing on the day after
	d.masks[0] &^= 1
	d.out = append(d.out[:0], s.points[:begin]...)
	total = d.write(total)
	for _, p := range s.points[end:] {
		d.out = append(d.out, point{p.day, (netOf(p.total) + total - was).count()})
	}
	s.points = slices.Clone(d.out)
}

func (d *days) add(cell int, change net) {
	d.cells[cell] += change
	d.masks[cell/64] |= 1 << (cell % 64)
	d.words[cell/(64*64)] |= 1 << (cell / 64 % 64)
}

// write writes the running total from total on, and returns what it is in the end.
func (d *days) write(total net) net {
	for i, w := range d.words {
		d.words[i] = 0
		for ; w != 0; w &= w - 1 {
			word := 64*i + bits.TrailingZeros64(w)
			mask := d.masks[word]
			d.masks[word] = 0
			for ; mask != 0; mask &= mask - 1 {
				cell := 64*word + bits.TrailingZeros64(mask)
				if change := d.cells[cell]; change != 0 {
					total += change
					d.cells[cell] = 0
					d.out = append(d.out, point{denseFrom + civil.Date(cell-1), total.count()})
				}
			}
		}
	}
	return total
}

// dense says which of the points are of dense days.
func (s *sparse) dense() (begin, end int) {
	end = len(s.points)
	for begin < end && s.points[begin].day < denseFrom {
		begin++
	}
	for begin < end && s.points[end-1].day >= denseTo {
		end--
	}
	return begin, end
}
