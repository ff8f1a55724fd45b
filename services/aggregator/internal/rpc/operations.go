package rpc

import (
	"context"

	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/platform/wire"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
	typev1 "xinju.dev/api/gen/xinju/type/v1"
)

// Rebuild implements aggregatorv1.AggregatorServiceServer.
func (s *Server) Rebuild(ctx context.Context, req *aggregatorv1.RebuildRequest) (*aggregatorv1.RebuildResponse, error) {
	op, err := s.book.StartRebuild(ctx, req.GetRequestId())
	if err != nil {
		return nil, err
	}
	return &aggregatorv1.RebuildResponse{Operation: operation(op)}, nil
}

// GetOperation implements aggregatorv1.AggregatorServiceServer.
func (s *Server) GetOperation(ctx context.Context, req *aggregatorv1.GetOperationRequest) (*aggregatorv1.GetOperationResponse, error) {
	var c wire.Check
	id := c.ID("operation_id", req.GetOperationId(), wire.Required)
	if err := c.Err(); err != nil {
		return nil, err
	}
	op, err := s.book.Operation(ctx, id)
	if err != nil {
		return nil, err
	}
	return &aggregatorv1.GetOperationResponse{Operation: operation(op)}, nil
}

func operation(op coverage.Operation) *typev1.Operation {
	out := &typev1.Operation{
		OperationId: op.ID, Kind: op.Kind, State: typev1.OperationState(op.State), Stage: op.Stage,
		Done: op.Done, Total: op.Total, Rate: op.Rate, FailureReason: op.FailureReason, FailureText: op.FailureText,
		CreateTime: wire.TimeProto(op.Created),
	}
	if op.Rate > 0 && op.Total > op.Done {
		out.RemainingSeconds = int32(min(float64(op.Total-op.Done)/op.Rate, 1<<30))
	}
	out.EndTime = wire.TimeProto(op.Ended)
	return out
}

// GetFollowing implements aggregatorv1.AggregatorServiceServer.
func (s *Server) GetFollowing(context.Context, *aggregatorv1.GetFollowingRequest) (*aggregatorv1.GetFollowingResponse, error) {
	resp := &aggregatorv1.GetFollowingResponse{}
	err := s.book.Look(func(v coverage.View) error {
		f := v.Figures()
		resp.Positions, resp.Digest, resp.Residents, resp.Orphans = positions(v), f.Digest, f.Residents, f.Orphans
		return nil
	})
	if err != nil {
		return nil, err
	}
	return resp, nil
}
