package rpcserver

import (
	"context"
	"net"
	"time"

	"xinju.dev/services/platform/lifecycle"
)

// Part returns the server on lis as a part of a process. When it is told to stop
// it gives running calls grace to end; the process should give the part a little
// more. lis is closed in the end, whatever happens.
func (s *Server) Part(lis net.Listener, grace time.Duration) lifecycle.Part {
	return lifecycle.Part{Name: s.cfg.Name + " rpc", Run: func(ctx context.Context, ready func()) error {
		if err := s.prepare(lis); err != nil {
			lis.Close()
			return err
		}
		served := make(chan error, 1)
		go func() { served <- s.Serve(lis) }()
		ready() // the listener is open: whoever connects now is served
		select {
		case err := <-served:
			return err
		case <-ctx.Done():
		}
		stopping, cancel := context.WithTimeout(context.Background(), grace)
		defer cancel()
		if err := s.Stop(stopping); err != nil {
			return err
		}
		return <-served
	}}
}
