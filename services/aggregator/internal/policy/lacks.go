package policy

import (
	"fmt"
	"slices"
	"strings"

	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/nip"
	"xinju.dev/services/platform/civil"
)

// What to say of a predicate that does not hold, so that whoever reads it knows
// what to do: wait until a day, ask for a document, correct a record.

// denier is a predicate that can say why it does not hold on a day.
type denier interface {
	lacks(e *evaluator, day civil.Date) Text
}

// settler is a predicate that, by what is known of the person, may never hold
// again: then nothing else that is missing matters.
type settler interface {
	settled(e *evaluator, day civil.Date) bool
}

// isSettled of a conjunction is what one of its parts is, of any what all are.
func (x *explainer) isSettled(n *node, children []*Node, day civil.Date) bool {
	if s, ok := n.pred.(settler); ok {
		return s.settled(x.evaluator, day)
	}
	switch {
	case len(children) == 0 || n.name == "not" || n.name == "related":
		return false
	case n.name == "any":
		return !slices.ContainsFunc(children, func(k *Node) bool { return !k.settled })
	}
	return slices.ContainsFunc(children, func(k *Node) bool { return k.settled })
}

func (*sex) settled(e *evaluator, _ civil.Date) bool {
	return e.r.Person.Sex == facts.Male || e.r.Person.Sex == facts.Female
}

func (p *age) settled(e *evaluator, day civil.Date) bool {
	birth := e.r.Person.Birth
	return birth != civil.None && p.Before != nil && day >= birth.AddMonths(int(*p.Before))
}

// lacksOf is never empty.
func lacksOf(n *node, e *evaluator, day civil.Date) Text {
	if d, ok := n.pred.(denier); ok {
		if t := d.lacks(e, day); t.Chinese != "" {
			return t
		}
	}
	return missing(n.text)
}

func missing(t Text) Text { return Text{"缺：" + t.Chinese, "missing: " + t.English} }

func (p *lived) lacks(e *evaluator, day civil.Date) Text {
	stays := e.presence(startNames[p.Start])
	e.spells = facts.Spells(stays, p.Level.or(facts.County), p.gap(), e.spells[:0])
	l := levelTexts[p.Level.or(facts.County)]
	for i := range stays {
		if stays[i].From > day || day >= stays[i].To {
			continue
		}
		since, done := e.spells[i], civil.Lived(e.spells[i], p.Months, modeNames[p.Mode])
		return Text{
			fmt.Sprintf("在本%s居住未满%d个月：自%s起计，%s满", l.Chinese, p.Months, since, done),
			fmt.Sprintf("has lived in this %s since %s, not yet %d months: completed on %s", l.English, since, p.Months, done),
		}
	}
	if p.Start == "registered" && e.stayOn(facts.ByArrival, day) != nil {
		return Text{"没有居住登记日期，无法计算居住时间：请办理居住登记", "the residence is not registered, so no time is counted: register it"}
	}
	return Text{}
}

func (p *hukouElsewhere) lacks(e *evaluator, day civil.Date) Text {
	s := e.stayOn(facts.ByArrival, day)
	if s == nil || s.How == facts.Nowhere {
		return Text{}
	}
	if len(e.r.Person.Hukou) == 0 {
		return Text{"户籍地未登记，不作流动人口：请补登户籍地", "the hukou is not recorded, so nobody is taken for floating: record it"}
	}
	l, home := levelTexts[p.Level.or(facts.County)], e.hukouFacts(day)[0].Text
	if p.ExceptCity {
		return Text{"户籍在本" + l.Chinese + "或同城市辖区，不属流动人口：" + home.Chinese, "is local (" + l.English + ", or districts of one city), not floating: " + home.English}
	}
	return Text{"户籍在本" + l.Chinese + "，不属流动人口：" + home.Chinese, "is local in this " + l.English + ", not floating: " + home.English}
}

