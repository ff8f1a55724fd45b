package rpc

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"xinju.dev/services/aggregator/internal/answers"
	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/ledger"
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/page"
	"xinju.dev/services/platform/wire"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
)

const (
	maxAhead = 366 // days
	maxItem  = 20
	maxTurns = 200_000
)

// GetForecast implements aggregatorv1.ChaseServiceServer.
func (s *ChaseServer) GetForecast(ctx context.Context, req *aggregatorv1.GetForecastRequest) (*aggregatorv1.GetForecastResponse, error) {
	q, kind, err := s.ahead(req)
	if err != nil {
		return nil, err
	}
	pages := page.Query{Size: int(req.GetPageSize()), Token: req.GetPageToken()}
	limit, err := pages.Limit()
	if err != nil {
		return nil, err
	}
	bound := fmt.Appendf(nil, "forecast %s %q %d %d %d", q.Division, req.GetItemIds(), q.From, q.Until, kind)
	after, err := s.base.places.turn(ctx, pages, bound)
	if err != nil {
		return nil, err
	}
	turns, at, err := s.book.Ahead(ctx, q)
	if err != nil {
		return nil, err
	}
	var last *coverage.Turn
	more := false
	resp := &aggregatorv1.GetForecastResponse{Positions: positionsOf(at.Following), Division: q.Division, Items: forecastItems(req.GetItemIds(), q, &at)}
	resp.Days = counts(turns, 1, q)
	resp.Weeks = counts(turns, 7, q)
	for i := range turns {
		t := &turns[i]
		if kind != 0 && t.Kind != kind {
			continue
		}
		resp.TotalSize++
		switch {
		case after != nil && coverage.CompareTurns(*t, *after) <= 0:
		case len(resp.Transitions) == limit:
			more = true
		default:
			resp.Transitions = append(resp.Transitions, transition(t))
			last = t
		}
	}
	if more {
		resp.NextPageToken, err = s.base.places.afterTurn(ctx, bound, last)
	}
	return resp, err
}

// ahead checks the request.
func (s *ChaseServer) ahead(req *aggregatorv1.GetForecastRequest) (*coverage.AheadQuery, int32, error) {
	var c wire.Check
	division(&c, "division", req.GetDivision())
	from := s.base.day(&c, "from_date", req.GetFromDate())
	days := c.Range("days", req.GetDays(), 1, maxAhead)
	kind := c.Enum("kind", int32(req.GetKind()), aggregatorv1.TransitionKind_name, false)
	if n := len(req.GetItemIds()); n == 0 || n > maxItem {
		c.Refuse("item_ids", "应为 1 到 20 项 1 to 20 items")
	}
	if err := c.Err(); err != nil {
		return nil, 0, err
	}
	q := &coverage.AheadQuery{Division: req.GetDivision(), From: from, Until: from.AddDays(days), Most: maxTurns}
	err := s.book.Look(func(v coverage.View) error {
		if _, known := v.World().Any(q.Division, from); !known {
			return fault.DivisionNotFound.With("division", q.Division)
		}
		for _, id := range req.GetItemIds() {
			if err := addItem(v, q, id); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil && len(q.Indicators) > 0 && len(q.Rules) > 0 {
		c.Refuse("item_ids", "须同为指标或同为规则 either indicators or rules")
		err = c.Err()
	}
	return q, int32(kind), err
}

func addItem(v coverage.View, q *coverage.AheadQuery, id string) error {
	if isRule(v.Packs(), id) {
		q.Rules = append(q.Rules, id)
		return nil
	}
	key, err := listed(v, id, q.Division, q.From)
	if err != nil {
		return err
	}
	if q.Indicators == nil {
		q.Indicators = map[ledger.Key]string{}
	}
	q.Indicators[key] = id
	return nil
}

func isRule(packs *policy.Catalogue, id string) bool {
	return slices.ContainsFunc(packs.Packs(), func(p *policy.Pack) bool {
		return slices.ContainsFunc(p.Rules, func(r policy.Rule) bool { return r.ID == id })
	})
}

// counts sums turns up by item, span of so many days and kind.
func counts(turns []coverage.Turn, span civil.Date, q *coverage.AheadQuery) []*aggregatorv1.ForecastCount {
	type cell struct {
		item string
		on   civil.Date
		kind int32
	}
	sums := map[cell]int32{}
	for i := range turns {
		on := turns[i].On
		sums[cell{turns[i].Item, on - (on-q.From-1)%span, turns[i].Kind}]++
	}
	cells := slices.SortedFunc(maps.Keys(sums), func(a, b cell) int {
		return cmp.Or(strings.Compare(a.item, b.item), cmp.Compare(a.on, b.on), cmp.Compare(a.kind, b.kind))
	})
	out := make([]*aggregatorv1.ForecastCount, len(cells))
	for i, c := range cells {
		out[i] = &aggregatorv1.ForecastCount{
			ItemId: c.item, FirstDate: wire.DateProto(c.on), LastDate: wire.DateProto(min(c.on+span-1, q.Until)),
			Kind: aggregatorv1.TransitionKind(c.kind), Count: sums[c],
		}
	}
	return out
}

// forecastItems says of each item its name and which way it is better, by the pack
// that governs the division, else by any that has it.
func forecastItems(ids []string, q *coverage.AheadQuery, at *coverage.State) []*aggregatorv1.ForecastItem {
	packs := at.Deriver.Packs().Packs()
	if own, ok := at.Deriver.Packs().PackFor(at.World, q.Division, q.From); ok {
		packs = append([]*policy.Pack{own}, packs...)
	}
	out := make([]*aggregatorv1.ForecastItem, len(ids))
	for i, id := range ids {
		out[i] = &aggregatorv1.ForecastItem{ItemId: id}
		for _, p := range packs {
			if ind := answers.Find(p, id); ind != nil {
				out[i].Name, out[i].Better = ind.Name.Chinese, aggregatorv1.BetterWay(ind.BetterOn(q.From))
				break
			}
			if at := slices.IndexFunc(p.Rules, func(r policy.Rule) bool { return r.ID == id }); at >= 0 {
				out[i].Name = p.Rules[at].Name.Chinese
				break
			}
		}
	}
	return out
}

func transition(t *coverage.Turn) *aggregatorv1.Transition {
	return &aggregatorv1.Transition{
		ItemId: t.Item, OnDate: wire.DateProto(t.On), Kind: aggregatorv1.TransitionKind(t.Kind),
		ResidentId: t.ResidentID, EventId: t.Place.EventID, Village: t.Village,
	}
}
