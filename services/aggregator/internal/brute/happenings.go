package brute

import (
	"slices"
	"time"

	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/platform/civil"
)

// What can be counted as an event.

// pregnanciesEnded: of some outcomes, none: all; twins once.
func pregnanciesEnded(outcomes ...int32) func(d *Diary) []happening {
	return func(d *Diary) (out []happening) {
		for i := range d.r.Pregnancies {
			g := &d.r.Pregnancies[i]
			if len(outcomes) == 0 || slices.Contains(outcomes, g.Outcome) {
				out = append(out, happening{id: g.ID, on: g.Ended, unit: g.UnitID, pregnancy: g})
			}
		}
		return out
	}
}

// casesRegistered: notifiable cases on the day of the register, else of diagnosis.
func casesRegistered(d *Diary) (out []happening) {
	for i := range d.r.Cases {
		c := &d.r.Cases[i]
		on := c.Registered
		if on == civil.None && c.Diagnosed != 0 {
			on = civil.DateOf(time.Unix(c.Diagnosed, 0))
		}
		if c.Class != "" {
			out = append(out, happening{id: c.ID, on: on, unit: c.UnitID, sick: c})
		}
	}
	return out
}

// lessons are attendances at health education, 人次.
func lessons(d *Diary) []happening { return lessonsOf(1, 2, 3, 4, 5)(d) }

// lessonsOf are attendances of some forms.
func lessonsOf(forms ...int32) func(d *Diary) []happening {
	return func(d *Diary) (out []happening) {
		for _, x := range d.r.Educations {
			if slices.Contains(forms, x.Form) {
				out = append(out, happening{id: x.ID, on: x.On, unit: x.UnitID})
			}
		}
		return out
	}
}

func (d *Diary) lessonsOf(forms ...int32) (days []civil.Date) {
	for _, h := range lessonsOf(forms...)(d) {
		days = append(days, h.on)
	}
	return days
}

// births is the resident's own.
func births(d *Diary) []happening {
	return []happening{{id: d.r.Person.ID, on: d.r.Person.Birth, mothers: true}}
}

// deathsOf is the resident's own, when it was of that kind.
func deathsOf(kind test) func(d *Diary) []happening {
	return func(d *Diary) []happening {
		on := d.r.Person.Death
		if on == civil.None || !kind(d, on) {
			return nil
		}
		return []happening{{id: d.r.Person.ID, on: on}}
	}
}

// recordsOf are the records of a code; with byValue each counts as often as its
// value says.
func recordsOf(code string, byValue bool) func(d *Diary) []happening {
	return func(d *Diary) (out []happening) {
		for _, x := range d.r.Records {
			h := happening{id: x.ID, on: x.On, unit: x.UnitID, value: x.Value}
			if byValue {
				h.weight = int32(x.Value)
			}
			if x.Code == code && (!byValue || x.Value > 0 && x.Value <= 10_000) { // more is a slip, and counts as none
				out = append(out, h)
			}
		}
		return out
	}
}

type question = func(d *Diary, h *happening) bool

// reported: 已网络报告; with inTime within the hours that its class allows.
func reported(inTime bool) question {
	return func(_ *Diary, h *happening) bool {
		c := h.sick
		late := c.Diagnosed == 0 || c.DeadlineHours <= 0 || c.Reported > c.Diagnosed+3600*int64(c.DeadlineHours)
		return c.Reported != 0 && !(inTime && late)
	}
}

func valueAtLeast(n int64) question {
	return func(_ *Diary, h *happening) bool { return h.value >= n }
}

// recordedBefore: a record of the code in the 12 months up to the event.
func recordedBefore(code string) question {
	return func(d *Diary, h *happening) bool { return times(d.recorded(code), h.on, last12Months) >= 1 }
}

// recordedAfter: a record of the code within so many days from the event.
func recordedAfter(code string, days int) question {
	return func(d *Diary, h *happening) bool { return within(d.recorded(code), h.on, days) }
}

func within(dates []civil.Date, from civil.Date, days int) bool {
	return slices.ContainsFunc(dates, func(on civil.Date) bool { return on >= from && int(on-from) <= days })
}

// onItsDay asks a test on the day of the event.
func onItsDay(holds test) question {
	return func(d *Diary, h *happening) bool { return holds(d, h.on) }
}

func also(a, b question) question {
	return func(d *Diary, h *happening) bool { return a(d, h) && b(d, h) }
}

// standardForm is 规范化电子健康档案.
func standardForm(a *facts.Archive, day civil.Date) bool {
	return a.Electronic && slices.ContainsFunc(a.Standard, func(s facts.Days) bool {
		return s.From <= day && (s.Until == civil.None || day <= s.Until)
	})
}
