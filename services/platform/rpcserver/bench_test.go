package rpcserver_test

import (
	"context"
	"io"
	"net"
	"testing"

	"xinju.dev/services/platform/audit"
	"xinju.dev/services/platform/rpcclient"
	"xinju.dev/services/platform/rpcserver"

	"github.com/prometheus/client_golang/prometheus"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	pb "google.golang.org/grpc/interop/grpc_testing"
	"google.golang.org/grpc/test/bufconn"
)

// BenchmarkUnaryCall compares a call through everything that Server and rpcclient
// add with one between gRPC's own bare server and client.
func BenchmarkUnaryCall(b *testing.B) {
	b.Run("bare", func(b *testing.B) {
		lis := bufconn.Listen(1 << 20)
		srv := grpc.NewServer()
		pb.RegisterTestServiceServer(srv, fake{do: nothing})
		go srv.Serve(lis) //nolint:errcheck // the calls below fail if it does
		defer srv.Stop()
		conn, err := grpc.NewClient("passthrough:///bare", grpc.WithTransportCredentials(insecure.NewCredentials()),
			grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return lis.DialContext(ctx) }))
		measure(b, conn, err)
	})
	b.Run("full", func(b *testing.B) {
		lis := bufconn.Listen(1 << 20)
		srv := rpcserver.New(rpcserver.Config{Name: "fake", Token: token, Metrics: prometheus.NewRegistry(), Audit: audit.ToWriter(io.Discard)})
		pb.RegisterTestServiceServer(srv.Registrar(), fake{do: nothing})
		go srv.Serve(lis)                    //nolint:errcheck // the calls below fail if it does
		defer srv.Stop(context.Background()) //nolint:errcheck // nothing is running then
		conn, err := rpcclient.Dial("fake", rpcclient.Options{
			Token: token, Dialer: func(ctx context.Context, _ string) (net.Conn, error) { return lis.DialContext(ctx) },
		})
		measure(b, conn, err)
	})
}

func measure(b *testing.B, conn *grpc.ClientConn, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	client := pb.NewTestServiceClient(conn)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := client.UnaryCall(context.Background(), &pb.SimpleRequest{}); err != nil {
			b.Fatal(err)
		}
	}
}
