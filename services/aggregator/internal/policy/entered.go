package policy

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/workday"
)

// Predicates about how an event was recorded.

// entered: the record of the event was entered at most so many days after it;
// with Working those are working days, by the calendar of the State Council. The
// day of the event is not counted (Civil Code art. 201). When nobody knows on
// which day a record was entered, it was not in time.
type entered struct {
	WithinDays *int `yaml:"within_days"`
	Working    bool `yaml:"working"`
}

var workdays = sync.OnceValues(workday.China)

func (p *entered) last(on civil.Date) civil.Date {
	if p.Working {
		if c, err := workdays(); err == nil { // check has seen to it
			return c.Add(on, *p.WithinDays)
		}
	}
	return on.AddDays(*p.WithinDays)
}

func (p *entered) holds(_ *evaluator, ev *event) bool {
	return ev.recorded != civil.None && ev.recorded <= p.last(ev.on)
}

func (p *entered) text() Text {
	if p.Working {
		return Text{fmt.Sprintf("发生后%d个工作日内录入", *p.WithinDays), fmt.Sprintf("entered within %d working days", *p.WithinDays)}
	}
	return Text{fmt.Sprintf("发生后%d天内录入", *p.WithinDays), fmt.Sprintf("entered within %d days", *p.WithinDays)}
}

func (p *entered) check() Text {
	if p.WithinDays == nil || *p.WithinDays < 0 || *p.WithinDays > 3660 {
		return Text{"within_days 应为 0–3660", "within_days must be 0–3660"}
	}
	if _, err := workdays(); p.Working && err != nil {
		return Text{"工作日历无效：" + err.Error(), "the calendar of working days is not valid: " + err.Error()}
	}
	return Text{}
}

func (p *entered) usedOf(_ *evaluator, ev *event) []UsedFact {
	on, entered := ev.on.String(), ev.recorded.String()
	t := Text{on + " 发生，" + entered + " 录入", "happened on " + on + ", entered on " + entered}
	if ev.recorded == civil.None {
		t = Text{on + " 发生，录入日期不详", "happened on " + on + ", day of entry not known"}
	}
	return []UsedFact{{ev.kind, ev.id, t}}
}

// residentHere: on the day of the event the person lived in the division of the
// unit that recorded it, or with Level in the same division of that level.
type residentHere struct {
	Level levelName `yaml:"level"`
}

func (p *residentHere) holds(e *evaluator, ev *event) bool {
	u, ok := e.w.Unit(ev.unit)
	s := e.stayOn(facts.ByArrival, ev.on)
	if !ok || s == nil {
		return false
	}
	at := e.w.Standing(u.Division, ev.on)
	if at.How == facts.Nowhere {
		return false
	}
	if l := levelNames[p.Level]; l != 0 {
		return at.At[l] != "" && at.At[l] == s.At[l]
	}
	return slices.Contains(s.At[:], at.At.Place())
}

func (p *residentHere) text() Text {
	if l := levelNames[p.Level]; l != 0 {
		return Text{"当日居住地与服务机构在同一" + levelTexts[l].Chinese, "lived in the " + levelTexts[l].English + " of the unit that day"}
	}
	return Text{"当日居住在服务机构所在辖区", "lived in the division of the unit that day"}
}

func (p *residentHere) check() Text { return p.Level.check() }

func (p *residentHere) usedOf(e *evaluator, ev *event) []UsedFact {
	place, name := "", ""
	if u, ok := e.w.Unit(ev.unit); ok {
		place = u.Division
		name = e.w.Name(u.Division, ev.on)
	}
	out := []UsedFact{{ev.kind, ev.id, Text{ev.on.String() + " 服务机构在" + name + place, "on " + ev.on.String() + ", unit in " + name + " " + place}}}
	if s := e.stayOn(facts.ByArrival, ev.on); s != nil {
		out = append(out, e.residenceFacts(facts.ByArrival, ev.on, 0)...)
	}
	return out
}

// valueOf: the value of the record lies in a range.
type valueOf struct {
	AtLeast *int64 `yaml:"at_least"`
	AtMost  *int64 `yaml:"at_most"`
}

func (p *valueOf) span() *valueRange { return &valueRange{p.AtLeast, p.AtMost} }

func (p *valueOf) holds(_ *evaluator, ev *event) bool {
	return (ev.kind == "record" || ev.kind == "delivery") && p.span().holds(ev.value)
}
func (p *valueOf) text() Text  { return p.span().words() }
func (p *valueOf) check() Text { return p.span().wrong() }

func (*valueOf) usedOf(_ *evaluator, ev *event) []UsedFact {
	return []UsedFact{{ev.kind, ev.id, Text{fmt.Sprintf("%s 数值%d", ev.on, ev.value), fmt.Sprintf("value %d on %s", ev.value, ev.on)}}}
}

// product: the dose is of one of these vaccines, by the abbreviations of the
// schedule data.
type product struct {
	In []string `yaml:"in"`
}

func (p *product) holds(_ *evaluator, ev *event) bool { return slices.Contains(p.In, ev.product) }

func (p *product) text() Text {
	return Text{"疫苗为" + strings.Join(p.In, "、"), "vaccine " + strings.Join(p.In, " or ")}
}

func (p *product) check() Text {
	if len(p.In) == 0 {
		return Text{"须给出 in", "in must be given"}
	}
	return Text{}
}

func (*product) usedOf(_ *evaluator, ev *event) []UsedFact {
	return []UsedFact{{ev.kind, ev.id, Text{ev.on.String() + " " + ev.product, ev.product + " on " + ev.on.String()}}}
}
