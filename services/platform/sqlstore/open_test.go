package sqlstore_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"
)

func TestAnUnusableAddressIsRefusedWithoutQuotingIt(t *testing.T) {
	for _, dsn := range []string{
		"", "sqlite", "sqlite:", "sqlite::memory:", "sqlite:/tmp/a?mode=ro", "sqlite:file:x", "mysql:", "mysql:user:hunter2@tcp(h:1)/",
		"mysql:hunter2", "postgres://hunter2", "mysql:u:hunter2@tcp(h:1)/x?foo=%zz",
	} {
		_, err := sqlstore.Open(t.Context(), dsn, sqlstore.Options{})
		if !errors.Is(err, sqlstore.ErrDSN) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: %v, want ErrDSN", dsn, err)
		}
	}
}

func TestAServerThatIsAwayIsUnavailable(t *testing.T) {
	_, err := sqlstore.Open(t.Context(), "mysql:u:hunter2@tcp(127.0.0.1:1)/x", sqlstore.Options{})
	if !errors.Is(err, sqlstore.ErrOffline) || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("got %v, want ErrOffline", err)
	}
}

func TestASchemaThatWouldMergeIdentifiersIsRefused(t *testing.T) {
	db := testkit.MySQL(t)
	var name string
	if err := db.SQL().QueryRowContext(t.Context(), "SELECT DATABASE()").Scan(&name); err != nil {
		t.Fatal(err)
	}
	dsn := "mysql:" + strings.TrimSuffix(os.Getenv(testkit.MySQLEnv), "/") + "/" + name
	for _, bad := range []string{"CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci", "CHARACTER SET latin1 COLLATE latin1_bin"} {
		if _, err := db.SQL().ExecContext(t.Context(), "ALTER DATABASE "+name+" "+bad); err != nil {
			t.Fatal(err)
		}
		if _, err := sqlstore.Open(t.Context(), dsn, sqlstore.Options{}); !errors.Is(err, sqlstore.ErrUnsuitable) {
			t.Errorf("%s: %v, want ErrUnsuitable", bad, err)
		}
	}
}

func TestAFolderThatIsMissingIsUnsuitable(t *testing.T) {
	_, err := sqlstore.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "none", "x.db"), sqlstore.Options{})
	if !errors.Is(err, sqlstore.ErrUnsuitable) {
		t.Errorf("got %v, want ErrUnsuitable", err)
	}
}

func TestSQLiteRunsWithTheSettingsOfItsOptions(t *testing.T) {
	for level, opts := range map[string]sqlstore.Options{"2": {}, "1": {Rebuildable: true}} {
		db, err := sqlstore.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "x.db"), opts)
		if err != nil {
			t.Fatal(err)
		}
		var got string
		if err := db.SQL().QueryRowContext(t.Context(), "PRAGMA synchronous").Scan(&got); err != nil || got != level {
			t.Errorf("%+v: synchronous %s, %v", opts, got, err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
}

// The folder may be anybody's to read; what is in the files is not.
func TestANewSQLiteFileIsItsOwnersAlone(t *testing.T) {
	file := filepath.Join(t.TempDir(), "x.db")
	db, err := sqlstore.Open(t.Context(), "sqlite:"+file, sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if _, err := db.SQL().ExecContext(t.Context(), "CREATE TABLE t (id INTEGER PRIMARY KEY)"); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{file, file + "-wal", file + "-shm", file + "-turn"} {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if mode := info.Mode().Perm(); mode != 0o600 {
			t.Errorf("%s has mode %v", filepath.Base(name), mode)
		}
	}
}
