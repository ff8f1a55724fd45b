// Package suite runs all services and the gateway in one process, on embedded
// SQLite in one folder. It is the production code with in-memory connections: the
// same servers, interceptors, migrations and life cycle as separate processes.
package suite

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"
	"google.golang.org/grpc"
	"google.golang.org/grpc/test/bufconn"

	"xinju.dev/api/openapi"
	"xinju.dev/deploy/client"
	"xinju.dev/gateway/edge"
	"xinju.dev/services/platform/audit"
	"xinju.dev/services/platform/authz"
	"xinju.dev/services/platform/lifecycle"
	"xinju.dev/services/platform/migrate"
	"xinju.dev/services/platform/obs"
	"xinju.dev/services/platform/rpcclient"
	"xinju.dev/services/platform/rpcserver"
	"xinju.dev/services/platform/seal"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/platform/webhook"
)

// Config says where the suite lives and listens. Listeners are loopback only.
type Config struct {
	DataDir  string // databases, keys and spooled files; made when missing
	HTTPAddr string // REST; 127.0.0.1:8080 when empty
	GRPCPort int    // of the registry; the other services follow it; 9101 when 0, any free ones when negative
	Debug    string // metrics, health and profiles over HTTP; off when empty
	Token    string // bearer token; a random one when empty
	Now      func() time.Time
	Today    string // told to clients when Now is not the calendar's
	Origins  []string
	Log      *zap.Logger
	Audit    audit.Sink // nil writes audit lines to Log
	Webhooks webhook.Settings
}

const (
	defaultHTTP = "127.0.0.1:8080"
	defaultGRPC = 9101
	grace       = 10 * time.Second
)

// Suite is opened and migrated, not yet running.
type Suite struct {
	cfg     Config
	sealer  seal.Sealer
	metrics *prometheus.Registry
	parts   []lifecycle.Part
	closers []func() error
	memory  map[string]*bufconn.Listener // each service's in-memory listener
	run     client.Run
	moved   []string
}

