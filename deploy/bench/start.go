package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"xinju.dev/deploy/bench/internal/figures"
)

var errStart = errors.New("启动方式与预期不符 the start went another way than it should")

// startOn measures a start from stored sums and one that finds none beside a plain
// scan of the rows of everybody. The aggregator of the second runs on.
func (b *bench) startOn(ctx context.Context, n int, e engine) (a *running, list []figures.Comparison, err error) {
	if a, err = b.openAggregator(ctx, n, e); err != nil {
		return nil, nil, err
	}
	scan := figures.Sampler{ServerCPU: e.cpu()}
	if err := scan.Repeat(figures.Limit{Least: 2, Most: 3, Spend: 10 * time.Second}, func() error { return scanAll(ctx, a.db.SQL()) }); err != nil {
		return nil, nil, errors.Join(err, a.stop())
	}
	if err := a.stop(); err != nil { // what the sums lack is stored
		return nil, nil, err
	}
	baseline := scan.Line("所有人员的行扫描一遍 a plain scan of the rows of everybody", n)
	sums := figures.Sampler{ServerCPU: e.cpu()}
	if err := sums.Time(func() (err error) { a, err = b.openAggregator(ctx, n, e); return err }); err != nil {
		return nil, nil, err
	}
	stored, counted := a.service.StartedFrom()
	if stored == 0 || counted > 0 {
		err = fmt.Errorf("%w: %d villages from sums, %d counted", errStart, stored, counted)
	}
	_, cleared := a.db.SQL().ExecContext(ctx, "DELETE FROM ledger_sum WHERE part = 'all'") // the others belong to nothing then
	if err := errors.Join(err, cleared, a.stop()); err != nil {
		return nil, nil, err
	}
	whole := figures.Sampler{ServerCPU: e.cpu()}
	if err := whole.Time(func() (err error) { a, err = b.openAggregator(ctx, n, e); return err }); err != nil {
		return nil, nil, err
	}
	if stored, _ := a.service.StartedFrom(); stored > 0 {
		return nil, nil, errors.Join(errStart, a.stop())
	}
	const note = "×wall 不低于 0.5 即达到扫描速率的一半 / ×wall of 0.5 or more is half the rate of the scan"
	return a, []figures.Comparison{{
		Section: "k", Case: "正常停止后启动 start after a clean stop, " + e.name(), Residents: n,
		Ours: sums.Line("取用已存合计 from stored sums", n), Baseline: baseline,
		Checked: fmt.Sprintf("%d 个村居取自已存合计，0 个重新计数 / %d villages from stored sums, 0 counted", stored, stored), Note: note,
	}, {
		Section: "k", Case: "无已存合计时启动 start without sums, " + e.name(), Residents: n,
		Ours: whole.Line("全部重新计数 everybody counted", n), Baseline: baseline,
		Checked: "没有取用合计 nothing was taken from sums", Note: note,
	}}, nil
}
