package rpc

import (
	"context"
	"errors"
	"io"
	"time"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"
	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/page"
	"xinju.dev/services/registry/internal/core"
	"xinju.dev/services/registry/internal/intake"

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
	reader intake.Reader
}

var _ registryv1.FeedIntakeServiceServer = (*Feed)(nil)

// NewFeed returns a server over the intake of files.
func NewFeed(in *intake.Intake, reader intake.Reader) *Feed { return &Feed{intake: in, reader: reader} }

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
	b, err := f.intake.Receive(stream.Context(), intake.Header{
		Sender: h.GetSender(), FileName: h.GetFileName(), Encoding: h.GetEncoding(), ValidateOnly: h.GetValidateOnly(),
	}, next)
	if err != nil {
		return err
	}
	return stream.SendAndClose(&registryv1.ImportFeedResponse{Batch: feedBatch(b)})
}

// GetFeedBatch implements registryv1.FeedIntakeServiceServer.
func (f *Feed) GetFeedBatch(ctx context.Context, req *registryv1.GetFeedBatchRequest) (*registryv1.GetFeedBatchResponse, error) {
	b, err := f.reader.FeedBatch(ctx, req.GetBatchId())
	if err != nil {
		return nil, err
	}
	return &registryv1.GetFeedBatchResponse{Batch: feedBatch(b)}, nil
}

// WatchFeedBatch implements registryv1.FeedIntakeServiceServer.
func (f *Feed) WatchFeedBatch(req *registryv1.WatchFeedBatchRequest, stream grpc.ServerStreamingServer[registryv1.WatchFeedBatchResponse]) error {
	ctx := stream.Context()
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	var sent *registryv1.FeedBatch
	for {
		b, err := f.reader.FeedBatch(ctx, req.GetBatchId())
		if err != nil {
			return err
		}
		if now := feedBatch(b); !proto.Equal(now, sent) {
			if err := stream.Send(&registryv1.WatchFeedBatchResponse{Batch: now}); err != nil {
				return err
			}
			sent = now
		}
		if b.State.Done() {
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
	batches, next, err := f.reader.FeedBatches(ctx, req.GetSender(), page.Query{Size: int(req.GetPageSize()), Token: req.GetPageToken()})
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
	rows, next, err := f.reader.FeedRows(ctx, filter, page.Query{Size: int(req.GetPageSize()), Token: req.GetPageToken()})
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
	return intake.WriteRejects(stream.Context(), f.reader, req.GetBatchId(), func(part []byte) error {
		for len(part) > 0 {
			n := min(len(part), maxPart)
			if err := stream.Send(&registryv1.DownloadFeedRejectsResponse{Data: append([]byte(nil), part[:n]...)}); err != nil {
				return err
			}
			part = part[n:]
		}
		return nil
	})
}
