package store

import (
	"bytes"
	"cmp"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func drawPlace(t *rapid.T) LinePlace {
	text := rapid.StringOfN(rapid.SampledFrom([]rune{0, 1, 2, 'a', 'b', 'é'}), 0, 3, -1)
	return LinePlace{text.Draw(t, "village"), text.Draw(t, "key"), text.Draw(t, "resident"), text.Draw(t, "event")}
}

func TestPlacesOfLinesCompareAsTheirPartsDo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawPlace(t), drawPlace(t)
		want := cmp.Or(strings.Compare(a.Village, b.Village), strings.Compare(a.SortKey, b.SortKey),
			strings.Compare(a.ResidentID, b.ResidentID), strings.Compare(a.EventID, b.EventID))
		if got := bytes.Compare(a.bytes(), b.bytes()); got != want {
			t.Fatalf("%q and %q: %d, want %d", a, b, got, want)
		}
		if back, err := placeOf(a.bytes()); err != nil || back != a {
			t.Fatalf("%q was read as %q, %v", a, back, err)
		}
		village := strings.Compare(a.Village, b.Village)
		in := bytes.Compare(a.bytes(), villageBegin(b.Village)) > 0 && bytes.Compare(a.bytes(), villageEnd(b.Village)) < 0
		if in != (village == 0) {
			t.Fatalf("%q is in village %q: %t", a, b.Village, in)
		}
	})
}

func TestADamagedPlaceIsRefused(t *testing.T) {
	for _, raw := range []string{"", "V", "V\x00", "V\x00\x01k\x00\x01", "V\x00\x07k\x00\x01R\x00\x01"} {
		if p, err := placeOf([]byte(raw)); err == nil {
			t.Errorf("%q was read as %q", raw, p)
		}
	}
}
