package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"

	"xinju.dev/deploy/bench/internal/county"
	"xinju.dev/deploy/bench/internal/figures"
	"xinju.dev/services/aggregator"
	"xinju.dev/services/platform/migrate"
	"xinju.dev/services/platform/sqlstore"

	"gorm.io/gorm"
)

const (
	changedAPage  = 500
	changedRounds = 20
)

// runChanges measures pages of changed residents, from the feed until they are
// counted and listed, beside committing the same facts alone.
func (b *bench) runChanges(ctx context.Context) (all []figures.Comparison, err error) {
	for _, e := range b.engines() {
		c, err := b.changesOn(ctx, b.residents, e)
		if err != nil {
			return all, fmt.Errorf("%s: %w", e.name(), err)
		}
		all = append(all, c)
	}
	return all, nil
}

func (b *bench) changesOn(ctx context.Context, n int, e engine) (c figures.Comparison, err error) {
	dsn, drop, err := e.fresh(ctx, b)
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, drop()) }()
	db, err := sqlstore.Open(ctx, dsn, sqlstore.Options{})
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := migrate.Up(ctx, db, aggregator.Migrations()...); err != nil {
		return c, err
	}
	feed, v, err := b.followChanging(ctx, n, db)
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, v.stop()) }()
	size := min(changedAPage, n)
	alone := alone{db: db, size: size}
	if err := alone.prepare(ctx); err != nil {
		return c, err
	}
	ours, base := figures.Sampler{ServerCPU: e.cpu()}, figures.Sampler{ServerCPU: e.cpu()}
	for i := range changedRounds { // by turns, so that a busy machine slows both
		err := errors.Join(
			ours.Time(func() error { return feed.Page(ctx, size, today.AddDays(-i)) }),
			base.Time(func() error { return alone.page(ctx) }))
		if err != nil {
			return c, err
		}
	}
	return figures.Comparison{
		Section: "i", Case: fmt.Sprintf("一页 %d 人 pages of %d, %s", size, size, e.name()), Residents: n,
		Ours:     ours.Line("事实、名单与账簿 facts, lists and ledger", size),
		Baseline: base.Line("只提交事实 the facts alone", size),
	}, nil
}

// followChanging runs an aggregator until it has taken in the county.
func (b *bench) followChanging(ctx context.Context, n int, db *sqlstore.DB) (*county.Changing, *served, error) {
	feeds := county.Feeds(b.county(n))
	changing := county.NewChanging(b.county(n))
	sources := map[string]feedv1.ChangeFeedServiceClient{}
	for name, f := range feeds {
		sources[name] = f
	}
	sources[aggregator.Archive], feeds[aggregator.Archive] = changing, changing.Feed
	service, err := aggregator.New(aggregator.Deps{DB: db, Now: now, Log: quietLog("aggregator"), Sources: sources})
	if err != nil {
		return nil, nil, err
	}
	v, err := serve(ctx, "aggregator", service)
	if err != nil {
		return nil, nil, err
	}
	for _, f := range feeds {
		select {
		case <-ctx.Done():
			return nil, nil, errors.Join(ctx.Err(), v.stop())
		case <-f.Listed():
		}
	}
	return changing, v, nil
}

// alone commits facts as the aggregator stores them, and derives nothing.
type alone struct {
	db   *sqlstore.DB
	size int
	ids  []string
	rng  *rand.Rand
	n    int
}

func (a *alone) prepare(ctx context.Context) error {
	a.rng = rand.New(rand.NewPCG(3, 4))
	ddl := "CREATE TABLE fact_alone (resident_id VARCHAR(64) NOT NULL PRIMARY KEY, facts BLOB NOT NULL)"
	if _, err := a.db.SQL().ExecContext(ctx, ddl); err != nil {
		return err
	}
	if _, err := a.db.SQL().ExecContext(ctx, "CREATE TABLE followed_alone (source INT NOT NULL PRIMARY KEY, position BIGINT NOT NULL)"); err != nil {
		return err
	}
	for last := ""; ; last = a.ids[len(a.ids)-1] { // some at a time, as everything is that grows with the residents
		before := len(a.ids)
		if err := a.copy(ctx, last); err != nil || len(a.ids) == before {
			return err
		}
	}
}

// copied is how many rows are copied at a time, of the generation that serves.
const (
	copied  = 20_000
	serving = "generation = (SELECT current FROM generation)"
)

// copy takes the facts of the residents after one, and notes who they are.
func (a *alone) copy(ctx context.Context, last string) error {
	err := a.db.Read(ctx, func(tx *gorm.DB) error {
		return sqlstore.Query(tx, func(rows *sql.Rows) error {
			var id string
			err := rows.Scan(&id)
			a.ids = append(a.ids, id)
			return err
		}, "SELECT resident_id FROM resident_fact WHERE "+serving+" AND resident_id > ? ORDER BY resident_id LIMIT ?", last, copied)
	})
	if err != nil || len(a.ids) == 0 {
		return err
	}
	insert := "INSERT INTO fact_alone SELECT resident_id, facts FROM resident_fact WHERE " + serving + " AND resident_id > ? AND resident_id <= ?"
	_, err = a.db.SQL().ExecContext(ctx, insert, last, a.ids[len(a.ids)-1])
	return err
}

// some are identifiers of a page, each once.
func (a *alone) some() []any {
	seen := map[int]bool{}
	ids := make([]any, 0, a.size)
	for len(ids) < a.size {
		if i := a.rng.IntN(len(a.ids)); !seen[i] {
			seen[i] = true
			ids = append(ids, a.ids[i])
		}
	}
	return ids
}

// page reads the facts of some residents, makes them longer and writes them.
func (a *alone) page(ctx context.Context) error {
	return a.db.Write(ctx, func(tx *gorm.DB) error {
		a.n++
		ids := a.some()
		var args []any
		err := sqlstore.Query(tx, func(rows *sql.Rows) error {
			var id string
			var facts []byte
			err := rows.Scan(&id, &facts)
			args = append(args, id, append(facts, "a lecture attended"...))
			return err
		}, "SELECT resident_id, facts FROM fact_alone WHERE resident_id IN (?"+strings.Repeat(",?", len(ids)-1)+")", ids...)
		if err != nil {
			return err
		}
		for start := 0; start < len(args); start += 512 {
			part := args[start:min(start+512, len(args))]
			if err := sqlstore.Exec(tx, "REPLACE INTO fact_alone (resident_id, facts) VALUES (?,?)"+strings.Repeat(",(?,?)", len(part)/2-1), part...); err != nil {
				return err
			}
		}
		return sqlstore.Exec(tx, "REPLACE INTO followed_alone (source, position) VALUES (1, ?)", a.n)
	})
}
