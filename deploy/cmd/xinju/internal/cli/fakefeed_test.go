package cli

import (
	"context"
	"errors"
	"io"

	"google.golang.org/grpc"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"
	typev1 "xinju.dev/api/gen/xinju/type/v1"
)

func (f *fake) batch(done bool) *registryv1.FeedBatch {
	b := &registryv1.FeedBatch{BatchId: batchID, Sender: "ga-990101", FileName: "feed.csv", FileBytes: 11, Encoding: "UTF-8", Operation: &typev1.Operation{State: typev1.OperationState_OPERATION_STATE_RUNNING, Total: 10}}
	if done {
		b.Operation.State, b.Operation.Done = typev1.OperationState_OPERATION_STATE_SUCCEEDED, 10
		b.State = registryv1.FeedBatchState_FEED_BATCH_STATE_SUCCEEDED
		b.Counts = &registryv1.FeedCounts{Received: 10, Created: 10 - f.refused, Refused: f.refused}
		if f.refused > 0 {
			b.Reasons = []*registryv1.ReasonCount{{Reason: "CITIZEN_CHECK_DIGIT", Outcome: registryv1.RowOutcome_ROW_OUTCOME_REFUSED, Count: f.refused, TextZh: "校验位不符", TextEn: "the check digit is wrong"}}
		}
	}
	return b
}

func (f *fake) ImportFeed(stream grpc.ClientStreamingServer[registryv1.ImportFeedRequest, registryv1.ImportFeedResponse]) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for {
		part, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return stream.SendAndClose(&registryv1.ImportFeedResponse{Batch: f.batch(f.known)})
		}
		if err != nil {
			return err
		}
		if part.GetHeader() != nil {
			f.header = part.GetHeader()
		}
		if f.header.GetSender() == "nobody" {
			return errNoDivision.On("header.sender", "unknown")
		}
		f.file = append(f.file, part.GetData()...)
	}
}

func (f *fake) WatchFeedBatch(_ *registryv1.WatchFeedBatchRequest, stream grpc.ServerStreamingServer[registryv1.WatchFeedBatchResponse]) error {
	for _, done := range []bool{false, true} {
		if err := stream.Send(&registryv1.WatchFeedBatchResponse{Batch: f.batch(done)}); err != nil {
			return err
		}
		if f.stops {
			return errStops
		}
	}
	return nil
}

func (f *fake) GetFeedReceipt(context.Context, *registryv1.GetFeedReceiptRequest) (*registryv1.GetFeedReceiptResponse, error) {
	return &registryv1.GetFeedReceiptResponse{Receipt: "receipt of " + batchID + "\n"}, nil
}

func (f *fake) GetFeedBatch(context.Context, *registryv1.GetFeedBatchRequest) (*registryv1.GetFeedBatchResponse, error) {
	return &registryv1.GetFeedBatchResponse{Batch: f.batch(false)}, nil
}

func (f *fake) ListFeedBatches(context.Context, *registryv1.ListFeedBatchesRequest) (*registryv1.ListFeedBatchesResponse, error) {
	return &registryv1.ListFeedBatchesResponse{Batches: []*registryv1.FeedBatch{f.batch(true)}}, nil
}

func (f *fake) ListFeedRows(_ context.Context, r *registryv1.ListFeedRowsRequest) (*registryv1.ListFeedRowsResponse, error) {
	return &registryv1.ListFeedRowsResponse{Rows: []*registryv1.FeedRow{{RowNumber: 7, EventId: "E-7", Outcome: &registryv1.EventOutcome{
		Outcome: r.GetOutcomes()[0], Reason: "CITIZEN_CHECK_DIGIT", Column: "证件号码", TextZh: "校验位不符", TextEn: "the check digit is wrong",
	}}}}, nil
}

func (f *fake) DownloadFeedRejects(_ *registryv1.DownloadFeedRejectsRequest, stream grpc.ServerStreamingServer[registryv1.DownloadFeedRejectsResponse]) error {
	for _, part := range []string{"\xca\xc2,", "x\r\n"} {
		if err := stream.Send(&registryv1.DownloadFeedRejectsResponse{Data: []byte(part)}); err != nil {
			return err
		}
	}
	return nil
}
