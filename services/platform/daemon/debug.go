package daemon

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"

	"xinju.dev/services/platform/lifecycle"
	"xinju.dev/services/platform/obs"
)

var errNotReady = errors.New("not ready")

// debug serves metrics, health and profiles. A profile may run as long as its
// reader asked, so nothing waits for it when stopping.
func (p *process) debug(lis net.Listener) lifecycle.Part {
	return lifecycle.Part{Name: "debug pages", Run: func(ctx context.Context, ready func()) error {
		srv := &http.Server{
			ReadHeaderTimeout: 5 * time.Second, MaxHeaderBytes: 16 << 10,
			Handler: obs.DebugHandler(p.metrics, func() error {
				if !p.ready.Load() {
					return errNotReady
				}
				return nil
			}),
		}
		served := make(chan error, 1)
		go func() { served <- srv.Serve(lis) }()
		ready()
		select {
		case err := <-served:
			return err
		case <-ctx.Done():
		}
		err := srv.Close()
		<-served //nolint:errcheck // it is http.ErrServerClosed
		return err
	}}
}
