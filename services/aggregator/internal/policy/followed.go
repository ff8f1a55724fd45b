package policy

import (
	"fmt"
	"slices"

	"xinju.dev/services/platform/civil"
)

// followed: at most so many days after the event, its own day included, the
// resident had a service of a kind, for example a newborn the first visit. With
// Record it is a dated record of that code.
type followed struct {
	Kind       string  `yaml:"kind"` // as of predicate events
	Codes      []int32 `yaml:"codes"`
	Record     string  `yaml:"record"` // instead of kind
	WithinDays int     `yaml:"within_days"`
}

// each visits what came in time.
func (p *followed) each(e *evaluator, ev *event, visit func(served)) {
	inTime := func(s served) {
		if s.on != civil.None && s.on >= ev.on && s.on <= ev.on.AddDays(p.WithinDays) && (len(p.Codes) == 0 || slices.Contains(p.Codes, s.code)) {
			visit(s)
		}
	}
	if p.Record == "" {
		eachServed(e.r, p.Kind, inTime)
		return
	}
	for i := range e.r.Records {
		if x := &e.r.Records[i]; x.Code == p.Record {
			inTime(served{on: x.On, id: x.ID})
		}
	}
}

func (p *followed) holds(e *evaluator, ev *event) (is bool) {
	p.each(e, ev, func(served) { is = true })
	return is
}

func (p *followed) words() Text {
	if p.Record != "" {
		return Text{"记录" + p.Record, "record " + p.Record}
	}
	return kindText(p.Kind, p.Codes)
}

func (p *followed) text() Text {
	w := p.words()
	return Text{fmt.Sprintf("%d天内有%s", p.WithinDays, w.Chinese), fmt.Sprintf("%s within %d days", w.English, p.WithinDays)}
}

func (p *followed) check() Text {
	_, known := eventKinds[p.Kind]
	switch {
	case (p.Kind == "") == (p.Record == ""):
		return Text{"须给出 kind 或 record 之一", "exactly one of kind and record must be given"}
	case p.Kind != "" && !known:
		return wrongKind
	case p.Record != "" && len(p.Codes) > 0:
		return Text{"codes 只与 kind 并用", "codes stands beside kind only"}
	case p.WithinDays < 0 || p.WithinDays > 3660:
		return Text{"within_days 应为 0–3660", "within_days must be 0–3660"}
	}
	return Text{}
}

func (p *followed) usedOf(e *evaluator, ev *event) (out []UsedFact) {
	kind, w := p.Kind, p.words()
	if p.Record != "" {
		kind = "record"
	}
	p.each(e, ev, func(s served) {
		out = append(out, UsedFact{kind, s.id, Text{s.on.String() + " " + w.Chinese, w.English + " on " + s.on.String()}})
	})
	return out
}

// risk: the pregnancy was assessed to be of one of these colours of risk: 1
// green, 2 yellow, 3 orange, 4 red, 5 purple (infectious).
type risk struct {
	In []int32 `yaml:"in"`
}

var riskTexts = map[int32]Text{1: {"绿色", "green"}, 2: {"黄色", "yellow"}, 3: {"橙色", "orange"}, 4: {"红色", "red"}, 5: {"紫色", "purple"}}

func (p *risk) holds(_ *evaluator, ev *event) bool {
	return ev.pregnancy != nil && slices.Contains(p.In, ev.pregnancy.Risk)
}

func (p *risk) text() Text {
	return Text{"妊娠风险评估为" + inList(p.In, nil, riskTexts, true), "risk of the pregnancy " + inList(p.In, nil, riskTexts, false)}
}

func (p *risk) check() Text {
	if len(p.In) == 0 || slices.Min(p.In) < 1 || slices.Max(p.In) > 5 {
		return Text{"in 应为 1（绿）至 5（紫）的非空列表", "in is a list of 1 (green) to 5 (purple)"}
	}
	return Text{}
}

func (*risk) usedOf(_ *evaluator, ev *event) []UsedFact {
	if ev.pregnancy == nil {
		return nil
	}
	return []UsedFact{usedFact("pregnancy", ev.id, "妊娠", "pregnancy", ev.pregnancy.LMP, ev.on)}
}
