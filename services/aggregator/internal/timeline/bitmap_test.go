package timeline

import (
	"testing"

	"pgregory.net/rapid"

	"xinju.dev/services/platform/civil"
)

// The model is a bitmap of days in a small window plus one bit for everything
// behind it; nothing in it shares code with the algebra.
const window = 60

type bitmap struct {
	day  [window + 1]bool // index is the day; 0 is unused
	rest bool             // all days after the window
}

func bitmapOf(s Set) (b bitmap) {
	for _, v := range s {
		for d := v.From; d < v.To && d <= window; d++ {
			b.day[d] = true
		}
		b.rest = b.rest || v.To == civil.Forever
	}
	return b
}

func combine(a, b bitmap, op func(x, y bool) bool) (out bitmap) {
	for d := 1; d <= window; d++ {
		out.day[d] = op(a.day[d], b.day[d])
	}
	out.rest = op(a.rest, b.rest)
	return out
}

// sets draws sets in the window, often with an open end.
func sets() *rapid.Generator[Set] {
	return rapid.Custom(func(t *rapid.T) Set {
		n := rapid.IntRange(0, 5).Draw(t, "spans")
		spans := make([]Span, n)
		for i := range spans {
			spans[i].From = civil.Date(rapid.IntRange(1, window).Draw(t, "from"))
			spans[i].To = civil.Date(rapid.IntRange(1, window).Draw(t, "to"))
			if rapid.IntRange(0, 9).Draw(t, "open") == 0 {
				spans[i].To = civil.Forever
			}
		}
		return Of(nil, spans...)
	})
}

func canonical(t *rapid.T, s Set) {
	t.Helper()
	for i, v := range s {
		if v.From < First || v.From >= v.To || v.To > civil.Forever || i > 0 && s[i-1].To >= v.From {
			t.Fatalf("not in canonical form: %v", s)
		}
	}
}

func TestOperationsEqualTheBitmap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := sets().Draw(t, "a"), sets().Draw(t, "b")
		check := func(name string, got Set, want bitmap) {
			t.Helper()
			canonical(t, got)
			if bitmapOf(got) != want {
				t.Fatalf("%s of %v and %v is %v", name, a, b, got)
			}
		}
		ba, bb := bitmapOf(a), bitmapOf(b)
		check("union", Union(nil, a, b), combine(ba, bb, func(x, y bool) bool { return x || y }))
		check("intersection", Intersect(nil, a, b), combine(ba, bb, func(x, y bool) bool { return x && y }))
		check("difference", Minus(nil, a, b), combine(ba, bb, func(x, y bool) bool { return x && !y }))
		check("complement", Complement(nil, a), combine(ba, ba, func(x, _ bool) bool { return !x }))
		v := Span{civil.Date(rapid.IntRange(1, window).Draw(t, "clip from")), civil.Date(rapid.IntRange(1, window).Draw(t, "clip to"))}
		clip := bitmapOf(Set{v})
		check("clip", Clip(nil, a, v), combine(ba, clip, func(x, y bool) bool { return x && y }))
	})
}

func TestLookUpsEqualTheBitmap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := sets().Draw(t, "a")
		if rapid.Bool().Draw(t, "long") { // the binary search
			for i := range civil.Date(12) {
				a = Union(nil, a, Set{{1 + 5*i, 3 + 5*i}})
			}
		}
		b := bitmapOf(a)
		day := civil.Date(rapid.IntRange(1, window).Draw(t, "day"))
		if a.Contains(day) != b.day[day] {
			t.Fatalf("%v contains %d: %t", a, day, a.Contains(day))
		}
		if v, ok := a.SpanAt(day); ok != b.day[day] || ok && (v.From > day || day >= v.To) {
			t.Fatalf("span of %v at %d: %v", a, day, v)
		}
		want := civil.None
		for d := day + 1; d <= window && want == civil.None; d++ {
			if b.day[d] != b.day[d-1] {
				want = d
			}
		}
		if want == civil.None && b.day[window] != b.rest {
			want = window + 1
		}
		got := a.NextChange(day)
		if got != want {
			t.Fatalf("next change of %v after %d is %d, want %d", a, day, got, want)
		}
	})
}

func TestDaysCountsTheBitmap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := Clip(nil, sets().Draw(t, "a"), Span{1, window + 1})
		n := 0
		for _, in := range bitmapOf(a).day {
			if in {
				n++
			}
		}
		if a.Days() != n {
			t.Fatalf("%v has %d days, want %d", a, a.Days(), n)
		}
	})
}
