package rowfile

import (
	"bytes"
	"runtime"
	"strings"
	"testing"
)

// live is the largest heap while a file is read, after its garbage was collected.
func live(t *testing.T, data []byte) (most uint64) {
	t.Helper()
	l, err := detect(data, Hints{})
	if err != nil {
		t.Fatal(err)
	}
	r, err := NewReader(bytes.NewReader(data), int64(len(data)), l, Position{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	d := NewDecoder(l)
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	before := m.HeapAlloc
	for n := 0; ; n++ {
		rec, err := r.Next()
		if err != nil {
			return most
		}
		d.Row(&rec)
		if n%5000 == 4999 {
			runtime.GC()
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapAlloc-min(before, m.HeapAlloc))
		}
	}
}

func TestMemoryDoesNotGrowWithTheFile(t *testing.T) {
	const fewer, more = 5_000, 50_000
	for name, write := range map[string]func(n int) []byte{
		"XLSX": func(n int) []byte { return manyRows(t, n) },
		"CSV": func(n int) []byte {
			return append([]byte("a,b\n"), bytes.Repeat([]byte("王小明,人民路12号\n"), n)...)
		},
		"XML": func(n int) []byte {
			return []byte("<a>" + strings.Repeat("<r><x>王小明</x></r>", n) + "</a>")
		},
		"JSONL": func(n int) []byte { return bytes.Repeat([]byte(`{"a":"王小明"}`+"\n"), n) },
	} {
		small, large := live(t, write(fewer)), live(t, write(more))
		if large > small+64<<10 {
			t.Errorf("%s: %d rows took %d KiB, %d rows %d KiB", name, fewer, small>>10, more, large>>10)
		}
	}
}
