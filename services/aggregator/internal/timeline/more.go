package timeline

import "xinju.dev/services/platform/civil"

// SymmetricDifference appends the days in exactly one of a and b:
// (A − B) ∪ (B − A). It is commutative and associative, and A △ A = ∅.
func SymmetricDifference(dst, a, b Set) Set {
	start := len(dst)
	for len(a) > 0 || len(b) > 0 {
		var v Span
		switch {
		case len(b) == 0 || len(a) > 0 && a[0].To <= b[0].From:
			v, a = a[0], a[1:]
		case len(a) == 0 || b[0].To <= a[0].From:
			v, b = b[0], b[1:]
		default:
			return symmetricOverlap(dst, start, a, b)
		}
		dst = Add(dst, start, v)
	}
	return dst
}

// symmetricOverlap walks the edges: membership changes at each edge of one side.
func symmetricOverlap(dst Set, start int, a, b Set) Set {
	from, odd := civil.None, false
	ai, bi := 0, 0
	for ai < 2*len(a) || bi < 2*len(b) {
		day := min(edge(a, ai), edge(b, bi))
		for ; edge(a, ai) == day && ai < 2*len(a); ai++ {
			odd = !odd
		}
		for ; edge(b, bi) == day && bi < 2*len(b); bi++ {
			odd = !odd
		}
		if from != civil.None {
			dst = Add(dst, start, Span{from, day})
		}
		from = civil.None
		if odd {
			from = day
		}
	}
	return dst
}

// edge is the i-th edge of a set, beginnings and ends in turn.
func edge(s Set, i int) civil.Date {
	switch {
	case i >= 2*len(s):
		return civil.Forever
	case i%2 == 0:
		return s[i/2].From
	}
	return s[i/2].To
}

// AtLeast appends the days that lie in k or more of the sets. AtLeast 1 is the
// union and AtLeast len(sets) the intersection of them all; it shrinks as k
// grows. With k below 1 it is All.
func AtLeast(dst Set, k int, sets ...Set) Set {
	if k < 1 {
		return append(dst, Span{First, civil.Forever})
	}
	start := len(dst)
	at := make([]int, len(sets)) // next edge of each
	for n := 0; ; {
		day := civil.Forever
		for i, s := range sets {
			if at[i] < 2*len(s) {
				day = min(day, edge(s, at[i]))
			}
		}
		if day == civil.Forever {
			return dst
		}
		for i, s := range sets {
			for ; at[i] < 2*len(s) && edge(s, at[i]) == day; at[i]++ {
				n += 1 - 2*(at[i]%2)
			}
		}
		next := civil.Forever
		for i, s := range sets {
			next = min(next, edge(s, at[i]))
		}
		if n >= k {
			dst = Add(dst, start, Span{day, next})
		}
	}
}

// ShiftDays appends a moved by n days. Ends without a date stay, and so does what
// begins with the calendar; days moved out of the calendar are lost. Within it a
// shift by n and back gives a again.
func ShiftDays(dst, a Set, n int) Set {
	start := len(dst)
	for _, v := range a {
		if v.From != First {
			v.From = max(v.From.AddDays(n), First)
		}
		if v.To < civil.Forever {
			v.To = max(v.To.AddDays(n), First)
		}
		dst = Add(dst, start, v)
	}
	return dst
}

// Bridge appends a with the gaps of up to maxGap days closed. A ⊆ bridged A;
// bridging twice with the same gap changes nothing more; it grows with maxGap,
// and with 0 gives a.
func Bridge(dst, a Set, maxGap int) Set {
	start := len(dst)
	for _, v := range a {
		if n := len(dst); n > start && int(v.From-dst[n-1].To) <= maxGap {
			dst[n-1].To = v.To
			continue
		}
		dst = append(dst, v)
	}
	return dst
}

// Lasting appends the days of a on which the span they lie in has lasted n months
// (civil.Lived: from the corresponding day, or with civil.Civil from the day
// after). Lasting A ⊆ A; it shrinks as n grows; what began with the calendar has
// lasted for ever.
func Lasting(dst, a Set, n int, mode civil.Counting) Set {
	for _, v := range a {
		if v.From != First {
			v.From = civil.Lived(v.From, n, mode)
		}
		if v.From < v.To {
			dst = append(dst, v)
		}
	}
	return dst
}

// Subset says whether all days of a lie in b.
func Subset(a, b Set) bool {
	for _, v := range a {
		if w, ok := b.SpanAt(v.From); !ok || w.To < v.To {
			return false
		}
	}
	return true
}

// Disjoint says whether a and b share no day.
func Disjoint(a, b Set) bool {
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0].To <= b[0].From:
			a = a[1:]
		case b[0].To <= a[0].From:
			b = b[1:]
		default:
			return false
		}
	}
	return true
}
