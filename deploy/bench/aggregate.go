package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"

	"xinju.dev/deploy/bench/internal/county"
	"xinju.dev/services/aggregator"
	"xinju.dev/services/platform/migrate"
	"xinju.dev/services/platform/sqlstore"
)

// keptAggregator names the aggregator's databases; it changes with their tables, so
// that those kept from before are not used.
const keptAggregator = "aggregator4"

// running is the production aggregator over a county's facts.
type running struct {
	*served
	db    *sqlstore.DB
	built built

	service *aggregator.Service
}

// built tells how the aggregator's database came to be.
type built struct {
	Residents int64         `json:"residents"`
	Facts     int           `json:"facts"`
	Took      time.Duration `json:"took_ns"`
	Resumed   bool          `json:"resumed,omitempty"` // an earlier run was interrupted: Facts and Took are not the whole
	Started   time.Duration `json:"-"`                 // from its database, this time
}

func (b built) String() string {
	how := "汇总库分几次建成 built in several runs"
	if !b.Resumed {
		rate := float64(b.Residents) / b.Took.Seconds()
		how = fmt.Sprintf("汇总库由变更流建成：%d 人、%d 条事实，%.1f 秒，每秒 %.0f 人 / built from the feeds: %d residents, %d facts, %.1f s, %.0f residents/s",
			b.Residents, b.Facts, b.Took.Seconds(), rate, b.Residents, b.Facts, b.Took.Seconds(), rate)
	}
	return fmt.Sprintf("%s; 由已有的库启动 start from its database %.2f s", how, b.Started.Seconds())
}

func (r *running) stop() error { return errors.Join(r.served.stop(), r.db.Close()) }

// openAggregator starts the aggregator on a database that is kept. The first
// time it follows the feeds of the county from their beginning and is then
// started once more, so that what is measured always begins in the same way.
func (b *bench) openAggregator(ctx context.Context, n int, e engine) (*running, error) {
	dir, err := b.kept(n)
	if err != nil {
		return nil, err
	}
	sign := filepath.Join(dir, keptAggregator+"-"+e.name()+".json")
	record, err := readBuilt(sign)
	if err != nil {
		return nil, err
	}
	start := time.Now()
	r, told, resumed, err := b.follow(ctx, n, e)
	if err != nil {
		return nil, err
	}
	if told > 0 || record.Residents == 0 {
		following, err := aggregatorv1.NewAggregatorServiceClient(r.memory).GetFollowing(ctx, &aggregatorv1.GetFollowingRequest{})
		if err = errors.Join(err, r.stop()); err != nil {
			return nil, err
		}
		record = built{Residents: following.GetResidents(), Facts: told, Took: time.Since(start), Resumed: resumed}
		if err := writeBuilt(sign, record); err != nil {
			return nil, err
		}
		start = time.Now()
		if r, _, _, err = b.follow(ctx, n, e); err != nil {
			return nil, err
		}
	}
	r.built = record
	r.built.Started = time.Since(start)
	return r, nil
}

// follow runs the aggregator until it has taken in the listings of all feeds.
// told is how many facts it had to be told; resumed, that it had begun before.
func (b *bench) follow(ctx context.Context, n int, e engine) (r *running, told int, resumed bool, err error) {
	dsn, err := e.kept(ctx, b, n, keptAggregator)
	if err != nil {
		return nil, 0, false, err
	}
	db, err := sqlstore.Open(ctx, dsn, sqlstore.Options{})
	if err != nil {
		return nil, 0, false, err
	}
	if err := migrate.Up(ctx, db, aggregator.Migrations()...); err != nil {
		return nil, 0, false, errors.Join(err, db.Close())
	}
	feeds := county.Feeds(b.county(n))
	sources := map[string]feedv1.ChangeFeedServiceClient{}
	for name, f := range feeds {
		sources[name] = f
	}
	service, err := aggregator.New(aggregator.Deps{DB: db, Now: now, Log: quietLog("aggregator"), Sources: sources, Ledger: b.form})
	if err != nil {
		return nil, 0, false, errors.Join(err, db.Close())
	}
	v, err := serve(ctx, "aggregator", service)
	if err != nil {
		return nil, 0, false, errors.Join(err, db.Close())
	}
	r = &running{served: v, db: db, service: service}
	if err := b.waitListed(ctx, n, e, r, feeds); err != nil {
		return nil, 0, false, errors.Join(err, r.stop())
	}
	for _, f := range feeds {
		told += f.Told
		resumed = resumed || f.Resumed
	}
	return r, told, resumed, nil
}

// waitListed tells how far the aggregator is now and then.
func (b *bench) waitListed(ctx context.Context, n int, e engine, r *running, feeds map[string]*county.Feed) error {
	tell := time.NewTicker(10 * time.Second)
	defer tell.Stop()
	client := aggregatorv1.NewAggregatorServiceClient(r.memory)
	for _, name := range aggregator.SourceNames() {
		for waiting := true; waiting; {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-feeds[name].Listed():
				waiting = false
			case <-tell.C:
				at, err := client.GetFollowing(ctx, &aggregatorv1.GetFollowingRequest{})
				if err != nil {
					return err
				}
				b.progress("%s：汇总跟随中 / the aggregator follows %s, %d of %d residents known", e.name(), name, at.GetResidents(), n)
				for _, p := range at.GetPositions() {
					if p.GetAlarm() != "" {
						return fmt.Errorf("%s: following stopped: %s", p.GetSource(), p.GetAlarm())
					}
				}
			}
		}
	}
	return nil
}

func readBuilt(file string) (b built, err error) {
	if gone, err := missing(file); err != nil || gone {
		return b, err
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		return b, err
	}
	return b, json.Unmarshal(raw, &b)
}

func writeBuilt(file string, b built) error {
	raw, err := json.MarshalIndent(b, "", "  ")
	if err != nil {
		return err
	}
	return writeFile(file, append(raw, '\n'))
}

// writeFile leaves either the whole file or none.
func writeFile(name string, text []byte) error {
	if err := os.WriteFile(name+".new", text, 0o600); err != nil {
		return err
	}
	return os.Rename(name+".new", name)
}
