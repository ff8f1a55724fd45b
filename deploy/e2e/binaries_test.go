package e2e_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"xinju.dev/deploy/synthetic"
	"xinju.dev/services/platform/civil"
)

// built is where TestMain left the programs under test.
var built string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "xinju-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	built = dir
	code := 1
	if err := build(dir); err != nil {
		fmt.Fprintln(os.Stderr, "build the programs under test:", err)
	} else {
		code = m.Run()
	}
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// build makes the programs as make build does, without cgo.
func build(dir string) error {
	cmd := exec.Command("go", "build", "-o", dir,
		"xinju.dev/deploy/cmd/xinju", "xinju.dev/gateway/cmd/gatewayd",
		"xinju.dev/services/cmd/registryd", "xinju.dev/services/cmd/archived", "xinju.dev/services/cmd/immunizationd",
		"xinju.dev/services/cmd/maternald", "xinju.dev/services/cmd/familyplanningd", "xinju.dev/services/cmd/aggregatord")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	return nil
}

// process is one running program; what it says on standard error is kept.
type process struct {
	cmd  *exec.Cmd
	errs lockedBuffer
	done chan error
}

// start runs a program and returns the first line that it prints, which tells
// where it listens. The process ends with the test.
func start(t *testing.T, into any, program string, args ...string) *process {
	t.Helper()
	p := &process{cmd: exec.Command(filepath.Join(built, program), args...), done: make(chan error, 1)}
	p.cmd.Stderr = &p.errs
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	first := make(chan []byte, 1)
	go func() {
		r := bufio.NewReader(out)
		line, _ := r.ReadBytes('\n')
		first <- line
		_, _ = r.WriteTo(&p.errs)
		p.done <- p.cmd.Wait()
	}()
	t.Cleanup(func() { p.kill() })
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	select {
	case line := <-first:
		if err := json.Unmarshal(line, into); err != nil {
			t.Fatalf("%s said %q instead of where it is; on standard error: %s", program, line, p.errs.String())
		}
	case <-ctx.Done():
		t.Fatalf("%s did not become ready: %s", program, p.errs.String())
	}
	return p
}

// kill ends the process at once, as a power cut would, and waits until it is gone.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	<-p.done
	p.done <- nil // for whoever asks again
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// today is the day on which every scenario takes place.
var today = civil.Must("2026-06-30")

func county(residents int) *synthetic.County {
	return synthetic.NewCounty(synthetic.Config{Seed: 20260630, Residents: residents, Townships: 12, Villages: 150, Today: today})
}
