package rpc

import (
	"context"

	maternalv1 "xinju.dev/api/gen/xinju/maternal/v1"
)

// CreateChildCheck implements maternalv1.MaternalServiceServer.
func (s *Server) CreateChildCheck(ctx context.Context, req *maternalv1.CreateChildCheckRequest) (*maternalv1.CreateChildCheckResponse, error) {
	one, err := s.checks.CreateOne(ctx, req.GetRequestId(), req.GetChildCheck())
	return &maternalv1.CreateChildCheckResponse{ChildCheck: one}, err
}

// BatchCreateChildChecks implements maternalv1.MaternalServiceServer.
func (s *Server) BatchCreateChildChecks(ctx context.Context, req *maternalv1.BatchCreateChildChecksRequest) (*maternalv1.BatchCreateChildChecksResponse, error) {
	all, err := s.checks.Create(ctx, req.GetRequestId(), req.GetChildChecks())
	return &maternalv1.BatchCreateChildChecksResponse{ChildChecks: all}, err
}

// GetChildCheck implements maternalv1.MaternalServiceServer.
func (s *Server) GetChildCheck(ctx context.Context, req *maternalv1.GetChildCheckRequest) (*maternalv1.GetChildCheckResponse, error) {
	one, err := s.checks.Get(ctx, req.GetChildCheckId())
	return &maternalv1.GetChildCheckResponse{ChildCheck: one}, err
}

// ListChildChecks implements maternalv1.MaternalServiceServer.
func (s *Server) ListChildChecks(ctx context.Context, req *maternalv1.ListChildChecksRequest) (*maternalv1.ListChildChecksResponse, error) {
	some, next, err := s.checks.List(ctx, req)
	return &maternalv1.ListChildChecksResponse{ChildChecks: some, NextPageToken: next}, err
}

// UpdateChildCheck implements maternalv1.MaternalServiceServer.
func (s *Server) UpdateChildCheck(ctx context.Context, req *maternalv1.UpdateChildCheckRequest) (*maternalv1.UpdateChildCheckResponse, error) {
	one, err := s.checks.Update(ctx, req.GetChildCheck(), req.GetUpdateMask())
	return &maternalv1.UpdateChildCheckResponse{ChildCheck: one}, err
}

// DeleteChildCheck implements maternalv1.MaternalServiceServer.
func (s *Server) DeleteChildCheck(ctx context.Context, req *maternalv1.DeleteChildCheckRequest) (*maternalv1.DeleteChildCheckResponse, error) {
	one, err := s.checks.Delete(ctx, req.GetChildCheckId(), req.GetEtag())
	return &maternalv1.DeleteChildCheckResponse{ChildCheck: one}, err
}
