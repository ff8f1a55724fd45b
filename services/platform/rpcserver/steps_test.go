package rpcserver_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"xinju.dev/services/platform/audit"
	"xinju.dev/services/platform/authz"
	"xinju.dev/services/platform/obs"
	"xinju.dev/services/platform/rpcclient"
	"xinju.dev/services/platform/rpcserver"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	healthv1 "google.golang.org/grpc/health/grpc_health_v1"
	pb "google.golang.org/grpc/interop/grpc_testing"
	"google.golang.org/grpc/metadata"
	reflectionv1 "google.golang.org/grpc/reflection/grpc_reflection_v1"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
)

func nothing(context.Context) error { return nil }

func TestOnlyTheRightTokenShownOnceComesIn(t *testing.T) {
	right := "Bearer " + token
	cases := []struct {
		name    string
		headers []string
		want    string // reason; "" is let in
	}{
		{"the right token", []string{right}, ""},
		{"the scheme in small letters", []string{"bearer " + token}, ""},
		{"no header", nil, "AUTHORIZATION_MISSING"},
		{"a wrong token", []string{"Bearer wrong"}, "AUTHORIZATION_REFUSED"},
		{"a prefix of the token", []string{right[:len(right)-1]}, "AUTHORIZATION_REFUSED"},
		{"the right token twice", []string{right, right}, "AUTHORIZATION_DOUBLED"},
		{"a wrong token after the right one", []string{right, "Bearer wrong"}, "AUTHORIZATION_DOUBLED"},
		{"two tokens in one header", []string{right + ", " + right}, "AUTHORIZATION_MALFORMED"},
		{"another scheme", []string{"Basic " + token}, "AUTHORIZATION_MALFORMED"},
		{"the bare token", []string{token}, "AUTHORIZATION_MALFORMED"},
		{"an empty token", []string{"Bearer "}, "AUTHORIZATION_MALFORMED"},
	}
	eachKind(t, func(t *testing.T, method string, call func(context.Context, pb.TestServiceClient) error) {
		for _, c := range cases {
			t.Run(c.name, func(t *testing.T) {
				ran := false
				w := begin(t, func(ctx context.Context) error { ran = true; return nil }, nil)
				err := call(withHeader(t.Context(), c.headers...), w.plain(t))
				lines := w.audited()
				if len(lines) != 1 {
					t.Fatalf("%d audit lines", len(lines))
				}
				if c.want == "" {
					if err != nil || !ran || lines[0].Caller != "token" {
						t.Errorf("refused: %v, %+v", err, lines[0])
					}
					return
				}
				if status.Code(err) != codes.Unauthenticated || ran || lines[0].Reason != c.want || lines[0].Caller != "anonymous" {
					t.Errorf("err %v, handler ran %v, line %+v", err, ran, lines[0])
				}
			})
		}
	})
}

func TestAServerWithoutATokenLetsNobodyIn(t *testing.T) {
	for _, header := range []string{"Bearer", "Bearer ", "Bearer x", ""} {
		w := begin(t, nothing, func(c *rpcserver.Config, _ *rpcclient.Options) { c.Token = "" })
		if _, err := w.plain(t).UnaryCall(withHeader(t.Context(), header), &pb.SimpleRequest{}); status.Code(err) != codes.Unauthenticated {
			t.Errorf("header %q: %v", header, err)
		}
	}
}

