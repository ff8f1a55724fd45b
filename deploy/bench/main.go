// Command bench measures what the suite costs beside what one would build
// instead, both in one run on one machine: coverage against a SQL join, the import
// of a feed against the database's own loader, a call through all interceptors
// against a bare one, REST against gRPC, the memory of an import, and of the
// aggregator the ledger in SQL, trends, changes, lists and rebuilds.
//
// It uses the production code through its public faces and invents its data. It
// asserts no times: what it measures is read by people; that ours and the
// baseline give equal answers is checked in every run.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"xinju.dev/deploy/bench/internal/figures"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := 0
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintf(os.Stderr, "bench: %v\n", err)
		code = 1
	}
	stop()
	os.Exit(code)
}

// settings is what the command line says.
type settings struct {
	residents int
	seed      uint64
	grow      bool
	only      string // letters of sections; empty means all
	folder    string // data kept between runs, and results
	output    string // table or json
	markdown  bool
	child     string
	file      string // of the child

	reads, calls int
	spend        time.Duration // on the rounds of one join
	rounds       int           // of an import, at least
	// growTo are the sizes of grow beside residents.
	growTo []int
}

func parse(args []string) (settings, error) {
	s := settings{reads: 200, calls: 20_000, spend: 20 * time.Second, rounds: 3, growTo: []int{200_000, 1_000_000}}
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.IntVar(&s.residents, "n", 20_000, "居民数 / residents of the invented county")
	f.Uint64Var(&s.seed, "seed", 1, "随机种子 / seed of the invented county")
	f.BoolVar(&s.grow, "grow", false, "另测20万与100万居民的统计 / coverage at 200,000 and 1,000,000 residents too")
	f.StringVar(&s.only, "only", "", "只测这些部分，如 ac / sections to run, such as ac")
	f.StringVar(&s.folder, "dir", ".bench", "数据缓存目录 / folder for data kept between runs")
	f.StringVar(&s.output, "o", "table", "输出 / output: table, json")
	f.BoolVar(&s.markdown, "markdown", false, "由已存的结果生成文档，不测量 / print the document from the results kept, measure nothing")
	f.StringVar(&s.child, "child", "", "子进程用 / for the processes that bench starts itself")
	f.StringVar(&s.file, "file", "", "子进程用 / file for the child")
	if err := f.Parse(args); err != nil {
		return s, err
	}
	letters := ""
	for _, one := range sections {
		letters += one.letter
	}
	if f.NArg() > 0 || s.residents < 100 || s.residents > 4_000_000 || s.output != "table" && s.output != "json" || strings.Trim(s.only, letters) != "" {
		return s, fmt.Errorf("居民数为 100 到 4,000,000，输出为 table 或 json，部分为 %s / -n is 100 to 4,000,000, -o is table or json, -only is of %s", letters, letters)
	}
	return s, nil
}

func run(ctx context.Context, args []string) error {
	s, err := parse(args)
	if err != nil {
		return err
	}
	switch {
	case s.child == "import":
		return childImport(ctx, s)
	case s.markdown:
		return writeDocument(os.Stdout, s.folder)
	}
	b, err := newBench(ctx, s)
	if err != nil {
		return err
	}
	list, err := b.run(ctx)
	if err = joined(err, b.close()); err != nil {
		return err
	}
	if s.output == "json" {
		return writeJSON(os.Stdout, b.machine, list)
	}
	fmt.Println(b.machine.String())
	return figures.WriteTable(os.Stdout, list)
}

// section is one measurement. It returns what it found in the order of printing.
type section struct {
	letter, title string
	run           func(*bench, context.Context) ([]figures.Comparison, error)
}

var sections = []section{
	{"a", "统计 coverage", (*bench).runCoverage},
	{"b", "导入 feed import", (*bench).runImport},
	{"c", "gRPC 调用 a gRPC call", (*bench).runCalls},
	{"d", "REST 调用 a REST call", (*bench).runREST},
	{"e", "导入的内存 memory of an import", (*bench).runMemory},
	{"f", "查人 looking people up", (*bench).runLookup},
	{"g", "统计的开销与库内账簿 what coverage costs, and the ledger in SQL", (*bench).runForms},
	{"h", "趋势 trend", (*bench).runTrend},
	{"i", "变更入库 changed residents", (*bench).runChanges},
	{"j", "名单翻页 pages of a list", (*bench).runLists},
	{"k", "重建与启动 rebuild and start", (*bench).runRebuild},
}

func (b *bench) run(ctx context.Context) ([]figures.Comparison, error) {
	var all []figures.Comparison
	for _, s := range sections {
		if b.only != "" && !strings.Contains(b.only, s.letter) {
			continue
		}
		b.progress("%s %s", s.letter, s.title)
		list, err := s.run(b, ctx)
		if err != nil {
			return all, fmt.Errorf("%s %s: %w", s.letter, s.title, err)
		}
		if err := b.keep(s.letter, list); err != nil {
			return all, err
		}
		all = append(all, list...)
		debug.FreeOSMemory() // the next section shall not pay for this one
	}
	return all, nil
}
