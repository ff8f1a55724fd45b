package rpcserver

import (
	"context"

	"google.golang.org/grpc"
)

// stoppable is a stream whose context ends with the server, and whose RecvMsg
// does not outlast that context: gRPC's own would wait for the peer.
type stoppable struct {
	grpc.ServerStream
	ctx      context.Context
	receives bool // the peer sends more than one message
}

func (s *stoppable) Context() context.Context { return s.ctx }

// RecvMsg waits for a message or the end of the stream's context. After such an
// end m must not be looked at; generated code does not.
func (s *stoppable) RecvMsg(m any) error {
	if !s.receives {
		return s.ServerStream.RecvMsg(m)
	}
	received := make(chan error, 1)
	go func() { received <- s.ServerStream.RecvMsg(m) }()
	select {
	case err := <-received:
		return err
	case <-s.ctx.Done():
		return context.Cause(s.ctx)
	}
}
