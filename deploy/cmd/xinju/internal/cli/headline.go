package cli

import (
	"fmt"
	"io"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
)

// A pack counts far more than anybody reads at once. When no indicator is named,
// its headlines are shown: those with a target on the day and, where there are
// none, the first of the pack, whose order is that of its makers.

// choice is the flags that widen an answer.
type choice struct {
	All          bool `help:"全部指标，连同按其他归属统计的数。All indicators, and their numbers by another attribution."`
	Alternatives bool `help:"连同按其他归属统计的数。Also the numbers by another attribution."`
	Terms        bool `help:"列出每个比率由哪些数算出；只有一个区划或机构时总是列出。What each ratio is computed from; always shown of a single place."`
}

// headlines is how many indicators of a pack without targets are shown.
const headlines = 10

// chosen is the rows that are shown, and how many indicators are not.
type chosen struct {
	rows         []*aggregatorv1.CoverageRow
	hidden       int // indicators that are left out
	alternatives int // numbers by another attribution that are left out
	targets      bool
}

// of chooses among the rows of an answer; named says that they were asked for by name.
func (c choice) of(rows []*aggregatorv1.CoverageRow, named bool) chosen {
	shown, all := map[string]bool{}, map[string]bool{}
	var order []string
	for _, r := range rows {
		id := r.GetIndicatorId()
		if !all[id] {
			all[id] = true
			order = append(order, id)
		}
		if named || c.All || r.GetHasTarget() {
			shown[id] = true
		}
	}
	out := chosen{targets: len(shown) > 0}
	if len(shown) == 0 {
		for _, id := range order[:min(headlines, len(order))] {
			shown[id] = true
		}
	}
	others := map[string]bool{}
	for _, r := range rows {
		if !shown[r.GetIndicatorId()] {
			continue
		}
		out.rows = append(out.rows, r)
		switch other := r.GetAlternative(); {
		case other == nil:
		case c.All || c.Alternatives:
			out.rows = append(out.rows, other)
		default:
			others[other.GetIndicatorId()] = true
		}
	}
	out.hidden, out.alternatives = len(all)-len(shown), len(others)
	return out
}

// tell says what was left out and how to see it.
func (c *chosen) tell(w io.Writer) error {
	if c.hidden > 0 {
		zh, en := "有目标的指标", "those with a target"
		if !c.targets {
			zh, en = fmt.Sprintf("前 %d 项指标", headlines), fmt.Sprintf("the first %d", headlines)
		}
		if _, err := fmt.Fprintf(w, "只列出%s，另有 %d 项（only %s, %d more）: --all\n", zh, c.hidden, en, c.hidden); err != nil {
			return err
		}
	}
	if c.alternatives > 0 {
		_, err := fmt.Fprintf(w, "其中 %d 项另有按其他归属统计的数（%d of them are counted by another attribution, too）: --alternatives\n", c.alternatives, c.alternatives)
		return err
	}
	return nil
}
