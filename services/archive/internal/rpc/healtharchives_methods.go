package rpc

import (
	"context"

	archivev1 "xinju.dev/api/gen/xinju/archive/v1"
)

// CreateHealthArchive implements archivev1.ArchiveServiceServer.
func (s *Server) CreateHealthArchive(ctx context.Context, req *archivev1.CreateHealthArchiveRequest) (*archivev1.CreateHealthArchiveResponse, error) {
	one, err := s.archives.CreateOne(ctx, req.GetRequestId(), req.GetHealthArchive())
	return &archivev1.CreateHealthArchiveResponse{HealthArchive: one}, err
}

// BatchCreateHealthArchives implements archivev1.ArchiveServiceServer.
func (s *Server) BatchCreateHealthArchives(ctx context.Context, req *archivev1.BatchCreateHealthArchivesRequest) (*archivev1.BatchCreateHealthArchivesResponse, error) {
	all, err := s.archives.Create(ctx, req.GetRequestId(), req.GetHealthArchives())
	return &archivev1.BatchCreateHealthArchivesResponse{HealthArchives: all}, err
}

// GetHealthArchive implements archivev1.ArchiveServiceServer.
func (s *Server) GetHealthArchive(ctx context.Context, req *archivev1.GetHealthArchiveRequest) (*archivev1.GetHealthArchiveResponse, error) {
	one, err := s.archives.Get(ctx, req.GetHealthArchiveId())
	return &archivev1.GetHealthArchiveResponse{HealthArchive: one}, err
}

// ListHealthArchives implements archivev1.ArchiveServiceServer.
func (s *Server) ListHealthArchives(ctx context.Context, req *archivev1.ListHealthArchivesRequest) (*archivev1.ListHealthArchivesResponse, error) {
	some, next, err := s.archives.List(ctx, req)
	return &archivev1.ListHealthArchivesResponse{HealthArchives: some, NextPageToken: next}, err
}

// UpdateHealthArchive implements archivev1.ArchiveServiceServer.
func (s *Server) UpdateHealthArchive(ctx context.Context, req *archivev1.UpdateHealthArchiveRequest) (*archivev1.UpdateHealthArchiveResponse, error) {
	one, err := s.archives.Update(ctx, req.GetHealthArchive(), req.GetUpdateMask())
	return &archivev1.UpdateHealthArchiveResponse{HealthArchive: one}, err
}

// DeleteHealthArchive implements archivev1.ArchiveServiceServer.
func (s *Server) DeleteHealthArchive(ctx context.Context, req *archivev1.DeleteHealthArchiveRequest) (*archivev1.DeleteHealthArchiveResponse, error) {
	one, err := s.archives.Delete(ctx, req.GetHealthArchiveId(), req.GetEtag())
	return &archivev1.DeleteHealthArchiveResponse{HealthArchive: one}, err
}
