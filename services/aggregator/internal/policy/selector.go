package policy

import (
	"fmt"
	"slices"

	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/platform/civil"
)

// Flow indicators: which events they count.

// selector says which events an indicator counts; exactly one of the pointers is
// set. An event that weighs nothing is none.
type selector struct {
	Pregnancies *pregnanciesEnded `yaml:"pregnancies_ended"`
	Cases       *casesRegistered  `yaml:"cases_registered"`
	Births      *births           `yaml:"births"`
	Deaths      *deaths           `yaml:"deaths"`
	Services    *servicesGiven    `yaml:"services"`
	Records     *recordsMade      `yaml:"records"`
	Weight      string            `yaml:"weight"` // "" one each, live_births, value

	of happening // among which it chooses
}

// eventSource is one kind of events.
type eventSource interface {
	// among is the events of which it takes some.
	among() happening
	takes(r *facts.Resident, ev *event) bool
	text() Text
	check() Text
}

// source returns what is set, and how many are.
func (s *selector) source() (one eventSource, set int) {
	take := func(is bool, x eventSource) {
		if is {
			one, set = x, set+1
		}
	}
	take(s.Pregnancies != nil, s.Pregnancies)
	take(s.Cases != nil, s.Cases)
	take(s.Births != nil, s.Births)
	take(s.Deaths != nil, s.Deaths)
	take(s.Services != nil, s.Services)
	take(s.Records != nil, s.Records)
	return one, set
}

// takes says whether the event, which is among those of s.of, is counted.
func (s *selector) takes(r *facts.Resident, ev *event) bool {
	switch {
	case s.Pregnancies != nil:
		return s.Pregnancies.takes(r, ev)
	case s.Cases != nil:
		return s.Cases.takes(r, ev)
	case s.Deaths != nil:
		return s.Deaths.takes(r, ev)
	case s.Services != nil:
		return s.Services.takes(r, ev)
	case s.Records != nil:
		return s.Records.takes(r, ev)
	}
	return true // each birth
}

// mostAtOnce is how many one event may count as. What says more is a slip: two of them
// could be more than a number of the ledger holds, and one spoils a county's.
const mostAtOnce = 10_000

// weigh says how many an event counts as, 0 for one by itself. What weighs nothing is
// no event, nor is what weighs too much.
func (s *selector) weigh(r *facts.Resident, ev *event) (weight int32, is bool) {
	if s.Weight == "" {
		return 0, true
	}
	n := s.says(r, ev)
	if n <= 0 || n > mostAtOnce {
		return 0, false
	}
	return int32(n), true
}

// tooMuch says whether an event weighs more than one can.
func (s *selector) tooMuch(r *facts.Resident, ev *event) bool {
	return s.Weight != "" && s.says(r, ev) > mostAtOnce
}

// says is the number by which an event is weighed, as recorded. A live birth whose
// delivery was never recorded is one.
func (s *selector) says(r *facts.Resident, ev *event) (n int64) {
	if s.Weight == "value" {
		return ev.value
	}
	known := false
	for i := range r.Deliveries {
		if d := &r.Deliveries[i]; d.PregnancyID == ev.id {
			n, known = n+int64(d.LiveBirths), true
		}
	}
	if !known && ev.pregnancy.Outcome == facts.LiveBirth {
		n = 1
	}
	return n
}

func (s *selector) text() Text {
	one, _ := s.source()
	t := one.text()
	switch s.Weight {
	case "live_births":
		return Text{t.Chinese + "（按活产数计）", t.English + " (counted by live births)"}
	case "value":
		return Text{t.Chinese + "（按记录数值计）", t.English + " (counted by the value recorded)"}
	}
	return t
}

func (s *selector) check() Text {
	one, set := s.source()
	if set != 1 {
		return Text{} // the compiler says so
	}
	switch {
	case s.Weight != "" && s.Weight != "live_births" && s.Weight != "value":
		return Text{"weight 只能是 live_births 或 value", "weight must be live_births or value"}
	case s.Weight == "live_births" && s.Pregnancies == nil:
		return Text{"weight: live_births 只用于 pregnancies_ended", "weight: live_births is for pregnancies_ended only"}
	case s.Weight == "value" && s.Records == nil:
		return Text{"weight: value 只用于 records", "weight: value is for records only"}
	}
	return one.check()
}

// pregnanciesEnded: each pregnancy on the day it ended.
type pregnanciesEnded struct {
	Outcomes []int32 `yaml:"outcomes"` // none means any
}

func (*pregnanciesEnded) among() happening { return pregnancyEnded }

func (s *pregnanciesEnded) takes(_ *facts.Resident, ev *event) bool {
	return len(s.Outcomes) == 0 || slices.Contains(s.Outcomes, ev.pregnancy.Outcome)
}

func (s *pregnanciesEnded) text() Text {
	if len(s.Outcomes) > 0 {
		return Text{"妊娠结束（" + inList(s.Outcomes, nil, outcomeTexts, true) + "）", "pregnancy ended (" + inList(s.Outcomes, nil, outcomeTexts, false) + ")"}
	}
	return Text{"妊娠结束", "pregnancy ended"}
}

