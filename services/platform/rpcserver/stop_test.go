package rpcserver_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	archivev1 "xinju.dev/api/gen/xinju/archive/v1"
	"xinju.dev/services/platform/authz"
	"xinju.dev/services/platform/rpcserver"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	healthv1 "google.golang.org/grpc/health/grpc_health_v1"
	pb "google.golang.org/grpc/interop/grpc_testing"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/test/bufconn"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
)

func TestStopEndsStreamsFirstAndTheirCallersMayComeBack(t *testing.T) {
	waits := map[string]struct {
		do   func(started chan<- struct{}) func(context.Context) error
		open func(context.Context, pb.TestServiceClient) (func() error, error)
	}{
		"a feed that waits for news": {
			func(started chan<- struct{}) func(context.Context) error {
				return func(ctx context.Context) error { close(started); <-ctx.Done(); return ctx.Err() }
			},
			func(ctx context.Context, c pb.TestServiceClient) (func() error, error) {
				s, err := c.StreamingOutputCall(ctx, &pb.StreamingOutputCallRequest{})
				return func() error { _, err := s.Recv(); return err }, err
			},
		},
		"an upload whose sender is silent": {
			func(started chan<- struct{}) func(context.Context) error {
				return func(context.Context) error { close(started); return nil }
			},
			func(ctx context.Context, c pb.TestServiceClient) (func() error, error) {
				s, err := c.FullDuplexCall(ctx)
				return func() error { _, err := s.Recv(); return err }, err
			},
		},
	}
	for name, wait := range waits {
		t.Run(name, func(t *testing.T) {
			started := make(chan struct{})
			w := begin(t, wait.do(started), nil)
			recv, err := wait.open(withHeader(t.Context(), "Bearer "+token), w.plain(t))
			if err != nil {
				t.Fatal(err)
			}
			<-started
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			defer cancel()
			if err := w.srv.Stop(ctx); err != nil {
				t.Errorf("stop: %v", err)
			}
			if err := recv(); status.Code(err) != codes.Unavailable {
				t.Errorf("stream ended with %v", err)
			}
			if l := w.audited(); len(l) != 1 || l[0].Reason != "SERVER_STOPPING" {
				t.Errorf("audit lines %+v", l)
			}
		})
	}
}

func TestStopLetsAUnaryCallFinish(t *testing.T) {
	started, finish := make(chan struct{}), make(chan struct{})
	w := begin(t, func(context.Context) error { close(started); <-finish; return nil }, nil)
	answer, stopped := make(chan error, 1), make(chan error, 1)
	go func() { answer <- kinds[0].call(t.Context(), w.client) }()
	<-started
	go func() { stopped <- w.srv.Stop(context.Background()) }()
	close(finish)
	if err := errors.Join(<-answer, <-stopped); err != nil {
		t.Error(err)
	}
}

func TestStopCutsOffWhatDoesNotEndInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lis := bufconn.Listen(1 << 20)
		srv := rpcserver.New(rpcserver.Config{Name: "fake", Token: token})
		started := make(chan struct{})
		pb.RegisterTestServiceServer(srv.Registrar(), fake{do: func(ctx context.Context) error { close(started); <-ctx.Done(); return nil }})
		served := make(chan error, 1)
		go func() { served <- srv.Serve(lis) }()
		w := &world{lis: lis}
		conn := w.plainConn(t)
		answer := make(chan error, 1)
		go func() {
			_, err := pb.NewTestServiceClient(conn).UnaryCall(withHeader(context.Background(), "Bearer "+token), &pb.SimpleRequest{})
			answer <- err
		}()
		<-started
		began := time.Now()
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		err := srv.Stop(ctx)
		if err == nil || time.Since(began) != 10*time.Second {
			t.Errorf("stop said %v after %v", err, time.Since(began))
		}
		if err := <-answer; status.Code(err) != codes.Unavailable {
			t.Errorf("the call ended with %v", err)
		}
		if err := <-served; err != nil {
			t.Errorf("serve: %v", err)
		}
		conn.Close()
	})
}

