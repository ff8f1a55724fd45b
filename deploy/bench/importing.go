package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/transform"

	"xinju.dev/deploy/bench/internal/figures"
	"xinju.dev/deploy/synthetic"
	"xinju.dev/services/platform/migrate"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/registry"
)

// feedFile is the residence feed of a county, in both encodings.
type feedFile struct {
	gb18030, utf8 string
	again         string // the same in GB18030, changed of its rows being others
	rows, changed int
}

// filled is what the two tables must agree in: how many, and sums of their dates.
type filled struct{ residents, births, stays, arrivals, departures int64 }

// runImport compares an import through the registry's API with the database's
// own loader filling the registry's tables of residents and stays.
func (b *bench) runImport(ctx context.Context) ([]figures.Comparison, error) {
	feed, err := b.writeFeed(b.residents)
	if err != nil {
		return nil, err
	}
	var all []figures.Comparison
	for _, e := range b.engines() {
		list, err := b.importOn(ctx, e, feed)
		if err != nil {
			return all, fmt.Errorf("%s: %w", e.name(), err)
		}
		all = append(all, list...)
	}
	return all, nil
}

func (b *bench) importOn(ctx context.Context, e engine, feed feedFile) ([]figures.Comparison, error) {
	c := figures.Comparison{Section: "b", Case: fmt.Sprintf("%d 行，%s", feed.rows, e.name()), Residents: b.residents}
	loader, why := loaderOf(ctx, e)
	again := c
	again.Case = fmt.Sprintf("%d 行再来一次，其中 %d 行有改动 once more, %d changed，%s", feed.rows, feed.changed, feed.changed, e.name())
	ours, second, base := figures.Sampler{ServerCPU: e.cpu()}, figures.Sampler{ServerCPU: e.cpu()}, figures.Sampler{ServerCPU: e.cpu()}
	var imported, loaded filled
	limit := figures.Limit{Least: b.rounds, Most: 3 * b.rounds, Spend: b.spend}
	for start, n := time.Now(), 0; n < limit.Least || n < limit.Most && time.Since(start) < limit.Spend; n++ {
		b.progress("%s：第 %d 轮 / round %d", e.name(), n+1, n+1)
		var err error
		if imported, err = b.importOnce(ctx, e, feed, &ours, &second); err != nil {
			return nil, err
		}
		if loader == nil {
			continue
		}
		if loaded, err = b.loadOnce(ctx, e, feed, &base, loader); err != nil {
			return nil, fmt.Errorf("baseline: %w", err)
		}
		if imported != loaded {
			return nil, fmt.Errorf("导入与装载的结果不同 import and loader differ: %+v, %+v", imported, loaded)
		}
	}
	c.Ours = ours.Line("ImportFeed，逐行校验归并 every row judged and folded", feed.rows)
	again.Ours = second.Line("ImportFeed，只改有改动的 what differs", feed.rows)
	if loader == nil {
		c.Baseline, c.Note = figures.Line{What: "–", Server: figures.Unknown}, why
		again.Baseline, again.Note = c.Baseline, why
		return []figures.Comparison{c, again}, nil
	}
	c.Baseline = base.Line(loader.name(), feed.rows)
	again.Baseline = c.Baseline
	again.Checked = fmt.Sprintf("其余 %d 行均判为重复，两表不变 / the other %d rows are duplicates, the two tables as before", feed.rows-feed.changed, feed.rows-feed.changed)
	c.Checked = fmt.Sprintf("两表人数、居住数与日期之和相同 / %d residents and %d stays in both, sums of their dates equal", loaded.residents, loaded.stays)
	return []figures.Comparison{c, again}, nil
}