func (*pregnanciesEnded) check() Text { return Text{} }

// casesRegistered: each infectious case on the day it was written into the
// clinic's register or, without one, the day of diagnosis.
type casesRegistered struct {
	Classes []string `yaml:"classes"` // none means every notifiable case
}

func (*casesRegistered) among() happening { return caseRegistered }

func (s *casesRegistered) takes(_ *facts.Resident, ev *event) bool {
	if len(s.Classes) == 0 {
		return ev.sick.Class != ""
	}
	return slices.Contains(s.Classes, ev.sick.Class)
}

func (*casesRegistered) text() Text {
	return Text{"登记的法定传染病病例", "registered notifiable case"}
}

func (*casesRegistered) check() Text { return Text{} }

func caseDay(c *facts.Case) civil.Date {
	if c.Registered != civil.None {
		return c.Registered
	}
	if c.Diagnosed == 0 {
		return civil.None
	}
	return dayOfSeconds(c.Diagnosed)
}

// servicesGiven: each service of a kind, or of any kind.
type servicesGiven struct {
	Kind  string  `yaml:"kind"`
	Codes []int32 `yaml:"codes"`
	Free  bool    `yaml:"free"`
}

// anyKind is the word for services of every kind. Their ids are made unique by
// the kind, since the same id may be given out by several services.
const anyKind = "any"

func (s *servicesGiven) among() happening {
	if s.Kind == anyKind {
		return anyService
	}
	return firstService + happening(slices.Index(allKinds, s.Kind))
}

func (s *servicesGiven) takes(_ *facts.Resident, ev *event) bool {
	return (len(s.Codes) == 0 || slices.Contains(s.Codes, ev.code)) && (ev.free || !s.Free)
}

func (s *servicesGiven) text() Text {
	if s.Kind == anyKind {
		return Text{"各类服务", "service of any kind"}
	}
	return kindText(s.Kind, s.Codes)
}

func (s *servicesGiven) check() Text {
	if _, ok := eventKinds[s.Kind]; !ok && s.Kind != anyKind {
		return wrongKind
	}
	if s.Free && s.Kind != "planning" {
		return Text{"free 只用于 planning", "free is for planning only"}
	}
	if len(s.Codes) > 0 && s.Kind == anyKind {
		return Text{"codes 不能与 kind: any 并用", "codes cannot stand beside kind: any"}
	}
	return Text{}
}

// recordsMade: each record of a code, on its day.
type recordsMade struct {
	Code  string      `yaml:"code"`
	Codes []string    `yaml:"codes"` // any of them; instead of code
	Value *valueRange `yaml:"value"`
}

func (s *recordsMade) filter() recordFilter { return recordFilter{s.Code, s.Codes, s.Value} }

func (s *recordsMade) recordCodes() []string { f := s.filter(); return f.recordCodes() }

func (*recordsMade) among() happening { return recordMade }

func (s *recordsMade) takes(_ *facts.Resident, ev *event) bool {
	f := s.filter()
	return f.takes(ev.made)
}

func (s *recordsMade) text() Text {
	f := s.filter()
	t := f.text()
	return Text{"记录：" + t.Chinese, "record: " + t.English}
}

func (s *recordsMade) check() Text { f := s.filter(); return f.check() }

// valueRange is a range of values, both ends inclusive.
type valueRange struct {
	AtLeast *int64 `yaml:"at_least"`
	AtMost  *int64 `yaml:"at_most"`
}

func (v *valueRange) holds(n int64) bool {
	return v == nil || (v.AtLeast == nil || n >= *v.AtLeast) && (v.AtMost == nil || n <= *v.AtMost)
}

func (v *valueRange) words() Text {
	switch {
	case v == nil:
		return Text{}
	case v.AtMost == nil:
		return Text{fmt.Sprintf("数值不小于%d", *v.AtLeast), fmt.Sprintf("value of %d or more", *v.AtLeast)}
	case v.AtLeast == nil:
		return Text{fmt.Sprintf("数值不大于%d", *v.AtMost), fmt.Sprintf("value of %d or less", *v.AtMost)}
	case *v.AtLeast == *v.AtMost:
		return Text{fmt.Sprintf("数值为%d", *v.AtLeast), fmt.Sprintf("value %d", *v.AtLeast)}
	}
	return Text{fmt.Sprintf("数值%d至%d", *v.AtLeast, *v.AtMost), fmt.Sprintf("value from %d to %d", *v.AtLeast, *v.AtMost)}
}

func (v *valueRange) wrong() Text {
	if v != nil && (v.AtLeast == nil && v.AtMost == nil || v.AtLeast != nil && v.AtMost != nil && *v.AtLeast > *v.AtMost) {
		return Text{"value 须给出 at_least 或 at_most，且不为空", "value takes at_least or at_most, and must not be empty"}
	}
	return Text{}
}
