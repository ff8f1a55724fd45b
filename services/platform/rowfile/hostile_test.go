package rowfile

import (
	"bytes"
	"errors"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"

	"xinju.dev/services/platform/fault"
)

// hostile is a file that nobody should be hurt by.
type hostile struct {
	name string
	data io.ReaderAt
	size int64
	h    Hints
	file string   // the reason for which it is refused, "" when its rows are read
	meta string   // what the refusal says besides: the kind, the limit
	rows []string // the reason of each row, "" where it is good
	keep string   // of the first good row: its texts joined by "/"; "" is not looked at
}

func of(name, data string) hostile {
	return hostile{name: name, data: strings.NewReader(data), size: int64(len(data))}
}

func (h hostile) refused(reason string, meta ...string) hostile {
	h.file, h.meta = reason, strings.Join(meta, "")
	return h
}

func (h hostile) read(rows ...string) hostile {
	h.rows = rows
	return h
}

func (h hostile) hinted(hints Hints) hostile {
	h.h = hints
	return h
}

func (h hostile) says(texts string) hostile {
	h.keep = texts
	return h
}

// repeated is a file that would not fit anywhere: head, then fill up to size,
// then tail.
type repeated struct {
	head, fill, tail string
	size             int64
}

func (r repeated) ReadAt(p []byte, at int64) (int, error) {
	n := 0
	for n < len(p) && at < r.size {
		switch {
		case at < int64(len(r.head)):
			k := copy(p[n:], r.head[at:])
			n, at = n+k, at+int64(k)
		case at >= r.size-int64(len(r.tail)):
			k := copy(p[n:], r.tail[int64(len(r.tail))-(r.size-at):])
			n, at = n+k, at+int64(k)
		default:
			from := (at - int64(len(r.head))) % int64(len(r.fill))
			k := copy(p[n:min(int64(len(p)), int64(n)+r.size-int64(len(r.tail))-at)], r.fill[from:])
			n, at = n+k, at+int64(k)
		}
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// huge is larger than all memory that dealing with it may take, many times over.
func huge(name, head, fill, tail string) hostile { return sized(name, 200<<20, head, fill, tail) }

func sized(name string, bytes int64, head, fill, tail string) hostile {
	if len(fill) < 64<<10 {
		fill = strings.Repeat(fill, 64<<10/len(fill))
	}
	size := bytes/slower/int64(len(fill))*int64(len(fill)) + int64(len(head)+len(tail))
	return hostile{name: name, data: repeated{head, fill, tail, size}, size: size}
}

// allowed is what dealing with one file may allocate, all told: what is thrown
// away counts too, so that the figure does not depend on when memory is collected.
const allowed = 24 << 20

func TestHostileAndDamagedFilesAreRefusedForTheRightReasonInBoundedMemory(t *testing.T) {
	files := slices.Concat(hostileLines(), hostileKinds(), hostileMarkup(), hostileWorkbooks(t))
	if len(files) < 40 {
		t.Fatalf("only %d files", len(files))
	}
	most, which := uint64(0), ""
	for _, f := range files {
		t.Run(f.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			file, meta, rows := f.deal(t)
			runtime.ReadMemStats(&after)
			if used := after.TotalAlloc - before.TotalAlloc; used > allowed {
				t.Errorf("allocated %d MiB", used>>20)
			} else if used > most {
				most, which = used, f.name
			}
			if file != f.file || f.meta != "" && meta != f.meta {
				t.Fatalf("refused for %q (%s), want %q (%s)", file, meta, f.file, f.meta)
			}
			if got := reasons(rows); !slices.Equal(got, f.rows) {
				t.Fatalf("rows %q, want %q", got, f.rows)
			}
			for _, r := range rows {
				if f.keep != "" && r.reason == "" && strings.Join(r.texts, "/") != f.keep {
					t.Errorf("the row says %q, want %q", r.texts, f.keep)
				} else if r.reason == "" {
					return
				}
			}
		})
	}
	t.Logf("%d files; the most was %d MiB for %s", len(files), most>>20, which)
}

// deal does all that is ever done with a file.
func (h hostile) deal(t *testing.T) (file, meta string, rows []row) {
	t.Helper()
	p, err := preview(h.data, h.size, h.h, 5)
	if err != nil {
		why, known := errors.AsType[*fault.Error](err)
		if !known {
			t.Fatalf("no reason: %v", err)
		}
		return why.Reason, why.Meta["kind"] + why.Meta["limit"] + why.Meta["hint"], nil
	}
	r, err := NewReader(h.data, h.size, p.Layout, Position{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	rows = rest(t, r, p.Layout)
	var out bytes.Buffer
	w, err := NewWriter(&out, p.Layout, "原因")
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range rows {
		if err := w.Write([]byte(one.raw), one.reason); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if len(rows) > 0 && p.Layout.Format != Fixed {
		h.givenBack(t, out.Bytes(), rows, p.Layout.Columns)
	}
	return "", "", rows
}

// givenBack: rows that were good are good and the same when they come back.
func (h hostile) givenBack(t *testing.T, data []byte, rows []row, columns []string) {
	t.Helper()
	hints := h.h
	hints.HeaderRow = 0
	l, err := detect(data, hints)
	if err != nil {
		t.Fatalf("what was given back is refused: %v\n%.300q", err, data)
	}
	again := readAll(t, data, l, Position{})
	at := 0
	for _, was := range rows {
		if was.reason != "" {
			continue
		}
		found := slices.IndexFunc(again[at:], func(r row) bool {
			for i, text := range was.texts {
				j := i // names may stand twice, or be none
				if l.Format != CSV {
					j, _ = l.Index(columns[i])
				}
				if r.texts == nil || r.texts[j] != text {
					return false
				}
			}
			return true
		})
		if found < 0 {
			t.Fatalf("row %d does not come back: %q", was.number, was.texts)
		}
		at += found + 1
	}
}
