package rpc

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"xinju.dev/services/aggregator/internal/answers"
	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/figure"
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/platform/authz"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/page"
	"xinju.dev/services/platform/wire"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
)

// ErrFigure says that a figure's name is in no pack.
var ErrFigure = fault.New(fault.NotFound, "FIGURE_NOT_DECLARED", "no policy pack declares this figure", "没有政策包声明该外部数据")

// FigureStore is where figures are kept.
type FigureStore interface {
	FigureSource
	Load(ctx context.Context, requestID string, digest []byte, list []figure.Version) (figure.Loaded, error)
	Delete(ctx context.Context, k figure.Key, version int32, at time.Time, by string) error
	List(ctx context.Context, f figure.Filter) ([]figure.Version, error)
}

// FigureServer implements aggregatorv1.FigureServiceServer.
type FigureServer struct {
	aggregatorv1.UnimplementedFigureServiceServer
	server *Server
	store  FigureStore
}

// Figures is the FigureService of a server and the store that it computes from.
func (s *Server) Figures(store FigureStore) *FigureServer {
	s.UseFigures(store)
	return &FigureServer{server: s, store: store}
}

// declared finds a figure in any pack.
func declared(v coverage.View, id string) (*policy.Figure, bool) {
	for _, p := range v.Packs().Packs() {
		if f, ok := p.Figure(id); ok {
			return f, true
		}
	}
	return nil, false
}

// ListFigures implements aggregatorv1.FigureServiceServer.
func (s *FigureServer) ListFigures(ctx context.Context, req *aggregatorv1.ListFiguresRequest) (*aggregatorv1.ListFiguresResponse, error) {
	var c wire.Check
	if req.GetDivision() != "" {
		division(&c, "division", req.GetDivision())
	}
	if err := c.Err(); err != nil {
		return nil, err
	}
	q := page.Query{Size: int(req.GetPageSize()), Token: req.GetPageToken()}
	limit, err := q.Limit()
	if err != nil {
		return nil, err
	}
	filter := fmt.Appendf(nil, "figures %q %s %v", req.GetFigureId(), req.GetDivision(), req.GetHistory())
	key, err := q.Key(filter)
	if err != nil {
		return nil, err
	}
	after, err := figureAfter(key)
	if err != nil {
		return nil, err
	}
	list, err := s.store.List(ctx, figure.Filter{
		ID: req.GetFigureId(), Division: req.GetDivision(), History: req.GetHistory(), After: after, Limit: limit + 1,
	})
	if err != nil {
		return nil, err
	}
	resp := &aggregatorv1.ListFiguresResponse{}
	for i := range list[:min(limit, len(list))] {
		resp.Figures = append(resp.Figures, figureMessage(&list[i]))
	}
	if len(list) > limit {
		resp.NextPageToken = page.Encode(filter, figureKey(&list[limit-1]))
	}
	return resp, nil
}

func figureKey(f *figure.Version) string {
	return fmt.Sprintf("%s %s %d %d", f.ID, f.Division, f.PeriodYMD, f.Number)
}

func figureAfter(key string) (*figure.Version, error) {
	if key == "" {
		return nil, nil
	}
	parts := strings.Split(key, " ")
	if len(parts) != 4 {
		return nil, page.ErrToken
	}
	period, err1 := strconv.ParseInt(parts[2], 10, 32)
	version, err2 := strconv.ParseInt(parts[3], 10, 32)
	if err1 != nil || err2 != nil {
		return nil, page.ErrToken
	}
	return &figure.Version{Key: figure.Key{ID: parts[0], Division: parts[1], PeriodYMD: int32(period)}, Number: int32(version)}, nil
}

func figureMessage(f *figure.Version) *aggregatorv1.Figure {
	year, on := figure.PeriodOf(f.PeriodYMD)
	out := &aggregatorv1.Figure{
		FigureId: f.ID, Division: f.Division, Year: int32(year), AsOfDate: wire.DateProto(on), Source: f.Source, Document: f.Document,
		Etag: strconv.Itoa(int(f.Number)), Deleted: f.Deleted, RecordTime: wire.TimeProto(time.UnixMilli(f.RecordedMS)), RecordedBy: f.RecordedBy,
	}
	if !f.Deleted {
		out.Value = f.Value
	}
	if d, err := civil.FromYYYYMMDD(int(f.DocumentYMD)); err == nil {
		out.DocumentDate = wire.DateProto(d)
	}
	return out
}

