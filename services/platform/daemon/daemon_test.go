package daemon_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"xinju.dev/services/platform/daemon"
	"xinju.dev/services/platform/migrate"
	"xinju.dev/services/platform/rpcclient"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	pb "google.golang.org/grpc/interop/grpc_testing"
	"google.golang.org/grpc/status"
)

// echo is the smallest service there is, with background work.
type echo struct {
	pb.UnimplementedTestServiceServer
	background func(context.Context) error
}

func (e *echo) Register(r grpc.ServiceRegistrar) { pb.RegisterTestServiceServer(r, e) }

func (e *echo) UnaryCall(context.Context, *pb.SimpleRequest) (*pb.SimpleResponse, error) {
	return &pb.SimpleResponse{Username: "echo"}, nil
}

func (e *echo) Run(ctx context.Context, ready func()) error {
	ready()
	return e.background(ctx)
}

func untilStopped(ctx context.Context) error { <-ctx.Done(); return nil }

type settings struct {
	daemon.Base
	Feeds struct {
		Registry string `key:"registry"`
	} `key:"feeds"`
}

func spec(background func(context.Context) error) daemon.Spec {
	return daemon.Spec{
		Name: "echo", Listen: "127.0.0.1:0", Settings: &settings{},
		Migrations: []migrate.Set{{Name: "echo", FS: fstest.MapFS{
			"sqlite/0001_note.sql": {Data: []byte("-- +goose Up\nCREATE TABLE note (id TEXT PRIMARY KEY);\n")},
			"mysql/0001_note.sql":  {Data: []byte("-- +goose Up\nCREATE TABLE note (id CHAR(26) PRIMARY KEY);\n")},
		}}},
		Build: func(context.Context, daemon.Env) (daemon.Service, error) { return &echo{background: background}, nil },
	}
}

func dsn(t *testing.T) string { return "sqlite:" + filepath.Join(t.TempDir(), "echo.db") }

func TestAServiceStartsAnswersAndStopsInOrder(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	auditFile := filepath.Join(t.TempDir(), "audit.jsonl")
	out, w := io.Pipe()
	var log buffer
	code := make(chan int, 1)
	go func() {
		code <- daemon.Run(ctx, spec(untilStopped), []string{"serve", "--db.migrate=true", "--debug.listen", "127.0.0.1:0"},
			[]string{"XINJU_DB_DSN=" + dsn(t), "XINJU_AUDIT_FILE=" + auditFile}, w, &log)
		w.CloseWithError(io.EOF)
	}()
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		t.Fatalf("%v\n%s", err, log.String())
	}
	var hello struct{ Service, Listen, Debug, Token string }
	if err := json.Unmarshal(line, &hello); err != nil || hello.Service != "echo" || hello.Token == "" {
		t.Fatalf("%s: %v", line, err)
	}
	call := func(token string) error {
		conn, err := rpcclient.Dial(hello.Listen, rpcclient.Options{Token: token})
		if err != nil {
			return err
		}
		defer conn.Close()
		_, err = pb.NewTestServiceClient(conn).UnaryCall(t.Context(), &pb.SimpleRequest{})
		return err
	}
	if err := call(hello.Token); err != nil {
		t.Error(err)
	}
	if err := call("other"); status.Code(err) != codes.Unauthenticated {
		t.Errorf("with another token: %v", err)
	}
	if got := get(t, "http://"+hello.Debug+"/healthz"); got != "ok\n" {
		t.Errorf("health %q", got)
	}
	if got := get(t, "http://"+hello.Debug+"/metrics"); !strings.Contains(got, `xinju_rpc_handled_total{code="OK",method="/grpc.testing.TestService/UnaryCall",server="echo"} 1`) {
		t.Errorf("metrics lack the call:\n%s", got)
	}
	cancel()
	if got := <-code; got != daemon.ExitOK {
		t.Errorf("exit code %d", got)
	}
	lines, err := os.ReadFile(auditFile)
	if err != nil || bytes.Count(lines, []byte("\n")) != 2 {
		t.Errorf("audit file: %s, %v", lines, err)
	}
	if strings.Contains(log.String(), hello.Token) {
		t.Error("the token is in the log")
	}
	if !inOrder(log.String(), `"stopping","service":"echo","part":"readiness"`, `"stopping","service":"echo","part":"debug pages"`,
		`"stopping","service":"echo","part":"echo rpc"`, `"stopping","service":"echo","part":"echo"`) {
		t.Errorf("stopped in another order:\n%s", log.String())
	}
}

