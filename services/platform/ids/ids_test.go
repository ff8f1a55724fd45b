package ids_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"xinju.dev/services/platform/ids"

	"pgregory.net/rapid"
)

func TestEachIdentifierIsGreaterThanTheOneBeforeWhateverTheClockDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		last := ""
		for _, ms := range rapid.SliceOfN(rapid.Int64Range(-5, 1<<41), 2, 200).Draw(t, "clock") {
			id := ids.New(time.UnixMilli(ms))
			if id <= last || !ids.Valid(id) {
				t.Fatalf("%s follows %s", id, last)
			}
			last = id
		}
	})
}

func TestIdentifiersMadeAtTheSameTimeDiffer(t *testing.T) {
	const makers, each = 8, 2000
	now, all := time.Now(), make([][]string, makers)
	var wg sync.WaitGroup
	for m := range makers {
		wg.Go(func() {
			for range each {
				all[m] = append(all[m], ids.New(now))
			}
		})
	}
	wg.Wait()
	seen := map[string]bool{}
	for _, some := range all {
		for _, id := range some {
			seen[id] = true
		}
	}
	if len(seen) != makers*each {
		t.Errorf("%d identifiers of %d differ", len(seen), makers*each)
	}
}

func TestAnIdentifierBeginsWithItsTime(t *testing.T) {
	// Later than any other test's clock, because identifiers never go back.
	at := time.UnixMilli(1 << 42)
	if id := ids.New(at); !strings.HasPrefix(id, "0400000000"[:1]) || id[:10] < "0400000000"[:10] {
		t.Errorf("%s is not of 2^42 ms", id[:10])
	}
}

func TestNeighboursCannotBeGuessed(t *testing.T) {
	now := time.UnixMilli(1 << 43)
	a, b := ids.New(now), ids.New(now)
	if a[:20] == b[:20] && a[20:25] == b[20:25] {
		t.Errorf("%s and %s differ only at the end", a, b)
	}
}

func TestValidAcceptsOnlyTheFormOfAnIdentifier(t *testing.T) {
	for s, want := range map[string]bool{
		"01JQZ0000000000000000000ZZ": true, "7ZZZZZZZZZZZZZZZZZZZZZZZZZ": true,
		"8ZZZZZZZZZZZZZZZZZZZZZZZZZ": false, "01jqz0000000000000000000zz": false, "01JQZ000000000000000000": false,
		"01JQZ0000000000000000000ZI": false, "01JQZ0000000000000000000ZU": false, "": false, "01JQZ0000000000000000000Zé": false,
	} {
		if got := ids.Valid(s); got != want {
			t.Errorf("Valid(%q) = %t", s, got)
		}
	}
}
