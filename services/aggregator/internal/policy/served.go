package policy

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/timeline"
	"xinju.dev/services/platform/civil"
)

// Predicates about services that were given.

// archive: has a health archive that is open, electronic and in standard form
// as asked.
type archive struct {
	Electronic bool `yaml:"electronic"`
	Standard   bool `yaml:"standard"`
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
	return Text{"已建立" + t.Chinese, "has an " + t.English}
}

func (*archive) check() Text { return Text{} }

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

type served struct {
	on   civil.Date
	code int32
	free bool
	id   string
}

var eventKinds = map[string]Text{
	"education":   {"健康教育", "health education"},
	"child_check": {"儿童检查", "child check"},
	"antenatal":   {"产前检查", "antenatal visit"},
	"postnatal":   {"产后访视", "postnatal visit"},
	"planning":    {"计划生育服务", "family-planning service"},
	"certificate": {"预防接种证", "vaccination certificate"},
}

// eachServed visits the services of one kind.
func eachServed(r *facts.Resident, kind string, visit func(served)) {
	switch kind {
	case "education":
		for i := range r.Educations {
			visit(served{r.Educations[i].On, r.Educations[i].Form, false, r.Educations[i].ID})
		}
	case "child_check":
		for i := range r.ChildChecks {
			visit(served{r.ChildChecks[i].On, r.ChildChecks[i].Kind, false, r.ChildChecks[i].ID})
		}
	case "antenatal":
		for i := range r.Antenatals {
			visit(served{r.Antenatals[i].On, 0, false, r.Antenatals[i].ID})
		}
	case "postnatal":
		for i := range r.Postnatals {
			visit(served{r.Postnatals[i].On, r.Postnatals[i].Kind, false, r.Postnatals[i].ID})
		}
	case "planning":
		for i := range r.Services {
			visit(served{r.Services[i].On, r.Services[i].Kind, r.Services[i].Free, r.Services[i].ID})
		}
	case "certificate":
		for i := range r.Certificates {
			visit(served{r.Certificates[i].Issued, 0, false, r.Certificates[i].ID})
		}
	}
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
	slices.Sort(e.dates)
	begin, k := len(e.arena), max(p.AtLeast, 1)
	for i := k - 1; i < len(e.dates); i++ {
		e.arena = timeline.Add(e.arena, begin, timeline.Span{From: e.dates[i], To: p.end(e.dates[i-k+1])})
	}
	return e.keep(begin, e.arena)
}

// end is the first day on which a service given on the day no longer counts.
func (p *events) end(day civil.Date) civil.Date {
	if period, ok := periodNames[p.Within]; ok {
		return period.End(day)
	}
	if n, ok := rolling(p.Within); ok {
		return day.AddMonths(n)
	}
	return civil.Forever
}

func rolling(within string) (int, bool) {
	s, ok := strings.CutPrefix(within, "months:")
	if !ok {
		return 0, false
	}
	n, err := strconv.Atoi(s)
	return n, err == nil && n > 0 && n <= 1200
}

func (p *events) text() Text {
	k, n := eventKinds[p.Kind], max(p.AtLeast, 1)
	if p.Kind == "child_check" && len(p.Codes) > 0 {
		k = Text{inList(p.Codes, nil, checkTexts, true), inList(p.Codes, nil, checkTexts, false)}
	}
	if p.Kind == "planning" && len(p.Codes) > 0 {
		k = Text{inList(p.Codes, nil, planningTexts, true), inList(p.Codes, nil, planningTexts, false)}
	}
	var when Text
	if period, ok := periodNames[p.Within]; ok {
		when = periodTexts[period]
	} else if m, ok := rolling(p.Within); ok {
		when = Text{fmt.Sprintf("近%d个月内", m), fmt.Sprintf("in the last %d months", m)}
	} else {
		when = Text{"至今", "ever"}
	}
	return Text{fmt.Sprintf("%s接受%s%d次及以上", when.Chinese, k.Chinese, n), fmt.Sprintf("%d or more: %s, %s", n, k.English, when.English)}
}

func (p *events) check() Text {
	if _, ok := eventKinds[p.Kind]; !ok {
		return Text{"kind 不是已记录的服务种类", "kind is not a service that is recorded"}
	}
	_, period := periodNames[p.Within]
	if _, months := rolling(p.Within); !period && !months && p.Within != "ever" {
		return Text{"within 须为 calendar_year、mch_year、quarter、month、ever 或 months:n", "within must be calendar_year, mch_year, quarter, month, ever or months:n"}
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
		if p.counts(s) && s.on <= day && day < p.end(s.on) {
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
