package rpc

import (
	"context"
	"errors"
	"testing"
	"testing/fstest"
	"time"

	"xinju.dev/services/aggregator/internal/chase"
	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/derive"
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/platform/civil"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
)

var errList = errors.New("the whole list was read")

// answering and keeping stand for the rest of what a server asks for.
type (
	answering = interface{ People }
	keeping   = interface{ Chases }
)

// unread is a state whose lists must not be read.
type unread struct {
	answering
	view still
}

func (b unread) Look(fn func(coverage.View) error) error { return fn(b.view) }

func (b unread) List(context.Context, coverage.ListQuery) (coverage.List, error) {
	return coverage.List{}, errList
}

func (unread) Linked(context.Context, []string) (map[string][]string, error) { return nil, nil }

func (b unread) LinesOf(_ context.Context, _ coverage.ListQuery, ids []string, look func(coverage.View) error) (out []coverage.Line, err error) {
	for i, id := range ids {
		out = append(out, coverage.Line{Place: coverage.Place{Village: "990000000000", ResidentID: id}, Piece: derive.Piece{Covered: i > 0, Weight: 1}})
	}
	return out, look(b.view)
}

// entriesKept is two entries of one indicator.
type entriesKept struct{ keeping }

func (entriesKept) ChasesOf(context.Context, string) ([]chase.Entry, error) {
	return []chase.Entry{{Key: chase.Key{Indicator: "SHARE", ResidentID: "A"}, AssignedTo: "甲", Due: civil.Must("2020-01-01")}, {Key: chase.Key{Indicator: "SHARE", ResidentID: "B"}}}, nil
}

func (e entriesKept) Chases(ctx context.Context, indicator string, _ []string) ([]chase.Entry, error) {
	return e.ChasesOf(ctx, indicator)
}

// TestStatsAreCountedWithoutReadingTheList: what nobody was asked about comes from
// the numbers, the rest from the entries.
func TestStatsAreCountedWithoutReadingTheList(t *testing.T) {
	packs, err := policy.Load(fstest.MapFS{"asked.yaml": {Data: []byte(askedPack)}})
	if err != nil {
		t.Fatal(err)
	}
	world := facts.NewWorld([]facts.Division{{Code: "990000000000", Level: facts.Province}}, nil)
	s, err := NewChase(unread{view: still{world, derive.New(packs)}}, entriesKept{}, nil, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := s.GetChaseStats(t.Context(), &aggregatorv1.GetChaseStatsRequest{Division: "990000000000", IndicatorId: "SHARE"})
	if err != nil || len(resp.GetRows()) != 1 {
		t.Fatalf("%v, %v", resp, err)
	}
	if r := resp.GetRows()[0]; r.GetUncovered() != 10 || r.GetWithEntry() != 1 || r.GetClosed() != 1 || r.GetOverdue() != 1 || r.GetAssigned() != 1 {
		t.Errorf("%v", r)
	}
}
