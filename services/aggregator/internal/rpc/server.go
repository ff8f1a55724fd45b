// Package rpc answers the calls of the aggregator: it checks requests, asks
// the derived state and the policy packs, and puts their answers into messages.
//
// It computes nothing of its own and knows no tables.
package rpc

import (
	"context"
	"time"

	"xinju.dev/services/aggregator/internal/answers"
	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/wire"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"

	"google.golang.org/genproto/googleapis/type/date"
)

// Faults of the answers.
var (
	ErrPack     = fault.New(fault.NotFound, "PACK_NOT_FOUND", "there is no such policy pack", "没有该政策包")
	ErrTooLarge = fault.New(fault.Exhausted, "COVERAGE_TOO_LARGE",
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
	book    Book
	now     func() time.Time
	places  *Places
	figures FigureSource // may be nil
	late    answers.Late
}

// New returns the server.
func New(book Book, places *Places, now func() time.Time) *Server {
	return &Server{book: book, places: places, now: now, late: answers.DefaultLate}
}

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

func positions(v coverage.View) []*aggregatorv1.FeedPosition {
	var out []*aggregatorv1.FeedPosition
	for _, f := range v.Following() {
		out = append(out, &aggregatorv1.FeedPosition{
			Source: f.Source, Epoch: f.Epoch, Position: f.Position, Head: f.Head, Alarm: f.Alarm,
			Listing: f.Listing, ContactTime: wire.TimeProto(f.Contact),
		})
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
