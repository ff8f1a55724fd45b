package rpc

import (
	"context"
	"crypto/ed25519"
	"errors"
	"io"
	"time"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"
	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/intake"
	"xinju.dev/services/platform/page"
	"xinju.dev/services/registry/internal/core"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
)

// watchEvery is how often a watched batch is looked at.
const watchEvery = 500 * time.Millisecond

// maxPart is the largest part of a file in one message.
const maxPart = 1 << 20

var errPart = fault.New(fault.Invalid, "FEED_PART_TOO_LARGE", "one message carries at most 1 MiB of the file", "单个消息最多携带 1 MiB 文件内容")

// Feed implements registryv1.FeedIntakeServiceServer.
type Feed struct {
	// Unsafe, so that a new RPC breaks the build instead of answering Unimplemented.
	registryv1.UnsafeFeedIntakeServiceServer
	intake *intake.Intake
	store  FeedStore
	now    func() time.Time
}

var _ registryv1.FeedIntakeServiceServer = (*Feed)(nil)

// FeedStore is what is asked about batches and senders.
type FeedStore interface {
	intake.Reader
	Receipts
	FeedSenders
	intake.ProfileStore
}

// Receipts signs what was received.
type Receipts interface {
	Receipt(ctx context.Context, batchID string) (intake.Receipt, error)
	Signer(ctx context.Context) (ed25519.PrivateKey, error)
}

// FeedSenders is what is kept of senders.
type FeedSenders interface {
	SenderStatus(ctx context.Context, name string) (intake.Sender, error)
	SenderList(ctx context.Context, q page.Query) ([]intake.Sender, page.Next, error)
	ChangeSender(ctx context.Context, name string, c intake.Setting) (intake.Sender, error)
}

// NewFeed returns a server over the intake of files.
func NewFeed(in *intake.Intake, s FeedStore, now func() time.Time) *Feed {
	return &Feed{intake: in, store: s, now: now}
}

// ImportFeed implements registryv1.FeedIntakeServiceServer.
func (f *Feed) ImportFeed(stream grpc.ClientStreamingServer[registryv1.ImportFeedRequest, registryv1.ImportFeedResponse]) error {
	first, err := stream.Recv()
	if errors.Is(err, io.EOF) || err == nil && first.GetHeader() == nil {
		return intake.ErrHeader.On("header", "is missing from the first message")
	}
	if err != nil {
		return err
	}
	h := first.GetHeader()
	pending := first
	next := func() ([]byte, error) {
		m := pending
		pending = nil
		if m == nil {
			if m, err = stream.Recv(); err != nil {
				return nil, err
			}
		}
		if len(m.GetData()) > maxPart {
			return nil, errPart
		}
		return m.GetData(), nil
	}
	header, err := feedHeader(h)
	if err != nil {
		return err
	}
	b, err := f.intake.Receive(stream.Context(), header, next)
	if err != nil {
		return err
	}
	return stream.SendAndClose(&registryv1.ImportFeedResponse{Batch: feedBatch(b)})
}

// GetFeedBatch implements registryv1.FeedIntakeServiceServer.
func (f *Feed) GetFeedBatch(ctx context.Context, req *registryv1.GetFeedBatchRequest) (*registryv1.GetFeedBatchResponse, error) {
	b, err := f.store.FeedBatch(ctx, req.GetBatchId())
	if err != nil {
		return nil, err
	}
	out := feedBatch(b)
	if b.Counts[core.Pending] > 0 {
		n, err := f.store.StillPending(ctx, b.ID)
		if err != nil {
			return nil, err
		}
		out.StillPending = proto.Int32(int32(n))
	}
	return &registryv1.GetFeedBatchResponse{Batch: out}, nil
}

// WatchFeedBatch implements registryv1.FeedIntakeServiceServer.
func (f *Feed) WatchFeedBatch(req *registryv1.WatchFeedBatchRequest, stream grpc.ServerStreamingServer[registryv1.WatchFeedBatchResponse]) error {
	ctx := stream.Context()
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	var sent *registryv1.FeedBatch
	for {
		b, err := f.store.FeedBatch(ctx, req.GetBatchId())
		if err != nil {
			return err
		}
		if now := feedBatch(b); !proto.Equal(now, sent) {
			if err := stream.Send(&registryv1.WatchFeedBatchResponse{Batch: now}); err != nil {
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

// ListFeedBatches implements registryv1.FeedIntakeServiceServer.
func (f *Feed) ListFeedBatches(ctx context.Context, req *registryv1.ListFeedBatchesRequest) (*registryv1.ListFeedBatchesResponse, error) {
	batches, next, err := f.store.FeedBatches(ctx, req.GetSender(), page.Query{Size: int(req.GetPageSize()), Token: req.GetPageToken()})
	if err != nil {
		return nil, err
	}
	resp := &registryv1.ListFeedBatchesResponse{NextPageToken: next}
	for _, b := range batches {
		resp.Batches = append(resp.Batches, feedBatch(b))
	}
	return resp, nil
}

// ListFeedRows implements registryv1.FeedIntakeServiceServer.
func (f *Feed) ListFeedRows(ctx context.Context, req *registryv1.ListFeedRowsRequest) (*registryv1.ListFeedRowsResponse, error) {
	filter := intake.RowFilter{BatchID: req.GetBatchId(), Reason: req.GetReason()}
	for _, o := range req.GetOutcomes() {
		filter.Outcomes = append(filter.Outcomes, core.OutcomeCode(o))
	}
	rows, next, err := f.store.FeedRows(ctx, filter, page.Query{Size: int(req.GetPageSize()), Token: req.GetPageToken()})
	if err != nil {
		return nil, err
	}
	resp := &registryv1.ListFeedRowsResponse{NextPageToken: next}
	for _, r := range rows {
		resp.Rows = append(resp.Rows, feedRow(r))
	}
	return resp, nil
}

// DownloadFeedRejects implements registryv1.FeedIntakeServiceServer.
func (f *Feed) DownloadFeedRejects(req *registryv1.DownloadFeedRejectsRequest, stream grpc.ServerStreamingServer[registryv1.DownloadFeedRejectsResponse]) error {
	return f.intake.WriteRejects(stream.Context(), f.store, req.GetBatchId(), rejectsTo{stream})
}

// rejectsTo sends what is written, in parts.
type rejectsTo struct {
	stream grpc.ServerStreamingServer[registryv1.DownloadFeedRejectsResponse]
}

func (w rejectsTo) Write(part []byte) (int, error) {
	sent := len(part)
	for len(part) > 0 {
		n := min(len(part), maxPart)
		if err := w.stream.Send(&registryv1.DownloadFeedRejectsResponse{Data: append([]byte(nil), part[:n]...)}); err != nil {
			return 0, err
		}
		part = part[n:]
	}
	return sent, nil
}
