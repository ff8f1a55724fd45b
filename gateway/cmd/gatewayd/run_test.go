package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"

	"go.uber.org/zap"

	archivev1 "xinju.dev/api/gen/xinju/archive/v1"

	"xinju.dev/services/platform/rpcserver"
)

// archive answers with the interceptors of production before it.
type archive struct {
	archivev1.UnimplementedArchiveServiceServer
}

func (archive) GetHealthArchive(_ context.Context, r *archivev1.GetHealthArchiveRequest) (*archivev1.GetHealthArchiveResponse, error) {
	return &archivev1.GetHealthArchiveResponse{HealthArchive: &archivev1.HealthArchive{HealthArchiveId: r.GetHealthArchiveId(), Etag: "3"}}, nil
}

func backend(t *testing.T) string {
	t.Helper()
	lis, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := rpcserver.New(rpcserver.Config{Name: "archive", Log: zap.NewNop(), Token: "secret"})
	archivev1.RegisterArchiveServiceServer(srv.Registrar(), archive{})
	served := make(chan error, 1)
	go func() { served <- srv.Serve(lis) }()
	t.Cleanup(func() {
		if err := srv.Stop(context.Background()); err != nil {
			t.Error(err)
		}
		<-served
	})
	return lis.Addr().String()
}

func call(t *testing.T, url, token string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(text)
}

func TestTheGatewayStartsAnswersAndStopsInOrder(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	out, w := io.Pipe()
	var log lines
	code := make(chan int, 1)
	env := []string{}
	for _, name := range []string{"REGISTRY", "ARCHIVE", "IMMUNIZATION", "MATERNAL", "FAMILYPLANNING", "AGGREGATOR"} {
		env = append(env, "XINJU_BACKENDS_"+name+"="+backend(t))
	}
	go func() {
		code <- run(ctx, []string{"--listen=127.0.0.1:0", "--debug.listen", "127.0.0.1:0"}, env, w, &log)
		w.CloseWithError(io.EOF)
	}()
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		t.Fatalf("%v\n%s", err, log.String())
	}
	var said hello
	if err := json.Unmarshal(line, &said); err != nil || said.Service != "gateway" {
		t.Fatalf("%s: %v", line, err)
	}
	url := "http://" + said.Listen
	resp, text := call(t, url+"/v1/health-archives/id-of-nobody", "secret")
	if resp.StatusCode != 200 || !strings.Contains(text, `"id-of-nobody"`) || resp.Header.Get("ETag") != `"3"` {
		t.Errorf("%d %v %s", resp.StatusCode, resp.Header, text)
	}
	for token, reason := range map[string]string{"": "AUTHORIZATION_MISSING", "other": "AUTHORIZATION_REFUSED"} {
		if resp, text := call(t, url+"/v1/health-archives/id-of-nobody", token); resp.StatusCode != 401 || !strings.Contains(text, reason) {
			t.Errorf("with token %q: %d %s", token, resp.StatusCode, text)
		}
	}
	if resp, text := call(t, url+"/healthz", ""); resp.StatusCode != 200 {
		t.Errorf("health: %d %s", resp.StatusCode, text)
	}
	if resp, text := call(t, url+"/openapi.json", ""); resp.StatusCode != 200 || !strings.Contains(text, "/v1/health-archives") {
		t.Errorf("description: %d", resp.StatusCode)
	}
	if _, text := call(t, "http://"+said.Debug+"/metrics", ""); !strings.Contains(text, `xinju_http_requests_total{method="GET",route="/v1/health-archives/{health_archive_id}",status="200"} 1`) {
		t.Error("metrics lack the call")
	}
	stop()
	if got := <-code; got != exitOK {
		t.Errorf("exit code %d\n%s", got, log.String())
	}
	if strings.Contains(log.String(), "secret") || strings.Contains(log.String(), "id-of-nobody") {
		t.Errorf("the log has a token or an id:\n%s", log.String())
	}
	rest := log.String()
	for _, part := range []string{"readiness", "debug pages", "gateway"} {
		var ok bool
		if _, rest, ok = strings.Cut(rest, `"stopping","service":"gateway","part":"`+part+`"`); !ok {
			t.Errorf("%s stopped out of order:\n%s", part, log.String())
		}
	}
}

func TestWhatCannotStartSaysWhy(t *testing.T) {
	cases := []struct {
		name string
		args []string
		code int
		says string
	}{
		{"an unknown command", []string{"sreve"}, exitUsage, "sreve"},
		{"a flag without a value", []string{"--listen"}, exitUsage, "--name value"},
		{"an unknown setting", []string{"--backend.registry=127.0.0.1:1"}, exitUsage, "backends.registry"},
		{"a wrong value", []string{"--limit=many"}, exitUsage, "limit"},
		{"an address others could reach", []string{"--listen=0.0.0.0:0"}, exitFailed, "loopback"},
		{"debug pages others could reach", []string{"--listen=127.0.0.1:0", "--debug.listen=:0"}, exitFailed, "loopback"},
		{"a backend elsewhere", []string{"--backends.archive=10.0.0.1:9000"}, exitFailed, "backends.archive"},
		{"an origin that is none", []string{"--origins=*"}, exitFailed, "origin"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var errs bytes.Buffer
			if got := run(t.Context(), c.args, nil, io.Discard, &errs); got != c.code || !strings.Contains(errs.String(), c.says) {
				t.Errorf("exit code %d:\n%s", got, errs.String())
			}
		})
	}
}

func TestConfigVersionAndHelpPrintAndEnd(t *testing.T) {
	for args, want := range map[string]string{"config --limit=7": "7", "version": "gatewayd ", "help": "XINJU_BACKENDS_REGISTRY", "-h": "--origins"} {
		var out, errs bytes.Buffer
		if code := run(t.Context(), strings.Fields(args), nil, &out, &errs); code != exitOK || !strings.Contains(out.String(), want) {
			t.Errorf("%s: %d\n%s%s", args, code, out.String(), errs.String())
		}
	}
}

// lines may be written by many and read at any time.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
