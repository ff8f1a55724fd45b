package rpc

import (
	"context"
	"fmt"

	"xinju.dev/services/aggregator/internal/answers"
	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/ledger"
	"xinju.dev/services/platform/page"
	"xinju.dev/services/platform/wire"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
)

// UnplacedServer implements aggregatorv1.UnplacedServiceServer.
type UnplacedServer struct {
	aggregatorv1.UnimplementedUnplacedServiceServer
	*Server
}

// Unplaced is the same server's UnplacedService.
func (s *Server) Unplaced() *UnplacedServer { return &UnplacedServer{Server: s} }

// What is counted in no village stands under no code: residents under a key of
// their own, covered where they count above the villages, and events under the
// key of their indicator.
const noPlace = ""

// GetUnplaced implements aggregatorv1.UnplacedServiceServer.
func (s *UnplacedServer) GetUnplaced(_ context.Context, req *aggregatorv1.GetUnplacedRequest) (*aggregatorv1.GetUnplacedResponse, error) {
	var c wire.Check
	day := s.day(&c, "as_of_date", req.GetAsOfDate())
	if err := c.Err(); err != nil {
		return nil, err
	}
	var resp *aggregatorv1.GetUnplacedResponse
	err := s.book.Look(func(v coverage.View) error {
		resp = &aggregatorv1.GetUnplacedResponse{AsOfDate: wire.DateProto(day), Positions: positions(v)}
		coverage.Prepare(v, []string{noPlace}, day)
		n := v.Direct(v.Deriver().Unplaced(), noPlace, day)
		for _, kind := range []aggregatorv1.UnplacedKind{aggregatorv1.UnplacedKind_UNPLACED_KIND_ABOVE_VILLAGE, aggregatorv1.UnplacedKind_UNPLACED_KIND_NOWHERE} {
			if of := unplacedResidents[kind].Of(n); of != 0 {
				resp.Counts = append(resp.Counts, &aggregatorv1.UnplacedCount{Kind: kind, Count: of, LineCount: of})
			}
		}
		for i, id := range v.Deriver().Indicators() {
			key := ledger.Key(i)
			if n := v.Direct(key, noPlace, day); n.Eligible != 0 {
				resp.Counts = append(resp.Counts, &aggregatorv1.UnplacedCount{
					Kind: aggregatorv1.UnplacedKind_UNPLACED_KIND_EVENT, IndicatorId: id, IndicatorName: indicatorName(v, id), Count: n.Eligible,
					LineCount: v.Direct(v.Deriver().Lines(key), noPlace, day).Eligible,
				})
			}
		}
		return nil
	})
	return resp, err
}

// unplacedResidents is the part of the residents of no village by kind.
var unplacedResidents = map[aggregatorv1.UnplacedKind]coverage.Which{
	aggregatorv1.UnplacedKind_UNPLACED_KIND_ABOVE_VILLAGE: coverage.Covered,
	aggregatorv1.UnplacedKind_UNPLACED_KIND_NOWHERE:       coverage.Uncovered,
}

// indicatorName is the name that the first pack with the indicator gives it, Chinese.
func indicatorName(v coverage.View, id string) string {
	for _, p := range v.Packs().Packs() {
		if ind := answers.Find(p, id); ind != nil {
			return ind.Name.Chinese
		}
	}
	return ""
}

// ListUnplaced implements aggregatorv1.UnplacedServiceServer.
func (s *UnplacedServer) ListUnplaced(ctx context.Context, req *aggregatorv1.ListUnplacedRequest) (*aggregatorv1.ListUnplacedResponse, error) {
	var c wire.Check
	q := coverage.ListQuery{Direct: true, Division: noPlace, Day: s.day(&c, "as_of_date", req.GetAsOfDate()), Which: coverage.Eligible}
	kind := aggregatorv1.UnplacedKind(c.Enum("kind", int32(req.GetKind()), aggregatorv1.UnplacedKind_name, wire.Required))
	events := kind == aggregatorv1.UnplacedKind_UNPLACED_KIND_EVENT
	if events == (req.GetIndicatorId() == "") {
		c.Refuse("indicator_id", "事件须给出指标，人员则不给 with events, and with events alone, an indicator is named")
	}
	if err := c.Err(); err != nil {
		return nil, err
	}
	err := s.book.Look(func(v coverage.View) (err error) {
		q.Of = v.Deriver()
		if q.Key = q.Of.Unplaced(); !events {
			q.Which = unplacedResidents[kind]
			return nil
		}
		q.Key, err = listed(v, req.GetIndicatorId(), "", q.Day)
		return err
	})
	if err != nil {
		return nil, err
	}
	pages := page.Query{Size: int(req.GetPageSize()), Token: req.GetPageToken()}
	if q.Limit, err = pages.Limit(); err != nil {
		return nil, err
	}
	filter := fmt.Appendf(nil, "unplaced %d %q %d", kind, req.GetIndicatorId(), q.Day)
	if q.After, err = s.places.place(ctx, pages, filter); err != nil {
		return nil, err
	}
	list, err := s.book.List(ctx, q)
	if err != nil {
		return nil, err
	}
	resp := &aggregatorv1.ListUnplacedResponse{Members: members(&list, q.Day), TotalSize: list.Total, LineCount: list.Length}
	if list.More {
		resp.NextPageToken, err = s.places.after(ctx, filter, list.Lines[len(list.Lines)-1].Place)
	}
	return resp, err
}
