package intake_test

import (
	"bytes"
	"fmt"
	"io"
	"runtime"
	"testing"

	"xinju.dev/services/registry/internal/core"
)

// endless makes a file of n arrivals on the way, so that the file itself takes
// no memory.
func endless(n int) func() ([]byte, error) {
	i := 0
	return func() ([]byte, error) {
		if i > n {
			return nil, io.EOF
		}
		var part bytes.Buffer
		if i == 0 {
			part.WriteString(header + "\n")
			i++
		}
		for ; i <= n && part.Len() < 60_000; i++ {
			part.WriteString(arrival(fmt.Sprint("E", i), i) + "\n")
		}
		return part.Bytes(), nil
	}
}

// peak imports n rows and returns the largest live heap seen after a chunk.
func peak(t *testing.T, n int) uint64 {
	t.Helper()
	w := newSQLiteWorld(t)
	w.rows = 1000 // both files have several chunks: what one takes is the same
	b, err := w.process(w.store, nil).Receive(t.Context(), ga, endless(n))
	if err != nil {
		t.Fatal(err)
	}
	var most uint64
	var m runtime.MemStats
	if err := w.run(func(point string) error {
		if point == "chunk.facts" || point == "chunk.stored" {
			runtime.GC() // what is live, not what happens to lie about
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapAlloc)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if c := w.batch(b.ID).Counts; c[core.Created] != int64(n) {
		t.Fatalf("counts %v", c)
	}
	return most
}

func TestMemoryDoesNotGrowWithTheFile(t *testing.T) {
	const fewer, more = 20_000 / slower, 100_000 / slower
	small := peak(t, fewer)
	large := peak(t, more)
	if float64(large) >= 1.3*float64(small) {
		t.Errorf("%d rows took %d KiB, %d rows %d KiB", fewer, small>>10, more, large>>10)
	}
	t.Logf("%d rows took %d KiB, %d rows %d KiB", fewer, small>>10, more, large>>10)
}