// importOnce imports into a fresh registry, and then the feed once more; only the
// imports are timed.
func (b *bench) importOnce(ctx context.Context, e engine, feed feedFile, s, again *figures.Sampler) (sums filled, err error) {
	dsn, drop, err := e.fresh(ctx, b)
	if err != nil {
		return sums, err
	}
	defer func() { err = errors.Join(err, drop()) }()
	folder, err := os.MkdirTemp(b.folder, "once-")
	if err != nil {
		return sums, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	r, err := openRegistry(ctx, dsn, folder, b.county(b.residents))
	if err != nil {
		return sums, err
	}
	defer func() { err = errors.Join(err, r.stop()) }()
	err = s.Time(func() error {
		batch, err := r.importFile(ctx, feed.gb18030)
		if got := int(batch.GetCounts().GetReceived()); err == nil && got != feed.rows {
			return fmt.Errorf("%w: %d of %d rows", errImport, got, feed.rows)
		}
		return err
	})
	if err != nil {
		return sums, err
	}
	if sums, err = sumsOf(ctx, r.db.SQL()); err != nil {
		return sums, err
	}
	err = again.Time(func() error {
		batch, err := r.importFile(ctx, feed.again)
		if err == nil {
			err = checkAgain(batch, feed)
		}
		return err
	})
	if err != nil {
		return sums, err
	}
	now, err := sumsOf(ctx, r.db.SQL())
	if err == nil && now != sums {
		err = fmt.Errorf("%w: the second time made %+v of %+v", errImport, now, sums)
	}
	return sums, err
}

// loadOnce fills the registry's two tables with the database's own means.
func (b *bench) loadOnce(ctx context.Context, e engine, feed feedFile, s *figures.Sampler, l loader) (sums filled, err error) {
	dsn, drop, err := e.fresh(ctx, b)
	if err != nil {
		return sums, err
	}
	defer func() { err = errors.Join(err, drop()) }()
	store, err := sqlstore.Open(ctx, dsn, sqlstore.Options{})
	if err != nil {
		return sums, err
	}
	err = errors.Join(migrate.Up(ctx, store, registry.Migrations()...), store.Close())
	if err != nil {
		return sums, err
	}
	db, err := e.open(dsn)
	if err != nil {
		return sums, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := s.Time(func() error { return l.fill(ctx, db, dsn, feed.utf8) }); err != nil {
		return sums, err
	}
	return sumsOf(ctx, db)
}

func sumsOf(ctx context.Context, db *sql.DB) (s filled, err error) {
	err = db.QueryRowContext(ctx, "SELECT COUNT(*), COALESCE(SUM(birth), 0) FROM resident WHERE known = 1").Scan(&s.residents, &s.births)
	if err != nil {
		return s, err
	}
	err = db.QueryRowContext(ctx, "SELECT COUNT(*), COALESCE(SUM(arrived), 0), COALESCE(SUM(left_on), 0) FROM stay").Scan(&s.stays, &s.arrivals, &s.departures)
	return s, err
}

// writeFeed writes the feed as public security would send it, and once more in
// UTF-8 for the loaders.
func (b *bench) writeFeed(residents int) (f feedFile, err error) {
	dir, err := b.kept(residents)
	if err != nil {
		return f, err
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return f, err
	}
	f.gb18030, f.utf8 = filepath.Join(dir, "feed.gb18030.csv"), filepath.Join(dir, "feed.utf8.csv")
	b.progress("生成居住数据 / writing the feed of %d residents", residents)
	if f.rows, err = writeGB18030(f.gb18030, b.county(residents)); err != nil {
		return f, err
	}
	if err = toUTF8(f.gb18030, f.utf8); err != nil {
		return f, err
	}
	f.again = filepath.Join(dir, "feed.again.gb18030.csv")
	f.changed, err = writeAgain(f.utf8, f.again)
	return f, err
}

func writeGB18030(name string, c *synthetic.County) (rows int, err error) {
	out, err := os.OpenFile(name, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	counts, err := synthetic.WriteFeed(out, c, false)
	return counts.Rows, err
}

func toUTF8(from, to string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close() //nolint:errcheck // only read
	out, err := os.OpenFile(to, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	_, err = io.Copy(out, transform.NewReader(in, simplifiedchinese.GB18030.NewDecoder()))
	return err
}

// path is the file of a SQLite database.
func path(dsn string) string { return strings.TrimPrefix(dsn, "sqlite:") }
