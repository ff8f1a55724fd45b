package intake_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/ident"
	"xinju.dev/services/platform/intake"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/registry/internal/core"
)

func TestTwoUploadsOfOneFileAtOnceAreOneBatch(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		file := randomFile(51, 80)
		in := w.process(w.store, nil)
		type answer struct {
			b   intake.Batch
			err error
		}
		const uploads = 5
		answers := make(chan answer, uploads)
		for range uploads {
			go func() {
				b, err := in.Receive(context.WithoutCancel(t.Context()), ga, parts(file, 500))
				answers <- answer{b, err}
			}()
		}
		var ids []string
		for range uploads {
			a := <-answers
			if a.err != nil {
				t.Fatal(a.err)
			}
			ids = append(ids, a.b.ID)
		}
		if slices.Sort(ids); ids[0] != ids[uploads-1] {
			t.Errorf("batches %v", ids)
		}
		if err := w.run(nil); err != nil {
			t.Fatal(err)
		}
		if b := w.batch(ids[0]); b.State != intake.Succeeded || len(w.spooled()) != 0 {
			t.Errorf("state %d %s, left %v", b.State, b.Failure, w.spooled())
		}
	})
}

// forgetful loses the answer to the storing of a batch after it is stored, as a
// connection does that breaks at the commit.
type forgetful struct {
	intake.Store
	lost error
}

func (f *forgetful) CreateFeedBatch(ctx context.Context, b intake.Batch) (intake.Batch, bool, error) {
	if f.lost == nil {
		return f.Store.CreateFeedBatch(ctx, b)
	}
	_, _, err := f.Store.CreateFeedBatch(ctx, b)
	return intake.Batch{}, false, errors.Join(f.lost, err)
}

func TestABatchThatWasStoredWithoutAnAnswerKeepsItsFile(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		lost := errors.New("connection lost")
		file := fileOf(arrival("E1", 1))
		_, err := w.process(&forgetful{w.store, lost}, nil).Receive(t.Context(), ga, parts(file, 1000))
		if !errors.Is(err, lost) {
			t.Fatal(err)
		}
		if err := w.run(nil); err != nil {
			t.Fatal(err)
		}
		if states := w.query("SELECT state, failure FROM feed_batch"); len(states) != 1 || states[0][0] != "3" {
			t.Errorf("%v", states)
		}
		b := w.load(ga, file) // the sender tries again
		if b.State != intake.Succeeded || b.Counts[core.Created] != 1 || len(w.query("SELECT batch_id FROM feed_batch")) != 1 {
			t.Errorf("state %d %s, %v", b.State, b.Failure, b.Counts)
		}
		if left := w.spooled(); len(left) != 0 {
			t.Errorf("left: %v", left)
		}
	})
}

func TestAFileThatIsGoneIsTakenFromTheNextUpload(t *testing.T) {
	w := newSQLiteWorld(t)
	file := randomFile(52, 100)
	want, _ := undisturbed(t, newSQLiteWorld(t), file)
	b, err := w.receive(ga, file)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.run(func(point string) error {
		if point == "chunk.stored" {
			return errKilled
		}
		return nil
	}); !errors.Is(err, errKilled) {
		t.Fatal(err)
	}
	if err := removeFile(w, b.ID); err != nil {
		t.Fatal(err)
	}
	again := w.load(ga, file)
	if again.ID != b.ID || again.State != intake.Succeeded {
		t.Errorf("state %d %s", again.State, again.Failure)
	}
	if diff := cmp.Diff(want, w.dump()); diff != "" {
		t.Error(diff)
	}
}

