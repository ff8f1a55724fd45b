package rowfile

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

func readLines(t *testing.T, src io.Reader, offset int64, number int) (lines []string, ends []int64, last line) {
	t.Helper()
	r := newLineReader(src, offset, number)
	for {
		l, err := r.next()
		if errors.Is(err, io.EOF) {
			return lines, ends, last
		}
		if err != nil {
			t.Fatal(err)
		}
		lines, ends = append(lines, string(l.raw)), append(ends, l.end)
		last = l
		last.raw = nil
	}
}

func TestLinesAreCutAndCounted(t *testing.T) {
	for _, c := range []struct {
		name, file string
		want       []string
		unended    bool
	}{
		{"line feeds", "a,b\nc\n", []string{"a,b", "c"}, false},
		{"carriage returns before them", "a\r\nb\r\n", []string{"a", "b"}, false},
		{"no end on the last line", "a\nb", []string{"a", "b"}, true},
		{"blank lines", "a\n\n\nb\n", []string{"a", "", "", "b"}, false},
		{"nothing", "", nil, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, ends, last := readLines(t, iotest.OneByteReader(strings.NewReader(c.file)), 0, 0)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
			if n := len(ends); n > 0 && (ends[n-1] != int64(len(c.file)) || last.unended != c.unended || last.number != n) {
				t.Errorf("last line %+v of a file of %d bytes", last, len(c.file))
			}
		})
	}
}

func TestAnOverlongLineIsCutWithBoundedMemory(t *testing.T) {
	long := strings.Repeat("长", 40<<20/3)
	file := io.MultiReader(strings.NewReader("first\n"), strings.NewReader(long), strings.NewReader("\nlast\n"))
	r := newLineReader(file, 0, 0)
	want := []struct {
		length int
		long   bool
	}{{5, false}, {maxLine, true}, {4, false}}
	for i, w := range want {
		l, err := r.next()
		if err != nil || len(l.raw) != w.length || l.tooLong != w.long || l.number != i+1 {
			t.Fatalf("line %d: %d bytes, too long %v, %v", i+1, len(l.raw), l.tooLong, err)
		}
	}
	if len(r.buf) > 4*maxLine {
		t.Errorf("the buffer grew to %d bytes", len(r.buf))
	}
	if r.offset != int64(6+len(long)+1+5) {
		t.Errorf("offset %d", r.offset)
	}
}

func TestALineOfExactlyTheLimitPasses(t *testing.T) {
	for _, n := range []int{maxLine - 1, maxLine, maxLine + 1} {
		for _, end := range []string{"\n", "\r\n", ""} {
			r := newLineReader(strings.NewReader(strings.Repeat("a", n)+end), 0, 0)
			l, err := r.next()
			if err != nil || l.tooLong != (n > maxLine) {
				t.Errorf("%d bytes ending in %q: too long %v, %v", n, end, l.tooLong, err)
			}
		}
	}
}

func FuzzLines(f *testing.F) {
	f.Add([]byte("a,b\r\nc\n\nd"), 3)
	f.Add(bytes.Repeat([]byte("x"), maxLine+5), 100)
	f.Fuzz(func(t *testing.T, file []byte, from int) {
		lines, ends, _ := readLines(t, bytes.NewReader(file), 0, 0)
		if n := len(ends); len(file) > 0 && (n == 0 || ends[n-1] != int64(len(file))) {
			t.Fatal("the lines do not cover the file")
		}
		if len(lines) == 0 {
			return
		}
		// Reading on from any line's end gives the rest.
		k := (from & 0x7fffffff) % len(lines)
		rest, _, last := readLines(t, bytes.NewReader(file[ends[k]:]), ends[k], k+1)
		if diff := cmp.Diff(lines[k+1:], rest); len(rest)+len(lines[k+1:]) > 0 && diff != "" {
			t.Fatal(diff)
		}
		if len(rest) > 0 && last.number != len(lines) {
			t.Fatalf("the last line is number %d of %d", last.number, len(lines))
		}
	})
}
