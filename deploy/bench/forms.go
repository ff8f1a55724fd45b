package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"google.golang.org/protobuf/proto"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"

	"xinju.dev/deploy/bench/internal/figures"
	"xinju.dev/services/aggregator"
	"xinju.dev/services/platform/sqlstore"
)

// runForms measures what a table of coverage costs beside an echo through the
// same interceptors, how its cost grows with the county, and the same table from
// a process that holds no numbers and reads the ledger by months, beside the join.
func (b *bench) runForms(ctx context.Context) (all []figures.Comparison, err error) {
	echoes, err := serve(ctx, "echo", echo{})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, echoes.stop()) }()
	before := map[string]figures.Comparison{}
	for _, n := range b.sizes() {
		for _, e := range b.engines() {
			list, err := b.formsOn(ctx, n, e, caller(ctx, echoes.memory))
			if err != nil {
				return all, fmt.Errorf("%s, %d residents: %w", e.name(), n, err)
			}
			all = append(all, list...)
			beside := list[0]
			if small, ok := before[e.name()]; ok {
				all = append(all, figures.Comparison{
					Section: "g", Case: fmt.Sprintf("由 %d 到 %d 人 growth, %s", small.Residents, n, e.name()), Residents: n,
					Ours: beside.Ours, Baseline: small.Ours,
					Note: "基准是小县；×CPU 不低于 0.83 即增长不到 1.2 倍 / the baseline is the smaller county: ×CPU of 0.83 or more is growth below 1.2",
				})
			} else {
				before[e.name()] = beside
			}
		}
	}
	return all, nil
}

// formsOn compares with an echo of the same answer, with the plain echo, and the
// ledger in SQL with the join.
func (b *bench) formsOn(ctx context.Context, n int, e engine, echoOnce func() error) (list []figures.Comparison, err error) {
	j, err := b.openJoin(ctx, n, e)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, j.db.Close()) }()
	b.form = aggregator.InBoth
	a, err := b.openAggregator(ctx, n, e)
	b.form = ""
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, a.stop()) }()
	towns := townshipsOf(b.county(n))
	list, err = b.besideEchoes(ctx, n, e, a, coverageRequest(towns, today), echoOnce)
	if err != nil {
		return nil, err
	}
	whole, err := b.besideEchoes(ctx, n, e, a, wholePackRequest(towns, today), echoOnce)
	if err != nil {
		return nil, err
	}
	list = append(list, whole[0]) // 128 bytes say nothing about an answer of this size
	stored, err := b.storedOn(ctx, n, e, j, aggregatorv1.NewAggregatorServiceClient(a.memory), towns)
	return append(list, stored), err
}

// besideEchoes measures the same reads beside two echoes.
func (b *bench) besideEchoes(
	ctx context.Context, n int, e engine, a *running, request *aggregatorv1.GetCoverageRequest, echoOnce func() error,
) (list []figures.Comparison, err error) {
	answer, err := aggregatorv1.NewAggregatorServiceClient(a.memory).GetCoverage(ctx, request)
	if err != nil {
		return nil, err
	}
	same, err := serve(ctx, "same answer", answered{answer: answer})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, same.stop()) }()
	size, towns := proto.Size(answer), len(request.GetDivisions())
	for _, with := range []struct {
		name string
		once func() error
		note string
	}{
		{
			"同样的问题与回答 the same question and answer", coverageCaller(ctx, same.memory, request),
			fmt.Sprintf("回答 %d 字节；×CPU 不低于 0.33 即不超过回显的 3 倍 / an answer of %d bytes; ×CPU of 0.33 or more is at most 3 echoes", size, size),
		},
		{"128 字节 128 bytes", echoOnce, fmt.Sprintf("消息小 %d 倍，仅供对照 / a message %d times smaller, for comparison", size/payload, size/payload)},
	} {
		ours, echoed, err := b.reading(with.once, coverageCaller(ctx, a.memory, request))
		if err != nil {
			return nil, err
		}
		list = append(list, figures.Comparison{
			Section: "g", Case: fmt.Sprintf("%d 乡镇 × %d 指标，与回显相比 beside an echo, %s", towns, len(answer.GetRows())/towns, e.name()), Residents: n,
			Ours: ours.Line("账簿，gRPC ledger, gRPC", 0), Baseline: echoed.Line("回显，同样的拦截器，"+with.name+" echo, same interceptors", 0), Note: with.note,
		})
	}
	return list, nil
}