func TestTheFolderMayGoWhileAFileIsApplied(t *testing.T) {
	w := newSQLiteWorld(t)
	b, err := w.receive(ga, randomFile(53, 100))
	if err != nil {
		t.Fatal(err)
	}
	gone := false
	if err := w.run(func(point string) error {
		if point == "chunk.stored" && !gone {
			gone = true
			return os.RemoveAll(w.dir)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	got := w.batch(b.ID)
	if n := int64(len(w.results())); !got.State.Ended() || got.Counts.Received() != n || n == 0 {
		t.Errorf("state %d %s, counts %v, %d rows", got.State, got.Failure, got.Counts, n)
	}
}

// limit lets the database file grow by some pages and no more; 0 lifts it.
func (w *world) limit(pages int) error {
	return w.db.Write(w.t.Context(), func(tx *gorm.DB) error {
		most := 1 << 30
		if pages > 0 {
			var now int
			if err := tx.Raw("PRAGMA page_count").Scan(&now).Error; err != nil {
				return err
			}
			most = now + pages
		}
		return sqlstore.Exec(tx, fmt.Sprintf("PRAGMA max_page_count = %d", most))
	})
}

func TestAFullDiskHoldsUpAnImportAndLosesNothing(t *testing.T) {
	file := randomFile(54, 300)
	want, _ := undisturbed(t, newSQLiteWorld(t), file)
	w := newSQLiteWorld(t)
	b, err := w.receive(ga, file)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.limit(3); err != nil {
		t.Fatal(err)
	}
	s := &full{Store: w.store}
	s.failed = func(err error) {
		if errors.Is(err, intake.ErrChunk) {
			t.Errorf("a full disk is taken for a bad row: %v", err)
		}
		if s.seen++; s.seen == 2 {
			if err := w.limit(0); err != nil {
				t.Error(err)
			}
		}
	}
	if err := w.runOver(s, nil); err != nil {
		t.Fatal(err)
	}
	if s.seen < 2 || w.batch(b.ID).State != intake.Succeeded {
		t.Errorf("failed %d times, state %d", s.seen, w.batch(b.ID).State)
	}
	if diff := cmp.Diff(want, w.dump()); diff != "" {
		t.Error(diff)
	}
}

type full struct {
	intake.Store
	failed func(error)
	seen   int
}

func (f *full) ApplyFeedChunk(ctx context.Context, c intake.Chunk) error {
	err := f.Store.ApplyFeedChunk(ctx, c)
	if err != nil {
		f.failed(err)
	}
	return err
}

// directly is an event of a few persons, as another system records it during an import.
func directly(t *testing.T, i int) core.Event {
	d, err := ident.Parse(ident.CitizenCard, citizen(i%10), "")
	if err != nil {
		t.Fatal(err)
	}
	return core.Event{
		Sender: "ga-990102", ID: fmt.Sprint("R", i), Type: core.Arrive, Effective: civil.Must("2024-05-01").AddDays(i), Document: d,
		Division: village2, Name: "王小明",
	}
}

func TestRecordingDuringAnImportEndsAsRecordingAfterIt(t *testing.T) {
	file := randomFile(55, 200)
	state := func(w *world) (out [][]string) {
		out = w.query("SELECT HEX(digest), HEX(person), flags FROM resident WHERE known = 1 ORDER BY 1")
		return append(out, w.query("SELECT division, arrived, left_on, stay_id FROM stay ORDER BY 1, 2, 3, 4")...)
	}
	after := newSQLiteWorld(t)
	after.load(ga, file)
	for i := range 60 {
		if _, err := after.events.Record(t.Context(), []core.Event{directly(t, i)}, false, noon); err != nil {
			t.Fatal(err)
		}
	}
	want := state(after)
	eachWorld(t, func(t *testing.T, w *world) {
		b, err := w.receive(ga, file)
		if err != nil {
			t.Fatal(err)
		}
		done := make(chan error, 3)
		started := make(chan struct{})
		for n := range 3 {
			go func() {
				<-started
				for i := n; i < 60; i += 3 {
					if _, err := w.events.Record(context.WithoutCancel(t.Context()), []core.Event{directly(t, i)}, false, noon); err != nil {
						done <- err
						return
					}
				}
				done <- nil
			}()
		}
		first := true
		if err := w.run(func(point string) error {
			if point == "chunk.read" && first {
				first = false
				close(started)
			}
			now := w.batch(b.ID)
			var sum int64
			for _, n := range now.Counts {
				sum += n
			}
			if rows := int64(len(w.results())); point == "chunk.stored" && (sum != rows || now.Counts.Received() != rows) {
				t.Errorf("%d rows, counts %v", rows, now.Counts)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		for range 3 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		if diff := cmp.Diff(want, state(w)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestASenderThatVanishesInTheMiddleLeavesNothing(t *testing.T) {
	w := newSQLiteWorld(t)
	ctx, vanish := context.WithCancel(t.Context())
	n := 0
	_, err := w.process(w.store, nil).Receive(ctx, ga, func() ([]byte, error) {
		if n++; n == 1 {
			return fileOf(arrival("E1", 1)), nil
		}
		vanish()
		return nil, io.EOF // the whole file is there, but the sender is not
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if stored := len(w.query("SELECT batch_id FROM feed_batch")); len(w.spooled()) != stored {
		t.Errorf("%d batches, files %v", stored, w.spooled())
	}
}
