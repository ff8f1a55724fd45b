package cli

import (
	"fmt"
	"io"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
)

// A pack counts far more than anybody reads at once. When no indicator is named,
// its headlines are asked for: what the pack shows first.

// choice is the flags that widen an answer.
type choice struct {
	All          bool `help:"全部指标，连同按其他归属统计的数。All indicators, and their numbers by another attribution."`
	Alternatives bool `help:"连同按其他归属统计的数。Also the numbers by another attribution."`
	Terms        bool `help:"列出每个比率由哪些数算出；只有一个区划或机构时总是列出。What each ratio is computed from; always shown of a single place."`
}

// chosen is the rows that are shown, and how many indicators are not.
type chosen struct {
	rows         []*aggregatorv1.CoverageRow
	hidden       int32 // indicators that are left out
	alternatives int   // numbers by another attribution that are left out
}

// of chooses what is shown of an answer.
func (c choice) of(resp *aggregatorv1.GetCoverageResponse) chosen {
	out := chosen{hidden: resp.GetLeftOutCount()}
	others := map[string]bool{}
	for _, r := range resp.GetRows() {
		out.rows = append(out.rows, r)
		switch other := r.GetAlternative(); {
		case other == nil:
		case c.All || c.Alternatives:
			out.rows = append(out.rows, other)
		default:
			others[other.GetIndicatorId()] = true
		}
	}
	out.alternatives = len(others)
	return out
}

// tell says what was left out and how to see it.
func (c *chosen) tell(w io.Writer) error {
	if c.hidden > 0 {
		if _, err := fmt.Fprintf(w, "只列出首要指标，另有 %d 项（only the headlines, %d more）: --all\n", c.hidden, c.hidden); err != nil {
			return err
		}
	}
	if c.alternatives > 0 {
		_, err := fmt.Fprintf(w, "其中 %d 项另有按其他归属统计的数（%d of them are counted by another attribution, too）: --alternatives\n", c.alternatives, c.alternatives)
		return err
	}
	return nil
}
