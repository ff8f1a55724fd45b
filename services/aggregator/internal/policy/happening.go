package policy

import (
	"fmt"
	"slices"

	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/platform/civil"
)

// Predicates about one event of a flow indicator.

// antenatal: at least so many antenatal visits during the pregnancy.
type antenatal struct {
	AtLeast    int   `yaml:"at_least"`
	BeforeWeek int32 `yaml:"before_week"` // the first of them before this completed week; 0 asks for none
}

func (p *antenatal) counts(a *facts.Antenatal, g *facts.Pregnancy) bool {
	return a.PregnancyID == g.ID && a.On != civil.None && a.On <= g.Ended
}

func (p *antenatal) holds(e *evaluator, ev *event) bool {
	n, early := 0, p.BeforeWeek == 0
	for i := range e.r.Antenatals {
		a := &e.r.Antenatals[i]
		if ev.pregnancy != nil && p.counts(a, ev.pregnancy) {
			n++
			early = early || a.Week > 0 && a.Week < p.BeforeWeek
		}
	}
	return early && n >= max(p.AtLeast, 1)
}

func (p *antenatal) text() Text {
	n := max(p.AtLeast, 1)
	t := Text{fmt.Sprintf("孕期接受产前检查%d次及以上", n), fmt.Sprintf("%d or more antenatal visits during the pregnancy", n)}
	if p.BeforeWeek > 0 {
		t.Chinese += fmt.Sprintf("，首次在孕%d周前", p.BeforeWeek)
		t.English += fmt.Sprintf(", one before week %d", p.BeforeWeek)
	}
	return t
}

func (p *antenatal) check() Text { return notNegative(p.AtLeast, int(p.BeforeWeek)) }

func (p *antenatal) usedOf(e *evaluator, ev *event) []UsedFact {
	var out []UsedFact
	for i := range e.r.Antenatals {
		if a := &e.r.Antenatals[i]; ev.pregnancy != nil && p.counts(a, ev.pregnancy) {
			out = append(out, UsedFact{"antenatal", a.ID, Text{a.On.String() + " 产前检查", "antenatal visit on " + a.On.String()}})
		}
	}
	return out
}

// postnatal: a postnatal visit within so many days after the end.
type postnatal struct {
	WithinDays int `yaml:"within_days"`
}

// came says whether a visit was in time.
func (p *postnatal) came(v *facts.Postnatal, ev *event) bool {
	return ev.pregnancy != nil && v.PregnancyID == ev.id && v.On >= ev.on && v.On <= ev.on.AddDays(p.WithinDays)
}

func (p *postnatal) holds(e *evaluator, ev *event) bool {
	for i := range e.r.Postnatals {
		if p.came(&e.r.Postnatals[i], ev) {
			return true
		}
	}
	return false
}

func (p *postnatal) text() Text {
	return Text{fmt.Sprintf("产后%d天内接受访视", p.WithinDays), fmt.Sprintf("a postnatal visit within %d days", p.WithinDays)}
}

func (p *postnatal) check() Text {
	if p.WithinDays < 1 {
		return Text{"within_days 须为正数", "within_days must be positive"}
	}
	return Text{}
}

func (p *postnatal) usedOf(e *evaluator, ev *event) []UsedFact {
	var out []UsedFact
	for i := range e.r.Postnatals {
		if v := &e.r.Postnatals[i]; p.came(v, ev) {
			out = append(out, UsedFact{"postnatal", v.ID, Text{v.On.String() + " 产后访视", "postnatal visit on " + v.On.String()}})
		}
	}
	return out
}

// inHospital: the delivery took place in hospital.
type inHospital struct{}

func (*inHospital) text() Text  { return Text{"住院分娩", "delivered in hospital"} }
func (*inHospital) check() Text { return Text{} }

// of is the delivery that was in hospital; nil when none was.
func (*inHospital) of(e *evaluator, ev *event) *facts.Delivery {
	for i := range e.r.Deliveries {
		if d := &e.r.Deliveries[i]; d.PregnancyID == ev.id && d.InHospital {
			return d
		}
	}
	return nil
}

func (p *inHospital) holds(e *evaluator, ev *event) bool { return p.of(e, ev) != nil }

func (p *inHospital) usedOf(e *evaluator, ev *event) []UsedFact {
	if d := p.of(e, ev); d != nil {
		return []UsedFact{{"delivery", d.ID, Text{d.On.String() + " 住院分娩", "delivery in hospital on " + d.On.String()}}}
	}
	return nil
}

// reported: the case was entered in the reporting network, in time where asked:
// within the hours allowed for its class on the day of diagnosis.
type reported struct {
	InTime bool `yaml:"in_time"`
}

func (p *reported) holds(_ *evaluator, ev *event) bool {
	c := ev.sick
	if c == nil || c.Reported == 0 {
		return false
	}
	return !p.InTime || c.Diagnosed != 0 && c.DeadlineHours > 0 && c.Reported-c.Diagnosed <= int64(c.DeadlineHours)*3600
}

func (p *reported) text() Text {
	if p.InTime {
		return Text{"已在规定时限内网络报告", "reported on the network in time"}
	}
	return Text{"已网络报告", "reported on the network"}
}

func (*reported) check() Text { return Text{} }

func (*reported) usedOf(_ *evaluator, ev *event) []UsedFact {
	if ev.sick == nil {
		return nil
	}
	t := Text{"登记 " + ev.on.String() + "，未报告", "registered on " + ev.on.String() + ", not reported"}
	if ev.sick.Reported != 0 {
		on := dayOfSeconds(ev.sick.Reported).String()
		t = Text{"登记 " + ev.on.String() + "，报告 " + on, "registered on " + ev.on.String() + ", reported on " + on}
	}
	return []UsedFact{{"case", ev.id, t}}
}

// outcome: the pregnancy ended in one of these ways.
type outcome struct {
	In []int32 `yaml:"in"`
}

func (p *outcome) holds(_ *evaluator, ev *event) bool {
	return ev.pregnancy != nil && slices.Contains(p.In, ev.pregnancy.Outcome)
}

func (p *outcome) text() Text {
	return Text{"妊娠结局" + inList(p.In, nil, outcomeTexts, true), "pregnancy outcome " + inList(p.In, nil, outcomeTexts, false)}
}

func (p *outcome) check() Text {
	if len(p.In) == 0 {
		return Text{"须给出 in", "in must be given"}
	}
	return Text{}
}

func (*outcome) usedOf(_ *evaluator, ev *event) []UsedFact {
	if ev.pregnancy == nil {
		return nil
	}
	return []UsedFact{usedFact("pregnancy", ev.id, "妊娠", "pregnancy", ev.pregnancy.LMP, ev.on)}
}

func notNegative(n ...int) Text {
	if slices.Min(n) < 0 {
		return Text{"数值不能为负", "numbers must not be negative"}
	}
	return Text{}
}
