package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"

	"google.golang.org/genproto/googleapis/type/date"
	"google.golang.org/grpc"
	"gorm.io/gorm"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"

	"xinju.dev/deploy/bench/internal/figures"
	"xinju.dev/deploy/synthetic"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/platform/wire"
)

const (
	listPage = 50
	listMost = 200 // pages of an indicator that are asked for by turns
)

// runLists measures pages from everywhere in the uncovered lists of the county,
// less an echo of a page, beside the bare statement that reads the same lines out of a
// table in the order of the list.
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
	after     []byte
}

// The table of the baseline holds the lines in the order of village, resident and
// event. Lines of other days lie between those of one: whoever can answer for any day
// has them in the way.
const (
	lineTable = "CREATE TABLE line_alone (list INT NOT NULL, place VARBINARY(255) NOT NULL, from_day INT NOT NULL, until_day INT NOT NULL, on_day INT NOT NULL, weight INT NOT NULL, PRIMARY KEY (list, place, from_day))"
	lineQuery = "SELECT place, from_day, until_day, on_day, weight FROM line_alone WHERE list = ? AND place > ? AND from_day <= ? AND until_day > ? ORDER BY place LIMIT 50"
	linesDrop = "DROP TABLE IF EXISTS line_alone"
)

var lineNames = []string{"list", "place", "from_day", "until_day", "on_day", "weight"}

func (b *bench) listsOn(ctx context.Context, n int, e engine) (c figures.Comparison, err error) {
	a, err := b.openAggregator(ctx, n, e)
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, a.stop()) }()
	client := aggregatorv1.NewAggregatorServiceClient(a.memory)
	for _, statement := range []string{linesDrop, lineTable} {
		if _, err := a.db.SQL().ExecContext(ctx, statement); err != nil {
			return c, err
		}
	}
	defer func() {
		_, failed := a.db.SQL().ExecContext(context.WithoutCancel(ctx), linesDrop)
		err = errors.Join(err, failed)
	}()
	places, lines, stored, err := readLists(ctx, a.db, client)
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
		return readAll(ctx, statement, []any{int64(p.indicator), p.after, int64(today), int64(today)})
	}
	ours, echoed, base, err := b.beyondEcho(e, eachOf(places, wholePage(ctx, client)), eachOf(places, wholePage(ctx, aggregatorv1.NewAggregatorServiceClient(echoes.memory))), eachOf(places, bare))
	if err != nil {
		return c, err
	}
	return figures.Comparison{
		Section: "j", Case: fmt.Sprintf("未覆盖名单 %d 行一页 pages of %d uncovered, %s", listPage, listPage, e.name()), Residents: n, Ours: ours, Baseline: base,
		Checked: fmt.Sprintf("%d 行逐页读过，读完的名单行数与指标核对；对照表 %d 行 / %d lines read, the lengths of lists that were read whole compared with their numbers; %d lines in the table", lines, stored, lines, stored),
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
	return listRequest(p.indicator, today, listPage, p.token)
}

func listRequest(indicator int, day civil.Date, size int32, token string) *aggregatorv1.ListUncoveredRequest {
	return &aggregatorv1.ListUncoveredRequest{
		Division: synthetic.CountyCode, IndicatorId: indicators[indicator], AsOfDate: wire.DateProto(day), PageSize: size, PageToken: token,
	}
}

// readLists reads the lists of today from their beginnings, and those of the months
// before as far; all lines come into the table. It tells where the full pages begin.
func readLists(ctx context.Context, db *sqlstore.DB, client aggregatorv1.AggregatorServiceClient) (places []place, lines, stored int, err error) {
	for i := range indicators {
		l := aloneLines{indicator: i, lines: map[string][]any{}}
		pages, err := l.ofToday(ctx, client)
		if err != nil {
			return nil, 0, 0, err
		}
		for month := 1; month <= otherMonths; month++ {
			if err := l.before(ctx, client, today.AddMonths(-month)); err != nil {
				return nil, 0, 0, err
			}
		}
		if err := db.Write(ctx, func(tx *gorm.DB) error {
			return sqlstore.InsertMany(tx, "line_alone", lineNames, slices.Collect(maps.Values(l.lines)))
		}); err != nil {
			return nil, 0, 0, err
		}
		places, lines, stored = append(places, pages...), lines+len(l.today), stored+len(l.lines)
	}
	if len(places) == 0 {
		return nil, 0, 0, fmt.Errorf("%w: no list fills a page", errDiffer)
	}
	return places, lines, stored, nil
}

// otherMonths is of how many months the lines lie between those of today, and otherPage
// how many of them are asked for at a time.
const (
	otherMonths = 60
	otherPage   = 500
)

// aloneLines is what comes into the table of one list.
type aloneLines struct {
	indicator int
	today     []string         // places of today's lines
	last      string           // village of today's lines
	lines     map[string][]any // by place and first day
}

func (l *aloneLines) take(m *aggregatorv1.Member) (place string) {
	place = m.GetVillage() + m.GetResidentId() + m.GetEventId()
	from := dayOf(m.GetSinceDate())
	l.lines[fmt.Sprintf("%s %d", place, from)] = []any{int64(l.indicator), []byte(place), from, dayOf(m.GetUntilDate()), dayOf(m.GetEventDate()), int64(m.GetWeight())}
	return place
}

// ofToday reads page by page, and returns those that are full.
func (l *aloneLines) ofToday(ctx context.Context, client aggregatorv1.AggregatorServiceClient) (full []place, err error) {
	p := place{indicator: l.indicator}
	for range listMost {
		resp, err := client.ListUncovered(ctx, pageRequest(p))
		if err != nil {
			return nil, err
		}
		for _, m := range resp.GetMembers() {
			l.today, l.last = append(l.today, l.take(m)), m.GetVillage()
		}
		if len(resp.GetMembers()) == listPage {
			full = append(full, p)
		}
		p.token = resp.GetNextPageToken()
		if more := len(l.today) - int(resp.GetLineCount()); p.token == "" && more != 0 || more > 0 {
			return nil, fmt.Errorf("%w: %s has %d lines of %d", errDiffer, indicators[l.indicator], len(l.today), resp.GetLineCount())
		}
		if p.token == "" {
			break
		}
	}
	slices.Sort(l.today)
	for i := range full {
		if full[i].after = []byte{}; i > 0 {
			full[i].after = []byte(l.today[i*listPage-1])
		}
	}
	return full, nil
}

// before reads the list of another day, up to where today's was read.
func (l *aloneLines) before(ctx context.Context, client aggregatorv1.AggregatorServiceClient, day civil.Date) error {
	for token := ""; ; {
		resp, err := client.ListUncovered(ctx, listRequest(l.indicator, day, otherPage, token))
		if err != nil {
			return err
		}
		for _, m := range resp.GetMembers() {
			if m.GetVillage() > l.last {
				return nil
			}
			l.take(m)
		}
		if token = resp.GetNextPageToken(); token == "" {
			return nil
		}
	}
}

// dayOf numbers a day; the last of all where there is none.
func dayOf(d *date.Date) int64 {
	if day, ok := wire.Date(d); ok && d != nil {
		return int64(day)
	}
	return math.MaxInt32
}
