package rpc

import (
	"context"
	"slices"
	"strconv"
	"testing"
	"testing/fstest"
	"time"

	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/derive"
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/platform/civil"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
)

// moving is a book that goes on between any two questions: whoever looks finds
// ten in each place, and each list is one line longer than the one before.
type moving struct {
	stillBook
	asked []coverage.ListQuery
}

func (b *moving) List(_ context.Context, q coverage.ListQuery) (coverage.List, error) {
	b.asked = append(b.asked, q)
	places := q.Places
	if len(places) == 0 {
		places = []string{q.Division}
	}
	out := coverage.List{World: b.view.world}
	for _, at := range places {
		for i := range 10 + len(b.asked) {
			out.Lines = append(out.Lines, coverage.Line{Place: coverage.Place{Village: at, ResidentID: strconv.Itoa(i)}, Piece: derive.Piece{Weight: 1}})
		}
	}
	out.Total, out.Length = int32(len(out.Lines)), int32(len(out.Lines))
	return out, nil
}

func TestTheListOfAUnitIsAsLongAsItSaysWhileNumbersMove(t *testing.T) {
	packs, err := policy.Load(fstest.MapFS{"asked.yaml": {Data: []byte(askedPack)}})
	if err != nil {
		t.Fatal(err)
	}
	const top, one, two = "990000000000", "990101001001", "990101001002"
	world := facts.NewWorld(
		[]facts.Division{{Code: top, Level: facts.Province}, {Code: one, Level: facts.Village, Parent: top}, {Code: two, Level: facts.Village, Parent: top}},
		[]facts.Unit{{Key: facts.Key{ID: "U"}, Division: top, Manages: []facts.Managed{{Division: two}, {Division: one}}}})
	b := &moving{stillBook: stillBook{view: still{world, derive.New(packs)}}}
	s := New(b, nil, func() time.Time { return civil.Must("2020-06-30").Time() }).Leagues()
	resp, err := s.ListUnitMembers(t.Context(), &aggregatorv1.ListUnitMembersRequest{
		UnitId: "U", UnitRole: aggregatorv1.UnitRole_UNIT_ROLE_MANAGER, IndicatorId: "SHARE", Set: aggregatorv1.MemberSet_MEMBER_SET_ELIGIBLE, PageSize: 100,
	})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(resp.GetMembers()); n == 0 || int(resp.GetTotalSize()) != n || int(resp.GetLineCount()) != n {
		t.Errorf("%d and %d are said, %d are listed", resp.GetTotalSize(), resp.GetLineCount(), n)
	}
	if len(b.asked) != 1 || !slices.Equal(b.asked[0].Places, []string{one, two}) || b.asked[0].World != world || b.asked[0].Of != b.view.d {
		t.Errorf("asked %+v", b.asked)
	}
}
