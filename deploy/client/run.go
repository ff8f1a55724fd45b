// Package client finds a running suite and talks to it over gRPC, as any other
// system would. It knows nothing of what is behind the addresses.
package client

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Run says where a running suite is and what to show at its door. It is written
// by whoever starts the suite, readable for that user only, and removed when the
// suite stops.
type Run struct {
	REST  string            `json:"rest"`            // http://127.0.0.1:8080
	Docs  string            `json:"docs"`            // page of the API's documentation
	Debug string            `json:"debug,omitempty"` // metrics and profiles, when served
	GRPC  map[string]string `json:"grpc"`            // service → host:port
	Token string            `json:"token"`           // bearer token
	Data  string            `json:"data"`            // folder of the data
	Today string            `json:"today"`           // the suite's day when it is not the calendar's, else empty
}

// Services are the six services in the order in which people think of them.
var Services = []string{"registry", "archive", "immunization", "maternal", "familyplanning", "aggregator"}

// ErrNotRunning says that no suite is known to run.
var ErrNotRunning = errors.New("没有找到正在运行的新居：请先运行 xinju demo 或 xinju serve --data DIR，或用 --run DIR/run.json 指定（no running suite is known: start one, or name its run file, DIR/run.json, with --run or XINJU_RUN）")

// DefaultRunFile is where the latest suite of this user says where it is.
func DefaultRunFile() string {
	if f := os.Getenv("XINJU_RUN"); f != "" {
		return f
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		dir = os.TempDir()
	}
	return filepath.Join(dir, "xinju", "run.json")
}

// ReadRun reads a run file. It fails with ErrNotRunning when there is none.
func ReadRun(file string) (Run, error) {
	var r Run
	b, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return r, ErrNotRunning
	}
	if err != nil {
		return r, fmt.Errorf("read run file: %w", err)
	}
	if err := json.Unmarshal(b, &r); err != nil {
		return r, fmt.Errorf("run file %s: %w", file, err)
	}
	return r, nil
}

// WriteRun writes a run file for its owner's eyes only.
func WriteRun(file string, r Run) error {
	b, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	tmp := file + ".new"
	if err := os.WriteFile(tmp, append(b, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(tmp, file)
}