// Open opens every database, brings its schema up to date and builds the
// services. Close must follow, unless Run did.
func Open(ctx context.Context, c Config) (*Suite, error) {
	s := &Suite{cfg: withDefaults(c), metrics: obs.NewRegistry(), memory: map[string]*bufconn.Listener{}}
	if err := s.open(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func withDefaults(c Config) Config {
	if c.HTTPAddr == "" {
		c.HTTPAddr = defaultHTTP
	}
	if c.GRPCPort == 0 {
		c.GRPCPort = defaultGRPC
	}
	if c.Token == "" {
		c.Token = authz.NewToken()
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = zap.NewNop()
	}
	return c
}

func (s *Suite) open(ctx context.Context) error {
	if err := os.MkdirAll(s.cfg.DataDir, 0o700); err != nil {
		return fmt.Errorf("data folder: %w", err)
	}
	if err := s.own(s.cfg.DataDir); err != nil {
		return err
	}
	key, err := indexKey(filepath.Join(s.cfg.DataDir, "index.key"))
	if err != nil {
		return err
	}
	if s.sealer, err = seal.NewPlain(key); err != nil {
		return err
	}
	s.run = client.Run{Token: s.cfg.Token, Data: s.cfg.DataDir, Today: s.cfg.Today, GRPC: map[string]string{}}
	for i, b := range builders {
		if err := s.add(ctx, i, b); err != nil {
			return fmt.Errorf("%s: %w", b.name, err)
		}
	}
	return s.addGateway(ctx)
}

// add opens one service's database and puts the service on a server of its own,
// reachable in memory and on a port.
func (s *Suite) add(ctx context.Context, n int, b builder) error {
	db, err := sqlstore.Open(ctx, "sqlite:"+filepath.Join(s.cfg.DataDir, b.name+".db"), b.store)
	if err != nil {
		return err
	}
	s.later(db.Close)
	if err := migrate.Up(ctx, db, b.migrations()...); err != nil {
		return err
	}
	service, err := b.build(ctx, s, db)
	if err != nil {
		return err
	}
	server := rpcserver.New(rpcserver.Config{
		Name: b.name, Log: s.cfg.Log, Token: s.cfg.Token, Metrics: s.metrics, Audit: s.cfg.Audit,
	})
	service.Register(server.Registrar())
	port, err := s.listen(b.name, s.grpcAddr(n))
	if err != nil {
		return err
	}
	s.run.GRPC[b.name] = port.Addr().String()
	s.memory[b.name] = bufconn.Listen(1 << 20)
	if r, ok := service.(interface {
		Run(ctx context.Context, ready func()) error
	}); ok {
		s.parts = append(s.parts, lifecycle.Part{Name: b.name, Run: r.Run})
	}
	s.parts = append(s.parts, inMemory(b.name, server, s.memory[b.name]), server.Part(port, grace))
	return nil
}

// inMemory serves calls from within the process. The server's part on its port
// stops both.
func inMemory(name string, server *rpcserver.Server, lis net.Listener) lifecycle.Part {
	return lifecycle.Part{Name: name + " in memory", Run: func(ctx context.Context, ready func()) error {
		served := make(chan error, 1)
		go func() { served <- server.Serve(lis) }()
		ready()
		select {
		case err := <-served:
			if err == nil {
				<-ctx.Done()
			}
			return err
		case <-ctx.Done():
			return nil
		}
	}}
}

// dial connects to a service in memory; without a token the caller's own goes through.
func (s *Suite) dial(name, token string) (*grpc.ClientConn, error) {
	lis := s.memory[name]
	conn, err := rpcclient.Dial(name, rpcclient.Options{Token: token, Dialer: func(ctx context.Context, _ string) (net.Conn, error) {
		return lis.DialContext(ctx)
	}})
	if err == nil {
		s.later(conn.Close)
	}
	return conn, err
}

func (s *Suite) addGateway(ctx context.Context) error {
	conns := map[string]*grpc.ClientConn{}
	for _, b := range builders {
		conn, err := s.dial(b.name, "")
		if err != nil {
			return err
		}
		conns[b.name] = conn
	}
	handler, err := edge.New(ctx, edge.Config{
		Backends: edge.Backends{
			Registry: conns["registry"], Archive: conns["archive"], Immunization: conns["immunization"],
			Maternal: conns["maternal"], FamilyPlanning: conns["familyplanning"], Aggregator: conns["aggregator"],
		},
		Origins: s.cfg.Origins,
		Log:     s.cfg.Log,
		Metrics: s.metrics,
		OpenAPI: openapi.JSON,
	})
	if err != nil {
		return err
	}
	lis, err := s.listen("REST", s.cfg.HTTPAddr)
	if err != nil {
		return err
	}
	s.run.REST = "http://" + lis.Addr().String()
	s.run.Docs = s.run.REST + "/docs"
	s.parts = append(s.parts, edge.Part(edge.NewServer(handler), lis, grace))
	return s.addDebug()
}

// addDebug serves what operators look at, when asked to.
func (s *Suite) addDebug() error {
	if s.cfg.Debug == "" {
		return nil
	}
	lis, err := s.listen("debug", s.cfg.Debug)
	if err != nil {
		return err
	}
	s.run.Debug = "http://" + lis.Addr().String()
	s.parts = append(s.parts, obs.DebugPart(lis, s.metrics, func() bool { return true }))
	return nil
}

// Run runs the suite until ctx ends or a part fails, then closes it. ready is
// called when everything can be called.
func (s *Suite) Run(ctx context.Context, ready func()) error {
	announce := lifecycle.Part{Name: "readiness", Run: func(ctx context.Context, started func()) error {
		started()
		ready()
		<-ctx.Done()
		return nil
	}}
	group := lifecycle.Group{Grace: grace + 5*time.Second, Notify: func(part string, e lifecycle.Event) {
		s.cfg.Log.Info(string(e), zap.String("part", part))
	}}
	return errors.Join(group.Run(ctx, append(s.parts, announce)...), s.Close())
}

// Address says where the suite is.
func (s *Suite) Address() client.Run { return s.run }

// Moved tells which addresses were taken and what is used instead.
func (s *Suite) Moved() []string { return s.moved }

// Close closes what Open opened, last first.
func (s *Suite) Close() error {
	var errs []error
	for i := len(s.closers) - 1; i >= 0; i-- {
		errs = append(errs, s.closers[i]())
	}
	s.closers = nil
	return errors.Join(errs...)
}

func (s *Suite) later(f func() error) { s.closers = append(s.closers, f) }

func (s *Suite) grpcAddr(n int) string {
	if s.cfg.GRPCPort < 0 {
		return "127.0.0.1:0"
	}
	return fmt.Sprintf("127.0.0.1:%d", s.cfg.GRPCPort+n)
}

// listen opens a loopback address, or a free port beside it when it is taken.
func (s *Suite) listen(what, addr string) (net.Listener, error) {
	if err := authz.CheckLoopback(addr); err != nil {
		return nil, err
	}
	lis, err := net.Listen("tcp", addr)
	if err != nil {
		if lis, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
			return nil, err
		}
		s.moved = append(s.moved, fmt.Sprintf("%s：%s 已被占用，改用 %s（%s is taken, using %s）", what, addr, lis.Addr(), addr, lis.Addr()))
	}
	s.later(func() error { _ = lis.Close(); return nil })
	return lis, nil
}

// indexKey reads the key of the look-up index, or makes one: the index of a
// folder must stay the same for as long as its data.
func indexKey(file string) ([]byte, error) {
	key, err := os.ReadFile(file)
	if err == nil {
		return key, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("index key: %w", err)
	}
	key = make([]byte, 32)
	rand.Read(key)
	if err := os.WriteFile(file, key, 0o600); err != nil {
		return nil, fmt.Errorf("index key: %w", err)
	}
	return key, nil
}
