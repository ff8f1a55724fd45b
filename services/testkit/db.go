// Package testkit gives tests what production gives the services: a migrated
// database of each engine, a clock, a server behind the production
// interceptors. Only tests import it.
package testkit

import (
	"context"
	"crypto/rand"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"xinju.dev/services/platform/migrate"
	"xinju.dev/services/platform/sqlstore"
)

// MySQLEnv names the variable with the address of the server for tests,
// user:password@tcp(host:port)/ without a schema.
const MySQLEnv = "XINJU_TEST_MYSQL"

// SQLite returns an empty, migrated database in a file of its own.
func SQLite(t testing.TB, sets ...migrate.Set) *sqlstore.DB {
	t.Helper()
	file, err := blankFile(context.WithoutCancel(t.Context()), sets)
	if err != nil {
		t.Fatalf("migrate the test database: %v", err)
	}
	path := filepath.Join(t.TempDir(), "test.db")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	// What tests lose when the power fails, nobody misses.
	db := opened(t, "sqlite:"+path, sqlstore.Options{Rebuildable: true}, nil)
	chance, err := madeUp(sets)
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range chance {
		if _, err := db.SQL().ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	return db
}

// MySQL returns an empty, migrated schema of its own on the server named by
// XINJU_TEST_MYSQL; it is dropped when the test ends.
func MySQL(t testing.TB, sets ...migrate.Set) *sqlstore.DB {
	t.Helper()
	server := os.Getenv(MySQLEnv)
	if server == "" {
		t.Fatalf("%s is not set: run the tests with make test, or set it to user:password@tcp(host:port)/ of a MariaDB or MySQL server", MySQLEnv)
	}
	admin, err := sql.Open("mysql", server)
	if err != nil {
		t.Fatalf("%s is not an address of the form user:password@tcp(host:port)/", MySQLEnv)
	}
	schema := "xinju_test_" + strings.ToLower(rand.Text()[:16])
	if _, err := admin.ExecContext(t.Context(), "CREATE DATABASE "+schema+" CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"); err != nil {
		t.Fatalf("create a schema on the server of %s: %v", MySQLEnv, err)
	}
	t.Cleanup(func() {
		_, _ = admin.ExecContext(context.Background(), "DROP DATABASE "+schema)
		_ = admin.Close()
	})
	address, params, _ := strings.Cut(server, "?")
	dsn := "mysql:" + strings.TrimSuffix(address, "/") + "/" + schema
	if params != "" {
		dsn += "?" + params
	}
	return opened(t, dsn, sqlstore.Options{}, sets)
}

// EachEngine runs a test once per engine, always on both, each with an empty,
// migrated database of its own.
func EachEngine(t *testing.T, sets []migrate.Set, test func(t *testing.T, db *sqlstore.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, SQLite(t, sets...)) })
	t.Run("mysql", func(t *testing.T) { test(t, MySQL(t, sets...)) })
}

func opened(t testing.TB, dsn string, opts sqlstore.Options, sets []migrate.Set) *sqlstore.DB {
	t.Helper()
	db, err := sqlstore.Open(t.Context(), dsn, opts)
	if err != nil {
		t.Fatalf("open the test database: %v", err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if len(sets) > 0 {
		if err := migrate.Up(t.Context(), db, sets...); err != nil {
			t.Fatalf("migrate the test database: %v", err)
		}
	}
	return db
}
