package main

import (
	"context"
	"errors"
	"net"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/interop/grpc_testing"
	"google.golang.org/grpc/test/bufconn"

	"xinju.dev/deploy/bench/internal/figures"
)

// payload is the size of the message that is echoed, about one record.
const payload = 128

// echo answers with what it was sent.
type echo struct {
	grpc_testing.UnimplementedTestServiceServer
}

func (echo) UnaryCall(_ context.Context, req *grpc_testing.SimpleRequest) (*grpc_testing.SimpleResponse, error) {
	return &grpc_testing.SimpleResponse{Payload: req.GetPayload()}, nil
}

func (e echo) Register(r grpc.ServiceRegistrar) { grpc_testing.RegisterTestServiceServer(r, e) }

// runCalls compares a call through everything that the production server and
// client add with one between gRPC's bare ones, over the same transports.
func (b *bench) runCalls(ctx context.Context) (list []figures.Comparison, err error) {
	full, err := serve(ctx, "echo", echo{})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, full.stop()) }()
	plain, err := serveBare()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, plain.stop()) }()
	for _, way := range []struct {
		name       string
		ours, bare *grpc.ClientConn
	}{{"内存 bufconn", full.memory, plain.memory}, {"回环 TCP loopback", full.tcp, plain.tcp}} {
		ours, base, err := b.turns(caller(ctx, way.ours), caller(ctx, way.bare))
		if err != nil {
			return nil, err
		}
		list = append(list, figures.Comparison{
			Section: "c", Case: "一次调用 one call, " + way.name, Residents: b.residents,
			Ours: ours.named("全部拦截器 all interceptors"), Baseline: base.named("裸 gRPC bare gRPC"),
		})
	}
	return list, nil
}

func caller(ctx context.Context, conn *grpc.ClientConn) func() error {
	client := grpc_testing.NewTestServiceClient(conn)
	req := &grpc_testing.SimpleRequest{Payload: &grpc_testing.Payload{Body: make([]byte, payload)}}
	return func() error {
		_, err := client.UnaryCall(ctx, req)
		return err
	}
}

// perCall is the cost of one call out of a number of equal ones.
type perCall struct {
	figures.Sampler
	calls int
}

func (p *perCall) named(what string) figures.Line {
	l := p.Line(what, p.calls).Per(p.calls)
	return l
}

// rounds of calls by turns, so that a busy machine slows both.
const turns = 10

// turns makes b.calls calls each way in ten rounds by turns, one caller at a time.
func (b *bench) turns(ours, base func() error) (o, p *perCall, err error) {
	o, p = &perCall{calls: max(1, b.calls/turns)}, &perCall{calls: max(1, b.calls/turns)}
	for _, warm := range []func() error{ours, base} {
		if err := repeat(o.calls/4+1, warm); err != nil {
			return nil, nil, err
		}
	}
	for range turns {
		if err := o.Time(func() error { return repeat(o.calls, ours) }); err != nil {
			return nil, nil, err
		}
		if err := p.Time(func() error { return repeat(p.calls, base) }); err != nil {
			return nil, nil, err
		}
	}
	return o, p, nil
}

func repeat(n int, f func() error) error {
	for range n {
		if err := f(); err != nil {
			return err
		}
	}
	return nil
}

// bare is gRPC's own server and client without anything added.
type bare struct {
	server      *grpc.Server
	memory, tcp *grpc.ClientConn
	ended       chan error
}

func serveBare() (*bare, error) {
	lis, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	buf := bufconn.Listen(1 << 20)
	s := &bare{server: grpc.NewServer(), ended: make(chan error, 2)}
	echo{}.Register(s.server)
	go func() { s.ended <- s.server.Serve(buf) }()
	go func() { s.ended <- s.server.Serve(lis) }()
	insecure := grpc.WithTransportCredentials(insecure.NewCredentials())
	if s.memory, err = grpc.NewClient("passthrough:///bare", insecure, grpc.WithContextDialer(dialer(buf))); err == nil {
		s.tcp, err = grpc.NewClient(lis.Addr().String(), insecure, grpc.WithNoProxy())
	}
	if err != nil {
		return nil, errors.Join(err, s.stop())
	}
	return s, nil
}

func (s *bare) stop() error {
	var errs []error
	for _, c := range []*grpc.ClientConn{s.memory, s.tcp} {
		if c != nil {
			errs = append(errs, c.Close())
		}
	}
	cut := time.AfterFunc(stopWait, s.server.Stop)
	defer cut.Stop()
	s.server.GracefulStop()
	return errors.Join(append(errs, <-s.ended, <-s.ended)...)
}
