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

// indicators of the demo county's pack, in the order of the pack.
var indicators = []string{"EHR03", "HED01", "IMM03", "CHD01", "MAT01", "INF01"}

// cell is one number of the table: an indicator of a township.
type cell struct{ indicator, division string }

// count is its value.
type count struct{ eligible, covered int32 }

var errDiffer = errors.New("统计与连接查询的结果不同 coverage and the join differ")

// runCoverage compares a table of 12 townships × 6 indicators on one day, read
// through gRPC, with the best single join over the same facts.
func (b *bench) runCoverage(ctx context.Context) ([]figures.Comparison, error) {
	var all []figures.Comparison
	for _, n := range b.sizes() {
		for _, e := range b.engines() {
			c, err := b.coverageOn(ctx, n, e)
			if err != nil {
				return all, fmt.Errorf("%s, %d residents: %w", e.name(), n, err)
			}
			all = append(all, c)
		}
	}
	return all, nil
}

// sizes are the counties that are measured: the one asked for, and larger ones
// when it is to grow.
func (b *bench) sizes() []int {
	out := []int{b.residents}
	for _, n := range b.growTo {
		if b.grow && n > b.residents {
			out = append(out, n)
		}
	}
	return out
}

func (b *bench) coverageOn(ctx context.Context, n int, e engine) (c figures.Comparison, err error) {
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
	townships := townshipsOf(b.county(n))
	client := aggregatorv1.NewAggregatorServiceClient(a.memory)
	checked, err := b.check(ctx, client, j, townships)
	if err != nil {
		return c, err
	}
	if err := j.choose(ctx, today); err != nil {
		return c, err
	}
	ours := figures.Sampler{}
	err = ours.Repeat(figures.Limit{Least: b.reads, Most: 10 * b.reads, Spend: 2 * time.Second}, func() error {
		_, err := client.GetCoverage(ctx, coverageRequest(townships, today))
		return err
	})
	if err != nil {
		return c, err
	}
	base := figures.Sampler{ServerCPU: e.cpu()}
	err = base.Repeat(figures.Limit{Least: 3, Most: b.reads, Spend: b.spend}, func() error {
		_, err := j.ask(ctx, today)
		return err
	})
	c = figures.Comparison{
		Section: "a", Case: fmt.Sprintf("%d 乡镇 × %d 指标，%s", len(townships), len(indicators), e.name()), Residents: n,
		Ours: ours.Line("账簿，gRPC ledger, gRPC", 0), Baseline: base.Line("单条 SQL 连接 one SQL join ("+j.chosen.name+")", 0),
		Checked: checked, Note: a.built.String(),
	}
	return c, err
}

func townshipsOf(c *synthetic.County) []string {
	var out []string
	for _, d := range c.Divisions {
		if d.Level == 4 {
			out = append(out, d.Code)
		}
	}
	return out
}

func coverageRequest(divisions []string, day civil.Date) *aggregatorv1.GetCoverageRequest {
	return &aggregatorv1.GetCoverageRequest{Divisions: divisions, IndicatorIds: indicators, AsOfDate: wire.DateProto(day)}
}

// wholePackRequest asks for all items of the pack.
func wholePackRequest(divisions []string, day civil.Date) *aggregatorv1.GetCoverageRequest {
	return &aggregatorv1.GetCoverageRequest{Divisions: divisions, AsOfDate: wire.DateProto(day)}
}

// checkDays are the days on which both answers are compared: today, ends of
// months of the two years before, 1 January, and days to come.
func checkDays() []civil.Date {
	days := []civil.Date{today, civil.Of(today.Year(), 1, 1), today.AddDays(45), today.AddMonths(7)}
	for m := 1; m <= 24; m += 3 {
		days = append(days, today.AddMonths(-m))
	}
	return days
}

// check compares every number of both: all shapes of the join today, the first
// of them on the other days too.
func (b *bench) check(ctx context.Context, client aggregatorv1.AggregatorServiceClient, j *join, townships []string) (string, error) {
	compared, people := 0, int64(0)
	days := checkDays()
	for i, day := range days {
		resp, err := client.GetCoverage(ctx, coverageRequest(townships, day))
		if err != nil {
			return "", fmt.Errorf("coverage: %w", err)
		}
		shapes := j.shapes[:1]
		if i == 0 {
			shapes = j.shapes
		}
		for _, shape := range shapes {
			if err := j.agrees(ctx, shape, day, resp.GetRows(), len(townships)); err != nil {
				return "", err
			}
			compared += len(resp.GetRows())
		}
		for _, r := range resp.GetRows() {
			people += int64(r.GetEligible())
		}
	}
	if people == 0 {
		return "", fmt.Errorf("%w: nobody counts at all", errDiffer)
	}
	return fmt.Sprintf("%d 个数逐一核对，0 处不同 / %d numbers on %d days compared, 0 differ", compared, compared, len(days)), nil
}

// agrees compares the rows of one day with a shape of the join.
func (j *join) agrees(ctx context.Context, s shape, day civil.Date, rows []*aggregatorv1.CoverageRow, townships int) error {
	j.chosen = s
	want, err := j.ask(ctx, day)
	if err != nil {
		return fmt.Errorf("join %s: %w", s.name, err)
	}
	if len(rows) != townships*len(indicators) {
		return fmt.Errorf("%w: %s: %d rows", errDiffer, day, len(rows))
	}
	for _, r := range rows {
		at, got := cell{r.GetIndicatorId(), r.GetDivision()}, count{r.GetEligible(), r.GetCovered()}
		if got != want[at] {
			return fmt.Errorf("%w: %s %s %s: %d/%d, join %s %d/%d", errDiffer, day, at.division, at.indicator,
				got.covered, got.eligible, s.name, want[at].covered, want[at].eligible)
		}
	}
	return nil
}
