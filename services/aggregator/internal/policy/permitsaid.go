package policy

import (
	"fmt"

	"xinju.dev/services/aggregator/internal/facts"
	rules "xinju.dev/services/permit"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/workday"
)

// What is said of residence permits in explanations.

func (p *permit) text() Text {
	t := Text{"持有效居住证", "holds a valid residence permit"}
	if l := levelNames[p.Level]; l != 0 {
		t.Chinese = "持现居住" + levelTexts[l].Chinese + "的有效居住证"
		t.English += " of the " + levelTexts[l].English + " of residence"
	}
	if p.Months > 0 {
		t.Chinese += fmt.Sprintf("满%d个月", p.Months)
		t.English += fmt.Sprintf(" for %d months", p.Months)
	}
	switch {
	case p.Rule == byIssuer:
		t.Chinese += "（按签发地的签注规则）"
		t.English += " (endorsed by the rule of the place that issued it)"
	case p.Rule != "":
		t.Chinese += "（签注规则 " + p.Rule + "）"
		t.English += " (rule of endorsement " + p.Rule + ")"
	}
	return t
}

func (p *permit) used(e *evaluator, day civil.Date) []UsedFact {
	var out []UsedFact
	for i := range e.r.Permits {
		t := &e.r.Permits[i]
		if t.Issued == civil.None || t.Issued > day {
			continue
		}
		f := usedFact("permit", t.ID, "居住证", "residence permit", t.Issued, t.ValidTo)
		said := p.standing(e, t, day)
		f.Text.Chinese += said.Chinese
		f.Text.English += said.English
		out = append(out, f)
	}
	return out
}

// standing says by when a permit is to be endorsed, or since when it is suspended,
// as known on the day.
func (p *permit) standing(e *evaluator, t *facts.Permit, day civil.Date) (out Text) {
	e.eras = p.eras(e, t.Division)
	for _, era := range e.eras {
		if day < era.From || day >= era.To || era.Rule == nil || era.Rule.EveryMonths == 0 {
			continue
		}
		s := era.Rule.Standing(t.Card(), day)
		switch s.State {
		case rules.Holds:
			out = Text{
				fmt.Sprintf("，签注期 %s 至 %s", s.WindowFrom, s.WindowUntil), fmt.Sprintf(", to be endorsed from %s to %s", s.WindowFrom, s.WindowUntil),
			}
		case rules.Suspended:
			out = Text{fmt.Sprintf("，%s起中止使用", s.Since), fmt.Sprintf(", suspended from %s", s.Since)}
		default:
			return Text{}
		}
		out.Chinese += basisTexts[s.Basis].Chinese
		out.English += basisTexts[s.Basis].English
	}
	return out
}

// basisTexts say that a last day may still move; nothing of what was announced.
var basisTexts = map[workday.Basis]Text{
	workday.Recalled:  {"（当年放假安排凭记忆）", " (that year's holidays are from memory)"},
	workday.Statutory: {"（当年放假安排未收录，按法定假日推算）", " (that year's holidays are not on file: by those of the law)"},
	workday.Weekends:  {"（当年放假安排未收录，仅按周末推算）", " (that year's holidays are not on file: by weekends alone)"},
}
