package main

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"strconv"
	"time"

	"xinju.dev/deploy/bench/internal/county"
	"xinju.dev/deploy/synthetic"
	"xinju.dev/services/platform/civil"
)

// join is the database that one would ask instead of the ledger.
type join struct {
	db     *sql.DB
	shapes []shape
	chosen shape
}

// shape is one way of writing the query.
type shape struct{ name, query string }

// openJoin opens the tables of the join, and fills them when they are not there.
func (b *bench) openJoin(ctx context.Context, n int, e engine) (*join, error) {
	dsn, err := e.kept(ctx, b, n, "join")
	if err != nil {
		return nil, err
	}
	db, err := e.open(dsn)
	if err != nil {
		return nil, err
	}
	j := &join{db: db, shapes: e.dialect().shapes()}
	if err := b.fillJoin(ctx, n, e, db); err != nil {
		return nil, joined(fmt.Errorf("tables of the join: %w", err), db.Close())
	}
	return j, nil
}

// fillJoin leaves a table "filled" behind as a sign that all is there.
func (b *bench) fillJoin(ctx context.Context, n int, e engine, db *sql.DB) error {
	if _, err := db.ExecContext(ctx, "SELECT 1 FROM filled"); err == nil {
		return nil
	}
	folder, err := b.kept(n)
	if err != nil {
		return err
	}
	if err := b.writeTables(n, folder); err != nil {
		return err
	}
	b.progress("%s：装入连接表 / filling the tables of the join, %d residents", e.name(), n)
	d := e.dialect()
	for _, statement := range d.tables() {
		if _, err := db.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	for _, t := range county.Tables {
		file, err := filepath.Abs(filepath.Join(folder, t.Name+".tsv"))
		if err != nil {
			return err
		}
		if err := e.load(ctx, db, t, file); err != nil {
			return fmt.Errorf("%s: %w", t.Name, err)
		}
	}
	for _, statement := range append(d.analyze(), "CREATE TABLE filled (n INT)") {
		if _, err := db.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	return nil
}

func (b *bench) writeTables(n int, folder string) error {
	sign := filepath.Join(folder, "tables.done")
	if gone, err := missing(sign); err != nil || !gone {
		return err
	}
	b.progress("生成事实表 / writing the facts as tables, %d residents", n)
	rows, err := county.WriteTables(b.county(n), folder)
	if err != nil {
		return err
	}
	return writeFile(sign, []byte(strconv.Itoa(rows)+"\n"))
}

// choose takes the shape that is fastest here, after one round of each to warm up.
func (j *join) choose(ctx context.Context, day civil.Date) error {
	var best time.Duration
	fastest := j.shapes[0]
	for _, s := range j.shapes {
		j.chosen = s
		if _, err := j.ask(ctx, day); err != nil {
			return err
		}
		start := time.Now()
		if _, err := j.ask(ctx, day); err != nil {
			return err
		}
		if took := time.Since(start); best == 0 || took < best {
			best, fastest = took, s
		}
	}
	j.chosen = fastest
	return nil
}

// ask answers all cells of a day. Those without anybody are left out.
func (j *join) ask(ctx context.Context, day civil.Date) (map[cell]count, error) {
	d, year := int64(day), int64(civil.Of(day.Year(), 1, 1))
	rows, err := j.db.QueryContext(ctx, bind(j.chosen.query, d, year))
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // Err says what went wrong
	out := map[cell]count{}
	for rows.Next() {
		var part string
		var township int64
		var n [7]int32
		err := rows.Scan(&part, &township, &n[0], &n[1], &n[2], &n[3], &n[4], &n[5], &n[6])
		if err != nil {
			return nil, err
		}
		code := fmt.Sprintf("%012d", township)
		put := func(indicator string, eligible, covered int32) {
			if eligible > 0 {
				out[cell{indicator, code}] = count{eligible, covered}
			}
		}
		if part == "STOCK" {
			put("EHR03", n[0], n[1])
			put("HED01", n[0], n[2])
			put("IMM03", n[3], n[4])
			put("CHD01", n[5], n[6])
			continue
		}
		put(part, n[0], n[1])
	}
	return out, rows.Err()
}

// local is the hukou of the county's own people.
var local = synthetic.CountyCode[:6]
