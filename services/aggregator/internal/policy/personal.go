package policy

import (
	"fmt"
	"slices"

	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/timeline"
	"xinju.dev/services/platform/civil"
)

// Predicates about the person.

// age: at least From and below Before, in calendar months clamped to the
// month's end. A child completes an age on the day itself (满周岁 as ages and
// immunization count it); `counting: day_after` counts from the day after, as
// criminal law does.
type age struct {
	From     months  `yaml:"from"`
	Before   *months `yaml:"before"`
	Counting string  `yaml:"counting"`
}

func (p *age) days(e *evaluator) timeline.Set {
	birth := e.r.Person.Birth
	if birth == civil.None {
		return never
	}
	late := 0
	if p.Counting == "day_after" {
		late = 1
	}
	from, to := birth, civil.Forever
	if p.From > 0 {
		from = birth.AddMonths(int(p.From)).AddDays(late)
	}
	if p.Before != nil {
		to = birth.AddMonths(int(*p.Before)).AddDays(late)
	}
	return e.span(from, to)
}

func (p *age) text() Text {
	f := p.From.text()
	if p.Before == nil {
		return Text{"满" + f.Chinese, "aged " + f.English + " or more"}
	}
	b := p.Before.text()
	if p.From == 0 {
		return Text{"未满" + b.Chinese, "under " + b.English}
	}
	return Text{"满" + f.Chinese + "、未满" + b.Chinese, "aged " + f.English + " or more and under " + b.English}
}

func (p *age) check() Text {
	switch {
	case p.Counting != "" && p.Counting != "birthday" && p.Counting != "day_after":
		return Text{"counting 只能是 birthday 或 day_after", "counting must be birthday or day_after"}
	case p.Before != nil && *p.Before <= p.From:
		return Text{"before 须大于 from", "before must be greater than from"}
	}
	return Text{}
}

func (*age) used(e *evaluator, _ civil.Date) []UsedFact {
	b := e.r.Person.Birth.String()
	return e.personFact(Text{"出生日期 " + b, "born " + b})
}

// sex: GB/T 2261.1.
type sex struct {
	Is string `yaml:"is"`
}

var sexCodes = map[string]int32{"male": facts.Male, "female": facts.Female}

func (p *sex) days(e *evaluator) timeline.Set {
	if e.r.Person.Sex == sexCodes[p.Is] {
		return always
	}
	return never
}

func (p *sex) text() Text {
	if p.Is == "male" {
		return Text{"男性", "male"}
	}
	return Text{"女性", "female"}
}

func (p *sex) check() Text {
	if _, ok := sexCodes[p.Is]; !ok {
		return Text{"is 只能是 male 或 female", "is must be male or female"}
	}
	return Text{}
}

func (*sex) used(e *evaluator, _ civil.Date) []UsedFact {
	return e.personFact(Text{fmt.Sprintf("性别代码 %d", e.r.Person.Sex), fmt.Sprintf("sex code %d", e.r.Person.Sex)})
}

// marital: the marital status (GB/T 2261.2) as last recorded; it carries no date
// and so holds on all days.
type marital struct {
	In []int32 `yaml:"in"`
}

func (p *marital) days(e *evaluator) timeline.Set {
	if slices.Contains(p.In, e.r.Person.Marital) {
		return always
	}
	return never
}

func (p *marital) text() Text {
	return Text{"婚姻状况" + inList(p.In, nil, maritalTexts, true), "marital status " + inList(p.In, nil, maritalTexts, false)}
}

func (p *marital) check() Text {
	if len(p.In) == 0 {
		return Text{"须给出 in", "in must be given"}
	}
	return Text{}
}

func (*marital) used(e *evaluator, _ civil.Date) []UsedFact { return e.maritalFact() }

// married: marital status 20–23, or a recorded spouse on the day.
type married struct{}

func (*married) days(e *evaluator) timeline.Set {
	if m := e.r.Person.Marital; m >= 20 && m <= 23 {
		return always
	}
	e.scratch = e.scratch[:0]
	for i := range e.r.Relations {
		if r := &e.r.Relations[i]; r.Kind == facts.Spouse {
			e.scratch = append(e.scratch, inclusive(r.From, r.Until))
		}
	}
	return e.collect()
}

func (*married) text() Text  { return Text{"已婚", "married"} }
func (*married) check() Text { return Text{} }

func (*married) used(e *evaluator, day civil.Date) []UsedFact {
	out := e.maritalFact()
	for i := range e.r.Relations {
		if r := &e.r.Relations[i]; r.Kind == facts.Spouse {
			out = append(out, usedFact("relation", r.ID, "配偶关系", "spouse", r.From, r.Until))
		}
	}
	return out
}

// inclusive makes a span of a first and a last day; None is open.
func inclusive(from, until civil.Date) timeline.Span {
	to := civil.Forever
	if until != civil.None {
		to = until.AddDays(1)
	}
	return timeline.Span{From: max(from, timeline.First), To: to}
}

// noSource stands for a condition about facts that no service records yet. It
// never holds, and says so in every explanation.
type noSource struct {
	Facts Text `yaml:"facts"`
}

func (*noSource) days(*evaluator) timeline.Set { return never }

func (p *noSource) text() Text {
	return Text{"（暂无数据来源）" + p.Facts.Chinese, "(no source yet) " + p.Facts.English}
}

func (p *noSource) check() Text {
	if p.Facts.Chinese == "" || p.Facts.English == "" {
		return Text{"须用中英文说明等待何种数据", "facts must say in Chinese and English what is awaited"}
	}
	return Text{}
}
