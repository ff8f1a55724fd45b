package intake_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"xinju.dev/services/platform/intake"
	"xinju.dev/services/registry/internal/core"
)

func TestAnIdleWorkerWakesWhenAFileArrives(t *testing.T) {
	w := newSQLiteWorld(t)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	idle, done := make(chan struct{}), make(chan struct{})
	var idled sync.Once
	in := w.process(w.store, func(point string) error {
		switch point {
		case "worker.idle":
			idled.Do(func() { close(idle) })
		case "batch.done":
			close(done)
		}
		return nil
	})
	ended := make(chan error, 1)
	ready := make(chan struct{})
	go func() { ended <- in.Run(ctx, func() { close(ready) }) }()
	<-ready
	<-idle
	b, err := in.Receive(t.Context(), ga, parts(fileOf(arrival("E1", 1)), 7))
	if err != nil {
		t.Fatal(err)
	}
	select {
	case <-done:
	case <-time.After(4 * time.Second): // less than the worker looks again by itself
		t.Fatal("the worker sleeps on")
	}
	stop()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if got := w.batch(b.ID); got.State != intake.Succeeded || got.Counts[core.Created] != 1 {
		t.Errorf("state %d, %v", got.State, got.Counts)
	}
}

func TestStoppingInTheMiddleIsLikeBeingKilled(t *testing.T) {
	file := randomFile(41, 200)
	want, _ := undisturbed(t, newSQLiteWorld(t), file)
	w := newSQLiteWorld(t)
	if _, err := w.receive(ga, file); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	chunks := 0
	err := w.process(w.store, func(point string) error {
		if point == "chunk.events" {
			if chunks++; chunks == 4 {
				stop()
			}
		}
		return nil
	}).Run(ctx, func() {})
	if !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if err := w.run(nil); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, w.dump()); diff != "" {
		t.Error(diff)
	}
}

func TestAFileBeingReceivedIsNotSweptAway(t *testing.T) {
	w := newSQLiteWorld(t)
	in := w.process(w.store, nil)
	file := fileOf(arrival("E1", 1))
	swept := false
	var b intake.Batch
	b, err := in.Receive(t.Context(), ga, func() ([]byte, error) {
		if !swept { // a worker of the same process starts meanwhile
			swept = true
			if err := in.Sweep(t.Context()); err != nil {
				t.Fatal(err)
			}
			return file, nil
		}
		return parts(nil, 1)()
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.run(nil); err != nil {
		t.Fatal(err)
	}
	if got := w.batch(b.ID); got.Counts[core.Created] != 1 {
		t.Errorf("%v", got.Counts)
	}
}

func TestAnotherProcessDoesNotTakeAFileForLostAndMayTakeItOver(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		file := randomFile(42, 100)
		first, err := w.receive(ga, file)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.run(func(point string) error { // it dies half way
			if point == "chunk.stored" {
				return errKilled
			}
			return nil
		}); !errors.Is(err, errKilled) {
			t.Fatal(err)
		}
		other := &world{t: t, db: w.db, events: w.events, store: w.store, sealer: w.sealer, dir: t.TempDir(), rows: w.rows}
		if err := other.run(nil); err != nil {
			t.Fatal(err)
		}
		if b := w.batch(first.ID); b.State != intake.Running {
			t.Fatalf("the batch of another process is in state %d", b.State)
		}
		again := other.load(ga, file) // the sender tries the other process
		if again.ID != first.ID || again.State != intake.Succeeded {
			t.Errorf("state %d", again.State)
		}
		clean := newSQLiteWorld(t)
		want, _ := undisturbed(t, clean, file)
		if diff := cmp.Diff(want, w.dump()); diff != "" {
			t.Error(diff)
		}
		if err := w.run(nil); err != nil {
			t.Fatal(err)
		}
		if left := append(w.spooled(), other.spooled()...); len(left) != 0 {
			t.Errorf("files are left: %v", left)
		}
	})
}

func TestAFileLargerThanAllowedIsRefusedBeforeItIsAllThere(t *testing.T) {
	w := newSQLiteWorld(t)
	d := w.deps()
	d.MaxBytes = 10_000
	in, err := intake.New(d)
	if err != nil {
		t.Fatal(err)
	}
	asked := 0
	_, err = in.Receive(t.Context(), ga, func() ([]byte, error) {
		asked++
		return bytes.Repeat([]byte("姓名,"), 100), nil
	})
	if !errors.Is(err, intake.ErrFileTooLarge) || asked > 20 || len(w.spooled()) != 0 {
		t.Errorf("%v after %d parts", err, asked)
	}
}

func TestAFolderThatIsGoneIsSaidToBe(t *testing.T) {
	w := newSQLiteWorld(t)
	in := w.process(w.store, nil)
	if err := os.RemoveAll(w.dir); err != nil {
		t.Fatal(err)
	}
	if _, err := in.Receive(t.Context(), ga, parts(fileOf(arrival("E1", 1)), 100)); !errors.Is(err, intake.ErrSpoolFull) {
		t.Error(err)
	}
}

func TestReceivedFilesAreReadableByNobodyElse(t *testing.T) {
	w := newSQLiteWorld(t)
	b, err := w.receive(ga, fileOf(arrival("E1", 1)))
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(w.dir, b.ID))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
}

func TestNothingOfARowReachesLogsErrorsOrStoredReasons(t *testing.T) {
	w := newSQLiteWorld(t)
	var log bytes.Buffer
	logger := zap.New(zapcore.NewCore(zapcore.NewJSONEncoder(zap.NewDevelopmentEncoderConfig()), zapcore.AddSync(&log), zap.DebugLevel))
	var rows []string
	for _, b := range badRows {
		rows = append(rows, b.row)
	}
	rows = append(rows, arrival("E1", 900))
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	d := w.deps()
	d.Log = logger
	d.Hooks = func(point string) error {
		if point == "batch.done" {
			stop()
		}
		return nil
	}
	in, err := intake.New(d)
	if err != nil {
		t.Fatal(err)
	}
	b, err := in.Receive(t.Context(), intake.Header{Sender: "ga", FileName: citizen(900) + ".csv"}, parts(fileOf(rows...), 1000))
	if err != nil {
		t.Fatal(err)
	}
	if err := in.Run(ctx, func() {}); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	said := log.String() + fmt.Sprint(w.batch(b.ID)) + fmt.Sprint(w.results()) +
		fmt.Sprint(w.query("SELECT '', '', file_name, reasons, counts, layout, manifest, diff FROM feed_batch"))
	for _, secret := range []string{citizen(900), "990101199006300059", "330681188902290014", "幸福路"} {
		if strings.Contains(said, secret) {
			t.Errorf("something of a row is shown")
		}
	}
	if !strings.Contains(log.String(), b.ID) {
		t.Error("the log says nothing of the batch")
	}
}
