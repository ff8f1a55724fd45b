package rpcclient_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"xinju.dev/services/platform/authz"
	"xinju.dev/services/platform/obs"
	"xinju.dev/services/platform/rpcclient"

	"go.uber.org/goleak"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	pb "google.golang.org/grpc/interop/grpc_testing"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/test/bufconn"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// echo is a bare gRPC server: what it sees is what the client sent.
type echo struct {
	pb.UnimplementedTestServiceServer
	do func(context.Context) error
}

func (e echo) UnaryCall(ctx context.Context, _ *pb.SimpleRequest) (*pb.SimpleResponse, error) {
	return &pb.SimpleResponse{}, e.do(ctx)
}

func (e echo) StreamingOutputCall(_ *pb.StreamingOutputCallRequest, s pb.TestService_StreamingOutputCallServer) error {
	return e.do(s.Context())
}

func dial(t *testing.T, o rpcclient.Options, do func(context.Context) error) pb.TestServiceClient {
	t.Helper()
	lis := bufconn.Listen(1 << 20)
	srv := grpc.NewServer()
	pb.RegisterTestServiceServer(srv, echo{do: do})
	served := make(chan error, 1)
	go func() { served <- srv.Serve(lis) }()
	o.Dialer = func(ctx context.Context, _ string) (net.Conn, error) { return lis.DialContext(ctx) }
	conn, err := rpcclient.Dial("echo", o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		conn.Close()
		srv.Stop()
		if err := <-served; err != nil && !errors.Is(err, grpc.ErrServerStopped) {
			t.Error(err)
		}
	})
	return pb.NewTestServiceClient(conn)
}

// both makes a call of each kind.
func both(t *testing.T, call func(t *testing.T, do func(context.Context, pb.TestServiceClient) error)) {
	t.Run("unary", func(t *testing.T) {
		call(t, func(ctx context.Context, c pb.TestServiceClient) error {
			_, err := c.UnaryCall(ctx, &pb.SimpleRequest{})
			return err
		})
	})
	t.Run("stream", func(t *testing.T) {
		call(t, func(ctx context.Context, c pb.TestServiceClient) error {
			s, err := c.StreamingOutputCall(ctx, &pb.StreamingOutputCallRequest{})
			if err != nil {
				return err
			}
			if _, err = s.Recv(); err.Error() == "EOF" {
				return nil
			}
			return err
		})
	})
}

func TestOnlyUnavailableIsRetriedAndFourTimesAtMost(t *testing.T) {
	for code, want := range map[codes.Code]int32{
		codes.Unavailable: 4, codes.Aborted: 1, codes.Internal: 1, codes.ResourceExhausted: 1, codes.DeadlineExceeded: 1, codes.NotFound: 1,
	} {
		t.Run(code.String(), func(t *testing.T) {
			both(t, func(t *testing.T, call func(context.Context, pb.TestServiceClient) error) {
				var attempts atomic.Int32
				c := dial(t, rpcclient.Options{}, func(context.Context) error { attempts.Add(1); return status.Error(code, "no") })
				if err := call(t.Context(), c); status.Code(err) != code {
					t.Errorf("err %v", err)
				}
				if got := attempts.Load(); got != want {
					t.Errorf("%d attempts, want %d", got, want)
				}
			})
		})
	}
}

func TestACallSucceedsWhenTheServerComesBack(t *testing.T) {
	both(t, func(t *testing.T, call func(context.Context, pb.TestServiceClient) error) {
		var attempts atomic.Int32
		c := dial(t, rpcclient.Options{}, func(context.Context) error {
			if attempts.Add(1) == 1 {
				return status.Error(codes.Unavailable, "away")
			}
			return nil
		})
		if err := call(t.Context(), c); err != nil {
			t.Error(err)
		}
	})
}

func TestAUnaryCallGetsADeadlineAndAStreamDoesNot(t *testing.T) {
	left := make(chan time.Duration, 1)
	do := func(ctx context.Context) error {
		d, ok := ctx.Deadline()
		if !ok {
			d = time.Now()
		}
		left <- time.Until(d).Round(20 * time.Second) // a busy machine may be late
		return nil
	}
	both(t, func(t *testing.T, call func(context.Context, pb.TestServiceClient) error) {
		want := 40 * time.Second
		if strings.HasSuffix(t.Name(), "stream") {
			want = 0
		}
		c := dial(t, rpcclient.Options{Deadline: 40 * time.Second}, do)
		if err := call(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		if got := <-left; got != want {
			t.Errorf("%v, want %v", got, want)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := call(ctx, c); err != nil {
			t.Fatal(err)
		}
		if got := <-left; got != time.Minute {
			t.Errorf("the caller's own deadline became %v", got)
		}
	})
}

func TestEveryCallCarriesTheTokenOnceAndTheRequestID(t *testing.T) {
	id := obs.NewRequestID()
	both(t, func(t *testing.T, call func(context.Context, pb.TestServiceClient) error) {
		var got metadata.MD
		c := dial(t, rpcclient.Options{Token: "secret"}, func(ctx context.Context) error {
			got, _ = metadata.FromIncomingContext(ctx)
			return nil
		})
		if err := call(obs.WithRequestID(t.Context(), id), c); err != nil {
			t.Fatal(err)
		}
		if v := got.Get(authz.Header); len(v) != 1 || v[0] != "Bearer secret" {
			t.Errorf("authorization %q", v)
		}
		if v := got.Get(obs.RequestIDHeader); len(v) != 1 || v[0] != id {
			t.Errorf("request id %q", v)
		}
		ctx := metadata.AppendToOutgoingContext(obs.WithRequestID(t.Context(), id), obs.RequestIDHeader, "other")
		if err := call(ctx, c); err != nil {
			t.Fatal(err)
		}
		if v := got.Get(obs.RequestIDHeader); len(v) != 1 || v[0] != "other" {
			t.Errorf("request id set by the caller became %q", v)
		}
	})
}

func TestPlainTransportGoesToLoopbackOnly(t *testing.T) {
	for target, ok := range map[string]bool{
		"127.0.0.1:7001": true, "localhost:7001": true, "[::1]:7001": true,
		"10.0.0.1:7001": false, "registry:7001": false, ":7001": false, "127.0.0.1": false, "dns:///127.0.0.1:1": false, "unix:/tmp/x": false, "": false,
	} {
		conn, err := rpcclient.Dial(target, rpcclient.Options{Token: "secret"})
		if (err == nil) != ok {
			t.Errorf("%q: %v", target, err)
		}
		if conn != nil {
			conn.Close()
		}
	}
}

func TestARequestLargerThanServersTakeFailsHere(t *testing.T) {
	c := dial(t, rpcclient.Options{}, func(context.Context) error { return nil })
	_, err := c.UnaryCall(t.Context(), &pb.SimpleRequest{Payload: &pb.Payload{Body: make([]byte, 8<<20)}})
	if status.Code(err) != codes.ResourceExhausted || !strings.Contains(fmt.Sprint(err), "trying to send") {
		t.Error(err)
	}
}
