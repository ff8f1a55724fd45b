package policy

import (
	"fmt"
	"slices"

	"xinju.dev/services/aggregator/internal/timeline"
	"xinju.dev/services/platform/civil"
)

// Predicates about services that were given.

// archive: has a health archive that is open, electronic, in standard form and
// in use as asked: a service was linked to it within so many months. Of that
// only the last day is known, so it holds from there.
type archive struct {
	Electronic bool   `yaml:"electronic"`
	Standard   bool   `yaml:"standard"`
	Touched    string `yaml:"touched"` // months:12, calendar_year …; as within of events
}

func (p *archive) days(e *evaluator) timeline.Set {
	e.scratch = e.scratch[:0]
	for i := range e.r.Archives {
		a := &e.r.Archives[i]
		if a.Opened == civil.None || p.Electronic && !a.Electronic {
			continue
		}
		open := timeline.Span{From: a.Opened, To: civil.Forever}
		if a.Closed != civil.None {
			open.To = a.Closed
		}
		if p.Touched != "" {
			if a.Touched == civil.None {
				continue
			}
			open.From, open.To = max(open.From, a.Touched), min(open.To, endOf(p.Touched, a.Touched))
		}
		if !p.Standard {
			e.scratch = append(e.scratch, open)
			continue
		}
		for _, d := range a.Standard {
			v := inclusive(d.From, d.Until)
			e.scratch = append(e.scratch, timeline.Span{From: max(v.From, open.From), To: min(v.To, open.To)})
		}
	}
	return e.collect()
}

func (p *archive) text() Text {
	t := Text{"健康档案", "health archive"}
	if p.Electronic {
		t = Text{"电子健康档案", "electronic health archive"}
	}
	if p.Standard {
		t = Text{"规范化" + t.Chinese, t.English + " in standard form"}
	}
	t = Text{"已建立" + t.Chinese, "has an " + t.English}
	if p.Touched != "" {
		when := withinText(p.Touched)
		t.Chinese += "且" + when.Chinese + "有使用记录"
		t.English += ", used " + when.English
	}
	return t
}

func (p *archive) check() Text {
	if p.Touched == "" {
		return Text{}
	}
	return withinCheck(p.Touched)
}

func (*archive) used(e *evaluator, day civil.Date) []UsedFact {
	var out []UsedFact
	for i := range e.r.Archives {
		a := &e.r.Archives[i]
		if a.Opened <= day {
			out = append(out, usedFact("archive", a.ID, "健康档案", "health archive", a.Opened, lastBefore(a.Closed)))
		}
	}
	return out
}

// events: at least so many services of a kind within a period that holds the
// day. The day of the last of them counts; the answer then holds until the
// period ends ("at least one check this calendar year": from the check until
// 31 December).
type events struct {
	Kind    string  `yaml:"kind"`
	Codes   []int32 `yaml:"codes"` // form or kind of the service; none means any
	AtLeast int     `yaml:"at_least"`
	Within  string  `yaml:"within"` // calendar_year, mch_year, quarter, month, ever, months:12
	Free    bool    `yaml:"free"`   // planning services given free of charge only
}

func (p *events) counts(s served) bool {
	return s.on != civil.None && (len(p.Codes) == 0 || slices.Contains(p.Codes, s.code)) && (s.free || !p.Free)
}

func (p *events) days(e *evaluator) timeline.Set {
	e.dates = e.dates[:0]
	eachServed(e.r, p.Kind, func(s served) {
		if p.counts(s) {
			e.dates = append(e.dates, s.on)
		}
	})
	return e.often(p.AtLeast, p.Within)
}

func (p *events) text() Text {
	k, n, when := kindText(p.Kind, p.Codes), max(p.AtLeast, 1), withinText(p.Within)
	return Text{fmt.Sprintf("%s接受%s%d次及以上", when.Chinese, k.Chinese, n), fmt.Sprintf("%d or more: %s, %s", n, k.English, when.English)}
}

func (p *events) check() Text {
	if _, ok := eventKinds[p.Kind]; !ok {
		return wrongKind
	}
	if t := withinCheck(p.Within); t != (Text{}) {
		return t
	}
	if p.AtLeast < 0 || p.Free && p.Kind != "planning" {
		return Text{"at_least 不能为负；free 只用于 planning", "at_least must not be negative; free is for planning only"}
	}
	return Text{}
}

func (p *events) used(e *evaluator, day civil.Date) []UsedFact {
	var out []UsedFact
	k := eventKinds[p.Kind]
	eachServed(e.r, p.Kind, func(s served) {
		if p.counts(s) && s.on <= day && day < endOf(p.Within, s.on) {
			out = append(out, UsedFact{p.Kind, s.id, Text{s.on.String() + " " + k.Chinese, k.English + " on " + s.on.String()}})
		}
	})
	return out
}

// method: uses a method of contraception, adopted here where AdoptedHere asks:
// in the same division of the level as the residence on the day.
type method struct {
	LongActing  bool      `yaml:"long_acting"`
	AdoptedHere levelName `yaml:"adopted_here"`
}

func (p *method) days(e *evaluator) timeline.Set {
	e.scratch = e.scratch[:0]
	for i := range e.r.Methods {
		m := &e.r.Methods[i]
		if p.LongActing && !m.LongActing || m.From == civil.None {
			continue
		}
		if m.Adopted != "" || p.AdoptedHere == "" {
			e.here(m.Adopted, inclusive(m.From, m.Until), levelNames[p.AdoptedHere])
		}
	}
	return e.collect()
}

func (p *method) text() Text {
	t := Text{"使用避孕方法", "uses a method of contraception"}
	if p.LongActing {
		t = Text{"落实长效避孕节育措施", "uses a long-acting method of contraception"}
	}
	if l := levelNames[p.AdoptedHere]; l != 0 {
		t.Chinese = "在现居住的" + levelTexts[l].Chinese + t.Chinese
		t.English += ", adopted in the " + levelTexts[l].English + " of residence"
	}
	return t
}

func (p *method) check() Text { return p.AdoptedHere.check() }

func (p *method) used(e *evaluator, day civil.Date) []UsedFact {
	var out []UsedFact
	for i := range e.r.Methods {
		if m := &e.r.Methods[i]; m.From <= day && (!p.LongActing || m.LongActing) {
			out = append(out, usedFact("method", m.ID, "避孕方法", "method of contraception", m.From, m.Until))
		}
	}
	return out
}
