package rpc

import (
	"context"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"
	"xinju.dev/services/platform/wire"
)

// CancelFeedBatch implements registryv1.FeedIntakeServiceServer.
func (f *Feed) CancelFeedBatch(ctx context.Context, req *registryv1.CancelFeedBatchRequest) (*registryv1.CancelFeedBatchResponse, error) {
	b, err := f.intake.Cancel(ctx, req.GetBatchId())
	if err != nil {
		return nil, err
	}
	return &registryv1.CancelFeedBatchResponse{Batch: feedBatch(b)}, nil
}

// ResumeFeedBatch implements registryv1.FeedIntakeServiceServer.
func (f *Feed) ResumeFeedBatch(ctx context.Context, req *registryv1.ResumeFeedBatchRequest) (*registryv1.ResumeFeedBatchResponse, error) {
	b, err := f.intake.Resume(ctx, req.GetBatchId())
	if err != nil {
		return nil, err
	}
	return &registryv1.ResumeFeedBatchResponse{Batch: feedBatch(b)}, nil
}

// ConfirmFeedBatch implements registryv1.FeedIntakeServiceServer.
func (f *Feed) ConfirmFeedBatch(ctx context.Context, req *registryv1.ConfirmFeedBatchRequest) (*registryv1.ConfirmFeedBatchResponse, error) {
	b, err := f.intake.Confirm(ctx, req.GetBatchId())
	if err != nil {
		return nil, err
	}
	return &registryv1.ConfirmFeedBatchResponse{Batch: feedBatch(b)}, nil
}

// WithdrawFeedBatch implements registryv1.FeedIntakeServiceServer.
func (f *Feed) WithdrawFeedBatch(ctx context.Context, req *registryv1.WithdrawFeedBatchRequest) (*registryv1.WithdrawFeedBatchResponse, error) {
	var c wire.Check
	reason := c.Text("reason", req.GetReason(), 100, wire.Required)
	if err := c.Err(); err != nil {
		return nil, err
	}
	b, err := f.intake.Undo(ctx, req.GetBatchId(), reason)
	if err != nil {
		return nil, err
	}
	return &registryv1.WithdrawFeedBatchResponse{Batch: feedBatch(b)}, nil
}
