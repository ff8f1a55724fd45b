package freeze

import (
	"fmt"
	"runtime"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestIdentifiersComeOnceInOrder(t *testing.T) {
	var s idSet
	want := map[string]bool{}
	for i := range 10_000 { // more than a block, and each twice
		id := fmt.Sprintf("%d-%s", i*7919%5000, "RESIDENT"[:i%5000%8])
		s.add(id)
		want[id] = true
	}
	var got []string
	if err := s.chunks(7, func(ids []string) error { got = append(got, ids...); return nil }); err != nil {
		t.Fatal(err)
	}
	var sorted []string
	for id := range want {
		sorted = append(sorted, id)
	}
	slices.Sort(sorted)
	if diff := cmp.Diff(sorted, got); diff != "" {
		t.Error(diff)
	}
}

// TestAMillionIdentifiersTakeLittle holds what the type promises.
func TestAMillionIdentifiersTakeLittle(t *testing.T) {
	const n = 200_000
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	var s idSet
	for i := range n {
		s.add(fmt.Sprintf("01J%023d", i))
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if each := float64(after.HeapAlloc-before.HeapAlloc) / n; each > 40 {
		t.Errorf("%.0f bytes each", each)
	}
	runtime.KeepAlive(&s)
}
