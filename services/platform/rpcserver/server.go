// Package rpcserver builds every gRPC server in the suite, so that no service can
// be without recovery, authentication, limits, metrics, an audit line per call
// and error hiding. It alone chooses gRPC codes. It must not know any service.
package rpcserver

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"xinju.dev/services/platform/audit"
	"xinju.dev/services/platform/authz"
	"xinju.dev/services/platform/fault"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap"
	"google.golang.org/grpc"
	"google.golang.org/grpc/health"
	healthv1 "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/reflection"
)

// DefaultDeadline bounds a unary call whose caller set no deadline.
const DefaultDeadline = 30 * time.Second

// errStopping ends the streams of a server that stops; callers may come back.
var errStopping = fault.New(fault.Unavailable, "SERVER_STOPPING",
	"the server is stopping, connect again", "服务正在停止，请重新连接")

// errCut says that a server was stopped before its calls had ended.
var errCut = errors.New("calls were cut off: they did not end within the grace period")

// Config is what a server needs. Name and Log are required.
type Config struct {
	Name     string      // of the service: label of metrics and audit lines
	Log      *zap.Logger // failures; never a message body
	Token    string      // bearer token that callers must show; "" refuses everything except the health check
	Metrics  prometheus.Registerer
	Audit    audit.Sink           // nil writes the lines to Log
	Traces   trace.TracerProvider // nil makes no spans
	Deadline time.Duration        // of unary calls that bring none; 0 means DefaultDeadline
}

// Server is one gRPC server. Make it with New, add services through Registrar,
// then Serve.
type Server struct {
	cfg     Config
	guard   authz.Guard
	metrics *metrics
	health  *health.Server
	grpc    *grpc.Server
	chain   step

	streams    context.Context // ends when streams must
	endStreams context.CancelCauseFunc

	mu      sync.Mutex
	serving bool
	known   map[string]bool // full method names; written before the first call
	err     error           // what was wrong with New or a registration; Serve returns it
}

// New returns a server with health and reflection. What is wrong with cfg or with
// a later registration is said by Serve.
func New(cfg Config) *Server {
	s := &Server{cfg: cfg, guard: authz.NewGuard(cfg.Token), health: health.NewServer()}
	if s.cfg.Log == nil {
		s.cfg.Log = zap.NewNop()
	}
	if s.cfg.Audit == nil {
		s.cfg.Audit = audit.ToLog(s.cfg.Log)
	}
	if s.cfg.Deadline <= 0 {
		s.cfg.Deadline = DefaultDeadline
	}
	s.metrics, s.err = newMetrics(cfg.Metrics, cfg.Name)
	s.streams, s.endStreams = context.WithCancelCause(context.Background())
	s.chain = s.stages()
	s.grpc = grpc.NewServer(s.options()...)
	healthv1.RegisterHealthServer(s.grpc, s.health)
	reflection.Register(s.grpc)
	return s
}

// Registrar is where services add themselves. A registration that gRPC would end
// the process for (twice, after Serve) is remembered and returned by Serve.
func (s *Server) Registrar() grpc.ServiceRegistrar { return registrar{s} }

type registrar struct{ s *Server }

func (r registrar) RegisterService(desc *grpc.ServiceDesc, impl any) {
	r.s.mu.Lock()
	defer r.s.mu.Unlock()
	_, twice := r.s.grpc.GetServiceInfo()[desc.ServiceName]
	switch {
	case r.s.serving:
		r.s.err = errors.Join(r.s.err, fmt.Errorf("%s registered after Serve", desc.ServiceName))
	case twice:
		r.s.err = errors.Join(r.s.err, fmt.Errorf("%s registered twice", desc.ServiceName))
	default:
		r.s.grpc.RegisterService(desc, impl)
	}
}

// Serve answers calls on lis until Stop and then returns nil. It refuses to start
// when a method has no access rule, when lis could be reached from another
// machine, or when something was registered wrongly; lis is closed then. It may be
// called for several listeners.
func (s *Server) Serve(lis net.Listener) error {
	if err := s.prepare(lis); err != nil {
		lis.Close()
		s.abandon()
		return fmt.Errorf("serve %s: %w", s.cfg.Name, err)
	}
	err := s.grpc.Serve(lis)
	if err == nil || errors.Is(err, grpc.ErrServerStopped) {
		return nil
	}
	return fmt.Errorf("serve %s: %w", s.cfg.Name, err)
}

// abandon ends the goroutines that wait for calls when there will be none.
func (s *Server) abandon() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.serving {
		s.grpc.Stop()
	}
}

func (s *Server) prepare(lis net.Listener) error {
	if err := authz.CheckListener(lis); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return s.err
	}
	if s.serving {
		return nil
	}
	services := s.grpc.GetServiceInfo()
	if err := checkAccess(services); err != nil {
		return err
	}
	s.known = map[string]bool{}
	for name, info := range services {
		for _, m := range info.Methods {
			s.known["/"+name+"/"+m.Name] = true
		}
		s.health.SetServingStatus(name, healthv1.HealthCheckResponse_SERVING)
	}
	s.serving = true
	return nil
}

// Stop ends the server in order: health says NOT_SERVING, streams end (callers
// see UNAVAILABLE and may connect again), no new calls are taken, running unary
// calls may finish until ctx ends, and then the rest is cut off, which is an error.
// A stream whose peer has stopped reading is cut off too.
func (s *Server) Stop(ctx context.Context) error {
	s.health.Shutdown()
	s.endStreams(errStopping)
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.grpc.GracefulStop()
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		s.grpc.Stop()
		return fmt.Errorf("stop %s: %w", s.cfg.Name, errCut)
	}
}