func TestHealthIsOpenAndReflectionIsNot(t *testing.T) {
	w := begin(t, nothing, nil)
	conn := w.plainConn(t)
	for _, service := range []string{"", "grpc.testing.TestService"} {
		got, err := healthv1.NewHealthClient(conn).Check(t.Context(), &healthv1.HealthCheckRequest{Service: service})
		if err != nil || got.Status != healthv1.HealthCheckResponse_SERVING {
			t.Errorf("health of %q: %v, %v", service, got, err)
		}
	}
	if _, err := healthv1.NewHealthClient(conn).Check(t.Context(), &healthv1.HealthCheckRequest{Service: "no.such"}); status.Code(err) != codes.NotFound {
		t.Errorf("health of a service that is not there: %v", err)
	}
	reflect := func(conn *grpc.ClientConn) error {
		s, err := reflectionv1.NewServerReflectionClient(conn).ServerReflectionInfo(t.Context())
		if err != nil {
			return err
		}
		s.Send(&reflectionv1.ServerReflectionRequest{MessageRequest: &reflectionv1.ServerReflectionRequest_ListServices{}})
		s.CloseSend()
		return drain(func() error { _, err := s.Recv(); return err })
	}
	if err := reflect(conn); status.Code(err) != codes.Unauthenticated {
		t.Errorf("reflection without a token: %v", err)
	}
	if err := reflect(w.conn); err != nil {
		t.Errorf("reflection with the token: %v", err)
	}
}

func TestEveryCallLeavesOneLineAndIsCounted(t *testing.T) {
	eachKind(t, func(t *testing.T, method string, call func(context.Context, pb.TestServiceClient) error) {
		w := begin(t, nothing, nil)
		id := obs.NewRequestID()
		if err := call(obs.WithRequestID(t.Context(), id), w.client); err != nil {
			t.Fatal(err)
		}
		lines := w.audited()
		if len(lines) != 1 {
			t.Fatalf("%d lines", len(lines))
		}
		got := lines[0]
		if got.Took <= 0 || time.Since(got.Time) > time.Minute {
			t.Errorf("time %v, took %v", got.Time, got.Took)
		}
		want := audit.Line{
			Time: got.Time, Took: got.Took, Server: "fake", Method: method, Code: "OK", Caller: "token",
			Peer: "bufconn", RequestID: id, Streamed: !strings.HasSuffix(method, "UnaryCall"),
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("line (-want +got):\n%s", diff)
		}
		expected := fmt.Sprintf("# HELP xinju_rpc_handled_total Calls that ended, by method and gRPC code.\n"+
			"# TYPE xinju_rpc_handled_total counter\nxinju_rpc_handled_total{code=\"OK\",method=%q,server=\"fake\"} 1\n", method)
		if err := testutil.GatherAndCompare(w.metrics, strings.NewReader(expected), "xinju_rpc_handled_total"); err != nil {
			t.Error(err)
		}
		if n, _ := testutil.GatherAndCount(w.metrics, "xinju_rpc_seconds"); (n == 1) == want.Streamed {
			t.Errorf("%d histograms", n)
		}
	})
}

func TestCallsThatNeverReachAHandlerLeaveALineToo(t *testing.T) {
	w := begin(t, nothing, nil)
	err := w.conn.Invoke(t.Context(), "/grpc.testing.TestService/CANARY-1f7a", &emptypb.Empty{}, &emptypb.Empty{})
	if status.Code(err) != codes.Unimplemented {
		t.Errorf("unknown method: %v", err)
	}
	// 8 MiB of payload and a few bytes around it. No token is needed to be refused for that.
	_, err = w.plain(t).UnaryCall(t.Context(), &pb.SimpleRequest{Payload: &pb.Payload{Body: make([]byte, 8<<20-3)}})
	if status.Code(err) != codes.ResourceExhausted {
		t.Errorf("request over the limit: %v", err)
	}
	if _, err := w.plain(t).EmptyCall(t.Context(), &pb.Empty{}); status.Code(err) != codes.Unauthenticated {
		t.Errorf("unimplemented method without a token: %v", err)
	}
	if err := w.srv.Stop(t.Context()); err != nil { // such a line may be written after the answer
		t.Fatal(err)
	}
	var got []string
	for _, l := range w.audited() {
		got = append(got, l.Method+" "+l.Code)
	}
	want := []string{"unknown Unimplemented", "/grpc.testing.TestService/UnaryCall ResourceExhausted", "/grpc.testing.TestService/EmptyCall Unauthenticated"}
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
}

