// Package rpc speaks the archive service's protobuf. It translates; it decides
// nothing.
package rpc

import (
	archivev1 "xinju.dev/api/gen/xinju/archive/v1"

	"xinju.dev/services/archive/internal/core"
	"xinju.dev/services/platform/recordrpc"
)

// Server implements archivev1.ArchiveServiceServer.
type Server struct {
	// Unsafe, so that a new RPC breaks the build instead of answering Unimplemented.
	archivev1.UnsafeArchiveServiceServer
	archives    recordrpc.Server[core.HealthArchive, *archivev1.HealthArchive]
	attendances recordrpc.Server[core.Attendance, *archivev1.EducationAttendance]
	cases       recordrpc.Server[core.InfectiousCase, *archivev1.InfectiousCase]
}

var _ archivev1.ArchiveServiceServer = (*Server)(nil)

// Stores keep the service's records.
type Stores struct {
	Archives    recordrpc.Store[core.HealthArchive]
	Attendances recordrpc.Store[core.Attendance]
	Cases       recordrpc.Store[core.InfectiousCase]
}

// New returns a server over the stores.
func New(s Stores) *Server {
	return &Server{
		archives:    recordrpc.New(archiveKind, s.Archives),
		attendances: recordrpc.New(attendanceKind, s.Attendances),
		cases:       recordrpc.New(caseKind, s.Cases),
	}
}
