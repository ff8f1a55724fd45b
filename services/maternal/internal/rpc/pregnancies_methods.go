package rpc

import (
	"context"

	maternalv1 "xinju.dev/api/gen/xinju/maternal/v1"
)

// CreatePregnancy implements maternalv1.MaternalServiceServer.
func (s *Server) CreatePregnancy(ctx context.Context, req *maternalv1.CreatePregnancyRequest) (*maternalv1.CreatePregnancyResponse, error) {
	one, err := s.pregnancies.CreateOne(ctx, req.GetRequestId(), req.GetPregnancy())
	return &maternalv1.CreatePregnancyResponse{Pregnancy: one}, err
}

// BatchCreatePregnancies implements maternalv1.MaternalServiceServer.
func (s *Server) BatchCreatePregnancies(ctx context.Context, req *maternalv1.BatchCreatePregnanciesRequest) (*maternalv1.BatchCreatePregnanciesResponse, error) {
	all, err := s.pregnancies.Create(ctx, req.GetRequestId(), req.GetPregnancies())
	return &maternalv1.BatchCreatePregnanciesResponse{Pregnancies: all}, err
}

// GetPregnancy implements maternalv1.MaternalServiceServer.
func (s *Server) GetPregnancy(ctx context.Context, req *maternalv1.GetPregnancyRequest) (*maternalv1.GetPregnancyResponse, error) {
	one, err := s.pregnancies.Get(ctx, req.GetPregnancyId())
	return &maternalv1.GetPregnancyResponse{Pregnancy: one}, err
}

// ListPregnancies implements maternalv1.MaternalServiceServer.
func (s *Server) ListPregnancies(ctx context.Context, req *maternalv1.ListPregnanciesRequest) (*maternalv1.ListPregnanciesResponse, error) {
	some, next, err := s.pregnancies.List(ctx, req)
	return &maternalv1.ListPregnanciesResponse{Pregnancies: some, NextPageToken: next}, err
}

// UpdatePregnancy implements maternalv1.MaternalServiceServer.
func (s *Server) UpdatePregnancy(ctx context.Context, req *maternalv1.UpdatePregnancyRequest) (*maternalv1.UpdatePregnancyResponse, error) {
	one, err := s.pregnancies.Update(ctx, req.GetPregnancy(), req.GetUpdateMask())
	return &maternalv1.UpdatePregnancyResponse{Pregnancy: one}, err
}

// DeletePregnancy implements maternalv1.MaternalServiceServer.
func (s *Server) DeletePregnancy(ctx context.Context, req *maternalv1.DeletePregnancyRequest) (*maternalv1.DeletePregnancyResponse, error) {
	one, err := s.pregnancies.Delete(ctx, req.GetPregnancyId(), req.GetEtag())
	return &maternalv1.DeletePregnancyResponse{Pregnancy: one}, err
}
