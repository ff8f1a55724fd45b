package recordintake

import (
	"context"
	"errors"
	"io"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	intakev1 "xinju.dev/api/gen/xinju/intake/v1"
	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/intake"
	"xinju.dev/services/platform/outcome"
	"xinju.dev/services/platform/page"
	"xinju.dev/services/platform/rowfile"
	"xinju.dev/services/platform/wire"
)

const (
	watchEvery = 500 * time.Millisecond
	maxPart    = 1 << 20 // of a file in one message
)

var errPart = fault.New(fault.Invalid, "IMPORT_PART_TOO_LARGE", "one message carries at most 1 MiB of the file", "单个消息最多携带 1 MiB 文件内容")

// server implements intakev1.RecordImportServiceServer.
type server struct {
	// Unsafe, so that a new RPC breaks the build instead of answering Unimplemented.
	intakev1.UnsafeRecordImportServiceServer
	im *Import
}

var _ intakev1.RecordImportServiceServer = (*server)(nil)

// kind finds a kind of this service. It fails with IMPORT_KIND_UNKNOWN and
// IMPORT_OFF.
func (s *server) kind(name string) (*Kind, error) {
	k := s.im.kinds[name]
	switch {
	case k == nil:
		return nil, ErrKind.On("kind", "见接口说明 see the description of the service")
	case s.im.intake == nil:
		return nil, ErrOff
	}
	return k, nil
}

// batch finds a batch of a kind. It fails with FEED_BATCH_NOT_FOUND.
func (s *server) batch(ctx context.Context, kind, id string) (intake.Batch, error) {
	k, err := s.kind(kind)
	if err != nil {
		return intake.Batch{}, err
	}
	b, err := s.im.batches.FeedBatch(ctx, id)
	if err == nil && b.Target != k.target() {
		err = intake.ErrBatchNotFound
	}
	return b, err
}

// header reads what a sender says of a file; ctx carries the unit of its rows.
func (s *server) header(ctx context.Context, h *intakev1.ImportHeader) (context.Context, intake.Header, error) {
	if h == nil {
		return ctx, intake.Header{}, intake.ErrHeader.On("header", "is missing from the first message")
	}
	k, err := s.kind(h.GetKind())
	if err != nil {
		return ctx, intake.Header{}, err
	}
	if err := s.im.resolver.unit(ctx, h.GetDefaultUnitId()); err != nil {
		return ctx, intake.Header{}, err
	}
	out := intake.Header{
		Target: k.target(), Sender: h.GetSender(), FileName: h.GetFileName(), Encoding: h.GetEncoding(), ValidateOnly: h.GetValidateOnly(),
		Hints: rowfile.Hints{Format: rowfile.Format(h.GetFormat()), Sheet: h.GetSheet()}, Profile: h.GetProfile(),
	}
	ctx, err = s.im.withMapping(withUnit(ctx, h.GetDefaultUnitId()), &out, h.GetMapping())
	return ctx, out, err
}

// part is what the messages of a file have in common.
type part interface {
	GetHeader() *intakev1.ImportHeader
	GetData() []byte
}

// parts reads the rest of a stream after its first message.
func parts[M part](first M, recv func() (M, error)) func() ([]byte, error) {
	m, fresh := first, true
	return func() (data []byte, err error) {
		if !fresh {
			if m, err = recv(); err != nil {
				return nil, err
			}
		}
		fresh = false
		if len(m.GetData()) > maxPart {
			return nil, errPart
		}
		return m.GetData(), nil
	}
}

// ImportRecords implements intakev1.RecordImportServiceServer.
func (s *server) ImportRecords(stream grpc.ClientStreamingServer[intakev1.ImportRecordsRequest, intakev1.ImportRecordsResponse]) error {
	first, err := stream.Recv()
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	ctx, h, err := s.header(stream.Context(), first.GetHeader())
	if err != nil {
		return err
	}
	b, err := s.im.intake.Receive(ctx, h, parts(first, stream.Recv))
	if err == nil && b.Target != h.Target {
		err = ErrOtherKind.With("batch_id", b.ID)
	}
	if err != nil {
		return err
	}
	return stream.SendAndClose(&intakev1.ImportRecordsResponse{Batch: batchProto(b)})
}

// PreviewImport implements intakev1.RecordImportServiceServer.
func (s *server) PreviewImport(stream grpc.ClientStreamingServer[intakev1.PreviewImportRequest, intakev1.PreviewImportResponse]) error {
	first, err := stream.Recv()
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	ctx, h, err := s.header(stream.Context(), first.GetHeader())
	if err != nil {
		return err
	}
	p, err := s.im.intake.Preview(ctx, h, int(first.GetRowCount()), parts(first, stream.Recv))
	if err != nil {
		return err
	}
	return stream.SendAndClose(previewProto(p))
}

// GetImportBatch implements intakev1.RecordImportServiceServer.
func (s *server) GetImportBatch(ctx context.Context, req *intakev1.GetImportBatchRequest) (*intakev1.GetImportBatchResponse, error) {
	b, err := s.batch(ctx, req.GetKind(), req.GetBatchId())
	if err != nil {
		return nil, err
	}
	out := batchProto(b)
	if b.Counts[outcome.Pending] > 0 {
		n, err := s.im.batches.StillPending(ctx, b.ID)
		if err != nil {
			return nil, err
		}
		out.StillPending = proto.Int32(int32(n))
	}
	return &intakev1.GetImportBatchResponse{Batch: out}, nil
}

