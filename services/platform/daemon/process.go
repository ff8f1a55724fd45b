package daemon

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync/atomic"
	"time"

	"xinju.dev/services/platform/audit"
	"xinju.dev/services/platform/authz"
	"xinju.dev/services/platform/clock"
	"xinju.dev/services/platform/crash"
	"xinju.dev/services/platform/lifecycle"
	"xinju.dev/services/platform/migrate"
	"xinju.dev/services/platform/obs"
	"xinju.dev/services/platform/rpcclient"
	"xinju.dev/services/platform/rpcserver"
	"xinju.dev/services/platform/sqlstore"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"google.golang.org/grpc"
)

// slack is what a part may take beyond the grace of calls.
const slack = 5 * time.Second

// process is one run of a service's program.
type process struct {
	spec Spec
	cfg  *Base
	out  io.Writer
	errs zapcore.WriteSyncer // shared by the loggers

	log     *zap.Logger
	metrics *prometheus.Registry
	tracing *obs.Tracing
	ready   atomic.Bool
	closers []func() error // run last to first when everything has stopped
}

// migrate brings the schema up to date and ends.
func (p *process) migrate(ctx context.Context) error {
	db, err := p.open(ctx)
	if err != nil {
		return err
	}
	return errors.Join(migrate.Up(ctx, db, p.spec.Migrations...), p.close())
}

// serve runs the service until ctx ends or a part fails.
func (p *process) serve(ctx context.Context) (err error) {
	p.log = p.logger(p.cfg.Log.Level)
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

func (p *process) logger(level zapcore.Level) *zap.Logger {
	return obs.NewLogger(obs.LogOptions{Level: level, Console: p.cfg.Log.Console, Service: p.spec.Name, Out: p.errs})
}

// parts opens and builds everything; nothing runs yet.
func (p *process) parts(ctx context.Context) ([]lifecycle.Part, error) {
	var err error
	p.tracing, err = obs.NewTracing(ctx, obs.TraceOptions{
		Service: p.spec.Name, Endpoint: p.cfg.Trace.Endpoint, Plain: p.cfg.Trace.Plain, Sample: p.cfg.Trace.Sample,
	})
	if err != nil {
		return nil, err
	}
	p.later(func() error {
		ctx, cancel := context.WithTimeout(context.Background(), slack)
		defer cancel()
		if err := p.tracing.Stop(ctx); err != nil {
			p.log.Warn("traces not sent", obs.Cause(err)) // no reason to call the stop a failure
		}
		return nil
	})
	db, err := p.open(ctx)
	if err != nil {
		return nil, err
	}
	if err := p.schema(ctx, db); err != nil {
		return nil, err
	}
	service, err := p.build(ctx, db)
	if err != nil {
		return nil, err
	}
	var parts []lifecycle.Part
	if r, ok := service.(interface {
		Run(ctx context.Context, ready func()) error
	}); ok {
		parts = append(parts, lifecycle.Part{Name: p.spec.Name, Run: r.Run})
	}
	servers, err := p.servers(service)
	return append(parts, servers...), err
}

// open opens the database.
func (p *process) open(ctx context.Context) (*sqlstore.DB, error) {
	if p.cfg.DB.DSN == "" {
		return nil, errNoDSN
	}
	db, err := sqlstore.Open(ctx, p.cfg.DB.DSN, p.spec.Store)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	p.later(db.Close)
	return db, nil
}

// schema brings the database up to date, or makes sure that it is.
func (p *process) schema(ctx context.Context, db *sqlstore.DB) error {
	step := migrate.Check
	if p.cfg.DB.Migrate {
		step = migrate.Up
	}
	if err := step(ctx, db, p.spec.Migrations...); err != nil {
		return fmt.Errorf("schema: %w", err)
	}
	return nil
}

func (p *process) build(ctx context.Context, db *sqlstore.DB) (Service, error) {
	service, err := p.spec.Build(ctx, Env{
		DB: db, Now: clock.On(p.cfg.Today), Log: p.log, Metrics: p.metrics,
		Dial: func(target, token string) (*grpc.ClientConn, error) {
			conn, err := rpcclient.Dial(target, rpcclient.Options{Token: token, Traces: p.tracing.Provider})
			if err == nil {
				p.later(conn.Close)
			}
			return conn, err
		},
	})
	if err != nil {
		return nil, fmt.Errorf("build %s: %w", p.spec.Name, err)
	}
	return service, nil
}

// servers opens the listeners and says where they are.
func (p *process) servers(service Service) ([]lifecycle.Part, error) {
	sink, err := p.sink()
	if err != nil {
		return nil, err
	}
	said := hello{Service: p.spec.Name}
	token := p.cfg.Token
	if token == "" {
		token = authz.NewToken()
		said.Token = token
	}
	srv := rpcserver.New(rpcserver.Config{
		Name: p.spec.Name, Log: p.log, Token: token, Metrics: p.metrics, Audit: sink, Traces: p.tracing.Provider,
	})
	service.Register(srv.Registrar())
	lis, err := p.listen(p.cfg.Listen)
	if err != nil {
		return nil, err
	}
	said.Listen = lis.Addr().String()
	parts := []lifecycle.Part{srv.Part(lis, p.cfg.Grace)}
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

func (p *process) sink() (audit.Sink, error) {
	if p.cfg.Audit.File == "" {
		return audit.ToLog(p.logger(zapcore.InfoLevel)), nil // whatever the level of the log
	}
	f, err := os.OpenFile(p.cfg.Audit.File, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open audit file: %w", err)
	}
	p.later(f.Close)
	return audit.ToWriter(f), nil
}

// listen refuses what other machines could reach before it opens it.
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

// hello is the one line on standard output, for scripts: it comes when the
// service can be called.
type hello struct {
	Service string `json:"service"`
	Listen  string `json:"listen"`
	Debug   string `json:"debug,omitempty"`
	Token   string `json:"token,omitempty"` // only when it was made here
}

// announce is the last part to start, so everything else is ready then, and the
// first to stop, so /healthz says so before anything else goes.
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
	p.closers = nil
	return errors.Join(errs...)
}
