package timeline

import (
	"testing"

	"pgregory.net/rapid"

	"xinju.dev/services/platform/civil"
)

func union(a, b Set) Set     { return Union(nil, a, b) }
func intersect(a, b Set) Set { return Intersect(nil, a, b) }
func minus(a, b Set) Set     { return Minus(nil, a, b) }
func not(a Set) Set          { return Complement(nil, a) }

func TestLawsOfTheAlgebra(t *testing.T) {
	laws := []struct {
		name        string
		left, right func(a, b, c Set) Set
	}{
		{"union is commutative", func(a, b, _ Set) Set { return union(a, b) }, func(a, b, _ Set) Set { return union(b, a) }},
		{"intersection is commutative", func(a, b, _ Set) Set { return intersect(a, b) }, func(a, b, _ Set) Set { return intersect(b, a) }},
		{"union is associative", func(a, b, c Set) Set { return union(a, union(b, c)) }, func(a, b, c Set) Set { return union(union(a, b), c) }},
		{"intersection is associative", func(a, b, c Set) Set { return intersect(a, intersect(b, c)) }, func(a, b, c Set) Set { return intersect(intersect(a, b), c) }},
		{
			"intersection distributes over union", func(a, b, c Set) Set { return intersect(a, union(b, c)) },
			func(a, b, c Set) Set { return union(intersect(a, b), intersect(a, c)) },
		},
		{
			"union distributes over intersection", func(a, b, c Set) Set { return union(a, intersect(b, c)) },
			func(a, b, c Set) Set { return intersect(union(a, b), union(a, c)) },
		},
		{"De Morgan for union", func(a, b, _ Set) Set { return not(union(a, b)) }, func(a, b, _ Set) Set { return intersect(not(a), not(b)) }},
		{"De Morgan for intersection", func(a, b, _ Set) Set { return not(intersect(a, b)) }, func(a, b, _ Set) Set { return union(not(a), not(b)) }},
		{"union is idempotent", func(a, _, _ Set) Set { return union(a, a) }, func(a, _, _ Set) Set { return a }},
		{"intersection is idempotent", func(a, _, _ Set) Set { return intersect(a, a) }, func(a, _, _ Set) Set { return a }},
		{"the complement of the complement is the set", func(a, _, _ Set) Set { return not(not(a)) }, func(a, _, _ Set) Set { return a }},
		{"difference is intersection with the complement", func(a, b, _ Set) Set { return minus(a, b) }, func(a, b, _ Set) Set { return intersect(a, not(b)) }},
		{"absorption", func(a, b, _ Set) Set { return union(a, intersect(a, b)) }, func(a, _, _ Set) Set { return a }},
		{"a set and its complement are all days", func(a, _, _ Set) Set { return union(a, not(a)) }, func(_, _, _ Set) Set { return All() }},
		{"a set and its complement share no day", func(a, _, _ Set) Set { return intersect(a, not(a)) }, func(_, _, _ Set) Set { return nil }},
		{"all days are neutral for intersection", func(a, _, _ Set) Set { return intersect(a, All()) }, func(a, _, _ Set) Set { return a }},
		{"no days are neutral for union", func(a, _, _ Set) Set { return union(a, nil) }, func(a, _, _ Set) Set { return a }},
		{"clipping is intersection", func(a, b, _ Set) Set { return clipToFirst(a, b) }, func(a, b, _ Set) Set { return intersect(a, b[:min(1, len(b))]) }},
	}
	for _, law := range laws {
		t.Run(law.name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				a, b, c := sets().Draw(t, "a"), sets().Draw(t, "b"), sets().Draw(t, "c")
				left, right := law.left(a, b, c), law.right(a, b, c)
				canonical(t, left)
				if !left.Equal(right) {
					t.Fatalf("a=%v b=%v c=%v: %v is not %v", a, b, c, left, right)
				}
			})
		})
	}
}

func clipToFirst(a, b Set) Set {
	if len(b) == 0 {
		return nil
	}
	return Clip(nil, a, b[0])
}

func TestResultsAreAppendedAndWhatStoodBeforeStays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := sets().Draw(t, "a"), sets().Draw(t, "b")
		before := Set{{1, civil.Forever}} // would merge with anything
		ops := map[string]func(dst Set) Set{
			"union":      func(dst Set) Set { return Union(dst, a, b) },
			"intersect":  func(dst Set) Set { return Intersect(dst, a, b) },
			"minus":      func(dst Set) Set { return Minus(dst, a, b) },
			"complement": func(dst Set) Set { return Complement(dst, a) },
			"clip":       func(dst Set) Set { return Clip(dst, a, Span{3, 40}) },
			"shift":      func(dst Set) Set { return ShiftMonths(dst, a, 1) },
			"of":         func(dst Set) Set { return Of(dst, append([]Span(nil), b...)...) },
		}
		for name, op := range ops {
			got := op(append(Set(nil), before...))
			if len(got) < 1 || got[0] != before[0] || !got[1:].Equal(op(nil)) {
				t.Fatalf("%s into a buffer: %v, alone %v", name, got, op(nil))
			}
		}
	})
}

func TestShiftingByMonths(t *testing.T) {
	day := civil.Must
	for _, c := range []struct {
		name string
		in   Set
		n    int
		want Set
	}{
		{"31 August plus six months is the end of February", Set{{day("2025-08-31"), day("2025-10-01")}}, 6, Set{{day("2026-02-28"), day("2026-04-01")}}},
		{"the 28th to the 31st plus six months shrinks to nothing", Set{{day("2025-08-28"), day("2025-08-31")}}, 6, nil},
		{"spans that come to touch are joined", Set{{day("2025-08-01"), day("2025-08-29")}, {day("2025-08-30"), day("2025-09-30")}}, 6, Set{{day("2026-02-01"), day("2026-03-30")}}},
		{"no end stays no end", Set{{day("2025-01-15"), civil.Forever}}, 3, Set{{day("2025-04-15"), civil.Forever}}},
		{"since ever stays since ever", Set{{First, day("2025-01-15")}}, 3, Set{{First, day("2025-04-15")}}},
		{"backwards", Set{{day("2025-03-31"), day("2025-05-31")}}, -1, Set{{day("2025-02-28"), day("2025-04-30")}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := ShiftMonths(nil, c.in, c.n); !got.Equal(c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestShiftingIsMonotone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, n := sets().Draw(t, "a"), rapid.IntRange(0, 24).Draw(t, "months")
		b := union(a, sets().Draw(t, "more"))
		sa, sb := ShiftMonths(nil, a, n), ShiftMonths(nil, b, n)
		canonical(t, sa)
		if left := minus(sa, sb); len(left) > 0 {
			t.Fatalf("%v is in %v, but shifted by %d it has %v more", a, b, n, left)
		}
	})
}

func TestReusedBuffersAllocateNothing(t *testing.T) {
	a, b := Set{{1, 10}, {20, 30}, {40, 50}}, Set{{5, 25}, {45, civil.Forever}}
	buf := make(Set, 0, 16)
	got := testing.AllocsPerRun(100, func() {
		buf = Union(buf[:0], a, b)
		buf = Intersect(buf[:0], a, b)
		buf = Minus(buf[:0], a, b)
		buf = Complement(buf[:0], a)
	})
	if got != 0 {
		t.Errorf("%v allocations", got)
	}
}

func BenchmarkIntersect(bench *testing.B) {
	a, b := Set{{1, 10}, {20, 30}, {40, 50}}, Set{{5, 25}, {45, civil.Forever}}
	buf := make(Set, 0, 16)
	for bench.Loop() {
		buf = Intersect(buf[:0], a, b)
	}
}