func inOrder(text string, parts ...string) bool {
	for _, p := range parts {
		_, rest, ok := strings.Cut(text, p)
		if !ok {
			return false
		}
		text = rest
	}
	return true
}

func get(t *testing.T, url string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestWhatCannotStartSaysWhyAndLeaves(t *testing.T) {
	boom := errors.New("boom")
	cases := []struct {
		name string
		spec daemon.Spec
		args []string
		env  []string
		code int
		says string
	}{
		{"an unknown command", spec(untilStopped), []string{"sreve"}, nil, daemon.ExitUsage, "sreve"},
		{"a flag without a value", spec(untilStopped), []string{"--listen"}, nil, daemon.ExitUsage, "--name value"},
		{"an unknown flag", spec(untilStopped), []string{"--lisen=x"}, nil, daemon.ExitUsage, "did you mean --listen?"},
		{"an unknown setting of a section of its own", spec(untilStopped), nil, []string{"XINJU_FEEDS_REGISTYR=x"}, daemon.ExitUsage, "XINJU_FEEDS_REGISTRY"},
		{"no database", spec(untilStopped), nil, nil, daemon.ExitUsage, "db.dsn"},
		{"a schema that is not up to date", spec(untilStopped), nil, []string{"DSN"}, daemon.ExitFailed, "schema"},
		{"an address others could reach", spec(untilStopped), []string{"--listen=0.0.0.0:0", "--db.migrate=true"}, []string{"DSN"}, daemon.ExitFailed, "loopback"},
		{"debug pages others could reach", spec(untilStopped), []string{"--debug.listen=:0", "--db.migrate=true"}, []string{"DSN"}, daemon.ExitFailed, "loopback"},
		{"background work that fails", spec(func(context.Context) error { return boom }), []string{"--db.migrate=true"}, []string{"DSN"}, daemon.ExitFailed, "boom"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			for i := range c.env {
				if c.env[i] == "DSN" {
					c.env[i] = "XINJU_DB_DSN=" + dsn(t)
				}
			}
			var errs buffer
			if got := daemon.Run(t.Context(), c.spec, c.args, c.env, io.Discard, &errs); got != c.code {
				t.Errorf("exit code %d, want %d", got, c.code)
			}
			if !strings.Contains(errs.String(), c.says) {
				t.Errorf("no %q in:\n%s", c.says, errs.String())
			}
		})
	}
}

func TestMigrateBringsTheSchemaUpToDateAndEnds(t *testing.T) {
	env := []string{"XINJU_DB_DSN=" + dsn(t)}
	var errs buffer
	if code := daemon.Run(t.Context(), spec(untilStopped), []string{"migrate"}, env, io.Discard, &errs); code != daemon.ExitOK {
		t.Fatalf("migrate: %d %s", code, errs.String())
	}
	ctx, cancel := context.WithCancel(t.Context())
	out := writerFunc(func(p []byte) (int, error) { cancel(); return len(p), nil }) // the hello line: it started
	if code := daemon.Run(ctx, spec(untilStopped), nil, env, out, &errs); code != daemon.ExitOK {
		t.Errorf("serve afterwards: %d %s", code, errs.String())
	}
}

func TestConfigVersionAndHelpPrintAndEnd(t *testing.T) {
	for args, want := range map[string]string{
		"config --db.dsn=mysql:u:CANARY@tcp(h:1)/s --feeds.registry=127.0.0.1:1": "127.0.0.1:1",
		"version": "echod dev", "help": "XINJU_DB_DSN", "--help": "--feeds.registry",
	} {
		var out, errs buffer
		if code := daemon.Run(t.Context(), spec(untilStopped), strings.Fields(args), nil, &out, &errs); code != daemon.ExitOK {
			t.Errorf("%s: %d %s", args, code, errs.String())
		}
		if got := out.String(); !strings.Contains(got, want) || strings.Contains(got, "CANARY") {
			t.Errorf("%s printed\n%s", args, got)
		}
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

// buffer may be written by many and read at any time.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}
