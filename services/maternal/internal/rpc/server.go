// Package rpc speaks the maternal service's protobuf. It translates; it decides
// nothing.
package rpc

import (
	maternalv1 "xinju.dev/api/gen/xinju/maternal/v1"

	"xinju.dev/services/maternal/internal/core"
	"xinju.dev/services/platform/recordrpc"
)

// Server implements maternalv1.MaternalServiceServer.
type Server struct {
	// Unsafe, so that a new RPC breaks the build instead of answering Unimplemented.
	maternalv1.UnsafeMaternalServiceServer
	pregnancies recordrpc.Server[core.Pregnancy, *maternalv1.Pregnancy]
	antenatals  recordrpc.Server[core.Antenatal, *maternalv1.AntenatalVisit]
	deliveries  recordrpc.Server[core.Delivery, *maternalv1.Delivery]
	postnatals  recordrpc.Server[core.Postnatal, *maternalv1.PostnatalVisit]
	checks      recordrpc.Server[core.ChildCheck, *maternalv1.ChildCheck]
}

var _ maternalv1.MaternalServiceServer = (*Server)(nil)

// Stores keep the service's records.
type Stores struct {
	Pregnancies recordrpc.Store[core.Pregnancy]
	Antenatals  recordrpc.Store[core.Antenatal]
	Deliveries  recordrpc.Store[core.Delivery]
	Postnatals  recordrpc.Store[core.Postnatal]
	Checks      recordrpc.Store[core.ChildCheck]
}

// New returns a server over the stores.
func New(s Stores) *Server {
	return &Server{
		pregnancies: recordrpc.New(pregnancyKind, s.Pregnancies),
		antenatals:  recordrpc.New(antenatalKind, s.Antenatals),
		deliveries:  recordrpc.New(deliveryKind, s.Deliveries),
		postnatals:  recordrpc.New(postnatalKind, s.Postnatals),
		checks:      recordrpc.New(checkKind, s.Checks),
	}
}
