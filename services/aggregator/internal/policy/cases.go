package policy

import (
	"fmt"

	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/platform/civil"
)

// caseItem is an example inside a pack: given these facts, expect these answers.
// Its people are invented; its villages are built from the digits of their codes.
type caseItem struct {
	Name   Text         `yaml:"name"`
	Given  caseFacts    `yaml:"given"`
	Expect []expectItem `yaml:"expect"`
}

type expectItem struct {
	Item     string     `yaml:"item"` // rule or indicator
	On       civil.Date `yaml:"on"`
	Eligible bool       `yaml:"eligible"`
	Covered  bool       `yaml:"covered"`
	From     civil.Date `yaml:"from"`  // checked when given
	Until    civil.Date `yaml:"until"` // inclusive; checked when given
}

// runCases runs the examples of the pack and reports those that fail.
func (p *Pack) runCases() (int, Problems) {
	var out Problems
	for i := range p.cases {
		it := &p.cases[i]
		if wrong := it.Given.check(); wrong != (Text{}) {
			out = append(out, Problem{File: p.ID, Path: fmt.Sprintf("cases[%d].given", i), Text: wrong})
			continue
		}
		r, w := it.Given.resident(), it.Given.world()
		for j, want := range it.Expect {
			path := fmt.Sprintf("cases[%d].expect[%d]", i, j)
			if wrong := p.expect(r, w, want); wrong != (Text{}) {
				out = append(out, Problem{File: p.ID, Path: path, Text: Text{it.Name.Chinese + "：" + wrong.Chinese, it.Name.English + ": " + wrong.English}})
			}
		}
	}
	return len(p.cases), out
}

func (p *Pack) expect(r *facts.Resident, w *facts.World, want expectItem) Text {
	for _, got := range p.explainItem(r, w, want.On, want.Item) {
		if got.ID != want.Item {
			continue
		}
		if got.Eligible != want.Eligible || got.Covered != want.Covered ||
			want.From != civil.None && want.From != got.From || want.Until != civil.None && want.Until.AddDays(1) != got.To {
			return Text{
				fmt.Sprintf("%s %s：应为 eligible=%t covered=%t %s–%s，得 eligible=%t covered=%t %s–%s（%s）", want.Item, want.On, want.Eligible, want.Covered,
					want.From, want.Until, got.Eligible, got.Covered, got.From, got.To.AddDays(-1), got.Reason.Chinese),
				fmt.Sprintf("%s on %s: want eligible=%t covered=%t, got eligible=%t covered=%t (%s)", want.Item, want.On, want.Eligible, want.Covered, got.Eligible, got.Covered, got.Reason.English),
			}
		}
		return Text{}
	}
	return Text{"没有此条目：" + want.Item, "there is no such item: " + want.Item}
}