// ReadFigure implements aggregatorv1.FigureServiceServer.
func (s *FigureServer) ReadFigure(ctx context.Context, req *aggregatorv1.ReadFigureRequest) (*aggregatorv1.ReadFigureResponse, error) {
	var c wire.Check
	division(&c, "division", req.GetDivision())
	day := s.server.day(&c, "as_of_date", req.GetAsOfDate())
	if err := c.Err(); err != nil {
		return nil, err
	}
	held, err := s.store.Current(ctx)
	if err != nil {
		return nil, err
	}
	resp := &aggregatorv1.ReadFigureResponse{}
	err = s.server.book.Look(func(v coverage.View) error {
		what, ok := declared(v, req.GetFigureId())
		if !ok {
			return ErrFigure.With("figure_id", req.GetFigureId())
		}
		if _, known := v.World().Any(req.GetDivision(), day); !known {
			return fault.DivisionNotFound.With("division", req.GetDivision())
		}
		r := held.Read(v.World(), what, req.GetDivision(), day)
		resp.HasValue, resp.Value = r.Has, exactDecimal(r)
		resp.MissingDivisions, resp.FigureName, resp.UnitText = r.Missing, what.Name.Chinese, both(what.Unit)
		if !r.Has {
			resp.MissingText = both(answers.MissingText(r.Missing))
			return nil
		}
		for _, p := range r.Parts {
			value, _ := figure.Value(p.Value.FloatString(6))
			resp.Parts = append(resp.Parts, &aggregatorv1.Figure{
				FigureId: p.ID, Division: p.Division, Year: int32(p.Year), AsOfDate: wire.DateProto(p.On), Value: value, Source: p.Source,
			})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return resp, nil
}

func exactDecimal(r answers.Reading) string {
	if !r.Has {
		return ""
	}
	s := r.Value.FloatString(6) // sums of decimals with 6 places have no more
	return strings.TrimRight(strings.TrimRight(s, "0"), ".")
}

// DeleteFigure implements aggregatorv1.FigureServiceServer.
func (s *FigureServer) DeleteFigure(ctx context.Context, req *aggregatorv1.DeleteFigureRequest) (*aggregatorv1.DeleteFigureResponse, error) {
	c := &wire.Check{}
	division(c, "division", req.GetDivision())
	k := figure.Key{ID: req.GetFigureId(), Division: req.GetDivision(), PeriodYMD: period(c, "", req.GetYear(), c.Date("as_of_date", req.GetAsOfDate(), false))}
	version := 0
	if req.GetEtag() != "" {
		n, err := strconv.Atoi(req.GetEtag())
		if err != nil || n < 1 || n > 1<<31-1 {
			c.Refuse("etag", "不是读取时得到的版本 not one that was read")
		}
		version = n
	}
	by := s.by(ctx, c, req.GetRecordedBy())
	if err := c.Err(); err != nil {
		return nil, err
	}
	if err := s.store.Delete(ctx, k, int32(version), s.server.now(), by); err != nil {
		return nil, err
	}
	return &aggregatorv1.DeleteFigureResponse{}, nil
}

// Limits of texts, in characters.
const (
	maxSource   = 500
	maxDocument = 200
	maxBy       = 100
)

// by is who changes a figure, as its history shows.
func (s *FigureServer) by(ctx context.Context, c *wire.Check, name string) string {
	if name = c.Text("recorded_by", name, maxBy, false); name != "" {
		return name
	}
	return string(authz.CallerOf(ctx))
}

// Years of figures.
const (
	firstYear = 1900
	lastYear  = 2999
)

// period reads a year or a day, exactly one of them.
func period(c *wire.Check, prefix string, year int32, on civil.Date) int32 {
	switch {
	case year != 0 && on != civil.None, year == 0 && on == civil.None:
		c.Refuse(prefix+"year", "year 与 as_of_date 须且只能给出一个 exactly one of year and as_of_date")
	case year != 0 && (year < firstYear || year > lastYear):
		c.Refuse(prefix+"year", "应为 1900 到 2999 between 1900 and 2999")
	}
	return figure.Period(int(year), on)
}
