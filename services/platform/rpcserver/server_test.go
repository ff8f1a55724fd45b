package rpcserver_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"xinju.dev/services/platform/audit"
	"xinju.dev/services/platform/obs"
	"xinju.dev/services/platform/rpcclient"
	"xinju.dev/services/platform/rpcserver"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"
	"go.uber.org/zap/zapcore"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	pb "google.golang.org/grpc/interop/grpc_testing"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/test/bufconn"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const token = "a-token-for-tests"

// fake answers every kind of call with do.
type fake struct {
	pb.UnimplementedTestServiceServer
	do func(ctx context.Context) error
}

func (f fake) UnaryCall(ctx context.Context, _ *pb.SimpleRequest) (*pb.SimpleResponse, error) {
	return &pb.SimpleResponse{}, f.do(ctx)
}

func (f fake) StreamingOutputCall(_ *pb.StreamingOutputCallRequest, s pb.TestService_StreamingOutputCallServer) error {
	if err := f.do(s.Context()); err != nil {
		return err
	}
	return s.Send(&pb.StreamingOutputCallResponse{})
}

// FullDuplexCall runs do and then reads until the peer ends.
func (f fake) FullDuplexCall(s pb.TestService_FullDuplexCallServer) error {
	if err := f.do(s.Context()); err != nil {
		return err
	}
	for {
		if _, err := s.Recv(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// world is a server with one client connection and everything it wrote.
type world struct {
	srv     *rpcserver.Server
	lis     *bufconn.Listener
	client  pb.TestServiceClient
	conn    *grpc.ClientConn
	metrics *prometheus.Registry
	log     *safeBuffer
	served  chan error

	mu    sync.Mutex
	lines []audit.Line
}

// begin serves do on a bufconn; change may alter the server's configuration and
// the client's options.
func begin(t *testing.T, do func(context.Context) error, change func(*rpcserver.Config, *rpcclient.Options)) *world {
	t.Helper()
	w := &world{lis: bufconn.Listen(1 << 20), metrics: prometheus.NewRegistry(), log: &safeBuffer{}, served: make(chan error, 1)}
	cfg := rpcserver.Config{
		Name: "fake", Token: token, Metrics: w.metrics, Audit: audit.Func(w.keep),
		Log: obs.NewLogger(obs.LogOptions{Level: zapcore.DebugLevel, Out: w.log}),
	}
	opts := rpcclient.Options{Token: token, Dialer: func(ctx context.Context, _ string) (net.Conn, error) { return w.lis.DialContext(ctx) }}
	if change != nil {
		change(&cfg, &opts)
	}
	w.srv = rpcserver.New(cfg)
	pb.RegisterTestServiceServer(w.srv.Registrar(), fake{do: do})
	go func() { w.served <- w.srv.Serve(w.lis) }()
	conn, err := rpcclient.Dial("fake", opts)
	if err != nil {
		t.Fatal(err)
	}
	w.conn, w.client = conn, pb.NewTestServiceClient(conn)
	t.Cleanup(func() {
		conn.Close()
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := w.srv.Stop(ctx); err != nil {
			t.Error(err)
		}
		if err := <-w.served; err != nil {
			t.Error(err)
		}
	})
	return w
}

func (w *world) keep(_ context.Context, l audit.Line) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lines = append(w.lines, l)
	return nil
}

func (w *world) audited() []audit.Line {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]audit.Line(nil), w.lines...)
}

// kinds are the ways to call; each must behave as the others do.
var kinds = []struct {
	name, method string
	call         func(context.Context, pb.TestServiceClient) error
}{
	{"unary", "/grpc.testing.TestService/UnaryCall", func(ctx context.Context, c pb.TestServiceClient) error {
		_, err := c.UnaryCall(ctx, &pb.SimpleRequest{})
		return err
	}},
	{"server stream", "/grpc.testing.TestService/StreamingOutputCall", func(ctx context.Context, c pb.TestServiceClient) error {
		s, err := c.StreamingOutputCall(ctx, &pb.StreamingOutputCallRequest{})
		if err != nil {
			return err
		}
		return drain(func() error { _, err := s.Recv(); return err })
	}},
	{"two-way stream", "/grpc.testing.TestService/FullDuplexCall", func(ctx context.Context, c pb.TestServiceClient) error {
		s, err := c.FullDuplexCall(ctx)
		if err != nil {
			return err
		}
		s.CloseSend()
		return drain(func() error { _, err := s.Recv(); return err })
	}},
}

func drain(recv func() error) error {
	for {
		if err := recv(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

func eachKind(t *testing.T, test func(t *testing.T, method string, call func(context.Context, pb.TestServiceClient) error)) {
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) { test(t, k.method, k.call) })
	}
}

// safeBuffer is a log destination that may be read while it is written.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) Sync() error { return nil }

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// plain is a client of gRPC's own making: no token, no retries, no deadline.
func (w *world) plain(t *testing.T) pb.TestServiceClient {
	t.Helper()
	return pb.NewTestServiceClient(w.plainConn(t))
}

func (w *world) plainConn(t *testing.T) *grpc.ClientConn {
	t.Helper()
	conn, err := grpc.NewClient("passthrough:///fake", grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithDisableRetry(),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return w.lis.DialContext(ctx) }))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// withHeader adds authorization headers to a call.
func withHeader(ctx context.Context, values ...string) context.Context {
	for _, v := range values {
		ctx = metadata.AppendToOutgoingContext(ctx, "authorization", v)
	}
	return ctx
}
