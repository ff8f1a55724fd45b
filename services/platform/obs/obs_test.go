package obs_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/obs"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

var errTest = fault.New(fault.Stale, "OBS_TEST", "CANARY", "CANARY")

type safe struct{}

func (safe) Error() string    { return "CANARY" }
func (safe) SafeText() string { return "mysql 1213" }

func TestAnErrorIsDescribedByTypesAndNeverByItsText(t *testing.T) {
	plain := errors.New("CANARY")
	cases := map[string]struct {
		err  error
		want string
	}{
		"nothing":         {nil, ""},
		"a plain error":   {plain, "*errors.errorString"},
		"a wrapped error": {fmt.Errorf("CANARY: %w", plain), "*fmt.wrapError > *errors.errorString"},
		"a fault":         {errTest.With("k", "CANARY").Because(plain), "*fault.Error OBS_TEST > *errors.errorString"},
		"a driver error":  {fmt.Errorf("CANARY: %w", safe{}), "*fmt.wrapError > obs_test.safe (mysql 1213)"},
		"a status":        {status.Error(codes.NotFound, "CANARY"), "*status.Error NotFound"},
		"several errors":  {errors.Join(plain, safe{}), "*errors.joinError > *errors.errorString > obs_test.safe (mysql 1213)"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := obs.Describe(c.err); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestTheLogIsJSONInUTCFromItsLevelUp(t *testing.T) {
	var b bytes.Buffer
	log := obs.NewLogger(obs.LogOptions{Level: zapcore.WarnLevel, Service: "registry", Out: zapcore.AddSync(&b)})
	log.Info("quiet")
	log.Warn("loud", zap.Duration("took", 1500*time.Millisecond), obs.Cause(safe{}), obs.Cause(nil))
	got := b.String()
	for _, want := range []string{`"level":"warn"`, `"msg":"loud"`, `"service":"registry"`, `"took":"1.5s"`, `"cause":"obs_test.safe (mysql 1213)"`, `Z"`} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
	if strings.Contains(got, "quiet") || strings.Contains(got, "CANARY") {
		t.Error(got)
	}
}

func TestOnlyFormsOfIDsAreAcceptedAsRequestIDs(t *testing.T) {
	for id, ok := range map[string]bool{
		"01JCX0000000000000000000ZZ": true, "0f8fad5b-d9cb-469f-a165-70867728950e": true, obs.NewRequestID(): true,
		"": false, "12345": false, "123456789012345678": false, "01JCX0000000000000000000ZZ\n": false, "a b": false,
	} {
		if got := obs.AcceptRequestID([]string{id}); (got == id) != ok {
			t.Errorf("%q became %q", id, got)
		}
	}
	twice := obs.NewRequestID()
	if got := obs.AcceptRequestID([]string{twice, twice}); got == twice {
		t.Error("a doubled header was accepted")
	}
	if obs.RequestID(context.Background()) != "" {
		t.Error("a context without an id has one")
	}
}

func TestTheDebugPagesShowFiguresAndHealthButNotTheCommandLine(t *testing.T) {
	healthy := errors.New("CANARY")
	h := obs.DebugHandler(obs.NewRegistry(), func() error { return healthy })
	get := func(path string) (int, string) {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		return w.Code, w.Body.String()
	}
	if code, body := get("/metrics"); code != 200 || !strings.Contains(body, "xinju_build_info{") || !strings.Contains(body, "go_goroutines") {
		t.Errorf("/metrics: %d %s", code, body)
	}
	if code, body := get("/healthz"); code != 503 || strings.Contains(body, "CANARY") {
		t.Errorf("/healthz when not ready: %d %s", code, body)
	}
	healthy = nil
	if code, _ := get("/healthz"); code != 200 {
		t.Errorf("/healthz when ready: %d", code)
	}
	if code, _ := get("/debug/pprof/cmdline"); code != 404 {
		t.Errorf("the command line: %d", code)
	}
	if code, _ := get("/debug/pprof/goroutine?debug=1"); code != 200 {
		t.Errorf("pprof: %d", code)
	}
}

func TestServersOfOneProcessShareACollector(t *testing.T) {
	reg := prometheus.NewRegistry()
	counter := func(name string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: "h"}, []string{"l"})
	}
	first, err := obs.Register(reg, counter("a_total"))
	if err != nil {
		t.Fatal(err)
	}
	if second, err := obs.Register(reg, counter("a_total")); err != nil || second != first {
		t.Errorf("%v, same %v", err, second == first)
	}
	other := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "a_total", Help: "h"}, []string{"l"})
	if _, err := obs.Register(reg, other); err == nil {
		t.Error("another kind under the same name was accepted")
	}
}

func TestWithoutAnEndpointNothingIsTracedAndWithOneNothingWaitsForIt(t *testing.T) {
	none, err := obs.NewTracing(t.Context(), obs.TraceOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if _, span := none.Provider.Tracer("t").Start(t.Context(), "s"); span.IsRecording() {
		t.Error("a span is recorded")
	}
	if err := none.Stop(t.Context()); err != nil {
		t.Error(err)
	}
	some, err := obs.NewTracing(t.Context(), obs.TraceOptions{Service: "s", Endpoint: "127.0.0.1:1", Plain: true, Sample: 1})
	if err != nil {
		t.Fatal(err)
	}
	if _, span := some.Provider.Tracer("t").Start(t.Context(), "s"); !span.IsRecording() {
		t.Error("no span is recorded")
	}
	if err := some.Stop(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestATraceIsCarriedInW3CForm(t *testing.T) {
	id := trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1}, SpanID: trace.SpanID{2}})
	carrier := propagation.MapCarrier{}
	obs.Propagator.Inject(trace.ContextWithSpanContext(t.Context(), id), carrier)
	if got := carrier["traceparent"]; got != "00-01000000000000000000000000000000-0200000000000000-00" {
		t.Errorf("traceparent %q", got)
	}
}
