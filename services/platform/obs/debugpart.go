package obs

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"xinju.dev/services/platform/lifecycle"
)

var errNotReady = errors.New("not ready")

// DebugPart serves DebugHandler on lis as a part of a process; lis is closed in
// the end. A profile may run as long as its reader asked, so nothing waits for it
// when stopping.
func DebugPart(lis net.Listener, metrics prometheus.Gatherer, ready func() bool) lifecycle.Part {
	return lifecycle.Part{Name: "debug pages", Run: func(ctx context.Context, started func()) error {
		srv := &http.Server{
			ReadHeaderTimeout: 5 * time.Second, MaxHeaderBytes: 16 << 10,
			Handler: DebugHandler(metrics, func() error {
				if !ready() {
					return errNotReady
				}
				return nil
			}),
		}
		served := make(chan error, 1)
		go func() { served <- srv.Serve(lis) }()
		started()
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
