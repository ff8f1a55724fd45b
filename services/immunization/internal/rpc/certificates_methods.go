package rpc

import (
	"context"

	immunizationv1 "xinju.dev/api/gen/xinju/immunization/v1"
)

// CreateCertificate implements immunizationv1.ImmunizationServiceServer.
func (s *Server) CreateCertificate(ctx context.Context, req *immunizationv1.CreateCertificateRequest) (*immunizationv1.CreateCertificateResponse, error) {
	one, err := s.certificates.CreateOne(ctx, req.GetRequestId(), req.GetCertificate())
	return &immunizationv1.CreateCertificateResponse{Certificate: one}, err
}

// BatchCreateCertificates implements immunizationv1.ImmunizationServiceServer.
func (s *Server) BatchCreateCertificates(ctx context.Context, req *immunizationv1.BatchCreateCertificatesRequest) (*immunizationv1.BatchCreateCertificatesResponse, error) {
	all, err := s.certificates.Create(ctx, req.GetRequestId(), req.GetCertificates())
	return &immunizationv1.BatchCreateCertificatesResponse{Certificates: all}, err
}

// GetCertificate implements immunizationv1.ImmunizationServiceServer.
func (s *Server) GetCertificate(ctx context.Context, req *immunizationv1.GetCertificateRequest) (*immunizationv1.GetCertificateResponse, error) {
	one, err := s.certificates.Get(ctx, req.GetCertificateId())
	return &immunizationv1.GetCertificateResponse{Certificate: one}, err
}

// ListCertificates implements immunizationv1.ImmunizationServiceServer.
func (s *Server) ListCertificates(ctx context.Context, req *immunizationv1.ListCertificatesRequest) (*immunizationv1.ListCertificatesResponse, error) {
	some, next, err := s.certificates.List(ctx, req)
	return &immunizationv1.ListCertificatesResponse{Certificates: some, NextPageToken: next}, err
}

// UpdateCertificate implements immunizationv1.ImmunizationServiceServer.
func (s *Server) UpdateCertificate(ctx context.Context, req *immunizationv1.UpdateCertificateRequest) (*immunizationv1.UpdateCertificateResponse, error) {
	one, err := s.certificates.Update(ctx, req.GetCertificate(), req.GetUpdateMask())
	return &immunizationv1.UpdateCertificateResponse{Certificate: one}, err
}

// DeleteCertificate implements immunizationv1.ImmunizationServiceServer.
func (s *Server) DeleteCertificate(ctx context.Context, req *immunizationv1.DeleteCertificateRequest) (*immunizationv1.DeleteCertificateResponse, error) {
	one, err := s.certificates.Delete(ctx, req.GetCertificateId(), req.GetEtag())
	return &immunizationv1.DeleteCertificateResponse{Certificate: one}, err
}
