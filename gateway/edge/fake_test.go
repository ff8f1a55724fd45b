package edge_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/test/bufconn"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	immunizationv1 "xinju.dev/api/gen/xinju/immunization/v1"

	"xinju.dev/gateway/edge"
	"xinju.dev/services/platform/rpcclient"
)

// seen is one call as it reached the service.
type seen struct {
	method string // Service.Method
	md     metadata.MD
	msg    proto.Message // the first one
}

// fake stands for every service: it records calls and answers with what answer
// says, or with an empty message.
type fake struct {
	mu     sync.Mutex
	calls  []seen
	answer func(call seen, stream grpc.ServerStream, out proto.Message) error
	conn   *grpc.ClientConn
	health *health.Server
}

func newFake(t *testing.T) *fake {
	t.Helper()
	f := &fake{health: health.NewServer()}
	lis := bufconn.Listen(1 << 20)
	srv := grpc.NewServer(grpc.UnknownServiceHandler(f.handle), grpc.MaxRecvMsgSize(16<<20))
	grpc_health_v1.RegisterHealthServer(srv, f.health)
	served := make(chan error, 1)
	go func() { served <- srv.Serve(lis) }()
	var err error
	f.conn, err = rpcclient.Dial("fake", rpcclient.Options{Dialer: func(ctx context.Context, _ string) (net.Conn, error) { return lis.DialContext(ctx) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = f.conn.Close()
		srv.Stop()
		<-served
	})
	return f
}

func (f *fake) handle(_ any, stream grpc.ServerStream) error {
	full, _ := grpc.MethodFromServerStream(stream)
	d, err := protoregistry.GlobalFiles.FindDescriptorByName(protoreflect.FullName(strings.ReplaceAll(full[1:], "/", ".")))
	if err != nil {
		return err
	}
	m := d.(protoreflect.MethodDescriptor)
	in, out := message(m.Input()), message(m.Output())
	if err := stream.RecvMsg(in); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	md, _ := metadata.FromIncomingContext(stream.Context())
	call := seen{method: string(m.Parent().Name()) + "." + string(m.Name()), md: md, msg: in}
	f.mu.Lock()
	f.calls = append(f.calls, call)
	answer := f.answer
	f.mu.Unlock()
	if answer != nil {
		if err := answer(call, stream, out); err != nil {
			return err
		}
	}
	if m.IsStreamingServer() && answer != nil {
		return nil // it has sent what it wanted
	}
	return stream.SendMsg(out)
}

func message(d protoreflect.MessageDescriptor) proto.Message {
	t, err := protoregistry.GlobalTypes.FindMessageByName(d.FullName())
	if err != nil {
		return nil
	}
	return t.New().Interface()
}

// last returns the only call since the last one.
func (f *fake) last(t *testing.T) seen {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.calls) != 1 {
		t.Fatalf("%d calls reached the service, not one", len(f.calls))
	}
	call := f.calls[0]
	f.calls = nil
	return call
}

func (f *fake) untouched(t *testing.T) {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range f.calls {
		t.Errorf("%s was called", c.method)
	}
	f.calls = nil
}

func (f *fake) backends() edge.Backends {
	return edge.Backends{Registry: f.conn, Archive: f.conn, Immunization: f.conn, Maternal: f.conn, FamilyPlanning: f.conn, Aggregator: f.conn}
}

// gateway returns the handler before f.
func (f *fake) gateway(t *testing.T, change ...func(*edge.Config)) http.Handler {
	t.Helper()
	c := edge.Config{Backends: f.backends(), OpenAPI: []byte(`{"openapi":"3.1.0"}`), Origins: []string{"https://app.example.org"}}
	for _, ch := range change {
		ch(&c)
	}
	h, err := edge.New(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// listening serves h on a port with the limits of production.
func listening(t *testing.T, h http.Handler) string {
	t.Helper()
	srv := httptest.NewUnstartedServer(nil)
	srv.Config = edge.NewServer(h)
	srv.Start()
	t.Cleanup(srv.Close)
	return srv.URL
}

// do makes a call without a network.
func do(h http.Handler, method, target, body string, headers ...string) *httptest.ResponseRecorder {
	var from io.Reader
	if body != "" {
		from = strings.NewReader(body)
	}
	r := httptest.NewRequest(method, target, from)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// refused checks a refusal: status, reason, and one form for all of them.
func refused(t *testing.T, w *httptest.ResponseRecorder, status int, reason string) {
	t.Helper()
	text := w.Body.String()
	if w.Code != status || !strings.Contains(strings.ReplaceAll(text, `": "`, `":"`), `"reason":"`+reason+`"`) {
		t.Errorf("got %d %s, want %d %s", w.Code, text, status, reason)
	}
	if got := w.Header().Get("Content-Type"); got != "application/json; charset=utf-8" {
		t.Errorf("content type %q", got)
	}
	if !strings.Contains(text, "zh-CN") {
		t.Errorf("no Chinese text in %s", text)
	}
}

type (
	fieldMask = fieldmaskpb.FieldMask
	dose      = immunizationv1.Dose
)
