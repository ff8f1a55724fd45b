package rpcserver

import (
	"context"
	"time"

	"xinju.dev/services/platform/obs"

	"go.opentelemetry.io/contrib/instrumentation/google.golang.org/grpc/otelgrpc"
	metricnoop "go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/trace/noop"
	"google.golang.org/grpc"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/stats"
)

// Limits. gRPC's own defaults are 4 MiB messages, unlimited streams and 16 MiB headers.
const (
	maxMessage = 8 << 20
	maxStreams = 1024
	maxHeaders = 16 << 10
	// Calls are answered by goroutines that stay: a new one for each call grows its
	// stack anew, which for a call that asks a database is a tenth of its time.
	// When all are busy, or hold streams, further calls get goroutines of their own.
	workers = 16
)

func (s *Server) options() []grpc.ServerOption {
	return []grpc.ServerOption{
		grpc.MaxRecvMsgSize(maxMessage),
		grpc.MaxConcurrentStreams(maxStreams),
		grpc.NumStreamWorkers(workers),
		grpc.MaxHeaderListSize(maxHeaders),
		grpc.ConnectionTimeout(10 * time.Second),
		grpc.KeepaliveParams(keepalive.ServerParameters{Time: time.Minute, Timeout: 20 * time.Second}),
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: 10 * time.Second, PermitWithoutStream: true}),
		grpc.StatsHandler(s.tracing()),
		grpc.StatsHandler(witness{s}),
		grpc.UnaryInterceptor(s.unary),
		grpc.StreamInterceptor(s.stream),
		// Calls of unknown methods go through the same steps as all others.
		grpc.UnknownServiceHandler(func(any, grpc.ServerStream) error { return errNoMethod }),
	}
}

// tracing is given its provider and propagator: nothing is taken from globals.
func (s *Server) tracing() stats.Handler {
	provider := s.cfg.Traces
	if provider == nil {
		provider = noop.NewTracerProvider()
	}
	return otelgrpc.NewServerHandler(
		otelgrpc.WithTracerProvider(provider),
		otelgrpc.WithMeterProvider(metricnoop.NewMeterProvider()),
		otelgrpc.WithPropagators(obs.Propagator),
	)
}

// unary and stream lead both kinds of call through the same steps.
func (s *Server) unary(ctx context.Context, req any, info *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (any, error) {
	c := callOf(ctx, info.FullMethod)
	var resp any
	c.handle = func(ctx context.Context) (err error) {
		resp, err = handle(ctx, req)
		return err
	}
	if err := s.chain(ctx, c); err != nil {
		return nil, err
	}
	return resp, nil
}

func (s *Server) stream(srv any, ss grpc.ServerStream, info *grpc.StreamServerInfo, handle grpc.StreamHandler) error {
	c := callOf(ss.Context(), info.FullMethod)
	c.streamed = true
	c.handle = func(ctx context.Context) error {
		return handle(srv, &stoppable{ServerStream: ss, ctx: ctx, receives: info.IsClientStream})
	}
	return s.chain(ss.Context(), c)
}
