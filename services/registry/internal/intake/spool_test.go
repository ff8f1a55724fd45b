package intake_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"xinju.dev/services/platform/intake"
	"xinju.dev/services/platform/outcome"
	"xinju.dev/services/platform/page"
	"xinju.dev/services/platform/seal"
)

func pageOf(n int) page.Query { return page.Query{Size: n} }

func (w *world) sealed() {
	w.t.Helper()
	s, err := seal.NewAES(bytes.Repeat([]byte{'i'}, 32), seal.Key{Version: 1, Secret: bytes.Repeat([]byte{'s'}, 32)})
	if err != nil {
		w.t.Fatal(err)
	}
	w.sealer = s
}

func TestAKeptFileShowsNothingAndReadsAsItWasSent(t *testing.T) {
	file := randomFile(71, 3000) // several segments
	want, _ := undisturbed(t, newSQLiteWorld(t), file)
	w := newSQLiteWorld(t)
	w.sealed()
	b, err := w.receive(ga, file)
	if err != nil {
		t.Fatal(err)
	}
	kept, err := os.ReadFile(filepath.Join(w.dir, b.ID))
	if err != nil || len(kept) < len(file) {
		t.Fatal(len(kept), err)
	}
	for _, shown := range []string{"幸福路", "王小明", citizen(1), "居住登记"} {
		if bytes.Contains(kept, []byte(shown)) {
			t.Error("something of the file is readable")
		}
	}
	killAt(t, w, "chunk.stored", 30) // and reading begins again in the middle
	if diff := cmp.Diff(want, w.dump()); diff != "" {
		t.Error(diff)
	}
}

func TestAKeptFileThatWasTouchedIsLost(t *testing.T) {
	file := randomFile(72, 3000)
	for name, change := range map[string]func([]byte) []byte{
		"one byte":               func(b []byte) []byte { b[len(b)/2] ^= 1; return b },
		"the last byte":          func(b []byte) []byte { return b[:len(b)-1] },
		"the last segment":       func(b []byte) []byte { return b[:len(b)-len(b)%1000-70_000] },
		"everything":             func([]byte) []byte { return nil },
		"two segments exchanged": exchange,
		"something behind":       func(b []byte) []byte { return append(b, 1, 2, 3) },
	} {
		w := newSQLiteWorld(t)
		w.sealed()
		b, err := w.receive(ga, file)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(w.dir, b.ID)
		kept, err := os.ReadFile(path)
		if err == nil {
			err = os.WriteFile(path, change(kept), 0o600)
		}
		if err == nil {
			err = w.run(nil)
		}
		if got := w.batch(b.ID); err != nil || got.State != intake.Failed || got.Failure != "FEED_FILE_LOST" {
			t.Errorf("%s: state %d %s, %v", name, got.State, got.Failure, err)
		}
	}
}

// exchange swaps the first two segments of a kept file.
func exchange(b []byte) []byte {
	const name, step = 26, 4 + 5 + 12 + 64<<10 + 16
	out := append([]byte{}, b[:name]...)
	out = append(append(out, b[name+step:name+2*step]...), b[name:name+step]...)
	return append(out, b[name+2*step:]...)
}

func TestNothingIsAcknowledgedWhenTheDiskIsFull(t *testing.T) {
	w := newSQLiteWorld(t)
	file := randomFile(73, 3000)
	for _, room := range []int64{1, 1000, int64(len(file)) / 2, int64(len(file)) - 100} {
		d := w.deps()
		d.FileRoom = room
		in, err := intake.New(d)
		if err != nil {
			t.Fatal(err)
		}
		_, err = in.Receive(t.Context(), ga, parts(file, 10_000))
		if !errors.Is(err, intake.ErrSpoolFull) || len(w.spooled()) != 0 || len(w.query("SELECT batch_id FROM feed_batch")) != 0 {
			t.Errorf("room for %d bytes: %v, left %v", room, err, w.spooled())
		}
	}
	if b := w.load(ga, file); b.State != intake.Succeeded {
		t.Errorf("with room again: state %d", b.State)
	}
}

func TestARehearsalSeesTheWholeFile(t *testing.T) {
	w := newSQLiteWorld(t)
	w.rows = 0 // as in production
	// Each departure waits for an arrival that stands thousands of rows later.
	var rows []string
	for i := range 2500 {
		rows = append(rows, strings.Replace(strings.Replace(arrival("L"+citizen(i)[6:], i), "居住登记", "注销", 1), "20250301", "20250401", 1))
	}
	for i := range 2500 {
		rows = append(rows, arrival("A"+citizen(i)[6:], i))
	}
	rehearsal := ga
	rehearsal.ValidateOnly = true
	file := fileOf(append(rows[2500:], rows[:2500]...)...)
	b := w.load(rehearsal, file)
	real := w.load(ga, file)
	if b.Counts != real.Counts || b.Counts[outcome.Created] != 2500 || !b.Whole(intake.RehearsedTogether) {
		t.Errorf("rehearsed %v, imported %v", b.Counts, real.Counts)
	}
}
