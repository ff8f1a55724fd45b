package rpc

import (
	"context"

	familyplanningv1 "xinju.dev/api/gen/xinju/familyplanning/v1"
)

// CreateMethod implements familyplanningv1.FamilyPlanningServiceServer.
func (s *Server) CreateMethod(ctx context.Context, req *familyplanningv1.CreateMethodRequest) (*familyplanningv1.CreateMethodResponse, error) {
	one, err := s.methods.CreateOne(ctx, req.GetRequestId(), req.GetMethod())
	return &familyplanningv1.CreateMethodResponse{Method: one}, err
}

// BatchCreateMethods implements familyplanningv1.FamilyPlanningServiceServer.
func (s *Server) BatchCreateMethods(ctx context.Context, req *familyplanningv1.BatchCreateMethodsRequest) (*familyplanningv1.BatchCreateMethodsResponse, error) {
	all, err := s.methods.Create(ctx, req.GetRequestId(), req.GetMethods())
	return &familyplanningv1.BatchCreateMethodsResponse{Methods: all}, err
}

// GetMethod implements familyplanningv1.FamilyPlanningServiceServer.
func (s *Server) GetMethod(ctx context.Context, req *familyplanningv1.GetMethodRequest) (*familyplanningv1.GetMethodResponse, error) {
	one, err := s.methods.Get(ctx, req.GetMethodId())
	return &familyplanningv1.GetMethodResponse{Method: one}, err
}

// ListMethods implements familyplanningv1.FamilyPlanningServiceServer.
func (s *Server) ListMethods(ctx context.Context, req *familyplanningv1.ListMethodsRequest) (*familyplanningv1.ListMethodsResponse, error) {
	some, next, err := s.methods.List(ctx, req)
	return &familyplanningv1.ListMethodsResponse{Methods: some, NextPageToken: next}, err
}

// UpdateMethod implements familyplanningv1.FamilyPlanningServiceServer.
func (s *Server) UpdateMethod(ctx context.Context, req *familyplanningv1.UpdateMethodRequest) (*familyplanningv1.UpdateMethodResponse, error) {
	one, err := s.methods.Update(ctx, req.GetMethod(), req.GetUpdateMask())
	return &familyplanningv1.UpdateMethodResponse{Method: one}, err
}

// DeleteMethod implements familyplanningv1.FamilyPlanningServiceServer.
func (s *Server) DeleteMethod(ctx context.Context, req *familyplanningv1.DeleteMethodRequest) (*familyplanningv1.DeleteMethodResponse, error) {
	one, err := s.methods.Delete(ctx, req.GetMethodId(), req.GetEtag())
	return &familyplanningv1.DeleteMethodResponse{Method: one}, err
}
