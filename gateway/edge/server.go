package edge

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"xinju.dev/services/platform/lifecycle"
)

const (
	// MaxBody bounds a JSON body: 500 records with room to spare.
	MaxBody = 8 << 20
	// maxHeader bounds the request line and all headers together.
	maxHeader = 16 << 10
	// headerTime is how long a caller may take to send its headers.
	headerTime = 5 * time.Second
	// bodyTime is how long a caller may take to send a JSON body.
	bodyTime = 20 * time.Second
	// idleTime is how long a file or an answer may stand still on its way.
	idleTime = 30 * time.Second
	// callTime bounds a call that is neither a file nor a stream.
	callTime = 30 * time.Second
)

// NewServer returns an HTTP server whose limits fit h. It has no limit on a whole
// request or answer: a file takes the time it takes. The handler limits standstill.
func NewServer(h http.Handler) *http.Server {
	return &http.Server{
		Handler:                      h,
		ReadHeaderTimeout:            headerTime,
		IdleTimeout:                  2 * time.Minute,
		MaxHeaderBytes:               maxHeader,
		DisableGeneralOptionsHandler: true,
	}
}

type stoppingKey struct{}

// stopping is closed when the server has been told to stop; nil when unknown.
func stopping(ctx context.Context) context.Context {
	stop, _ := ctx.Value(stoppingKey{}).(context.Context)
	return stop
}

// Part serves srv on lis as a part of a process; lis is closed in the end. When
// it is told to stop, streams end at once and other calls get grace to finish.
func Part(srv *http.Server, lis net.Listener, grace time.Duration) lifecycle.Part {
	return lifecycle.Part{Name: "gateway", Run: func(ctx context.Context, ready func()) error {
		srv.BaseContext = func(net.Listener) context.Context {
			return context.WithValue(context.Background(), stoppingKey{}, ctx)
		}
		served := make(chan error, 1)
		go func() { served <- srv.Serve(lis) }()
		ready()
		select {
		case err := <-served:
			return err
		case <-ctx.Done():
		}
		limit, cancel := context.WithTimeout(context.Background(), grace)
		defer cancel()
		err := srv.Shutdown(limit)
		if err != nil {
			err = errors.Join(fmt.Errorf("stop gateway: %w", err), srv.Close())
		}
		<-served //nolint:errcheck // it is http.ErrServerClosed
		return err
	}}
}
