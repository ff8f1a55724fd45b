package rpc

import (
	"context"

	maternalv1 "xinju.dev/api/gen/xinju/maternal/v1"
)

// CreateDelivery implements maternalv1.MaternalServiceServer.
func (s *Server) CreateDelivery(ctx context.Context, req *maternalv1.CreateDeliveryRequest) (*maternalv1.CreateDeliveryResponse, error) {
	one, err := s.deliveries.CreateOne(ctx, req.GetRequestId(), req.GetDelivery())
	return &maternalv1.CreateDeliveryResponse{Delivery: one}, err
}

// BatchCreateDeliveries implements maternalv1.MaternalServiceServer.
func (s *Server) BatchCreateDeliveries(ctx context.Context, req *maternalv1.BatchCreateDeliveriesRequest) (*maternalv1.BatchCreateDeliveriesResponse, error) {
	all, err := s.deliveries.Create(ctx, req.GetRequestId(), req.GetDeliveries())
	return &maternalv1.BatchCreateDeliveriesResponse{Deliveries: all}, err
}

// GetDelivery implements maternalv1.MaternalServiceServer.
func (s *Server) GetDelivery(ctx context.Context, req *maternalv1.GetDeliveryRequest) (*maternalv1.GetDeliveryResponse, error) {
	one, err := s.deliveries.Get(ctx, req.GetDeliveryId())
	return &maternalv1.GetDeliveryResponse{Delivery: one}, err
}

// ListDeliveries implements maternalv1.MaternalServiceServer.
func (s *Server) ListDeliveries(ctx context.Context, req *maternalv1.ListDeliveriesRequest) (*maternalv1.ListDeliveriesResponse, error) {
	some, next, err := s.deliveries.List(ctx, req)
	return &maternalv1.ListDeliveriesResponse{Deliveries: some, NextPageToken: next}, err
}

// UpdateDelivery implements maternalv1.MaternalServiceServer.
func (s *Server) UpdateDelivery(ctx context.Context, req *maternalv1.UpdateDeliveryRequest) (*maternalv1.UpdateDeliveryResponse, error) {
	one, err := s.deliveries.Update(ctx, req.GetDelivery(), req.GetUpdateMask())
	return &maternalv1.UpdateDeliveryResponse{Delivery: one}, err
}

// DeleteDelivery implements maternalv1.MaternalServiceServer.
func (s *Server) DeleteDelivery(ctx context.Context, req *maternalv1.DeleteDeliveryRequest) (*maternalv1.DeleteDeliveryResponse, error) {
	one, err := s.deliveries.Delete(ctx, req.GetDeliveryId(), req.GetEtag())
	return &maternalv1.DeleteDeliveryResponse{Delivery: one}, err
}
