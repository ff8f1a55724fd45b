package policy

import (
	"fmt"
	"slices"
	"strings"

	"xinju.dev/services/platform/civil"
)

// One sentence that says the answer and why, Chinese first.

func awaiting(t Text) Text {
	return Text{"暂无数据来源：" + t.Chinese, "no source yet: " + t.English}
}

// unmet finds the leaves because of which a tree does not hold.
func unmet(n *Node) []*Node {
	if n == nil || n.Holds {
		return nil
	}
	if n.Predicate == "not" || n.Predicate == "related" || n.Predicate == "dose" || len(n.Children) == 0 {
		return []*Node{n}
	}
	var out []*Node
	for _, k := range n.Children {
		if k.settled && n.Predicate == "all" {
			return unmet(k)
		}
		out = append(out, unmet(k)...)
	}
	return out
}

// unmetText joins what they lack, each thing once.
func unmetText(n *Node) Text {
	var zh, en []string
	for _, leaf := range unmet(n) {
		if slices.Contains(zh, leaf.lacks.Chinese) {
			continue
		}
		zh, en = append(zh, leaf.lacks.Chinese), append(en, leaf.lacks.English)
	}
	return Text{strings.Join(zh, "；"), strings.Join(en, "; ")}
}

func (x *explainer) reason(out *Explanation) Text {
	if !out.Eligible {
		return x.whyNot(out)
	}
	t := Text{fmt.Sprintf("自%s起符合条件", out.From), fmt.Sprintf("eligible since %s", out.From)}
	if out.To < civil.Forever {
		last := out.To.AddDays(-1)
		t.Chinese += fmt.Sprintf("，至%s止", last)
		t.English += fmt.Sprintf(" until %s", last)
	}
	switch missing := unmetText(out.WhyCovered); {
	case out.WhyCovered == nil:
	case out.Covered:
		t.Chinese += "；已覆盖：" + out.WhyCovered.Text.Chinese
		t.English += "; covered: " + out.WhyCovered.Text.English
	default:
		t.Chinese += "；尚未覆盖，" + missing.Chinese
		t.English += "; not covered yet, " + missing.English
	}
	return t
}

// whyNot says why somebody does not count. Of those who count nowhere that alone
// is said: which conditions about the stay fail too helps nobody.
func (x *explainer) whyNot(out *Explanation) Text {
	why := x.absence(x.day)
	if why.Chinese == "" {
		why = unmetText(out.Why)
	}
	t := Text{"不符合条件，" + why.Chinese, "not eligible, " + why.English}
	if out.From != civil.None {
		t.Chinese += fmt.Sprintf("；情况不变时自%s起符合", out.From)
		t.English += fmt.Sprintf("; eligible from %s if nothing changes", out.From)
	}
	return t
}

func (x *explainer) flowReason(out *Explanation, ind *Indicator) Text {
	what, when := ind.events.text(), periodTexts[ind.Period]
	if len(out.Events) == 0 {
		return Text{when.Chinese + "截至当日没有：" + what.Chinese, "none so far " + when.English + ": " + what.English}
	}
	counted, served := 0, 0
	for _, ev := range out.Events {
		if ev.Eligible {
			counted++
		}
		if ev.Covered {
			served++
		}
	}
	t := Text{
		fmt.Sprintf("%s%s%d件，计入%d件", when.Chinese, what.Chinese, len(out.Events), counted),
		fmt.Sprintf("%s, %s: %d, counted %d", what.English, when.English, len(out.Events), counted),
	}
	if ind.covered != nil {
		t.Chinese += fmt.Sprintf("，其中达标%d件", served)
		t.English += fmt.Sprintf(", covered %d", served)
	}
	if counted == 0 {
		latest := slices.MaxFunc(out.Events, func(a, b Event) int { return int(a.On - b.On) })
		why := x.absence(latest.On)
		if why.Chinese == "" {
			why = unmetText(out.Why)
		}
		if why != (Text{}) {
			t.Chinese += "；未计入，" + why.Chinese
			t.English += "; not counted, " + why.English
		}
	}
	return t
}
