package store_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"xinju.dev/services/aggregator/internal/store"

	gocmp "github.com/google/go-cmp/cmp"
)

// TestWhatIsSortedComesInTheOrderOfItsKeys: in memory, in runs of many values and of
// one; a Filling beside it has runs of its own.
func TestWhatIsSortedComesInTheOrderOfItsKeys(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		for i, most := range []int{1 << 20, 1000, 1} {
			g := int64(i + 1)
			fill(t, s, g, residents(20), 1000)
			filled := parts(t, s, g)
			rng := rand.New(rand.NewPCG(5, uint64(most)))
			sort := s.Sort(g, most)
			want := map[string][]string{}
			for n := range 60 {
				key, value := fmt.Sprintf("R%02d", rng.IntN(20)), fmt.Sprint("value ", n)
				want[key] = append(want[key], value)
				if err := sort.Add(t.Context(), key, []byte(value)); err != nil {
					t.Fatal(err)
				}
			}
			got, last := map[string][]string{}, ""
			err := sort.Each(t.Context(), func(key string, value []byte) error {
				if key < last {
					t.Errorf("%s comes after %s", key, last)
				}
				got[key], last = append(got[key], string(value)), key
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			for key := range got {
				slices.Sort(got[key])
				slices.Sort(want[key])
			}
			if diff := gocmp.Diff(want, got); diff != "" {
				t.Errorf("%d bytes in memory: %s", most, diff)
			}
			if n := parts(t, s, g) - filled; (n > 0) != (most < 1<<20) {
				t.Errorf("%d bytes in memory: %d parts of runs", most, n)
			}
			if err := s.DropRuns(t.Context(), g); err != nil || parts(t, s, g) > 0 {
				t.Errorf("left behind: %v", err)
			}
		}
	})
}
