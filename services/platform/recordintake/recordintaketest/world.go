// Package recordintaketest runs the import of records of one service in tests:
// files go in through the service's own methods, its worker runs until nothing
// is left, and may be killed on the way. It must not be imported outside tests.
package recordintaketest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/status"

	intakev1 "xinju.dev/api/gen/xinju/intake/v1"
	"xinju.dev/services/platform/ident"
	"xinju.dev/services/platform/recordintake"
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

// World is a service's database and folder: what survives when a process dies.
type World struct {
	T     testing.TB
	Build func(hooks func(point string) error) Service // one life of the process
	Serve func(t testing.TB, register func(grpc.ServiceRegistrar)) *grpc.ClientConn

	client intakev1.RecordImportServiceClient
}

// Client speaks to a process that receives and does not apply.
func (w *World) Client() intakev1.RecordImportServiceClient {
	if w.client == nil {
		w.client = intakev1.NewRecordImportServiceClient(w.Serve(w.T, w.Build(nil).Register))
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
