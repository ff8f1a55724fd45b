// Package rpc answers the calls of AggregatorService: it checks requests, asks
// the derived state and the policy packs, and puts their answers into messages.
//
// It computes nothing of its own and knows no tables.
package rpc

import (
	"context"
	"time"

	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/ledger"
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/wire"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"

	"google.golang.org/genproto/googleapis/type/date"
)

// Faults of the answers.
var (
	ErrIndicator = fault.New(fault.NotFound, "INDICATOR_NOT_FOUND", "no policy pack has this indicator", "没有政策包包含该指标")
	ErrNoPack    = fault.New(fault.NotFound, "NO_PACK_IN_FORCE", "no policy pack is in force there on that day", "该地该日没有生效的政策包")
	ErrPack      = fault.New(fault.NotFound, "PACK_NOT_FOUND", "there is no such policy pack", "没有该政策包")
	ErrTooLarge  = fault.New(fault.Exhausted, "COVERAGE_TOO_LARGE",
		"the answer would have more than 20,000 rows; ask for fewer divisions or indicators", "结果超过 20000 行，请减少区划或指标")
)

// Book is the derived state as the calls see it.
type Book interface {
	Look(fn func(coverage.View) error) error
	List(ctx context.Context, q coverage.ListQuery) (coverage.List, error)
	Resident(ctx context.Context, id string, look func(coverage.View) error) (who *facts.Resident, linked []string, err error)
	StartRebuild(ctx context.Context, requestID string) (coverage.Operation, error)
	Operation(ctx context.Context, id string) (coverage.Operation, error)
}

// Server implements aggregatorv1.AggregatorServiceServer.
type Server struct {
	aggregatorv1.UnimplementedAggregatorServiceServer
	book Book
	now  func() time.Time
}

// New returns the server.
func New(book Book, now func() time.Time) *Server { return &Server{book: book, now: now} }

// day reads an optional day; absent is today.
func (s *Server) day(c *wire.Check, path string, d *date.Date) civil.Date {
	if day := c.Date(path, d, false); day != civil.None {
		return day
	}
	return civil.DateOf(s.now())
}

const codeLen = 12

func isCode(code string) bool {
	for i := range len(code) {
		if code[i] < '0' || code[i] > '9' {
			return false
		}
	}
	return len(code) == codeLen
}

func division(c *wire.Check, path, code string) {
	if !isCode(code) {
		c.Refuse(path, "不是 12 位区划代码 not a division code of 12 digits")
	}
}

// packFor returns the pack that governs a division on a day; of a division that
// does not exist on the day it is the one of its latest state.
func packFor(v coverage.View, code string, day civil.Date) (*policy.Pack, error) {
	w, packs := v.World(), v.Packs()
	d, known := w.Any(code, day)
	if !known {
		return nil, fault.DivisionNotFound.With("division", code)
	}
	if p, ok := packs.PackFor(w, code, day); ok {
		return p, nil
	}
	if on := max(d.From, 1); d.Until != civil.None && d.Until < day || on > day {
		if d.Until != civil.None && d.Until < day {
			on = d.Until
		}
		if p, ok := packs.PackFor(w, code, on); ok {
			return p, nil
		}
	}
	return nil, ErrNoPack.With("division", code)
}

// column is one indicator asked for.
type column struct {
	*policy.Indicator
	key ledger.Key
}

// indicator finds an indicator in a pack or, failing that, in any pack: a
// province may ask for what only its counties count.
func indicator(v coverage.View, p *policy.Pack, id string) (column, error) {
	key, known := v.Deriver().Key(id)
	if !known {
		return column{}, ErrIndicator.With("indicator_id", id)
	}
	if ind := find(p, id); ind != nil {
		return column{ind, key}, nil
	}
	for _, other := range v.Packs().Packs() {
		if ind := find(other, id); ind != nil {
			return column{ind, key}, nil
		}
	}
	return column{}, ErrIndicator.With("indicator_id", id)
}

func find(p *policy.Pack, id string) *policy.Indicator {
	for i := range p.Indicators {
		if p.Indicators[i].ID == id {
			return &p.Indicators[i]
		}
	}
	return nil
}

// columns returns the indicators asked for, all of the pack when none is named.
func columns(v coverage.View, p *policy.Pack, ids []string) ([]column, error) {
	var out []column
	if len(ids) == 0 {
		for i := range p.Indicators {
			ids = append(ids, p.Indicators[i].ID)
		}
	}
	for _, id := range ids {
		c, err := indicator(v, p, id)
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}

func positions(v coverage.View) []*aggregatorv1.FeedPosition {
	var out []*aggregatorv1.FeedPosition
	for _, f := range v.Following() {
		out = append(out, &aggregatorv1.FeedPosition{Source: f.Source, Epoch: f.Epoch, Position: f.Position, Head: f.Head, Alarm: f.Alarm})
	}
	return out
}

// both writes a text for people, Chinese first.
func both(t policy.Text) string {
	switch {
	case t.English == "" || t.English == t.Chinese:
		return t.Chinese
	case t.Chinese == "":
		return t.English
	}
	return t.Chinese + " / " + t.English
}

// last is the last day of a half-open span; None without an end.
func last(to civil.Date) civil.Date {
	if to == civil.None || to >= civil.Forever {
		return civil.None
	}
	return to.AddDays(-1)
}
