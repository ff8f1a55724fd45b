package rowfile_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"testing"
	"time"

	"go.uber.org/zap"
	"gorm.io/gorm"

	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/intake"
	"xinju.dev/services/platform/intake/rows"
	"xinju.dev/services/platform/intakestore"
	"xinju.dev/services/platform/outcome"
	"xinju.dev/services/platform/page"
	"xinju.dev/services/platform/rowfile"
	"xinju.dev/services/platform/seal"
	"xinju.dev/services/testkit"
)

// taker takes every row that can be read, whatever its columns are called.
type taker struct{}

func (taker) Name() string                                               { return "test.import" }
func (taker) CheckSender(string) error                                   { return nil }
func (taker) Mapper(intake.Source, intake.Layout) (intake.Mapper, error) { return taker{}, nil }
func (taker) ColumnOf(string) string                                     { return "" }
func (taker) Columns() []intake.ColumnUse                                { return nil }
func (taker) Map(rec intake.Record, row *intake.Row)                     { row.Item = rec.Number }

func (taker) ApplyItems(_ *gorm.DB, _ intakestore.Call, items []any) ([]outcome.Outcome, []changefeed.Fact, error) {
	return slices.Repeat([]outcome.Outcome{{Code: outcome.Created}}, len(items)), nil, nil
}

func (taker) Waiting(*gorm.DB, intake.Batch, []intake.RowResult) (map[int]bool, error) {
	return nil, nil
}

const (
	mostOfFile = 24 << 20 // of those without an end
	// mostThrough is what a file may allocate on its whole way, all told: it is
	// sealed while it is kept and unsealed while it is read.
	mostThrough = 160 << 20
)

// Every file of the corpus goes the whole way: received, kept, looked at, read,
// its rows applied, their outcomes stored. What is said of it is what the reader
// says of it; what was refused as a whole leaves nothing behind; and a good file
// sent behind them is taken.
func TestTheCorpusGoesThroughTheWholeIntake(t *testing.T) {
	db := testkit.SQLite(t, intakestore.Migrations(), changefeed.Migrations())
	sealer, err := seal.NewPlain(bytes.Repeat([]byte{'k'}, 32))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	kept := intakestore.New(db, sealer, taker{})
	idle := func() {}
	in, err := intake.New(intake.Deps{
		Store: kept, Senders: kept, Lists: kept, Profiles: kept, Targets: []intake.Target{taker{}}, Format: rows.Files{TempDir: t.TempDir()},
		Sealer: sealer, SpoolDir: dir, Now: time.Now, Log: zap.NewNop(), ChunkRows: 20,
		Hooks: func(point string) error {
			if point == "worker.idle" {
				idle()
			}
			return nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	through := func(n int, f rowfile.Hostile) (b intake.Batch, file string, reasons []string) {
		t.Helper()
		b, err := in.Receive(t.Context(), intake.Header{Sender: fmt.Sprint("s", n), Hints: f.H}, partsOf(io.NewSectionReader(f.Data, 0, f.Size)))
		if err == nil {
			ctx, stop := context.WithTimeout(t.Context(), 3*time.Minute)
			defer stop()
			idle = stop
			if err := in.Run(ctx, func() {}); err != nil && !errors.Is(err, context.Canceled) {
				t.Fatal(err)
			}
			if b, err = kept.FeedBatch(t.Context(), b.ID); err != nil {
				t.Fatal(err)
			}
			if b.State != intake.Succeeded {
				return b, b.Failure, nil
			}
			list, next, err := kept.FeedRows(t.Context(), intake.RowFilter{BatchID: b.ID}, page.Query{Size: 1000})
			if err != nil || next != "" {
				t.Fatal(err, "or too many rows")
			}
			for _, r := range list {
				reasons = append(reasons, r.Reason)
				if (r.Reason == "") != (r.Outcome == outcome.Created) {
					t.Errorf("%s: a row with outcome %d for %q", f.Name, r.Outcome, r.Reason)
				}
			}
			return b, "", reasons
		}
		why, told := errors.AsType[*fault.Error](err)
		if !told {
			t.Errorf("%s: no reason: %v", f.Name, err)
			return b, "", nil
		}
		return b, why.Reason, nil
	}
	files := rowfile.HostileFiles(t, mostOfFile)
	for n := range files {
		if files[n].Name == "overlong UTF-8" { // two of five rows and a header: the whole file counts as damaged
			files[n].File, files[n].Rows = "FEED_TEXT_DAMAGED", nil
		}
	}
	if len(files) < 100 {
		t.Fatalf("only %d files", len(files))
	}
	for n, f := range files {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		b, file, reasons := through(n, f)
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; used > mostThrough {
			t.Errorf("%s: allocated %d MiB", f.Name, used>>20)
		}
		if file != f.File || !slices.Equal(reasons, f.Rows) {
			t.Errorf("%s: refused for %q, rows %q; want %q and %q", f.Name, file, reasons, f.File, f.Rows)
		}
		if file == "" && b.Counts.Received() != int64(len(f.Rows)) {
			t.Errorf("%s: %d rows are counted of %d", f.Name, b.Counts.Received(), len(f.Rows))
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 || left[0].Name() != "spool.id" {
		t.Errorf("files are left: %v, %v", left, err)
	}
	good := []byte("编号,姓名\n1,王\n")
	if _, file, reasons := through(len(files), rowfile.Hostile{Name: "a good file", Data: bytes.NewReader(good), Size: int64(len(good))}); file != "" || !slices.Equal(reasons, []string{""}) {
		t.Errorf("a good file behind them: %q, %q", file, reasons)
	}
}

func partsOf(r io.Reader) func() ([]byte, error) {
	part := make([]byte, 64<<10)
	return func() ([]byte, error) {
		n, err := io.ReadFull(r, part)
		if n > 0 {
			return part[:n], nil
		}
		if errors.Is(err, io.ErrUnexpectedEOF) {
			err = io.EOF
		}
		return nil, err
	}
}
