package programs

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/term"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"

	"xinju.dev/deploy/client"
	"xinju.dev/deploy/cmd/xinju/internal/progress"
	"xinju.dev/deploy/cmd/xinju/internal/serve"
	"xinju.dev/deploy/cmd/xinju/internal/settings"
	"xinju.dev/deploy/loader"
	"xinju.dev/deploy/synthetic"
	"xinju.dev/services/platform/wire"
)

// demo is one run of xinju demo.
type demo struct {
	settings.Demo
	out, errs io.Writer
	terminal  bool
	temporary bool // Data goes when the demo ends
	began     time.Time
}

// demonstrate starts the suite, does the main job through its public RPCs, prints
// what came of it with the same commands that people type, and stays up.
func demonstrate(ctx context.Context, d settings.Demo, out, errs io.Writer) error {
	f, isFile := errs.(*os.File)
	one := demo{Demo: d, out: out, errs: errs, terminal: isFile && term.IsTerminal(int(f.Fd())), began: time.Now()}
	if one.Data == "" {
		dir, err := os.MkdirTemp("", "xinju-demo-")
		if err != nil {
			return fmt.Errorf("temporary folder: %w", err)
		}
		defer os.RemoveAll(dir) //nolint:errcheck // a folder of invented people may stay behind
		one.Data, one.temporary = dir, true
	}
	return one.run(ctx)
}

func (d demo) run(ctx context.Context) error {
	running, stop := context.WithCancel(ctx)
	defer stop()
	ready, ended := make(chan client.Run, 1), make(chan error, 1)
	go func() {
		ended <- serve.Run(running, settings.Serve{
			Data: d.Data, HTTP: d.HTTP, GRPCPort: d.GRPCPort, Today: d.Today, Run: d.RunFile,
		}, d.errs, func(r client.Run) { ready <- r })
	}()
	var where client.Run
	select {
	case where = <-ready:
	case err := <-ended:
		return err
	}
	err := d.mainJob(running, where)
	if err == nil && !d.Once {
		select {
		case <-ctx.Done():
		case err := <-ended:
			return err
		}
		fmt.Fprintln(d.errs, "正在按顺序停止 stopping in order …")
	}
	stop()
	if stopped := <-ended; err == nil {
		err = stopped
	}
	if ctx.Err() != nil {
		return nil // interrupted while loading: what was asked for
	}
	return err
}

// mainJob loads the county, waits until the numbers are there, and prints.
func (d demo) mainJob(ctx context.Context, where client.Run) error {
	to, err := client.Dial(where)
	if err != nil {
		return err
	}
	defer to.Close() //nolint:errcheck // the process ends
	county := synthetic.NewCounty(synthetic.Config{Seed: d.Seed, Residents: d.Residents, Today: d.Today})
	shown := d.stages()
	defer shown.end()
	loaded, err := loader.Load(ctx, loader.Config{
		County: county, To: to, FeedFile: filepath.Join(d.Data, "feed.csv"), BadRows: true, Progress: shown.set,
	})
	if err != nil {
		return err
	}
	if err := loader.WaitFollowed(ctx, to, shown.set); err != nil {
		return err
	}
	shown.end()
	return d.print(ctx, to, where, loaded)
}

// print shows the results with the commands that people have.
func (d demo) print(ctx context.Context, to *client.Suite, where client.Run, loaded loader.Result) error {
	batch, county := loaded.Batch.GetBatchId(), synthetic.CountyCode
	first, err := to.Aggregator.ListUncovered(ctx, &aggregatorv1.ListUncoveredRequest{
		Division: county, IndicatorId: "IMM03", AsOfDate: wire.DateProto(d.Today), PageSize: 1,
	})
	if err != nil {
		return err
	}
	d.heading("居住数据导入 The residence feed: %s", filepath.Join(d.Data, "feed.csv"))
	d.typed(ctx, 0, "feed", "status", batch)
	d.heading("覆盖率 Coverage of the county, %v", d.Today)
	d.typed(ctx, 0, "coverage", "show", "--division", county, "--date", d.Today.String(), "--indicator", notice)
	if len(first.GetMembers()) > 0 {
		d.heading("一名未按规定接种的流动儿童 One child who is owed a vaccination")
		d.typed(ctx, 0, "resident", "explain", first.GetMembers()[0].GetResidentId(), "--date", d.Today.String(), "--rule", "IMM03")
	}
	var lacking *aggregatorv1.Member
	if len(first.GetMembers()) > 0 {
		lacking = first.GetMembers()[0]
	}
	if err := d.answers(ctx, to, lacking); err != nil {
		return err
	}
	d.heading("就绪，用时 %.1f 秒 Ready after %.1f s: %d 人 people, %d 条记录 records",
		time.Since(d.began).Seconds(), time.Since(d.began).Seconds(), len(loaded.Residents), loaded.Records)
	if d.Once {
		return d.whatIf(ctx) // then it stops: nothing is left to open
	}
	fmt.Fprintf(d.out, "  REST   %s\n  文档 docs  %s\n", where.REST, where.Docs)
	for _, name := range client.Services {
		fmt.Fprintf(d.out, "  gRPC   %-15s %s\n", name, where.GRPC[name])
	}
	fmt.Fprintf(d.out, "  令牌 token %s\n", where.Token)
	if err := d.whatIf(ctx); err != nil {
		return err
	}
	township := county[:6] + "001000"
	fmt.Fprintf(d.out, `
接下来可以试 Try next, in another terminal:
  bin/xinju coverage show --division %s --by township
  bin/xinju uncovered list --division %s --indicator IMM03
  bin/xinju feed rows %s --outcome refused
  curl -H "Authorization: Bearer %s" "%s/v1/coverage?divisions=%s"
Ctrl-C 停止 stops it.
`, county, township, batch, where.Token, where.REST, county)
	return nil
}

func (d demo) heading(format string, args ...any) {
	fmt.Fprintf(d.out, "\n── "+format+"\n\n", args...)
}

// stages turns the loader's reports into one progress line a stage.
type stages struct {
	reporter *progress.Reporter
	name     string
	now      *progress.Stage
}

func (d demo) stages() *stages {
	return &stages{reporter: progress.New(d.errs, d.terminal)}
}

func (s *stages) set(name string, done, total int64) {
	if name != s.name {
		s.end()
		s.name, s.now = name, s.reporter.Stage(name, total, progress.Unit{Name: "条 items"})
	}
	s.now.Set(done, total)
}

func (s *stages) end() {
	if s.now != nil {
		s.now.End()
		s.now = nil
	}
}
