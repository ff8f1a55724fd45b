// Package rpc speaks the immunization service's protobuf. It translates; it
// decides nothing.
package rpc

import (
	"time"

	immunizationv1 "xinju.dev/api/gen/xinju/immunization/v1"

	"xinju.dev/services/immunization/internal/core"
	"xinju.dev/services/nip"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/recordrpc"
)

// Server implements immunizationv1.ImmunizationServiceServer.
type Server struct {
	// Unsafe, so that a new RPC breaks the build instead of answering Unimplemented.
	immunizationv1.UnsafeImmunizationServiceServer
	doses        recordrpc.Server[core.Dose, *immunizationv1.Dose]
	certificates recordrpc.Server[core.Certificate, *immunizationv1.Certificate]
	given        recordrpc.Store[core.Dose]
	reader       reader
}

var _ immunizationv1.ImmunizationServiceServer = (*Server)(nil)

// Deps is what the server answers from.
type Deps struct {
	Doses        recordrpc.Store[core.Dose]
	Certificates recordrpc.Store[core.Certificate]
	Schedule     *nip.Schedule
	Now          func() time.Time
}

// New returns a server over the stores.
func New(d Deps) *Server {
	r := reader{d.Schedule, d.Now}
	return &Server{
		doses: recordrpc.New(r.doseKind(), d.Doses), certificates: recordrpc.New(r.certificateKind(), d.Certificates),
		given: d.Doses, reader: r,
	}
}

// reader reads records against the schedule and the calendar.
type reader struct {
	schedule *nip.Schedule
	now      func() time.Time
}

func (r reader) today() civil.Date { return civil.DateOf(r.now()) }