// WatchImportBatch implements intakev1.RecordImportServiceServer.
func (s *server) WatchImportBatch(req *intakev1.WatchImportBatchRequest, stream grpc.ServerStreamingServer[intakev1.WatchImportBatchResponse]) error {
	ctx := stream.Context()
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	var sent *intakev1.ImportBatch
	for {
		b, err := s.batch(ctx, req.GetKind(), req.GetBatchId())
		if err != nil {
			return err
		}
		if now := batchProto(b); !proto.Equal(now, sent) {
			if err := stream.Send(&intakev1.WatchImportBatchResponse{Batch: now}); err != nil {
				return err
			}
			sent = now
		}
		if b.State.Rests() {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// ListImportBatches implements intakev1.RecordImportServiceServer.
func (s *server) ListImportBatches(ctx context.Context, req *intakev1.ListImportBatchesRequest) (*intakev1.ListImportBatchesResponse, error) {
	k, err := s.kind(req.GetKind())
	if err != nil {
		return nil, err
	}
	batches, next, err := s.im.list(ctx, k, req.GetSender(), page.Query{Size: int(req.GetPageSize()), Token: req.GetPageToken()})
	if err != nil {
		return nil, err
	}
	resp := &intakev1.ListImportBatchesResponse{NextPageToken: next}
	for _, b := range batches {
		resp.Batches = append(resp.Batches, batchProto(b))
	}
	return resp, nil
}

// ListImportRows implements intakev1.RecordImportServiceServer.
func (s *server) ListImportRows(ctx context.Context, req *intakev1.ListImportRowsRequest) (*intakev1.ListImportRowsResponse, error) {
	b, err := s.batch(ctx, req.GetKind(), req.GetBatchId())
	if err != nil {
		return nil, err
	}
	filter := intake.RowFilter{BatchID: b.ID, Reason: req.GetReason()}
	for _, o := range req.GetOutcomes() {
		filter.Outcomes = append(filter.Outcomes, outcome.Code(o))
	}
	rows, next, err := s.im.batches.FeedRows(ctx, filter, page.Query{Size: int(req.GetPageSize()), Token: req.GetPageToken()})
	if err == nil && !b.ValidateOnly {
		err = s.im.became(ctx, b, rows)
	}
	if err != nil {
		return nil, err
	}
	resp := &intakev1.ListImportRowsResponse{NextPageToken: next}
	for _, r := range rows {
		resp.Rows = append(resp.Rows, rowProto(r))
	}
	return resp, nil
}

// DownloadImportRejects implements intakev1.RecordImportServiceServer.
func (s *server) DownloadImportRejects(req *intakev1.DownloadImportRejectsRequest, stream grpc.ServerStreamingServer[intakev1.DownloadImportRejectsResponse]) error {
	b, err := s.batch(stream.Context(), req.GetKind(), req.GetBatchId())
	if err != nil {
		return err
	}
	return s.im.intake.WriteRejects(stream.Context(), refusals{s.im.batches, s.im}, b.ID, rejectsTo{stream})
}

// rejectsTo sends what is written, in parts.
type rejectsTo struct {
	stream grpc.ServerStreamingServer[intakev1.DownloadImportRejectsResponse]
}

// Write implements io.Writer.
func (w rejectsTo) Write(data []byte) (int, error) {
	sent := len(data)
	for len(data) > 0 {
		n := min(len(data), maxPart)
		if err := w.stream.Send(&intakev1.DownloadImportRejectsResponse{Data: append([]byte(nil), data[:n]...)}); err != nil {
			return 0, err
		}
		data = data[n:]
	}
	return sent, nil
}

// CancelImport implements intakev1.RecordImportServiceServer.
func (s *server) CancelImport(ctx context.Context, req *intakev1.CancelImportRequest) (*intakev1.CancelImportResponse, error) {
	b, err := s.batch(ctx, req.GetKind(), req.GetBatchId())
	if err == nil {
		b, err = s.im.intake.Cancel(ctx, b.ID)
	}
	if err != nil {
		return nil, err
	}
	return &intakev1.CancelImportResponse{Batch: batchProto(b)}, nil
}

// ResumeImport implements intakev1.RecordImportServiceServer.
func (s *server) ResumeImport(ctx context.Context, req *intakev1.ResumeImportRequest) (*intakev1.ResumeImportResponse, error) {
	b, err := s.batch(ctx, req.GetKind(), req.GetBatchId())
	if err == nil {
		b, err = s.im.intake.Resume(ctx, b.ID)
	}
	if err != nil {
		return nil, err
	}
	return &intakev1.ResumeImportResponse{Batch: batchProto(b)}, nil
}

// WithdrawImport implements intakev1.RecordImportServiceServer.
func (s *server) WithdrawImport(ctx context.Context, req *intakev1.WithdrawImportRequest) (*intakev1.WithdrawImportResponse, error) {
	var c wire.Check
	reason := c.Text("reason", req.GetReason(), 100, wire.Required)
	if err := c.Err(); err != nil {
		return nil, err
	}
	b, err := s.batch(ctx, req.GetKind(), req.GetBatchId())
	if err == nil {
		b, err = s.im.intake.Undo(ctx, b.ID, reason)
	}
	if err != nil {
		return nil, err
	}
	return &intakev1.WithdrawImportResponse{Batch: batchProto(b)}, nil
}
