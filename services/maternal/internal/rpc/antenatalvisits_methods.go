package rpc

import (
	"context"

	maternalv1 "xinju.dev/api/gen/xinju/maternal/v1"
)

// CreateAntenatalVisit implements maternalv1.MaternalServiceServer.
func (s *Server) CreateAntenatalVisit(ctx context.Context, req *maternalv1.CreateAntenatalVisitRequest) (*maternalv1.CreateAntenatalVisitResponse, error) {
	one, err := s.antenatals.CreateOne(ctx, req.GetRequestId(), req.GetAntenatalVisit())
	return &maternalv1.CreateAntenatalVisitResponse{AntenatalVisit: one}, err
}

// BatchCreateAntenatalVisits implements maternalv1.MaternalServiceServer.
func (s *Server) BatchCreateAntenatalVisits(ctx context.Context, req *maternalv1.BatchCreateAntenatalVisitsRequest) (*maternalv1.BatchCreateAntenatalVisitsResponse, error) {
	all, err := s.antenatals.Create(ctx, req.GetRequestId(), req.GetAntenatalVisits())
	return &maternalv1.BatchCreateAntenatalVisitsResponse{AntenatalVisits: all}, err
}

// GetAntenatalVisit implements maternalv1.MaternalServiceServer.
func (s *Server) GetAntenatalVisit(ctx context.Context, req *maternalv1.GetAntenatalVisitRequest) (*maternalv1.GetAntenatalVisitResponse, error) {
	one, err := s.antenatals.Get(ctx, req.GetAntenatalVisitId())
	return &maternalv1.GetAntenatalVisitResponse{AntenatalVisit: one}, err
}

// ListAntenatalVisits implements maternalv1.MaternalServiceServer.
func (s *Server) ListAntenatalVisits(ctx context.Context, req *maternalv1.ListAntenatalVisitsRequest) (*maternalv1.ListAntenatalVisitsResponse, error) {
	some, next, err := s.antenatals.List(ctx, req)
	return &maternalv1.ListAntenatalVisitsResponse{AntenatalVisits: some, NextPageToken: next}, err
}

// UpdateAntenatalVisit implements maternalv1.MaternalServiceServer.
func (s *Server) UpdateAntenatalVisit(ctx context.Context, req *maternalv1.UpdateAntenatalVisitRequest) (*maternalv1.UpdateAntenatalVisitResponse, error) {
	one, err := s.antenatals.Update(ctx, req.GetAntenatalVisit(), req.GetUpdateMask())
	return &maternalv1.UpdateAntenatalVisitResponse{AntenatalVisit: one}, err
}

// DeleteAntenatalVisit implements maternalv1.MaternalServiceServer.
func (s *Server) DeleteAntenatalVisit(ctx context.Context, req *maternalv1.DeleteAntenatalVisitRequest) (*maternalv1.DeleteAntenatalVisitResponse, error) {
	one, err := s.antenatals.Delete(ctx, req.GetAntenatalVisitId(), req.GetEtag())
	return &maternalv1.DeleteAntenatalVisitResponse{AntenatalVisit: one}, err
}
