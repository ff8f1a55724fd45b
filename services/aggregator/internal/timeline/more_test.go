package timeline

import (
	"testing"

	"pgregory.net/rapid"

	"xinju.dev/services/platform/civil"
)

func TestMoreOperationsEqualTheBitmap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := sets().Draw(t, "a"), sets().Draw(t, "b"), sets().Draw(t, "c")
		ba, bb, bc := bitmapOf(a), bitmapOf(b), bitmapOf(c)
		check := func(name string, got Set, want bitmap) {
			t.Helper()
			canonical(t, got)
			if bitmapOf(got) != want {
				t.Fatalf("%s of %v, %v, %v is %v", name, a, b, c, got)
			}
		}
		check("symmetric difference", SymmetricDifference(nil, a, b), combine(ba, bb, func(x, y bool) bool { return x != y }))
		for k := 1; k <= 4; k++ {
			var want bitmap
			for d := range want.day {
				want.day[d] = d > 0 && count(ba.day[d], bb.day[d], bc.day[d]) >= k
			}
			want.rest = count(ba.rest, bb.rest, bc.rest) >= k
			check("at least", AtLeast(nil, k, a, b, c), want)
		}
		gap := rapid.IntRange(0, 12).Draw(t, "gap")
		if len(a) > 1 && rapid.Bool().Draw(t, "just") { // of one of the gaps, or a day less
			gap = int(a[1].From-a[0].To) - rapid.IntRange(0, 1).Draw(t, "less")
		}
		check("bridge", Bridge(nil, a, gap), bridged(ba, gap))
		if Subset(a, b) != (combine(ba, bb, func(x, y bool) bool { return x && !y }) == bitmap{}) {
			t.Fatalf("%v subset of %v: %t", a, b, Subset(a, b))
		}
		if Disjoint(a, b) != (combine(ba, bb, func(x, y bool) bool { return x && y }) == bitmap{}) {
			t.Fatalf("%v disjoint from %v: %t", a, b, Disjoint(a, b))
		}
	})
}

func count(in ...bool) (n int) {
	for _, x := range in {
		if x {
			n++
		}
	}
	return n
}

// bridged closes gaps by looking at each day: both ways there must be a day of
// the set, and what lies between must be short enough.
func bridged(b bitmap, gap int) bitmap {
	out := b
	for d := 1; d <= window; d++ {
		before, after := d, d
		for before > 0 && !b.day[before] {
			before--
		}
		for after <= window && !b.day[after] {
			after++
		}
		if before > 0 && (after <= window || b.rest) && after-before-1 <= gap {
			out.day[d] = true
		}
	}
	return out
}

func TestLawsOfShiftingBridgingAndLasting(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := sets().Draw(t, "a"), sets().Draw(t, "b")
		gap, n := rapid.IntRange(0, 12).Draw(t, "gap"), rapid.IntRange(0, 3).Draw(t, "n")
		bridgedA := Bridge(nil, a, gap)
		if !Subset(a, bridgedA) || !Subset(bridgedA, Bridge(nil, a, gap+1)) || !Bridge(nil, bridgedA, gap).Equal(bridgedA) || !Bridge(nil, a, 0).Equal(a) {
			t.Fatalf("bridging %v by %d: %v", a, gap, bridgedA)
		}
		if d := SymmetricDifference(nil, SymmetricDifference(nil, a, b), b); !d.Equal(a) {
			t.Fatalf("%v △ %v △ the same: %v", a, b, d)
		}
		late := ShiftDays(nil, a, 100)
		canonical(t, late)
		if back := ShiftDays(nil, late, -100); !back.Equal(a) && (len(a) == 0 || a[0].From != First) {
			t.Fatalf("%v there and back: %v", a, back)
		}
		if !Subset(late, ShiftDays(nil, union(a, b), 100)) {
			t.Fatal("shifting by days is not monotone")
		}
		long := Lasting(nil, a, n, civil.Anniversary)
		canonical(t, long)
		strict := Lasting(nil, a, n, civil.Civil)
		if !Subset(long, a) || !Subset(Lasting(nil, a, n+1, civil.Anniversary), long) || !Subset(strict, long) {
			t.Fatalf("lasting %d months of %v: %v", n, a, long)
		}
	})
}

func TestLastingFromTheCorrespondingDay(t *testing.T) {
	day := civil.Must
	for _, c := range []struct {
		name, from, to string
		months         int
		want           Set
	}{
		{"from 2 December three months", "2025-12-02", "2026-12-01", 3, Set{{day("2026-03-02"), day("2026-12-01")}}},
		{"31 August and six months, to a month without a 31st", "2025-08-31", "2026-12-01", 6, Set{{day("2026-02-28"), day("2026-12-01")}}},
		{"29 February and twelve months", "2024-02-29", "2026-01-01", 12, Set{{day("2025-02-28"), day("2026-01-01")}}},
		{"too short by a day", "2025-12-02", "2026-03-02", 3, nil},
		{"just long enough", "2025-12-02", "2026-03-03", 3, Set{{day("2026-03-02"), day("2026-03-03")}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Lasting(nil, Set{{day(c.from), day(c.to)}}, c.months, civil.Anniversary); !got.Equal(c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}
