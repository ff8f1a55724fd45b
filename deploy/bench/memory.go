package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime/debug"
	"strconv"
	"strings"

	"xinju.dev/deploy/bench/internal/figures"
)

// sizeStep is how many times larger the second file is.
const sizeStep = 5

// runMemory imports two files of different size, each in a process of its own,
// and compares the most memory that the processes had.
func (b *bench) runMemory(ctx context.Context) ([]figures.Comparison, error) {
	small, err := b.importInChild(ctx, b.residents)
	if err != nil {
		return nil, err
	}
	large, err := b.importInChild(ctx, sizeStep*b.residents)
	if err != nil {
		return nil, err
	}
	return []figures.Comparison{{
		Section: "e", Case: fmt.Sprintf("导入 %d 倍大的文件 a file %d times larger", sizeStep, sizeStep), Residents: b.residents,
		Ours: large, Baseline: small,
		Note: "基准是小文件，倍数接近 1 即内存不随文件增长 / the baseline is the small file: near 1 means that memory does not grow with the file",
	}}, nil
}

func (b *bench) importInChild(ctx context.Context, residents int) (figures.Line, error) {
	feed, err := b.writeFeed(residents)
	if err != nil {
		return figures.Line{}, err
	}
	self, err := os.Executable()
	if err != nil {
		return figures.Line{}, err
	}
	b.progress("子进程导入 / a child imports %d rows", feed.rows)
	cmd := exec.CommandContext(ctx, self, "-child", "import", "-n", strconv.Itoa(residents), "-seed", strconv.FormatUint(b.seed, 10), "-dir", b.folder, "-file", feed.gb18030)
	cmd.Env = append(os.Environ(), childEnv+"=1")
	var told, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &told, &said
	sampler := figures.Sampler{}
	if err := sampler.Time(cmd.Run); err != nil {
		return figures.Line{}, fmt.Errorf("child: %w: %.500s", err, said.String())
	}
	line := sampler.Line(fmt.Sprintf("SQLite，%d 行 rows", feed.rows), feed.rows)
	line.Memory, err = strconv.ParseInt(strings.TrimSpace(told.String()), 10, 64)
	return line, err
}

// peak is the most memory that this process has had resident, in bytes. The
// ru_maxrss that a parent gets would not do: Linux begins a child's with what the
// parent had at the fork, which hides a child that is smaller.
func peak() (int64, error) {
	kib, unit, _ := strings.Cut(field("/proc/self/status", "VmHWM"), " ")
	n, err := strconv.ParseInt(kib, 10, 64)
	if err != nil || unit != "kB" {
		return 0, errPeak
	}
	return n << 10, nil
}

// forgetPeak gives back what is not used and begins the peak anew from what is held
// then, which it returns.
func forgetPeak() (int64, error) {
	debug.FreeOSMemory()
	if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0); err != nil {
		return 0, err
	}
	return peak()
}

var errPeak = errors.New("/proc/self/status does not tell the peak of memory")

// childEnv marks a process that bench has started.
const childEnv = "XINJU_BENCH_CHILD"

// childImport imports one file into a fresh registry, prints the peak of its
// memory in bytes and ends.
func childImport(ctx context.Context, s settings) (err error) {
	b := &bench{settings: s, says: os.Stderr}
	dsn, drop, err := sqliteEngine{}.fresh(ctx, b)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, drop()) }()
	folder, err := os.MkdirTemp(s.folder, "once-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	r, err := openRegistry(ctx, dsn, folder, b.county(s.residents))
	if err != nil {
		return err
	}
	_, err = r.importFile(ctx, s.file)
	if err = errors.Join(err, r.stop()); err != nil {
		return err
	}
	bytes, err := peak()
	if err == nil {
		fmt.Println(bytes)
	}
	return err
}
