package main

import (
	"bytes"
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
// less an echo of a page, beside the bare statement that finds the same lines in
// the same index.
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
	line      lineAt
}

// lineAt is a line of a stored list: of which one, and where in it.
type lineAt struct {
	generation, list int64
	after            []byte
}

// Lines of other days lie between those of one: whoever can answer for any day
// has them in the way.
const (
	lineQuery  = "SELECT place, from_day, until_day, on_day, weight FROM uncovered WHERE generation = ? AND indicator = ? AND place > ? AND from_day <= ? AND until_day > ? ORDER BY place LIMIT 50"
	listsQuery = "SELECT generation, indicator, COUNT(*), MIN(place) FROM uncovered WHERE generation = (SELECT current FROM generation WHERE id = 1) AND from_day <= ? AND until_day > ? GROUP BY generation, indicator"
	wholeQuery = "SELECT place FROM uncovered WHERE generation = ? AND indicator = ? AND from_day <= ? AND until_day > ? ORDER BY place"
)

func (b *bench) listsOn(ctx context.Context, n int, e engine) (c figures.Comparison, err error) {
	a, err := b.openAggregator(ctx, n, e)
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, a.stop()) }()
	client := aggregatorv1.NewAggregatorServiceClient(a.memory)
	places, lines, err := b.readLists(ctx, a.db.SQL(), client)
	if err != nil {
		return c, err
	}
	statement, err := a.db.SQL().PrepareContext(ctx, lineQuery)
	if err != nil {
		return c, err
	}
	defer statement.Close() //nolint:errcheck // the database is closed next
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
	bare := func(p place) error {
		return readAll(ctx, statement, []any{p.line.generation, p.line.list, p.line.after, int64(today), int64(today)})
	}
	ours, echoed, base, err := b.beyondEcho(e, eachOf(places, wholePage(ctx, client)), eachOf(places, wholePage(ctx, aggregatorv1.NewAggregatorServiceClient(echoes.memory))), eachOf(places, bare))
	if err != nil {
		return c, err
	}
	return figures.Comparison{
		Section: "j", Case: fmt.Sprintf("未覆盖名单 %d 行一页 pages of %d uncovered, %s", listPage, listPage, e.name()), Residents: n, Ours: ours, Baseline: base,
		Checked: fmt.Sprintf("%d 行逐页读过，行数与库中名单核对 / %d lines read, the lengths of the lists compared with those stored", lines, lines),
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

// readLists reads the lists from their beginnings, all and in SQL, and tells where
// their pages begin.
func (b *bench) readLists(ctx context.Context, db *sql.DB, client aggregatorv1.AggregatorServiceClient) (places []place, lines int, err error) {
	stored, err := storedLists(ctx, db)
	if err != nil {
		return nil, 0, err
	}
	for i := range indicators {
		p, n := place{indicator: i}, 0
		resp, err := client.ListUncovered(ctx, pageRequest(p))
		if err != nil {
			return nil, 0, err
		}
		list := stored[listLike(stored, resp)]
		begins, err := list.begins(ctx, db)
		if err != nil {
			return nil, 0, err
		}
		for page := range listMost {
			if len(resp.GetMembers()) == listPage {
				p.line = begins[page]
				places = append(places, p)
			}
			n += len(resp.GetMembers())
			p.token = resp.GetNextPageToken()
			if p.token == "" && n != list.lines || n > list.lines {
				return nil, 0, fmt.Errorf("%w: %s has %d lines of %d", errDiffer, indicators[i], n, list.lines)
			}
			if p.token == "" {
				break
			}
			if resp, err = client.ListUncovered(ctx, pageRequest(p)); err != nil {
				return nil, 0, err
			}
		}
		lines += n
	}
	if len(places) == 0 {
		return nil, 0, fmt.Errorf("%w: no list fills a page", errDiffer)
	}
	return places, lines, nil
}

// list is one stored list of the day.
type list struct {
	lineAt
	lines int
	first []byte
}

func storedLists(ctx context.Context, db *sql.DB) (out []list, err error) {
	rows, err := db.QueryContext(ctx, listsQuery, int64(today), int64(today))
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // Err tells
	for rows.Next() {
		l := list{lineAt: lineAt{after: []byte{0}}} // which no place begins with
		if err := rows.Scan(&l.generation, &l.list, &l.lines, &l.first); err != nil {
			return nil, err
		}
		out = append(out, l)
	}
	return append(out, list{}), rows.Err() // the last stands for none
}

// listLike finds a list by its length and its first line: which number an
// indicator has is known to the aggregator alone.
func listLike(stored []list, resp *aggregatorv1.ListUncoveredResponse) int {
	for i, l := range stored {
		if m := resp.GetMembers(); l.lines == int(resp.GetLineCount()) && len(m) > 0 && bytes.Contains(l.first, []byte(m[0].GetResidentId())) {
			return i
		}
	}
	return len(stored) - 1
}

// begins are the lines before which its pages begin.
func (l list) begins(ctx context.Context, db *sql.DB) ([]lineAt, error) {
	rows, err := db.QueryContext(ctx, wholeQuery, l.generation, l.list, int64(today), int64(today))
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // Err tells
	out := []lineAt{l.lineAt}
	for n := 1; rows.Next(); n++ {
		if n%listPage != 0 {
			continue
		}
		at := l.lineAt
		if err := rows.Scan(&at.after); err != nil {
			return nil, err
		}
		out = append(out, at)
	}
	return out, rows.Err()
}