// reading measures b.reads single calls each way, by turns.
func (b *bench) reading(echoOnce, once func() error) (ours, echoed *figures.Sampler, err error) {
	ours, echoed = &figures.Sampler{}, &figures.Sampler{}
	for i := range 2 * b.reads {
		if i == b.reads { // the first half was to warm up
			ours, echoed = &figures.Sampler{}, &figures.Sampler{}
		}
		if err := errors.Join(ours.Time(once), echoed.Time(echoOnce)); err != nil {
			return nil, nil, err
		}
	}
	return ours, echoed, nil
}

// storedOn measures a second process's answers.
func (b *bench) storedOn(ctx context.Context, n int, e engine, j *join, leads aggregatorv1.AggregatorServiceClient, towns []string) (c figures.Comparison, err error) {
	began := time.Now()
	reads, stop, err := b.openReader(ctx, n, e)
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, stop()) }()
	if err := b.waitBuilt(ctx, leads, reads, towns); err != nil {
		return c, err
	}
	built := time.Since(began)
	checked, err := b.check(ctx, reads, j, towns)
	if err != nil {
		return c, err
	}
	if err := j.choose(ctx, today); err != nil {
		return c, err
	}
	ours, base := figures.Sampler{ServerCPU: e.cpu()}, figures.Sampler{ServerCPU: e.cpu()}
	err = ours.Repeat(figures.Limit{Least: b.reads, Most: 10 * b.reads, Spend: 2 * time.Second}, func() error {
		_, err := reads.GetCoverage(ctx, coverageRequest(towns, today))
		return err
	})
	if err != nil {
		return c, err
	}
	err = base.Repeat(figures.Limit{Least: 3, Most: b.reads, Spend: b.spend / 2}, func() error {
		_, err := j.ask(ctx, today)
		return err
	})
	return figures.Comparison{
		Section: "g", Case: "库内账簿 ledger by months, " + e.name(), Residents: n,
		Ours: ours.Line("只读进程，gRPC a process that reads, gRPC", 0), Baseline: base.Line("单条 SQL 连接 one SQL join ("+j.chosen.name+")", 0),
		Checked: checked, Note: fmt.Sprintf("写成可读 %.1f 秒 written and readable after %.1f s", built.Seconds(), built.Seconds()),
	}, err
}

// openReader starts an aggregator that holds no numbers.
func (b *bench) openReader(ctx context.Context, n int, e engine) (aggregatorv1.AggregatorServiceClient, func() error, error) {
	dsn, err := e.kept(ctx, b, n, keptAggregator)
	if err != nil {
		return nil, nil, err
	}
	db, err := sqlstore.Open(ctx, dsn, sqlstore.Options{})
	if err != nil {
		return nil, nil, err
	}
	service, err := aggregator.New(aggregator.Deps{DB: db, Now: now, Log: quietLog("reader"), Ledger: aggregator.InSQL})
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	v, err := serve(ctx, "reader", service)
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	return aggregatorv1.NewAggregatorServiceClient(v.memory), func() error { return errors.Join(v.stop(), db.Close()) }, nil
}

// waitBuilt waits until the reader is at the positions of the process that writes.
func (b *bench) waitBuilt(ctx context.Context, leads, reads aggregatorv1.AggregatorServiceClient, towns []string) error {
	want, err := leads.GetFollowing(ctx, &aggregatorv1.GetFollowingRequest{})
	if err != nil {
		return err
	}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for tries := 0; ; tries++ {
		got, err := reads.GetFollowing(ctx, &aggregatorv1.GetFollowingRequest{})
		if err == nil && got.GetDigest() == want.GetDigest() {
			return nil
		}
		if tries > 30_000 {
			return fmt.Errorf("the ledger by months is not written: %w", err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}
