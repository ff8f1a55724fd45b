package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"

	"google.golang.org/grpc"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"

	"xinju.dev/deploy/bench/internal/figures"
	"xinju.dev/deploy/synthetic"
	"xinju.dev/services/platform/wire"
)

const (
	listPage = 50
	listMost = 200 // pages of an indicator that are asked for by turns
)

// runLists measures pages from everywhere in the uncovered lists of the county,
// less an echo of a page, beside the bare statement on a table that holds the
// lines of exactly these lists, of this day, in their order.
func (b *bench) runLists(ctx context.Context) (all []figures.Comparison, err error) {
	for _, n := range b.sizes() {
		for _, e := range b.engines() {
			c, err := b.listsOn(ctx, n, e)
			if err != nil {
				return all, fmt.Errorf("%s, %d residents: %w", e.name(), n, err)
			}
			all = append(all, c)
		}
	}
	return all, nil
}

// samePage answers with a page that was at hand.
type samePage struct {
	aggregatorv1.UnimplementedAggregatorServiceServer
	page *aggregatorv1.ListUncoveredResponse
}

// ListUncovered implements aggregatorv1.AggregatorServiceServer.
func (s samePage) ListUncovered(context.Context, *aggregatorv1.ListUncoveredRequest) (*aggregatorv1.ListUncoveredResponse, error) {
	return s.page, nil
}

// Register offers the service.
func (s samePage) Register(r grpc.ServiceRegistrar) {
	aggregatorv1.RegisterAggregatorServiceServer(r, s)
}

// place is where a page begins, in ours and in the table.
type place struct {
	indicator int
	token     string
	after     int
}

func (b *bench) listsOn(ctx context.Context, n int, e engine) (c figures.Comparison, err error) {
	a, err := b.openAggregator(ctx, n, e)
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, a.stop()) }()
	dsn, drop, err := e.fresh(ctx, b)
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, drop()) }()
	db, err := e.open(dsn)
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	client := aggregatorv1.NewAggregatorServiceClient(a.memory)
	places, lines, err := b.fillLines(ctx, e, db, client)
	if err != nil {
		return c, err
	}
	statement, err := db.PrepareContext(ctx, "SELECT village, resident_id, event_id, from_day, to_day FROM line WHERE indicator = ? AND n > ? ORDER BY n LIMIT 50")
	if err != nil {
		return c, err
	}
	defer statement.Close() //nolint:errcheck // the database goes next
	page, err := client.ListUncovered(ctx, pageRequest(places[0]))
	if err != nil {
		return c, err
	}
	echoes, err := serve(ctx, "echo", samePage{page: page})
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, echoes.stop()) }()
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(places), func(i, j int) { places[i], places[j] = places[j], places[i] })
	bare := func(p place) error { return readAll(ctx, statement, []any{p.indicator, p.after}) }
	ours, echoed, base, err := b.beyondEcho(e, eachOf(places, wholePage(ctx, client)), eachOf(places, wholePage(ctx, aggregatorv1.NewAggregatorServiceClient(echoes.memory))), eachOf(places, bare))
	if err != nil {
		return c, err
	}
	return figures.Comparison{
		Section: "j", Case: fmt.Sprintf("未覆盖名单 %d 行一页 pages of %d uncovered, %s", listPage, listPage, e.name()), Residents: n, Ours: ours, Baseline: base,
		Checked: fmt.Sprintf("%d 行逐页读完并核对总数 / %d lines read to their ends, their number compared", lines, lines),
		Note:    besides(echoed) + "; 倍数不低于 0.33 即不超过 3 倍 / × of 0.33 or more is at most 3 times",
	}, nil
}

// wholePage asks for a page, which must be full.
func wholePage(ctx context.Context, client aggregatorv1.AggregatorServiceClient) func(place) error {
	return func(p place) error {
		resp, err := client.ListUncovered(ctx, pageRequest(p))
		if err == nil && len(resp.GetMembers()) != listPage {
			err = fmt.Errorf("%w: %d lines", errDiffer, len(resp.GetMembers()))
		}
		return err
	}
}

func pageRequest(p place) *aggregatorv1.ListUncoveredRequest {
	return &aggregatorv1.ListUncoveredRequest{
		Division: synthetic.CountyCode, IndicatorId: indicators[p.indicator], AsOfDate: wire.DateProto(today), PageSize: listPage, PageToken: p.token,
	}
}

// fillLines reads the lists from their beginnings and makes the table of them.
func (b *bench) fillLines(ctx context.Context, e engine, db *sql.DB, client aggregatorv1.AggregatorServiceClient) (places []place, lines int, err error) {
	table := "CREATE TABLE line (indicator INT NOT NULL, n INT NOT NULL, village VARCHAR(16) NOT NULL, resident_id VARCHAR(64) NOT NULL, event_id VARCHAR(64) NOT NULL," +
		" from_day INT NOT NULL, to_day INT NOT NULL, PRIMARY KEY (indicator, n))" + e.dialect().clustered
	if _, err := db.ExecContext(ctx, table); err != nil {
		return nil, 0, err
	}
	for i := range indicators {
		p := place{indicator: i}
		for page := 0; page < listMost; page++ {
			resp, err := client.ListUncovered(ctx, pageRequest(p))
			if err != nil {
				return nil, 0, err
			}
			if err := insertMembers(ctx, db, p, resp.GetMembers()); err != nil {
				return nil, 0, err
			}
			lines += len(resp.GetMembers())
			if len(resp.GetMembers()) == listPage {
				places = append(places, p)
			}
			p.after += len(resp.GetMembers())
			if p.token = resp.GetNextPageToken(); p.token == "" {
				if p.after != int(resp.GetTotalSize()) {
					return nil, 0, fmt.Errorf("%w: %s has %d lines of %d", errDiffer, indicators[i], p.after, resp.GetTotalSize())
				}
				break
			}
		}
	}
	if len(places) == 0 {
		return nil, 0, fmt.Errorf("%w: no list fills a page", errDiffer)
	}
	return places, lines, nil
}

func insertMembers(ctx context.Context, db *sql.DB, p place, list []*aggregatorv1.Member) (err error) {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	for i, m := range list {
		_, err := tx.ExecContext(ctx, "INSERT INTO line VALUES (?,?,?,?,?,?,?)", p.indicator, p.after+i+1, m.GetVillage(), m.GetResidentId(), m.GetEventId(), i, i)
		if err != nil {
			return errors.Join(err, tx.Rollback())
		}
	}
	return tx.Commit()
}
