package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
	typev1 "xinju.dev/api/gen/xinju/type/v1"

	"xinju.dev/deploy/bench/internal/county"
	"xinju.dev/deploy/bench/internal/figures"
	"xinju.dev/services/aggregator"
)

// runRebuild measures a rebuild from the feeds beside reading the feeds once and
// evaluating everybody once, and before it two kinds of start.
func (b *bench) runRebuild(ctx context.Context) (all []figures.Comparison, err error) {
	for _, n := range b.sizes() {
		for _, e := range b.engines() {
			list, err := b.rebuildOn(ctx, n, e)
			if err != nil {
				return all, fmt.Errorf("%s, %d residents: %w", e.name(), n, err)
			}
			all = append(all, list...)
		}
	}
	return all, nil
}

var errRebuild = errors.New("重建没有成功 the rebuild did not succeed")

func (b *bench) rebuildOn(ctx context.Context, n int, e engine) (list []figures.Comparison, err error) {
	a, starts, err := b.startOn(ctx, n, e)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, a.stop()) }()
	b.progress("%s：重建 / a rebuild, %d residents", e.name(), n)
	ours, base := figures.Sampler{ServerCPU: e.cpu()}, figures.Sampler{ServerCPU: e.cpu()}
	client := aggregatorv1.NewAggregatorServiceClient(a.memory)
	before, err := client.GetFollowing(ctx, &aggregatorv1.GetFollowingRequest{})
	if err != nil {
		return nil, err
	}
	facts := 0
	err = base.Time(func() error { // first: what a rebuild has replaced is removed behind its back
		for _, source := range aggregator.SourceNames() {
			for range county.Facts(b.county(n), source) {
				facts++
			}
		}
		_, err := a.service.Evaluate(ctx)
		return err
	})
	if err != nil {
		return nil, err
	}
	held, err := forgetPeak()
	if err != nil {
		return nil, err
	}
	use, err := watched(func() error { return ours.Time(func() error { return rebuildOnce(ctx, client) }) })
	if err != nil {
		return nil, err
	}
	after, err := client.GetFollowing(ctx, &aggregatorv1.GetFollowingRequest{})
	if err != nil {
		return nil, err
	}
	if before.GetDigest() != after.GetDigest() {
		return nil, fmt.Errorf("%w: another digest", errRebuild)
	}
	if err := b.waitDropped(ctx, e, a.db.SQL()); err != nil {
		return nil, err
	}
	return append([]figures.Comparison{{
		Section: "k", Case: "重建 rebuild, " + e.name(), Residents: n,
		Ours: ours.Line("由变更流重建 from the feeds", n), Baseline: base.Line("读一遍并各算一次 one scan and one evaluation", n),
		Checked: "重建前后摘要相同 the same digest before and after",
		Note:    fmt.Sprintf("%d 条事实 facts，每秒 %.0f 条 a second；%s", facts, float64(facts)/ours.Line("", 0).Wall.Seconds(), use.note(held)),
	}}, starts...), nil
}

// note tells the memory of a rebuild; held is what was resident before it.
func (u memoryUse) note(held int64) string {
	return fmt.Sprintf("内存最高 %.0f MiB，开始前 %.0f MiB；其中在用的最多 %.0f MiB（两本账簿、两步的人员、至多 50 万个待连同身边的人再算的人员编号、至多 32 MiB 待排序的名单行），"+
		"回收前可涨到 %.0f MiB，其余为数据库页缓存与程序 / most memory %.0f MiB, %.0f MiB before it began; in use at most %.0f MiB "+
		"(two ledgers, the residents of two steps, the identifiers of at most 500,000 residents to be derived again with the people around them, "+
		"at most 32 MiB of lines to be sorted), %.0f MiB until they are collected, the rest the database's pages and the program",
		mib(u.most), mib(held), mib(u.live), mib(u.goal), mib(u.most), mib(held), mib(u.live), mib(u.goal))
}

func mib(bytes int64) float64 { return float64(bytes) / (1 << 20) }

// scanAll reads every row that a start needs and does nothing with it.
func scanAll(ctx context.Context, db *sql.DB) (err error) {
	statement, err := db.PrepareContext(ctx, "SELECT resident_id, facts, members FROM resident_fact WHERE generation > ?")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, statement.Close()) }()
	return readAll(ctx, statement, []any{0})
}

// waitDropped waits until what a rebuild has replaced is removed: the next start
// would do it otherwise.
func (b *bench) waitDropped(ctx context.Context, e engine, db *sql.DB) error {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for n := 0; ; n++ {
		var left int
		err := db.QueryRowContext(ctx, "SELECT COUNT(*) FROM followed f, generation g WHERE f.generation <> g.current").Scan(&left)
		if err != nil || left == 0 {
			return err
		}
		if n%100 == 0 {
			b.progress("%s：删除重建前的数据 / removing what was before the rebuild", e.name())
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

func rebuildOnce(ctx context.Context, client aggregatorv1.AggregatorServiceClient) error {
	resp, err := client.Rebuild(ctx, &aggregatorv1.RebuildRequest{RequestId: strings.ToLower(rand.Text())})
	if err != nil {
		return err
	}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
		op, err := client.GetOperation(ctx, &aggregatorv1.GetOperationRequest{OperationId: resp.GetOperation().GetOperationId()})
		if err != nil {
			return err
		}
		switch op.GetOperation().GetState() {
		case typev1.OperationState_OPERATION_STATE_SUCCEEDED:
			return nil
		case typev1.OperationState_OPERATION_STATE_FAILED:
			return fmt.Errorf("%w: %s", errRebuild, op.GetOperation().GetFailureReason())
		}
	}
}
