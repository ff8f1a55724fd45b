// Package recordintaketest runs the import of records of one service in tests:
// files go in through the service's own methods, its worker runs until nothing
// is left, and may be killed on the way. It must not be imported outside tests.
package recordintaketest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/status"

	intakev1 "xinju.dev/api/gen/xinju/intake/v1"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/ident"
	"xinju.dev/services/platform/recordintake"
	"xinju.dev/services/platform/seal"
	"xinju.dev/services/testkit"
)

// People is a registry that knows whom the test tells it.
type People struct {
	mu    sync.Mutex
	known map[string]string
	units []recordintake.Unit
	away  error
	Asked int // documents asked for so far
}

// Know makes the holder of a document known.
func (p *People) Know(number, residentID string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.known == nil {
		p.known = map[string]string{}
	}
	p.known[number] = residentID
}

// SetUnits sets the units.
func (p *People) SetUnits(units ...recordintake.Unit) { p.units = units }

// Away lets the registry fail; nil lets it answer again.
func (p *People) Away(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.away = err
}

// Persons implements recordintake.Registry.
func (p *People) Persons(_ context.Context, docs []ident.Document) ([]string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.away != nil {
		return nil, p.away
	}
	out := make([]string, len(docs))
	for i, d := range docs {
		out[i] = p.known[d.Number.Reveal()]
		p.Asked++
	}
	return out, nil
}

// Units implements recordintake.Registry.
func (p *People) Units(context.Context) ([]recordintake.Unit, error) { return p.units, nil }

// Service is a record service under test.
type Service interface {
	Register(grpc.ServiceRegistrar)
	Imports() *recordintake.Import
}

// World is a service's database and folder, on 2026-06-30: what survives when a
// process dies.
type World struct {
	T      testing.TB
	Build  func(hooks func(point string) error) Service // one life of the process
	People *People
	Clock  *testkit.Clock
	Dir    string // where files are kept that were received

	client intakev1.RecordImportServiceClient
}

