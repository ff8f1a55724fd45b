package rpc

import (
	"context"

	maternalv1 "xinju.dev/api/gen/xinju/maternal/v1"
)

// CreatePostnatalVisit implements maternalv1.MaternalServiceServer.
func (s *Server) CreatePostnatalVisit(ctx context.Context, req *maternalv1.CreatePostnatalVisitRequest) (*maternalv1.CreatePostnatalVisitResponse, error) {
	one, err := s.postnatals.CreateOne(ctx, req.GetRequestId(), req.GetPostnatalVisit())
	return &maternalv1.CreatePostnatalVisitResponse{PostnatalVisit: one}, err
}

// BatchCreatePostnatalVisits implements maternalv1.MaternalServiceServer.
func (s *Server) BatchCreatePostnatalVisits(ctx context.Context, req *maternalv1.BatchCreatePostnatalVisitsRequest) (*maternalv1.BatchCreatePostnatalVisitsResponse, error) {
	all, err := s.postnatals.Create(ctx, req.GetRequestId(), req.GetPostnatalVisits())
	return &maternalv1.BatchCreatePostnatalVisitsResponse{PostnatalVisits: all}, err
}

// GetPostnatalVisit implements maternalv1.MaternalServiceServer.
func (s *Server) GetPostnatalVisit(ctx context.Context, req *maternalv1.GetPostnatalVisitRequest) (*maternalv1.GetPostnatalVisitResponse, error) {
	one, err := s.postnatals.Get(ctx, req.GetPostnatalVisitId())
	return &maternalv1.GetPostnatalVisitResponse{PostnatalVisit: one}, err
}

// ListPostnatalVisits implements maternalv1.MaternalServiceServer.
func (s *Server) ListPostnatalVisits(ctx context.Context, req *maternalv1.ListPostnatalVisitsRequest) (*maternalv1.ListPostnatalVisitsResponse, error) {
	some, next, err := s.postnatals.List(ctx, req)
	return &maternalv1.ListPostnatalVisitsResponse{PostnatalVisits: some, NextPageToken: next}, err
}

// UpdatePostnatalVisit implements maternalv1.MaternalServiceServer.
func (s *Server) UpdatePostnatalVisit(ctx context.Context, req *maternalv1.UpdatePostnatalVisitRequest) (*maternalv1.UpdatePostnatalVisitResponse, error) {
	one, err := s.postnatals.Update(ctx, req.GetPostnatalVisit(), req.GetUpdateMask())
	return &maternalv1.UpdatePostnatalVisitResponse{PostnatalVisit: one}, err
}

// DeletePostnatalVisit implements maternalv1.MaternalServiceServer.
func (s *Server) DeletePostnatalVisit(ctx context.Context, req *maternalv1.DeletePostnatalVisitRequest) (*maternalv1.DeletePostnatalVisitResponse, error) {
	one, err := s.postnatals.Delete(ctx, req.GetPostnatalVisitId(), req.GetEtag())
	return &maternalv1.DeletePostnatalVisitResponse{PostnatalVisit: one}, err
}
