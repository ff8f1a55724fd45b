package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"xinju.dev/deploy/synthetic"
	"xinju.dev/services/aggregator"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/obs"
)

// dataVersion changes when the invented people, the facts or the tables made of
// them change, so that data kept from before is not used.
const dataVersion = 1

// today is the day of the invented county; everything is measured as of it.
var today = civil.Of(2026, 6, 30)

// bench is one run.
type bench struct {
	settings
	machine machine
	mysql   *server   // nil without a MariaDB
	says    io.Writer // progress
	began   time.Time
	form    aggregator.Ledger // of the aggregators that are started
}

func newBench(ctx context.Context, s settings) (*bench, error) {
	b := &bench{settings: s, says: os.Stderr, began: time.Now()}
	if err := os.MkdirAll(filepath.Join(s.folder, "results"), 0o700); err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	var err error
	if b.mysql, err = openServer(ctx); err != nil {
		return nil, err
	}
	if b.mysql == nil {
		b.progress("没有 MariaDB（未设置 %s），只测 SQLite / no MariaDB: %s is not set", serverEnv, serverEnv)
	}
	b.machine = thisMachine(b.mysql)
	return b, nil
}

func (b *bench) close() error {
	if b.mysql == nil {
		return nil
	}
	return b.mysql.close()
}

func (b *bench) progress(format string, args ...any) {
	_, _ = fmt.Fprintf(b.says, "%6.1fs  %s\n", time.Since(b.began).Seconds(), fmt.Sprintf(format, args...))
}

func (b *bench) county(residents int) *synthetic.County {
	return synthetic.NewCounty(synthetic.Config{Seed: b.seed, Residents: residents, Today: today})
}

// key names the data of a county.
func (b *bench) key(residents int) string {
	return fmt.Sprintf("%d-%d-%d", residents, b.seed, dataVersion)
}

// kept is the folder of the data of a county that is used again by later runs.
func (b *bench) kept(residents int) (string, error) {
	dir := filepath.Join(b.folder, b.key(residents))
	return dir, os.MkdirAll(dir, 0o700)
}

// now is a moment of today, for services that must not read the clock.
func now() time.Time { return today.Time().Add(10 * time.Hour).UTC() }

// quietLog writes what production writes, and throws it away: encoding a line is
// part of a call's cost, the disk is not.
func quietLog(name string) *zap.Logger {
	return obs.NewLogger(obs.LogOptions{Service: name, Out: zapcore.AddSync(io.Discard)})
}

func joined(errs ...error) error { return errors.Join(errs...) }
