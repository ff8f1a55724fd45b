package county_test

import (
	"testing"

	"xinju.dev/deploy/bench/internal/county"
	"xinju.dev/deploy/synthetic"
	"xinju.dev/services/aggregator"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/ids"
)

func TestIdentifiersOfResidentsGrowWithTheirIndex(t *testing.T) {
	c := invented()
	last := ""
	for i := range 3000 {
		id := county.ResidentID(c, i)
		if !ids.Valid(id) || id <= last {
			t.Fatalf("resident %d has %q, after %q", i, id, last)
		}
		last = id
	}
	other := synthetic.NewCounty(synthetic.Config{Seed: 8, Residents: 400, Today: civil.Of(2026, 6, 30)})
	if county.ResidentID(c, 5) == county.ResidentID(other, 5) || county.ResidentID(c, 5) != county.ResidentID(invented(), 5) {
		t.Error("an identifier does not follow from the seed")
	}
}

// What compresses better than identifiers of services do would flatter whatever stores them.
func TestIdentifiersLookRandomFromTheirEleventhCharacterOn(t *testing.T) {
	var seen [ids.Len][256]int
	n := 0
	for f := range county.Facts(invented(), aggregator.Archive) {
		if !ids.Valid(f.GetFactId()) || !ids.Valid(f.GetResidentId()) {
			t.Fatalf("%q of %q is no ULID", f.GetFactId(), f.GetResidentId())
		}
		for i := range ids.Len {
			seen[i][f.GetFactId()[i]]++
		}
		n++
	}
	for i := 10; i < ids.Len; i++ {
		kinds := 0
		for _, times := range seen[i] {
			if times > 0 {
				kinds++
			}
			if times > n/16 {
				t.Errorf("%d of %d have the same character at %d", times, n, i)
			}
		}
		if kinds != 32 {
			t.Errorf("%d characters at %d, want 32", kinds, i)
		}
	}
}
