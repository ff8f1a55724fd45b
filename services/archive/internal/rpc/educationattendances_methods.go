package rpc

import (
	"context"

	archivev1 "xinju.dev/api/gen/xinju/archive/v1"
)

// CreateEducationAttendance implements archivev1.ArchiveServiceServer.
func (s *Server) CreateEducationAttendance(ctx context.Context, req *archivev1.CreateEducationAttendanceRequest) (*archivev1.CreateEducationAttendanceResponse, error) {
	one, err := s.attendances.CreateOne(ctx, req.GetRequestId(), req.GetEducationAttendance())
	return &archivev1.CreateEducationAttendanceResponse{EducationAttendance: one}, err
}

// BatchCreateEducationAttendances implements archivev1.ArchiveServiceServer.
func (s *Server) BatchCreateEducationAttendances(ctx context.Context, req *archivev1.BatchCreateEducationAttendancesRequest) (*archivev1.BatchCreateEducationAttendancesResponse, error) {
	all, err := s.attendances.Create(ctx, req.GetRequestId(), req.GetEducationAttendances())
	return &archivev1.BatchCreateEducationAttendancesResponse{EducationAttendances: all}, err
}

// GetEducationAttendance implements archivev1.ArchiveServiceServer.
func (s *Server) GetEducationAttendance(ctx context.Context, req *archivev1.GetEducationAttendanceRequest) (*archivev1.GetEducationAttendanceResponse, error) {
	one, err := s.attendances.Get(ctx, req.GetEducationAttendanceId())
	return &archivev1.GetEducationAttendanceResponse{EducationAttendance: one}, err
}

// ListEducationAttendances implements archivev1.ArchiveServiceServer.
func (s *Server) ListEducationAttendances(ctx context.Context, req *archivev1.ListEducationAttendancesRequest) (*archivev1.ListEducationAttendancesResponse, error) {
	some, next, err := s.attendances.List(ctx, req)
	return &archivev1.ListEducationAttendancesResponse{EducationAttendances: some, NextPageToken: next}, err
}

// UpdateEducationAttendance implements archivev1.ArchiveServiceServer.
func (s *Server) UpdateEducationAttendance(ctx context.Context, req *archivev1.UpdateEducationAttendanceRequest) (*archivev1.UpdateEducationAttendanceResponse, error) {
	one, err := s.attendances.Update(ctx, req.GetEducationAttendance(), req.GetUpdateMask())
	return &archivev1.UpdateEducationAttendanceResponse{EducationAttendance: one}, err
}

// DeleteEducationAttendance implements archivev1.ArchiveServiceServer.
func (s *Server) DeleteEducationAttendance(ctx context.Context, req *archivev1.DeleteEducationAttendanceRequest) (*archivev1.DeleteEducationAttendanceResponse, error) {
	one, err := s.attendances.Delete(ctx, req.GetEducationAttendanceId(), req.GetEtag())
	return &archivev1.DeleteEducationAttendanceResponse{EducationAttendance: one}, err
}
