package e2e_test

import (
	"crypto/rand"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/go-sql-driver/mysql" // to make the schemas

	"xinju.dev/deploy/client"
)

// listening is what every daemon says when it is ready.
type listening struct{ Listen, Token string }

// sevenProcesses starts the six services and the gateway as processes of their
// own on loopback, each with a schema of its own on the server for tests.
func sevenProcesses(t *testing.T) client.Run {
	t.Helper()
	const token = "token-of-the-end-to-end-test"
	run := client.Run{Token: token, GRPC: map[string]string{}, Today: today.String()}
	common := []string{"serve", "--listen", "127.0.0.1:0", "--token", token, "--db.migrate", "true", "--today", today.String(), "--log.level", "debug"}
	extra := map[string][]string{
		"registry": {"--seal.index", strings.Repeat("5a", 32), "--spool", filepath.Join(t.TempDir(), "spool")},
	}
	var started []*process
	for _, name := range client.Services {
		args := append(append([]string{}, common...), "--db.dsn", "mysql:"+schema(t, name))
		args = append(args, extra[name]...)
		if name == "aggregator" {
			args = append(args, "--feeds.token", token)
			for source, address := range run.GRPC {
				args = append(args, "--feeds."+source, address)
			}
		} else if registry, there := run.GRPC["registry"]; there {
			args = append(args, "--registry.address", registry, "--registry.token", token)
		}
		var said listening
		started = append(started, start(t, &said, name+"d", args...))
		run.GRPC[name] = said.Listen
	}
	var said listening
	args := []string{"serve", "--listen", "127.0.0.1:0", "--log.level", "debug"}
	for name, address := range run.GRPC {
		args = append(args, "--backends."+name, address)
	}
	started = append(started, start(t, &said, "gatewayd", args...))
	run.REST = "http://" + said.Listen
	t.Cleanup(func() {
		for _, p := range started {
			noNumbers(t, filepath.Base(p.cmd.Path)+"'s standard error", []byte(p.errs.String()))
		}
	})
	return run
}

// schema makes an empty schema on the server for tests and returns its address.
func schema(t *testing.T, name string) string {
	t.Helper()
	server := os.Getenv("XINJU_TEST_MYSQL")
	if server == "" {
		t.Fatal("XINJU_TEST_MYSQL is not set: run the tests with make test, or set it to user:password@tcp(host:port)/ of a MariaDB or MySQL server")
	}
	admin, err := sql.Open("mysql", server)
	if err != nil {
		t.Fatal("XINJU_TEST_MYSQL is not an address of the form user:password@tcp(host:port)/")
	}
	schema := "xinju_e2e_" + name + "_" + strings.ToLower(rand.Text()[:10])
	if _, err := admin.ExecContext(t.Context(), "CREATE DATABASE "+schema+" CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"); err != nil {
		t.Fatalf("create a schema for %s: %v", name, err)
	}
	t.Cleanup(func() {
		_, _ = admin.Exec("DROP DATABASE " + schema)
		_ = admin.Close()
	})
	return strings.TrimSuffix(server, "/") + "/" + schema
}
