package rpc

import (
	"context"

	immunizationv1 "xinju.dev/api/gen/xinju/immunization/v1"
)

// CreateDose implements immunizationv1.ImmunizationServiceServer.
func (s *Server) CreateDose(ctx context.Context, req *immunizationv1.CreateDoseRequest) (*immunizationv1.CreateDoseResponse, error) {
	one, err := s.doses.CreateOne(ctx, req.GetRequestId(), req.GetDose())
	return &immunizationv1.CreateDoseResponse{Dose: one}, err
}

// BatchCreateDoses implements immunizationv1.ImmunizationServiceServer.
func (s *Server) BatchCreateDoses(ctx context.Context, req *immunizationv1.BatchCreateDosesRequest) (*immunizationv1.BatchCreateDosesResponse, error) {
	all, err := s.doses.Create(ctx, req.GetRequestId(), req.GetDoses())
	return &immunizationv1.BatchCreateDosesResponse{Doses: all}, err
}

// GetDose implements immunizationv1.ImmunizationServiceServer.
func (s *Server) GetDose(ctx context.Context, req *immunizationv1.GetDoseRequest) (*immunizationv1.GetDoseResponse, error) {
	one, err := s.doses.Get(ctx, req.GetDoseId())
	return &immunizationv1.GetDoseResponse{Dose: one}, err
}

// ListDoses implements immunizationv1.ImmunizationServiceServer.
func (s *Server) ListDoses(ctx context.Context, req *immunizationv1.ListDosesRequest) (*immunizationv1.ListDosesResponse, error) {
	some, next, err := s.doses.List(ctx, req)
	return &immunizationv1.ListDosesResponse{Doses: some, NextPageToken: next}, err
}

// UpdateDose implements immunizationv1.ImmunizationServiceServer.
func (s *Server) UpdateDose(ctx context.Context, req *immunizationv1.UpdateDoseRequest) (*immunizationv1.UpdateDoseResponse, error) {
	one, err := s.doses.Update(ctx, req.GetDose(), req.GetUpdateMask())
	return &immunizationv1.UpdateDoseResponse{Dose: one}, err
}

// DeleteDose implements immunizationv1.ImmunizationServiceServer.
func (s *Server) DeleteDose(ctx context.Context, req *immunizationv1.DeleteDoseRequest) (*immunizationv1.DeleteDoseResponse, error) {
	one, err := s.doses.Delete(ctx, req.GetDoseId(), req.GetEtag())
	return &immunizationv1.DeleteDoseResponse{Dose: one}, err
}
