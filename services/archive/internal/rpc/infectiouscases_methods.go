package rpc

import (
	"context"

	archivev1 "xinju.dev/api/gen/xinju/archive/v1"
)

// CreateInfectiousCase implements archivev1.ArchiveServiceServer.
func (s *Server) CreateInfectiousCase(ctx context.Context, req *archivev1.CreateInfectiousCaseRequest) (*archivev1.CreateInfectiousCaseResponse, error) {
	one, err := s.cases.CreateOne(ctx, req.GetRequestId(), req.GetInfectiousCase())
	return &archivev1.CreateInfectiousCaseResponse{InfectiousCase: one}, err
}

// BatchCreateInfectiousCases implements archivev1.ArchiveServiceServer.
func (s *Server) BatchCreateInfectiousCases(ctx context.Context, req *archivev1.BatchCreateInfectiousCasesRequest) (*archivev1.BatchCreateInfectiousCasesResponse, error) {
	all, err := s.cases.Create(ctx, req.GetRequestId(), req.GetInfectiousCases())
	return &archivev1.BatchCreateInfectiousCasesResponse{InfectiousCases: all}, err
}

// GetInfectiousCase implements archivev1.ArchiveServiceServer.
func (s *Server) GetInfectiousCase(ctx context.Context, req *archivev1.GetInfectiousCaseRequest) (*archivev1.GetInfectiousCaseResponse, error) {
	one, err := s.cases.Get(ctx, req.GetInfectiousCaseId())
	return &archivev1.GetInfectiousCaseResponse{InfectiousCase: one}, err
}

// ListInfectiousCases implements archivev1.ArchiveServiceServer.
func (s *Server) ListInfectiousCases(ctx context.Context, req *archivev1.ListInfectiousCasesRequest) (*archivev1.ListInfectiousCasesResponse, error) {
	some, next, err := s.cases.List(ctx, req)
	return &archivev1.ListInfectiousCasesResponse{InfectiousCases: some, NextPageToken: next}, err
}

// UpdateInfectiousCase implements archivev1.ArchiveServiceServer.
func (s *Server) UpdateInfectiousCase(ctx context.Context, req *archivev1.UpdateInfectiousCaseRequest) (*archivev1.UpdateInfectiousCaseResponse, error) {
	one, err := s.cases.Update(ctx, req.GetInfectiousCase(), req.GetUpdateMask())
	return &archivev1.UpdateInfectiousCaseResponse{InfectiousCase: one}, err
}

// DeleteInfectiousCase implements archivev1.ArchiveServiceServer.
func (s *Server) DeleteInfectiousCase(ctx context.Context, req *archivev1.DeleteInfectiousCaseRequest) (*archivev1.DeleteInfectiousCaseResponse, error) {
	one, err := s.cases.Delete(ctx, req.GetInfectiousCaseId(), req.GetEtag())
	return &archivev1.DeleteInfectiousCaseResponse{InfectiousCase: one}, err
}