// New is the world of a service that takes files; process makes one life of it.
func New(t testing.TB, process func(now func() time.Time, files recordintake.Settings, hooks func(point string) error) (Service, error)) *World {
	t.Helper()
	sealer, err := seal.NewAES(bytes.Repeat([]byte{'i'}, 32), seal.Key{Version: 1, Secret: bytes.Repeat([]byte{'k'}, 32)})
	if err != nil {
		t.Fatal(err)
	}
	w := &World{T: t, People: &People{}, Clock: testkit.NewClock(civil.Must("2026-06-30")), Dir: t.TempDir()}
	w.Build = func(hooks func(string) error) Service {
		s, err := process(w.Clock.Now, recordintake.Settings{SpoolDir: w.Dir, Sealer: sealer, Registry: w.People}, hooks)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	return w
}

// Client speaks to a process that receives and does not apply.
func (w *World) Client() intakev1.RecordImportServiceClient {
	if w.client == nil {
		w.client = intakev1.NewRecordImportServiceClient(testkit.Serve(w.T, w.Build(nil).Register))
	}
	return w.client
}

// Send hands in a file.
func (w *World) Send(h *intakev1.ImportHeader, file string) (*intakev1.ImportBatch, error) {
	w.T.Helper()
	stream, err := w.Client().ImportRecords(w.T.Context())
	if err != nil {
		return nil, err
	}
	if err := stream.Send(&intakev1.ImportRecordsRequest{Header: h, Data: []byte(file)}); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	resp, err := stream.CloseAndRecv()
	return resp.GetBatch(), err
}

// ErrKilled ends a life of the process.
var ErrKilled = errors.New("killed")

// Run lives until the worker finds nothing left, or kill says otherwise.
func (w *World) Run(kill func(point string) error) error {
	w.T.Helper()
	ctx, stop := context.WithTimeout(w.T.Context(), 3*time.Minute)
	defer stop()
	err := w.Build(func(point string) error {
		if kill != nil {
			if err := kill(point); err != nil {
				return err
			}
		}
		if point == "worker.idle" {
			stop()
		}
		return nil
	}).Imports().Run(ctx, func() {})
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// Load hands in a file and applies it.
func (w *World) Load(h *intakev1.ImportHeader, file string) *intakev1.ImportBatch {
	w.T.Helper()
	b, err := w.Send(h, file)
	if err != nil {
		w.T.Fatal(err, Reason(err))
	}
	if err := w.Run(nil); err != nil {
		w.T.Fatal(err)
	}
	return w.Batch(h.GetKind(), b.GetBatchId())
}

// Take is Load of a file of a kind that the county sends.
func (w *World) Take(kind, file string) *intakev1.ImportBatch {
	w.T.Helper()
	return w.Load(&intakev1.ImportHeader{Kind: kind, Sender: "county"}, file)
}

// Retry tries waiting rows again, as a process does that begins.
func (w *World) Retry() {
	w.T.Helper()
	if _, err := w.Build(nil).Imports().Retry(w.T.Context()); err != nil {
		w.T.Fatal(err)
	}
}

// Batch reads a batch, whose counts must add up.
func (w *World) Batch(kind, id string) *intakev1.ImportBatch {
	w.T.Helper()
	resp, err := w.Client().GetImportBatch(w.T.Context(), &intakev1.GetImportBatchRequest{Kind: kind, BatchId: id})
	if err != nil {
		w.T.Fatal(err)
	}
	c := resp.GetBatch().GetCounts()
	if sum := c.GetCreated() + c.GetUpdated() + c.GetUnchanged() + c.GetDuplicate() + c.GetPending() + c.GetNeedsReview() + c.GetRefused(); sum != c.GetReceived() {
		w.T.Errorf("%d rows received, %d with an outcome", c.GetReceived(), sum)
	}
	return resp.GetBatch()
}

// Rows are the rows of a batch: number, outcome, reason, column, and what a row
// that waited became.
func (w *World) Rows(b *intakev1.ImportBatch) []string {
	w.T.Helper()
	resp, err := w.Client().ListImportRows(w.T.Context(), &intakev1.ListImportRowsRequest{Kind: b.GetKind(), BatchId: b.GetBatchId(), PageSize: 1000})
	if err != nil {
		w.T.Fatal(err)
	}
	word := func(o intakev1.ImportOutcome) string { return strings.TrimPrefix(o.String(), "IMPORT_OUTCOME_") }
	var out []string
	for _, r := range resp.GetRows() {
		parts := []string{fmt.Sprint(r.GetRowNumber()), word(r.GetOutcome()), r.GetReason(), r.GetColumn()}
		if r.GetResolved() != 0 {
			parts = append(parts, "now "+word(r.GetResolved()))
		}
		out = append(out, strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), " "))
	}
	return out
}

// Expect compares the rows of a batch.
func (w *World) Expect(b *intakev1.ImportBatch, want ...string) {
	w.T.Helper()
	if diff := cmp.Diff(want, w.Rows(b)); diff != "" {
		w.T.Error(diff)
	}
}

// Rejects is the file of refused rows.
func (w *World) Rejects(b *intakev1.ImportBatch) string {
	w.T.Helper()
	stream, err := w.Client().DownloadImportRejects(w.T.Context(), &intakev1.DownloadImportRejectsRequest{Kind: b.GetKind(), BatchId: b.GetBatchId()})
	if err != nil {
		w.T.Fatal(err)
	}
	var out strings.Builder
	for {
		part, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return out.String()
		}
		if err != nil {
			w.T.Fatal(err)
		}
		out.Write(part.GetData())
	}
}

// Withdraw undoes a batch.
func (w *World) Withdraw(b *intakev1.ImportBatch) *intakev1.ImportBatch {
	w.T.Helper()
	_, err := w.Client().WithdrawImport(w.T.Context(), &intakev1.WithdrawImportRequest{Kind: b.GetKind(), BatchId: b.GetBatchId(), Reason: "sent by mistake"})
	if err != nil {
		w.T.Fatal(err)
	}
	if err := w.Run(nil); err != nil {
		w.T.Fatal(err)
	}
	return w.Batch(b.GetKind(), b.GetBatchId())
}

// Reason is the stable reason of an answer.
func Reason(err error) string {
	for _, d := range status.Convert(err).Details() {
		if info, ok := d.(*errdetails.ErrorInfo); ok {
			return info.GetReason()
		}
	}
	return ""
}