func (p *age) lacks(e *evaluator, day civil.Date) Text {
	birth, asked := e.r.Person.Birth, p.text()
	if birth == civil.None {
		return Text{"出生日期未登记：请补登", "the date of birth is not recorded: record it"}
	}
	if day < birth {
		return Text{"当日尚未出生（" + birth.String() + "）", "not born on the day (" + birth.String() + ")"}
	}
	n := birth.MonthsUntil(day)
	is := Text{fmt.Sprintf("%d岁", n/12), fmt.Sprintf("%d years", n/12)}
	if n < 36 {
		is = Text{fmt.Sprintf("%d月龄", n), fmt.Sprintf("%d months", n)}
	}
	return Text{"年龄不符：须" + asked.Chinese + "，当日" + is.Chinese, "not of the age: " + asked.English + " is asked, " + is.English + " on the day"}
}

func (p *sex) lacks(e *evaluator, _ civil.Date) Text {
	if s := e.r.Person.Sex; s != facts.Male && s != facts.Female {
		return Text{"性别未登记：请补登", "the sex is not recorded: record it"}
	}
	t := p.text()
	return Text{"不是" + t.Chinese, "is not " + t.English}
}

func (p *vaccinated) lacks(e *evaluator, day civil.Date) Text {
	if e.r.Person.Birth == civil.None {
		return Text{"出生日期未登记，无法推算接种：请补登", "the date of birth is not recorded, so no dose can be due: record it"}
	}
	var zh, en []string
	for _, s := range p.schedule.Forecast(e.child(), e.given(), day) {
		if s.Status == nip.Overdue {
			zh = append(zh, s.Chinese+"（自"+s.OverdueFrom.String()+"）")
			en = append(en, s.Series+" since "+s.OverdueFrom.String())
		}
	}
	if len(zh) == 0 {
		return Text{}
	}
	return Text{"疫苗逾期未种，请补种：" + strings.Join(zh, "、"), "overdue, to be caught up: " + strings.Join(en, ", ")}
}

// absence says why somebody counts nowhere under the pack on a day; empty when
// the pack counts them.
func (x *explainer) absence(day civil.Date) Text {
	r := x.r
	if !r.Known() {
		return Text{"登记服务尚无此人的基本信息，暂不统计：请在登记服务核对", "the registry has not told of this person, so nothing counts yet: check there"}
	}
	if d := r.Person.Death; d != civil.None && day > d {
		return Text{"已于" + d.String() + "死亡", "died on " + d.String()}
	}
	stays := x.presence(facts.ByArrival)
	if len(stays) == 0 {
		return Text{"没有有效的居住记录：请登记居住地和到达日期", "there is no valid record of residence: record where, and since when"}
	}
	var last *facts.Stay
	for i := range stays {
		if stays[i].From <= day {
			last = &stays[i]
		}
	}
	switch {
	case last == nil:
		from, at := stays[0].From.String(), x.placeName(&stays[0])
		return Text{"当日尚未到达：自" + from + "起居住于" + at, "not arrived yet: lives in " + at + " from " + from}
	case day >= last.To:
		left, at := last.To.AddDays(-1).String(), x.placeName(last)
		return Text{"已于" + left + "离开" + at + "；如仍在或已返回，请登记居住", "left " + at + " on " + left + "; if still there or back, record the residence"}
	case last.How == facts.Nowhere:
		code := r.Residences[last.Residence].Division
		return Text{"居住地代码" + code + "不在区划表中：请更正居住登记或补录区划", "the place of residence " + code + " is in no tree of divisions: correct the stay, or load the division"}
	case !x.here.Contains(day):
		at := x.placeName(last)
		return Text{"当日居住于" + at + "，不适用本政策包", "lives in " + at + " on the day, where this pack does not apply"}
	}
	return Text{}
}

func (x *explainer) placeName(s *facts.Stay) string {
	code := s.Village()
	if name := x.w.Name(code, s.From); name != "" {
		return name + "（" + code + "）"
	}
	return code
}
