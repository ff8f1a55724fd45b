package main

import (
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"

	_ "github.com/glebarez/go-sqlite" // the driver of the services, for the join on SQLite

	"xinju.dev/services/platform/obs"
)

// machine is where and when figures were measured.
type machine struct {
	When    string `json:"when"`
	Build   string `json:"build"`
	CPU     string `json:"cpu"`
	CPUs    int    `json:"cpus"`
	Memory  string `json:"memory"`
	Go      string `json:"go"`
	SQLite  string `json:"sqlite"`
	MariaDB string `json:"mariadb,omitempty"`
	Load    string `json:"load"` // average of the last minute before the run
}

func thisMachine(s *server) machine {
	m := machine{
		When: time.Now().UTC().Format("2006-01-02 15:04 UTC"), Build: obs.Build().Version, CPU: field("/proc/cpuinfo", "model name"), CPUs: runtime.NumCPU(),
		Memory: field("/proc/meminfo", "MemTotal"), Go: runtime.Version(), SQLite: sqliteVersion(),
	}
	if b, err := os.ReadFile("/proc/loadavg"); err == nil {
		m.Load, _, _ = strings.Cut(string(b), " ")
	}
	if s != nil {
		m.MariaDB = s.version
	}
	return m
}

func (m machine) String() string {
	parts := []string{m.When, fmt.Sprintf("%d × %s", m.CPUs, m.CPU), m.Memory, m.Go, "SQLite " + m.SQLite}
	if m.MariaDB != "" {
		parts = append(parts, "MariaDB "+m.MariaDB)
	}
	return strings.Join(append(parts, "load "+m.Load), ", ")
}

// field returns the value of the first "name : value" line of a file of /proc.
func field(file, name string) string {
	f, err := os.Open(file)
	if err != nil {
		return ""
	}
	defer f.Close() //nolint:errcheck // only read
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if key, value, ok := strings.Cut(lines.Text(), ":"); ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

func sqliteVersion() (version string) {
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		return ""
	}
	defer db.Close() //nolint:errcheck // nothing is in it
	_ = db.QueryRowContext(context.Background(), "SELECT sqlite_version()").Scan(&version)
	return version
}
