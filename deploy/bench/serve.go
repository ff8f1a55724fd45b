package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/test/bufconn"

	"xinju.dev/services/platform/authz"
	"xinju.dev/services/platform/obs"
	"xinju.dev/services/platform/rpcclient"
	"xinju.dev/services/platform/rpcserver"
)

const stopWait = 10 * time.Second

// service is what production packages offer.
type service interface {
	Register(grpc.ServiceRegistrar)
}

// served is a service behind the production server, reachable in memory and on a
// port of 127.0.0.1 through the production client.
type served struct {
	token       string
	address     string
	memory, tcp *grpc.ClientConn

	cancel context.CancelFunc
	server *rpcserver.Server
	ended  []chan error
}

// serve starts a service and waits until it can be called; stop must follow.
func serve(ctx context.Context, name string, s service) (*served, error) {
	ctx, cancel := context.WithCancel(ctx)
	v := &served{token: authz.NewToken(), cancel: cancel}
	v.server = rpcserver.New(rpcserver.Config{Name: name, Log: quietLog(name), Token: v.token, Metrics: obs.NewRegistry()})
	s.Register(v.server.Registrar())
	if err := v.start(ctx, name, s); err != nil {
		return nil, errors.Join(err, v.stop())
	}
	return v, nil
}

func (v *served) start(ctx context.Context, name string, s service) error {
	buf := bufconn.Listen(1 << 20)
	lis, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	v.address = lis.Addr().String()
	if r, ok := s.(interface {
		Run(ctx context.Context, ready func()) error
	}); ok {
		ready := make(chan struct{})
		ran := v.also(func() error { return r.Run(ctx, func() { close(ready) }) })
		select {
		case <-ready:
		case err := <-ran:
			ran <- nil
			return fmt.Errorf("%s did not start: %w", name, err)
		}
	}
	v.also(func() error { return v.server.Serve(buf) })
	v.also(func() error { return v.server.Serve(lis) })
	if v.memory, err = rpcclient.Dial(name, rpcclient.Options{Token: v.token, Dialer: dialer(buf)}); err != nil {
		return err
	}
	v.tcp, err = rpcclient.Dial(v.address, rpcclient.Options{Token: v.token})
	return err
}

func dialer(buf *bufconn.Listener) func(context.Context, string) (net.Conn, error) {
	return func(ctx context.Context, _ string) (net.Conn, error) { return buf.DialContext(ctx) }
}

func (v *served) also(f func() error) chan error {
	ended := make(chan error, 1)
	v.ended = append(v.ended, ended)
	go func() { ended <- f() }()
	return ended
}

// stop ends the service and everything that serves it.
func (v *served) stop() error {
	var errs []error
	for _, c := range []*grpc.ClientConn{v.memory, v.tcp} {
		if c != nil {
			errs = append(errs, c.Close())
		}
	}
	v.cancel()
	ctx, cancel := context.WithTimeout(context.Background(), stopWait)
	defer cancel()
	errs = append(errs, v.server.Stop(ctx))
	for _, ended := range v.ended {
		if err := <-ended; err != nil && !errors.Is(err, context.Canceled) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
