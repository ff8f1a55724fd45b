package feedback

import (
	"slices"
	"testing"

	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/platform/civil"
)

// of is a state that has a tree alone.
type of struct {
	coverage.View
	world *facts.World
}

func (v of) World() *facts.World { return v.world }

// TestATreeThatLeadsInARingIsWalkedOnce: a county has two states on one day, one of
// them below a township of its own. Readers wait while the tree is walked.
func TestATreeThatLeadsInARingIsWalkedOnce(t *testing.T) {
	world := facts.NewWorld([]facts.Division{
		{Code: "990000000000", Level: facts.Province},
		{Code: "990101000000", Level: facts.County, Parent: "990000000000"},
		{Code: "990101000000", Level: facts.County, Parent: "990101001000"},
		{Code: "990101001000", Level: facts.Township, Parent: "990101000000"},
		{Code: "990101001201", Level: facts.Village, Parent: "990101001000"},
	}, nil)
	p := Poller{Look: func(fn func(coverage.View) error) error { return fn(of{world: world}) }}
	got, err := p.places(civil.Must("2025-01-01"))
	if want := []string{"990101000000", "990101001000"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, %v, want %v", got, err, want)
	}
}
