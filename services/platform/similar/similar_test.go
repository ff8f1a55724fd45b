package similar_test

import (
	"testing"

	"xinju.dev/services/platform/similar"

	"pgregory.net/rapid"
)

func TestWhatHasToBeChanged(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"", "abc", 3}, {"sex", "sex", 0}, {"sxe", "sex", 2}, {"birth_day", "birth_date", 2}, {"hukou", "huko", 1}, {"level", "lever", 1},
	} {
		if got := similar.Distance(c.a, c.b); got != c.want {
			t.Errorf("%q to %q: %d, want %d", c.a, c.b, got, c.want)
		}
	}
}

// It is a metric: the same both ways, 0 for equal names alone, and no way round
// is shorter.
func TestADistanceIsOne(t *testing.T) {
	name := rapid.StringOfN(rapid.RuneFrom([]rune("abc")), 0, 8, -1)
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := name.Draw(t, "a"), name.Draw(t, "b"), name.Draw(t, "c")
		ab, ba := similar.Distance(a, b), similar.Distance(b, a)
		if ab != ba || (ab == 0) != (a == b) || ab > similar.Distance(a, c)+similar.Distance(c, b) {
			t.Fatalf("%q %q %q: %d and %d", a, b, c, ab, ba)
		}
	})
}
