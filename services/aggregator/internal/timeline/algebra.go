package timeline

import "xinju.dev/services/platform/civil"

// The functions below append their result to dst; what was in dst before stays.
// The arguments must not lie in the part of dst's array behind its length.

// Union appends the days in a or in b. It is commutative, associative and
// idempotent, ∅ is its neutral element; it distributes over Intersect.
func Union(dst, a, b Set) Set {
	start := len(dst)
	for len(a) > 0 && len(b) > 0 {
		if a[0].From <= b[0].From {
			dst, a = Add(dst, start, a[0]), a[1:]
		} else {
			dst, b = Add(dst, start, b[0]), b[1:]
		}
	}
	for _, v := range a {
		dst = Add(dst, start, v)
	}
	for _, v := range b {
		dst = Add(dst, start, v)
	}
	return dst
}

// Intersect appends the days in both. It is commutative, associative and
// idempotent, All its neutral element; it distributes over Union, and
// A ∪ (A ∩ B) = A.
func Intersect(dst, a, b Set) Set {
	for len(a) > 0 && len(b) > 0 {
		from, to := max(a[0].From, b[0].From), min(a[0].To, b[0].To)
		if from < to {
			dst = append(dst, Span{from, to})
		}
		if a[0].To <= b[0].To {
			a = a[1:]
		} else {
			b = b[1:]
		}
	}
	return dst
}

// Minus appends the days in a and not in b: A − B = A ∩ ¬B.
func Minus(dst, a, b Set) Set {
	for _, v := range a {
		for len(b) > 0 && b[0].To <= v.From {
			b = b[1:]
		}
		for i := 0; i < len(b) && b[i].From < v.To; i++ {
			if v.From < b[i].From {
				dst = append(dst, Span{v.From, b[i].From})
			}
			v.From = b[i].To
		}
		if v.From < v.To {
			dst = append(dst, v)
		}
	}
	return dst
}

// Complement appends the days not in a: ¬¬A = A, A ∪ ¬A is All, A ∩ ¬A is ∅,
// ¬(A ∪ B) = ¬A ∩ ¬B and ¬(A ∩ B) = ¬A ∪ ¬B.
func Complement(dst, a Set) Set {
	from := First
	for _, v := range a {
		if from < v.From {
			dst = append(dst, Span{from, v.From})
		}
		from = v.To
	}
	if from < civil.Forever {
		dst = append(dst, Span{from, civil.Forever})
	}
	return dst
}

// Clip appends the days of a that lie in v: A ∩ {v}.
func Clip(dst, a Set, v Span) Set {
	for _, x := range a {
		x.From, x.To = max(x.From, v.From), min(x.To, v.To)
		if x.From < x.To {
			dst = append(dst, x)
		}
	}
	return dst
}

// ShiftMonths appends a with both ends of each span moved by n calendar months,
// clamped to the month's end (civil.AddMonths). Ends without a date stay. Spans
// that come to touch are joined, spans that shrink to nothing are dropped, so a
// shift by n and back by n need not give a again. It is monotone: A ⊆ B gives
// shifted A ⊆ shifted B. Shifting by n and then by m is not shifting by n + m
// (30 November, 3 + 3 months): always shift once, from the start.
func ShiftMonths(dst, a Set, n int) Set {
	start := len(dst)
	for _, v := range a {
		if v.From != First {
			v.From = v.From.AddMonths(n)
		}
		v.To = v.To.AddMonths(n)
		dst = Add(dst, start, v)
	}
	return dst
}
