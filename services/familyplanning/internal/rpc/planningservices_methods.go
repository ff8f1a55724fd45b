package rpc

import (
	"context"

	familyplanningv1 "xinju.dev/api/gen/xinju/familyplanning/v1"
)

// CreatePlanningService implements familyplanningv1.FamilyPlanningServiceServer.
func (s *Server) CreatePlanningService(ctx context.Context, req *familyplanningv1.CreatePlanningServiceRequest) (*familyplanningv1.CreatePlanningServiceResponse, error) {
	one, err := s.services.CreateOne(ctx, req.GetRequestId(), req.GetPlanningService())
	return &familyplanningv1.CreatePlanningServiceResponse{PlanningService: one}, err
}

// BatchCreatePlanningServices implements familyplanningv1.FamilyPlanningServiceServer.
func (s *Server) BatchCreatePlanningServices(ctx context.Context, req *familyplanningv1.BatchCreatePlanningServicesRequest) (*familyplanningv1.BatchCreatePlanningServicesResponse, error) {
	all, err := s.services.Create(ctx, req.GetRequestId(), req.GetPlanningServices())
	return &familyplanningv1.BatchCreatePlanningServicesResponse{PlanningServices: all}, err
}

// GetPlanningService implements familyplanningv1.FamilyPlanningServiceServer.
func (s *Server) GetPlanningService(ctx context.Context, req *familyplanningv1.GetPlanningServiceRequest) (*familyplanningv1.GetPlanningServiceResponse, error) {
	one, err := s.services.Get(ctx, req.GetPlanningServiceId())
	return &familyplanningv1.GetPlanningServiceResponse{PlanningService: one}, err
}

// ListPlanningServices implements familyplanningv1.FamilyPlanningServiceServer.
func (s *Server) ListPlanningServices(ctx context.Context, req *familyplanningv1.ListPlanningServicesRequest) (*familyplanningv1.ListPlanningServicesResponse, error) {
	some, next, err := s.services.List(ctx, req)
	return &familyplanningv1.ListPlanningServicesResponse{PlanningServices: some, NextPageToken: next}, err
}

// UpdatePlanningService implements familyplanningv1.FamilyPlanningServiceServer.
func (s *Server) UpdatePlanningService(ctx context.Context, req *familyplanningv1.UpdatePlanningServiceRequest) (*familyplanningv1.UpdatePlanningServiceResponse, error) {
	one, err := s.services.Update(ctx, req.GetPlanningService(), req.GetUpdateMask())
	return &familyplanningv1.UpdatePlanningServiceResponse{PlanningService: one}, err
}

// DeletePlanningService implements familyplanningv1.FamilyPlanningServiceServer.
func (s *Server) DeletePlanningService(ctx context.Context, req *familyplanningv1.DeletePlanningServiceRequest) (*familyplanningv1.DeletePlanningServiceResponse, error) {
	one, err := s.services.Delete(ctx, req.GetPlanningServiceId(), req.GetEtag())
	return &familyplanningv1.DeletePlanningServiceResponse{PlanningService: one}, err
}
