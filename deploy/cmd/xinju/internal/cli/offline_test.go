package cli

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"xinju.dev/deploy/client"
	"xinju.dev/deploy/cmd/xinju/internal/settings"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/migrate"
)

func oneTable(string) []migrate.Set {
	return []migrate.Set{{Name: "test", FS: fstest.MapFS{
		"sqlite/0001_t.sql": {Data: []byte("-- +goose Up\nCREATE TABLE t (id INTEGER PRIMARY KEY);\n")},
		"mysql/0001_t.sql":  {Data: []byte("-- +goose Up\nCREATE TABLE t (id INTEGER PRIMARY KEY);\n")},
	}}}
}

func TestSchemasAreBroughtUpAndTold(t *testing.T) {
	p, dir := Programs{Migrations: oneTable}, t.TempDir()
	dsn := "sqlite:" + filepath.Join(dir, "registry.db")
	if code, _, errs := typed(t, p, "", nil, "migrate", "status", "--service", "registry", "--dsn", dsn); code != 5 || !strings.Contains(errs, "没有 registry 的数据库") {
		t.Errorf("no database yet: code %d, %s", code, errs)
	}
	if code, out, errs := typed(t, p, "", nil, "migrate", "up", "--service", "registry", "--dsn", dsn, "-o", "csv"); code != 0 || out != "service,set,applied,build,current\nregistry,test,1,1,true\n" {
		t.Errorf("up: code %d, %s%s", code, out, errs)
	}
	if code, _, errs := typed(t, p, "", nil, "migrate", "status", "--service", "registry", "--dsn", dsn); code != 0 {
		t.Errorf("status: code %d, %s", code, errs)
	}
	older := Programs{Migrations: func(string) []migrate.Set { return []migrate.Set{{Name: "other", FS: oneTable("")[0].FS}} }}
	if code, out, errs := typed(t, older, "", nil, "migrate", "status", "--service", "registry", "--dsn", dsn); code != 7 || !strings.Contains(out, "否 no") || !strings.Contains(errs, "SCHEMA_MISMATCH") {
		t.Errorf("another build: code %d, %s%s", code, out, errs)
	}
	if code, out, errs := typed(t, p, "", nil, "migrate", "up", "--data", dir, "-o", "csv"); code != 0 || strings.Count(out, "true") != len(client.Services) {
		t.Errorf("a folder: code %d, %s%s", code, out, errs)
	}
}

func TestSettingsAreShownWithWhereTheyComeFrom(t *testing.T) {
	file := filepath.Join(t.TempDir(), "xinju.yaml")
	if err := os.WriteFile(file, []byte("grpc_port: 9200\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	env := []string{"XINJU_TOKEN=CANARY", "XINJU_DIVISION=990101000000", "XINJU_DB_DSN=mysql:CANARY", "XINJU_RUN=/tmp/run.json"}
	code, out, errs := typed(t, Programs{}, "", env, "config", "print", "--config", file, "--log-level", "debug", "-o", "csv")
	if code != 0 || strings.Contains(out, "CANARY") {
		t.Fatalf("code %d, %s%s", code, out, errs)
	}
	for _, want := range []string{
		"grpc_port,9200," + file + " line 1,XINJU_GRPC_PORT", "token,***,environment XINJU_TOKEN,", "log.level,debug,flag --log-level,", "http,127.0.0.1:8080,default,", "run,/tmp/run.json,environment XINJU_RUN,",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	if code, _, errs := typed(t, Programs{}, "", []string{"XINJU_DATTA=x"}, "config", "print"); code != 2 || !strings.Contains(errs, "XINJU_DATA") {
		t.Errorf("a misspelt variable: code %d, %s", code, errs)
	}
	if code, _, errs := typed(t, Programs{}, "", nil, "config", "print", "--grpc-port", "70000"); code != 2 || !strings.Contains(errs, "CONFIG_PORT_INVALID") {
		t.Errorf("a port that does not exist: code %d, %s", code, errs)
	}
}

func TestServeIsToldWhatWasTypedAndSaysWhereItIs(t *testing.T) {
	var got settings.Serve
	where := client.Run{REST: "http://127.0.0.1:8080", Docs: "http://127.0.0.1:8080/docs", Token: "t", Data: "d", GRPC: map[string]string{"registry": "127.0.0.1:9101"}, Today: "2026-06-30"}
	p := Programs{Serve: func(_ context.Context, s settings.Serve, _ io.Writer, ready func(client.Run)) error {
		got = s
		ready(where)
		return nil
	}}
	code, out, errs := typed(t, p, "", []string{"XINJU_GRPC_PORT=9300"}, "serve", "--data", "d", "--today", "2026-06-30", "--http", "127.0.0.1:0", "-o", "json")
	if code != 0 || got.Data != "d" || got.Today != civil.Of(2026, 6, 30) || got.HTTP != "127.0.0.1:0" || got.GRPCPort != 9300 {
		t.Errorf("code %d, %+v, %s", code, got, errs)
	}
	want := `{"rest":"http://127.0.0.1:8080","docs":"http://127.0.0.1:8080/docs","grpc":{"registry":"127.0.0.1:9101"},"token":"t","data":"d","today":"2026-06-30"}` + "\n"
	if diff := cmp.Diff(want, out); diff != "" {
		t.Error(diff)
	}
	_, out, _ = typed(t, p, "", nil, "serve", "--data", "d")
	golden(t, "testdata/serve.txt", out)
}

func TestDemoIsToldWhatWasTyped(t *testing.T) {
	var got settings.Demo
	p := Programs{Demo: func(_ context.Context, d settings.Demo, _, _ io.Writer) error { got = d; return nil }}
	if code, _, errs := typed(t, p, "", nil, "demo", "--residents", "300", "--seed", "7", "--once", "--run", "r.json"); code != 0 {
		t.Fatal(errs)
	}
	want := settings.Demo{Residents: 300, Seed: 7, Today: civil.Of(2026, 6, 30), HTTP: "127.0.0.1:8080", GRPCPort: 9101, RunFile: "r.json", Once: true}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestVersionSaysWhichProgramThisIs(t *testing.T) {
	for _, args := range [][]string{{"version"}, {"--version"}} {
		if code, out, _ := typed(t, Programs{}, "", nil, args...); code != 0 || !strings.HasPrefix(out, "xinju dev (") {
			t.Errorf("%v: code %d, %q", args, code, out)
		}
	}
}
