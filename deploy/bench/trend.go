package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"

	"xinju.dev/deploy/bench/internal/figures"
	"xinju.dev/deploy/synthetic"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/wire"
)

// trendMonths is five years.
const trendMonths = 60

// runTrend measures five years of one indicator of the county in one call, beside
// the join for a single one of these months.
func (b *bench) runTrend(ctx context.Context) (all []figures.Comparison, err error) {
	for _, n := range b.sizes() {
		for _, e := range b.engines() {
			c, err := b.trendOn(ctx, n, e)
			if err != nil {
				return all, fmt.Errorf("%s, %d residents: %w", e.name(), n, err)
			}
			all = append(all, c)
		}
	}
	return all, nil
}

func (b *bench) trendOn(ctx context.Context, n int, e engine) (c figures.Comparison, err error) {
	j, err := b.openJoin(ctx, n, e)
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, j.db.Close()) }()
	a, err := b.openAggregator(ctx, n, e)
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, a.stop()) }()
	client := aggregatorv1.NewAggregatorServiceClient(a.memory)
	req := &aggregatorv1.GetTrendRequest{
		Division: synthetic.CountyCode, IndicatorId: indicators[0],
		FromDate: wire.DateProto(today.AddMonths(1 - trendMonths)), UntilDate: wire.DateProto(today),
	}
	resp, err := client.GetTrend(ctx, req)
	if err != nil {
		return c, err
	}
	if err := j.choose(ctx, today); err != nil {
		return c, err
	}
	checked, err := j.followsTrend(ctx, resp)
	if err != nil {
		return c, err
	}
	ours, base := figures.Sampler{}, figures.Sampler{ServerCPU: e.cpu()}
	err = ours.Repeat(figures.Limit{Least: b.reads, Most: 10 * b.reads, Spend: time.Second}, func() error {
		_, err := client.GetTrend(ctx, req)
		return err
	})
	if err != nil {
		return c, err
	}
	err = base.Repeat(figures.Limit{Least: 1, Most: 5, Spend: b.spend / 4}, func() error {
		_, err := j.ask(ctx, today)
		return err
	})
	return figures.Comparison{
		Section: "h", Case: fmt.Sprintf("%d 个月 months, %s", trendMonths, e.name()), Residents: n,
		Ours: ours.Line("全部月份，一次 gRPC all of them in one call", 0), Baseline: base.Line("单条 SQL 连接，只一个月 one SQL join for one month", 0),
		Checked: checked,
	}, err
}

var errTrend = errors.New("趋势与连接查询的结果不同 the trend and the join differ")

// followsTrend compares every twelfth month with the join, summed over the townships.
func (j *join) followsTrend(ctx context.Context, resp *aggregatorv1.GetTrendResponse) (string, error) {
	if len(resp.GetPoints()) != trendMonths {
		return "", fmt.Errorf("%w: %d points", errTrend, len(resp.GetPoints()))
	}
	compared := 0
	for i := trendMonths - 1; i >= 0; i -= 12 {
		p := resp.GetPoints()[i]
		d := p.GetAsOfDate()
		cells, err := j.ask(ctx, civil.Of(int(d.GetYear()), int(d.GetMonth()), int(d.GetDay())))
		if err != nil {
			return "", err
		}
		var sum count
		for at, n := range cells {
			if at.indicator == indicators[0] {
				sum.eligible, sum.covered = sum.eligible+n.eligible, sum.covered+n.covered
			}
		}
		if (sum != count{p.GetEligible(), p.GetCovered()}) {
			return "", fmt.Errorf("%w: %v: %d/%d, %d/%d", errTrend, d, p.GetCovered(), p.GetEligible(), sum.covered, sum.eligible)
		}
		compared++
	}
	return fmt.Sprintf("%d 个月核对，0 处不同 / %d months compared, 0 differ", compared, compared), nil
}
