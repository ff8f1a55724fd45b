package policy

import (
	"fmt"

	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/timeline"
	"xinju.dev/services/nip"
	"xinju.dev/services/platform/civil"
)

// doseInto answers a dose indicator: eligible are the days on which the person
// counts as given or as lacking the dose, covered those as given.
func (x *explainer) doseInto(out *Explanation, p *Pack, ind *Indicator) {
	var all, open []timeline.Span
	for _, piece := range x.piecesOfDose(p, ind) {
		v := timeline.Span{From: piece.From, To: piece.To}
		all = append(all, v)
		if !piece.Covered {
			open = append(open, v)
		}
		if piece.From <= x.day && x.day < piece.To {
			out.Village = piece.Village
			if piece.EventID != "" {
				out.Events = append(out.Events, Event{piece.EventID, piece.On, piece.Village, true, true})
			}
		}
	}
	own := courseOf(all, open)
	x.dates(out, own)
	when := periodTexts[ind.Period]
	name := ind.dose.text()
	out.Why = &Node{Predicate: "dose", Text: Text{name.Chinese + "：" + when.Chinese + "实种或应种未种", name.English + " given " + when.English + ", or due and not given"}}
	out.Why.From, out.Why.To, out.Why.Holds = out.From, out.To, out.Eligible
	out.Why.Facts, out.Why.lacks = x.doseFacts(ind)
	if ind.eligible != nil {
		out.Why.Children = []*Node{x.node(ind.eligible, x.day)}
		if !out.Why.Children[0].Holds {
			out.Why.lacks = unmetText(out.Why.Children[0])
		}
	}
	out.WhyCovered = &Node{Predicate: "dose", Text: Text{name.Chinese + "：" + when.Chinese + "已接种", name.English + " given " + when.English}, Facts: out.Why.Facts}
	out.WhyCovered.From, out.WhyCovered.To, out.WhyCovered.Holds = at(own.covered, x.day)
	out.WhyCovered.lacks = missing(out.WhyCovered.Text)
	out.Reason = x.reason(out)
}

func (x *explainer) piecesOfDose(p *Pack, ind *Indicator) []Piece {
	if !x.r.Known() {
		return nil
	}
	return x.dosePieces(p, ind, 0, nil)
}

// doseFacts names the dose given, else the days on which it was recommended, and
// says why somebody who does not count today does not.
func (x *explainer) doseFacts(ind *Indicator) (used []UsedFact, lacks Text) {
	if x.r.Person.Birth == civil.None {
		return nil, Text{"出生日期未登记，无法推算接种：请补登", "the date of birth is not recorded, so no dose can be due: record it"}
	}
	given, awaited := ind.dose.course(x.evaluator)
	name := ind.dose.text()
	if given != nil && given.on <= x.day {
		on := given.on.String()
		used = append(used, UsedFact{"dose", given.id, Text{on + " " + given.product, given.product + " on " + on}})
		return used, Text{name.Chinese + "已于" + on + "接种，不在本期", name.English + " was given on " + on + ", not in this period"}
	}
	lacks = x.notNext(ind.dose)
	for _, a := range awaited {
		if a.From > x.day || x.day >= a.To {
			continue
		}
		on, v := a.Recommended.String(), x.nextDue(ind, a)
		used = append(used, UsedFact{"schedule", ind.dose.series, Text{name.Chinese + " 推荐接种日 " + on, name.English + " recommended on " + on}})
		switch {
		case x.day < v.From:
			lacks = Text{"未到应种日：" + v.From.String() + "起", "not due before " + v.From.String()}
		case x.day >= v.To:
			lacks = Text{fmt.Sprintf("推荐接种日%s已超出统计的回溯期或月龄", on), fmt.Sprintf("recommended on %s, outside of the months looked back on or of the age", on)}
		}
	}
	return used, lacks
}

// nextDue is the run of days on which a dose counts as lacking that holds the day, else
// the next one, else none.
func (x *explainer) nextDue(ind *Indicator, a nip.Awaited) timeline.Span {
	for i := range ind.dose.eras {
		if v := ind.dose.expected(x.r.Person.Birth, ind.Period, a, &ind.dose.eras[i]); v.From < v.To && x.day < v.To {
			return v
		}
	}
	return timeline.Span{From: civil.None, To: civil.None}
}

// notNext says why a dose that was not given is not the next one on the day.
func (x *explainer) notNext(d *dose) Text {
	name := d.text()
	not := Text{name.Chinese + "当前不是下一剂", name.English + " is not the next dose on the day"}
	if d.series == "" {
		return not
	}
	for _, s := range d.schedule.Forecast(x.child(), x.given(), x.day) {
		switch {
		case s.Series != d.series:
			continue
		case s.Status == nip.Complete:
			return Text{s.Chinese + "全程已完成", s.Series + " is complete"}
		case s.Status == nip.Closed:
			return Text{s.Chinese + "自" + s.ClosedFrom.String() + "起超过补种年龄，不再补种", s.Series + " is given no more from " + s.ClosedFrom.String() + " on, by age"}
		case s.Number > 0 && s.Number != d.Number:
			not.Chinese += fmt.Sprintf("，下一剂为第%d剂", s.Number)
			not.English += fmt.Sprintf(", dose %d is", s.Number)
		}
		return not
	}
	if s := x.r.Person.Sex; s != facts.Male && s != facts.Female {
		return Text{"性别未登记，无法判断是否应种" + name.Chinese + "：请补登", "the sex is not recorded, so it is not known whether " + name.English + " is given: record it"}
	}
	return Text{"免疫规划不为该性别或出生日期的人安排" + name.Chinese, "the programme gives " + name.English + " to nobody of this sex and date of birth"}
}
