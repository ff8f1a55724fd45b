package policy

import (
	"fmt"

	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/timeline"
	"xinju.dev/services/platform/civil"
)

// pregnant: from the first day of the last period (or, without it, from the
// maternal record) until the day before the pregnancy ended. A pregnancy whose
// end was never recorded stops counting after MaxDays.
type pregnant struct {
	MaxDays int `yaml:"max_days"` // default 308 (44 weeks)
}

const longestPregnancy = 308

func (p *pregnant) days(e *evaluator) timeline.Set {
	e.scratch = e.scratch[:0]
	for i := range e.r.Pregnancies {
		if v, ok := p.span(&e.r.Pregnancies[i]); ok {
			e.scratch = append(e.scratch, v)
		}
	}
	return e.collect()
}

func (p *pregnant) span(g *facts.Pregnancy) (timeline.Span, bool) {
	from := g.LMP
	if from == civil.None {
		from = g.Registered
	}
	if from == civil.None {
		return timeline.Span{}, false
	}
	if g.Ended != civil.None {
		return timeline.Span{From: from, To: g.Ended}, true
	}
	return timeline.Span{From: from, To: from.AddDays(p.longest())}, true
}

func (p *pregnant) longest() int {
	if p.MaxDays > 0 {
		return p.MaxDays
	}
	return longestPregnancy
}

func (*pregnant) text() Text { return Text{"孕期", "pregnant"} }

func (p *pregnant) check() Text {
	if p.MaxDays < 0 {
		return Text{"max_days 不能为负", "max_days must not be negative"}
	}
	return Text{}
}

func (p *pregnant) used(e *evaluator, day civil.Date) []UsedFact {
	var out []UsedFact
	for i := range e.r.Pregnancies {
		g := &e.r.Pregnancies[i]
		if v, ok := p.span(g); ok && v.From <= day && day < v.To {
			out = append(out, usedFact("pregnancy", g.ID, "妊娠", "pregnancy", v.From, g.Ended))
		}
	}
	return out
}

// postpartum: up to so many days after a delivery (live or still birth), the
// day itself included.
type postpartum struct {
	Days int `yaml:"days"` // default 42
}

func (p *postpartum) length() int {
	if p.Days > 0 {
		return p.Days
	}
	return 42
}

func (p *postpartum) days(e *evaluator) timeline.Set {
	e.scratch = e.scratch[:0]
	for i := range e.r.Pregnancies {
		if g := &e.r.Pregnancies[i]; delivered(g) {
			e.scratch = append(e.scratch, timeline.Span{From: g.Ended, To: g.Ended.AddDays(p.length() + 1)})
		}
	}
	return e.collect()
}

func delivered(g *facts.Pregnancy) bool {
	return g.Ended != civil.None && (g.Outcome == facts.LiveBirth || g.Outcome == facts.Stillbirth)
}

func (p *postpartum) text() Text {
	return Text{fmt.Sprintf("产后%d天内", p.length()), fmt.Sprintf("within %d days after delivery", p.length())}
}

func (p *postpartum) check() Text {
	if p.Days < 0 {
		return Text{"days 不能为负", "days must not be negative"}
	}
	return Text{}
}

func (p *postpartum) used(e *evaluator, day civil.Date) []UsedFact {
	var out []UsedFact
	for i := range e.r.Pregnancies {
		g := &e.r.Pregnancies[i]
		if delivered(g) && g.Ended <= day && day <= g.Ended.AddDays(p.length()) {
			out = append(out, usedFact("pregnancy", g.ID, "分娩", "delivery", g.Ended, civil.None))
		}
	}
	return out
}