func TestHealthSaysNotServingWhileStopping(t *testing.T) {
	started, finish := make(chan struct{}), make(chan struct{})
	w := begin(t, func(context.Context) error { close(started); <-finish; return nil }, nil)
	watch, err := healthv1.NewHealthClient(w.conn).Watch(t.Context(), &healthv1.HealthCheckRequest{})
	if err != nil {
		t.Fatal(err)
	}
	first, err := watch.Recv()
	if err != nil || first.Status != healthv1.HealthCheckResponse_SERVING {
		t.Fatalf("%v, %v", first, err)
	}
	go kinds[0].call(t.Context(), w.client)
	<-started
	stopped := make(chan error, 1)
	go func() { stopped <- w.srv.Stop(context.Background()) }()
	for {
		got, err := watch.Recv()
		if err != nil { // the watch itself is a stream, and streams end first
			break
		}
		if got.Status != healthv1.HealthCheckResponse_NOT_SERVING {
			t.Errorf("health %v", got.Status)
		}
	}
	close(finish)
	if err := <-stopped; err != nil {
		t.Error(err)
	}
}

func TestAServerRefusesToStart(t *testing.T) {
	methodsWithoutRule(t)
	open := func(s *rpcserver.Server) { pb.RegisterTestServiceServer(s.Registrar(), fake{}) }
	cases := []struct {
		name     string
		address  string
		register func(*rpcserver.Server)
		says     string
	}{
		{"on all interfaces", "0.0.0.0:0", open, authz.ErrNotLoopback.Text},
		{"with a method that has no access rule", "127.0.0.1:0", func(s *rpcserver.Server) {
			s.Registrar().RegisterService(&grpc.ServiceDesc{
				ServiceName: "xinju.ruleless.v1.RulelessService", HandlerType: (*any)(nil),
				Methods: []grpc.MethodDesc{{MethodName: "GetAnything"}},
			}, nil)
		}, "method xinju.ruleless.v1.RulelessService.GetAnything has no access rule"},
		{"with a service whose descriptor is missing", "127.0.0.1:0", func(s *rpcserver.Server) {
			s.Registrar().RegisterService(&grpc.ServiceDesc{ServiceName: "xinju.unknown.v1.UnknownService", HandlerType: (*any)(nil)}, nil)
		}, "xinju.unknown.v1.UnknownService"},
		{"with a service registered twice", "127.0.0.1:0", func(s *rpcserver.Server) { open(s); open(s) }, "registered twice"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			lis, err := net.Listen("tcp", c.address)
			if err != nil {
				t.Fatal(err)
			}
			srv := rpcserver.New(rpcserver.Config{Name: "fake", Token: token})
			c.register(srv)
			err = srv.Serve(lis)
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want %q", err, c.says)
			}
			if _, err := lis.Accept(); err == nil {
				t.Error("the listener is still open")
			}
		})
	}
}

func TestAServerStartsWithAServiceWhoseMethodsAllHaveRules(t *testing.T) {
	srv := rpcserver.New(rpcserver.Config{Name: "archive", Token: token})
	archivev1.RegisterArchiveServiceServer(srv.Registrar(), archivev1.UnimplementedArchiveServiceServer{})
	served := make(chan error, 1)
	lis := bufconn.Listen(1)
	go func() { served <- srv.Serve(lis) }()
	conn, err := lis.DialContext(t.Context()) // accepted, so it serves
	if err != nil {
		t.Fatal(<-served)
	}
	conn.Close()
	if err := srv.Stop(t.Context()); err != nil {
		t.Error(err)
	}
	if err := <-served; err != nil {
		t.Error(err)
	}
}

// methodsWithoutRule links the descriptor of a service without access rules.
func methodsWithoutRule(t *testing.T) {
	t.Helper()
	file, err := protodesc.NewFile(&descriptorpb.FileDescriptorProto{
		Name: proto.String("xinju/ruleless/v1/ruleless.proto"), Package: proto.String("xinju.ruleless.v1"), Syntax: proto.String("proto3"),
		MessageType: []*descriptorpb.DescriptorProto{{Name: proto.String("Anything")}},
		Service: []*descriptorpb.ServiceDescriptorProto{{Name: proto.String("RulelessService"), Method: []*descriptorpb.MethodDescriptorProto{
			{Name: proto.String("GetAnything"), InputType: proto.String(".xinju.ruleless.v1.Anything"), OutputType: proto.String(".xinju.ruleless.v1.Anything")},
		}}},
	}, protoregistry.GlobalFiles)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := protoregistry.GlobalFiles.FindFileByPath(file.Path()); err == nil {
		return // a second run of the test in one process
	}
	if err := protoregistry.GlobalFiles.RegisterFile(file); err != nil {
		t.Fatal(err)
	}
}
