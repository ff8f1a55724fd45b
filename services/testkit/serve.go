package testkit

import (
	"context"
	"net"
	"testing"
	"time"

	"xinju.dev/services/platform/rpcclient"
	"xinju.dev/services/platform/rpcserver"

	"go.uber.org/zap"
	"google.golang.org/grpc"
	"google.golang.org/grpc/test/bufconn"
)

// Serve serves what register adds, in this process but through the production
// interceptors and client, and returns a connection that shows the right token.
// Both end with the test.
func Serve(t testing.TB, register func(grpc.ServiceRegistrar)) *grpc.ClientConn {
	t.Helper()
	return ServeLogged(t, zap.NewNop(), register)
}

// ServeLogged is Serve with a log, for tests that look at what is written.
func ServeLogged(t testing.TB, log *zap.Logger, register func(grpc.ServiceRegistrar)) *grpc.ClientConn {
	t.Helper()
	const token = "token-of-a-test"
	lis := bufconn.Listen(1 << 20)
	srv := rpcserver.New(rpcserver.Config{Name: "test", Log: log, Token: token})
	register(srv.Registrar())
	served := make(chan error, 1)
	go func() { served <- srv.Serve(lis) }()
	conn, err := rpcclient.Dial("test", rpcclient.Options{
		Token:  token,
		Dialer: func(ctx context.Context, _ string) (net.Conn, error) { return lis.DialContext(ctx) },
	})
	if err != nil {
		t.Fatalf("dial the test server: %v", err)
	}
	t.Cleanup(func() {
		_ = conn.Close()
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := srv.Stop(ctx); err != nil {
			t.Errorf("stop the test server: %v", err)
		}
		if err := <-served; err != nil {
			t.Errorf("serve in the test: %v", err)
		}
	})
	return conn
}