func TestNoAnswerIsGivenThatCannotBeAccountedFor(t *testing.T) {
	sinks := map[string]audit.Func{
		"an error": func(context.Context, audit.Line) error { return errors.New(canary) },
		"a panic":  func(context.Context, audit.Line) error { panic(canary) },
	}
	for name, sink := range sinks {
		t.Run(name, func(t *testing.T) {
			w := begin(t, nothing, func(c *rpcserver.Config, _ *rpcclient.Options) { c.Audit = sink })
			resp, err := w.plain(t).UnaryCall(withHeader(t.Context(), "Bearer "+token), &pb.SimpleRequest{})
			if status.Code(err) != codes.Unavailable || resp != nil {
				t.Errorf("answered %v, %v", resp, err)
			}
			mustHide(t, w, status.Convert(err))
		})
	}
}

func TestARequestIDFromOutsideMustLookLikeOne(t *testing.T) {
	var inHandler string
	w := begin(t, func(ctx context.Context) error { inHandler = obs.RequestID(ctx); return nil }, nil)
	for _, sent := range []string{"1f7a", "CANARY", "123456789012345678", ""} {
		ctx := metadata.AppendToOutgoingContext(t.Context(), obs.RequestIDHeader, sent)
		if _, err := w.client.UnaryCall(ctx, &pb.SimpleRequest{}); err != nil {
			t.Fatal(err)
		}
		if inHandler == sent || len(inHandler) != 32 {
			t.Errorf("sent %q, kept %q", sent, inHandler)
		}
	}
	if lines := w.audited(); lines[len(lines)-1].RequestID != inHandler {
		t.Error("the audit line has another id than the handler")
	}
}

func TestAUnaryCallWithoutADeadlineGetsOneAndAStreamDoesNot(t *testing.T) {
	left := make(chan time.Duration, 1)
	do := func(ctx context.Context) error {
		d, ok := ctx.Deadline()
		if !ok {
			d = time.Now()
		}
		left <- time.Until(d).Round(20 * time.Second) // a busy machine may be late
		return nil
	}
	eachKind(t, func(t *testing.T, method string, call func(context.Context, pb.TestServiceClient) error) {
		w := begin(t, do, func(c *rpcserver.Config, _ *rpcclient.Options) { c.Deadline = 40 * time.Second })
		want := time.Duration(0)
		if strings.HasSuffix(method, "UnaryCall") {
			want = 40 * time.Second
		}
		if err := call(withHeader(t.Context(), "Bearer "+token), w.plain(t)); err != nil {
			t.Fatal(err)
		}
		if got := <-left; got != want {
			t.Errorf("without a deadline: %v, want %v", got, want)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := call(withHeader(ctx, "Bearer "+token), w.plain(t)); err != nil {
			t.Fatal(err)
		}
		if got := <-left; got != time.Minute {
			t.Errorf("with one of a minute: %v", got)
		}
	})
}

func TestTheHandlerKnowsItsCaller(t *testing.T) {
	eachKind(t, func(t *testing.T, _ string, call func(context.Context, pb.TestServiceClient) error) {
		var got authz.Caller
		w := begin(t, func(ctx context.Context) error { got = authz.CallerOf(ctx); return nil }, nil)
		if err := call(t.Context(), w.client); err != nil || got != authz.Token {
			t.Errorf("caller %q, %v", got, err)
		}
	})
}

func TestHeadersOverTheLimitAreRefused(t *testing.T) {
	w := begin(t, nothing, nil)
	ctx := metadata.AppendToOutgoingContext(t.Context(), "x-filler", strings.Repeat("x", 17<<10))
	if _, err := w.client.UnaryCall(ctx, &pb.SimpleRequest{}); err == nil {
		t.Error("17 KiB of headers were taken")
	}
}
