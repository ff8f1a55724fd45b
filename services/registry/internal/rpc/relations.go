package rpc

import (
	"context"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"
)

// CreateRelation implements registryv1.RegistryServiceServer.
func (r *Registry) CreateRelation(ctx context.Context, req *registryv1.CreateRelationRequest) (*registryv1.CreateRelationResponse, error) {
	out, err := r.relations.CreateOne(ctx, req.GetRequestId(), req.GetRelation())
	if err != nil {
		return nil, err
	}
	return &registryv1.CreateRelationResponse{Relation: out}, nil
}

// BatchCreateRelations implements registryv1.RegistryServiceServer.
func (r *Registry) BatchCreateRelations(ctx context.Context, req *registryv1.BatchCreateRelationsRequest) (*registryv1.BatchCreateRelationsResponse, error) {
	out, err := r.relations.Create(ctx, req.GetRequestId(), req.GetRelations())
	if err != nil {
		return nil, err
	}
	return &registryv1.BatchCreateRelationsResponse{Relations: out}, nil
}

// GetRelation implements registryv1.RegistryServiceServer.
func (r *Registry) GetRelation(ctx context.Context, req *registryv1.GetRelationRequest) (*registryv1.GetRelationResponse, error) {
	out, err := r.relations.Get(ctx, req.GetRelationId())
	if err != nil {
		return nil, err
	}
	return &registryv1.GetRelationResponse{Relation: out}, nil
}

// ListRelations implements registryv1.RegistryServiceServer.
func (r *Registry) ListRelations(ctx context.Context, req *registryv1.ListRelationsRequest) (*registryv1.ListRelationsResponse, error) {
	out, next, err := r.relations.List(ctx, req)
	if err != nil {
		return nil, err
	}
	return &registryv1.ListRelationsResponse{Relations: out, NextPageToken: next}, nil
}

// UpdateRelation implements registryv1.RegistryServiceServer.
func (r *Registry) UpdateRelation(ctx context.Context, req *registryv1.UpdateRelationRequest) (*registryv1.UpdateRelationResponse, error) {
	out, err := r.relations.Update(ctx, req.GetRelation(), req.GetUpdateMask())
	if err != nil {
		return nil, err
	}
	return &registryv1.UpdateRelationResponse{Relation: out}, nil
}

// DeleteRelation implements registryv1.RegistryServiceServer.
func (r *Registry) DeleteRelation(ctx context.Context, req *registryv1.DeleteRelationRequest) (*registryv1.DeleteRelationResponse, error) {
	out, err := r.relations.Delete(ctx, req.GetRelationId(), req.GetEtag())
	if err != nil {
		return nil, err
	}
	return &registryv1.DeleteRelationResponse{Relation: out}, nil
}
