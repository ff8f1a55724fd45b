package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"

	"xinju.dev/deploy/bench/internal/figures"
)

// serverEnv names the database server, user:password@tcp(host:port)/, as the
// tests have it.
const serverEnv = "XINJU_TEST_MYSQL"

// poolBytes is what the server may keep in memory while measuring, so that the
// join reads no disk either.
const poolBytes = 1 << 30

var errServer = errors.New(serverEnv + " 应为 用户:密码@tcp(127.0.0.1:端口)/（it reads user:password@tcp(127.0.0.1:port)/）")

// server is the MariaDB or MySQL that is measured.
type server struct {
	config  *mysql.Config
	admin   *sql.DB
	version string
	cpu     func() (time.Duration, error) // nil when its process is not known
	pool    int64                         // as it was before
	prefix  string                        // of the schemas that are kept
}

// openServer connects to the server of the environment; nil when none is named.
func openServer(ctx context.Context) (*server, error) {
	dsn := os.Getenv(serverEnv)
	if dsn == "" {
		return nil, nil
	}
	cfg, err := mysql.ParseDSN(dsn)
	if err != nil {
		return nil, errServer // the parser's message may quote the password
	}
	if host, _, err := net.SplitHostPort(cfg.Addr); err != nil || cfg.Net != "tcp" || host != "127.0.0.1" && host != "localhost" && host != "::1" {
		return nil, errServer
	}
	cfg.DBName, cfg.InterpolateParams = "", true
	s := &server{config: cfg, prefix: "xinju_bench"}
	if s.admin, err = s.open(""); err != nil {
		return nil, err
	}
	var pidFile string
	row := s.admin.QueryRowContext(ctx, "SELECT @@version, @@pid_file, @@innodb_buffer_pool_size")
	if err := row.Scan(&s.version, &pidFile, &s.pool); err != nil {
		return nil, errors.Join(err, s.admin.Close())
	}
	s.cpu = cpuOf(pidFile)
	if s.pool < poolBytes {
		_, _ = s.admin.ExecContext(ctx, "SET GLOBAL innodb_buffer_pool_size = ?", poolBytes) // a wish
	}
	return s, nil
}

// cpuOf reads the server's process id; nil when that cannot be seen from here.
func cpuOf(pidFile string) func() (time.Duration, error) {
	b, err := os.ReadFile(pidFile)
	if err != nil {
		return nil
	}
	pid, err := strconv.Atoi(string(bytes.TrimSpace(b)))
	if err != nil {
		return nil
	}
	comm, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid))
	if err != nil || !strings.Contains(string(comm), "mariadb") && !strings.Contains(string(comm), "mysql") {
		return nil
	}
	return figures.CPUOf(pid)
}

func (s *server) close() error {
	if s.pool < poolBytes {
		_, _ = s.admin.ExecContext(context.Background(), "SET GLOBAL innodb_buffer_pool_size = ?", s.pool)
	}
	return s.admin.Close()
}

// open connects to a schema.
func (s *server) open(schema string) (*sql.DB, error) {
	cfg := s.config.Clone()
	cfg.DBName = schema
	connector, err := mysql.NewConnector(cfg)
	if err != nil {
		return nil, errServer
	}
	return sql.OpenDB(connector), nil
}

// dsn is the address of a schema as sqlstore takes it.
func (s *server) dsn(schema string) string {
	cfg := s.config.Clone()
	cfg.DBName, cfg.InterpolateParams = schema, false
	return "mysql:" + cfg.FormatDSN()
}

func (s *server) create(ctx context.Context, schema string) error {
	_, err := s.admin.ExecContext(ctx, "CREATE DATABASE IF NOT EXISTS "+schema+" CHARACTER SET utf8mb4 COLLATE utf8mb4_bin")
	return err
}

// fresh creates an empty schema; drop removes it, also after an interruption.
func (s *server) fresh(ctx context.Context) (schema string, drop func() error, err error) {
	schema = "xinju_bench_" + strings.ToLower(rand.Text()[:16])
	return schema, func() error {
		_, err := s.admin.ExecContext(context.Background(), "DROP DATABASE IF EXISTS "+schema)
		return err
	}, s.create(ctx, schema)
}
