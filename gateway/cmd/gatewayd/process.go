package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"google.golang.org/grpc"

	"xinju.dev/api/openapi"

	"xinju.dev/gateway/edge"
	"xinju.dev/services/platform/authz"
	"xinju.dev/services/platform/crash"
	"xinju.dev/services/platform/lifecycle"
	"xinju.dev/services/platform/obs"
	"xinju.dev/services/platform/rpcclient"
)

// slack is what a part may take beyond the grace of its calls.
const slack = 5 * time.Second

type process struct {
	cfg  settings
	out  io.Writer
	errs zapcore.WriteSyncer

	log     *zap.Logger
	metrics *prometheus.Registry
	tracing *obs.Tracing
	ready   atomic.Bool
	closers []func() error // run last to first when everything has stopped
}

// hello is the one line on stdout once the gateway can be called, in the form of
// every program of the suite.
type hello struct {
	Service string `json:"service"`
	Listen  string `json:"listen"`
	Debug   string `json:"debug,omitempty"`
}

func (p *process) serve(ctx context.Context) (err error) {
	p.log = obs.NewLogger(obs.LogOptions{Level: p.cfg.Log.Level, Console: p.cfg.Log.Console, Service: "gateway", Out: p.errs})
	p.metrics = obs.NewRegistry()
	defer func() { err = errors.Join(err, p.close()) }()
	parts, err := p.parts(ctx)
	if err != nil {
		return err
	}
	group := lifecycle.Group{Grace: p.cfg.Grace + slack, Notify: func(part string, e lifecycle.Event) {
		p.log.Info(string(e), zap.String("part", part))
	}}
	err = group.Run(ctx, parts...)
	if c, ok := errors.AsType[*crash.Error](err); ok {
		p.log.Error("a part panicked", obs.Cause(err), zap.ByteString("stack", c.Stack))
	}
	return err
}

// parts are started in this order and stopped in the reverse one: not ready
// first, then the debug pages, then the gateway.
func (p *process) parts(ctx context.Context) ([]lifecycle.Part, error) {
	if err := p.trace(ctx); err != nil {
		return nil, err
	}
	backends, err := p.backends()
	if err != nil {
		return nil, err
	}
	handler, err := edge.New(ctx, edge.Config{
		Backends: backends, Origins: p.cfg.Origins, OpenAPI: openapi.JSON, Limit: p.cfg.Limit, Log: p.log, Metrics: p.metrics,
	})
	if err != nil {
		return nil, fmt.Errorf("build gateway: %w", err)
	}
	lis, err := p.listen(p.cfg.Listen)
	if err != nil {
		return nil, err
	}
	said := hello{Service: "gateway", Listen: lis.Addr().String()}
	srv := edge.NewServer(handler)
	srv.ErrorLog = zap.NewStdLog(p.log)
	parts := []lifecycle.Part{edge.Part(srv, lis, p.cfg.Grace)}
	if p.cfg.Debug.Listen != "" {
		debug, err := p.listen(p.cfg.Debug.Listen)
		if err != nil {
			return nil, err
		}
		said.Debug = debug.Addr().String()
		parts = append(parts, obs.DebugPart(debug, p.metrics, p.ready.Load))
	}
	return append(parts, p.announce(said)), nil
}

func (p *process) trace(ctx context.Context) (err error) {
	t := p.cfg.Trace
	p.tracing, err = obs.NewTracing(ctx, obs.TraceOptions{Service: "gateway", Endpoint: t.Endpoint, Plain: t.Plain, Sample: t.Sample})
	if err != nil {
		return err
	}
	p.later(func() error {
		ctx, cancel := context.WithTimeout(context.Background(), slack)
		defer cancel()
		if err := p.tracing.Stop(ctx); err != nil {
			p.log.Warn("traces not sent", obs.Cause(err)) // no reason to call the stop a failure
		}
		return nil
	})
	return nil
}

// backends connects to every service, without a token. Connections are made at
// the first call, so that programs may start in any order.
func (p *process) backends() (b edge.Backends, err error) {
	a := p.cfg.Backends
	dial := func(name, target string) *grpc.ClientConn {
		conn, dialErr := rpcclient.Dial(target, rpcclient.Options{Traces: p.tracing.Provider})
		if dialErr != nil {
			err = errors.Join(err, fmt.Errorf("backends.%s: %w", name, dialErr))
			return nil
		}
		p.later(conn.Close)
		return conn
	}
	b = edge.Backends{
		Registry: dial("registry", a.Registry), Archive: dial("archive", a.Archive), Immunization: dial("immunization", a.Immunization),
		Maternal: dial("maternal", a.Maternal), FamilyPlanning: dial("familyplanning", a.FamilyPlanning), Aggregator: dial("aggregator", a.Aggregator),
	}
	return b, err
}

// listen opens a loopback address and nothing else.
func (p *process) listen(addr string) (net.Listener, error) {
	if err := authz.CheckLoopback(addr); err != nil {
		return nil, fmt.Errorf("listen on %q: %w", addr, err)
	}
	lis, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	p.later(func() error {
		lis.Close() // closed already unless the part that serves it never ran
		return nil
	})
	return lis, nil
}

func (p *process) announce(h hello) lifecycle.Part {
	return lifecycle.Part{Name: "readiness", Run: func(ctx context.Context, ready func()) error {
		if err := json.NewEncoder(p.out).Encode(h); err != nil {
			return fmt.Errorf("announce: %w", err)
		}
		p.ready.Store(true)
		defer p.ready.Store(false)
		ready()
		<-ctx.Done()
		return nil
	}}
}

func (p *process) later(f func() error) { p.closers = append(p.closers, f) }

func (p *process) close() error {
	var errs []error
	for i := len(p.closers) - 1; i >= 0; i-- {
		errs = append(errs, p.closers[i]())
	}
	return errors.Join(errs...)
}
