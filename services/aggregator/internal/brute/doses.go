package brute

import (
	"cmp"
	"slices"

	"xinju.dev/services/nip"
	"xinju.dev/services/platform/civil"
)

// dose is 实种 of 应种, dose by dose, as the county programme counts it: who was
// given the dose in the period, and who has no such dose by the day though it was
// recommended between the period's first day a year ago and the day.
type dose struct {
	series        string // of the schedule
	number        int
	in            during
	firstOf       func(day civil.Date) civil.Date         // first day of the period
	ages          func(day civil.Date) (from, before int) // completed months of those who lack it that day
	countedBefore int                                     // months of age of a dose given; 0 any
	eligible      test                                    // nil: anybody
	atUnit        bool
}

func (d *Diary) doses(out []Counted, t *text, v *dose, day civil.Date) []Counted {
	lacks := func(d *Diary, day civil.Date) bool { return d.lacks(v, day) }
	if !v.atUnit {
		out = d.inPerson(out, t, day, lacks, nil)
	} else if d.Pack(day) == t.id && lacks(d, day) {
		at := d.on(day).village
		if unit := d.atUnit(d.w.Manager(at, day), day); unit != "" {
			at = unit
		}
		out = append(out, Counted{Pack: t.id, Village: at, Weight: 1})
	}
	return d.events(out, t, d.given(v), day)
}

// which names a dose, known by how many doses were given.
type which struct {
	series        string
	number, known int
}

// numbered follows the dose with what was given by the end of a day.
func (d *Diary) numbered(v *dose, day civil.Date) nip.Numbered {
	known := d.dosesBy(day)
	key := which{v.series, v.number, len(known)}
	if n, done := d.doseNumbers[key]; done {
		return n
	}
	n := nip.Numbered{Index: -1}
	if schedule, err := nip.Default(); err == nil {
		n = schedule.Numbered(d.child(), known, v.series, v.number)
	}
	if d.doseNumbers == nil {
		d.doseNumbers = map[which]nip.Numbered{}
	}
	d.doseNumbers[key] = n
	return n
}

// lacks: has the dose before and not this one, is of the age, and the day on which
// it was recommended lies between the first of the month a year ago and the day.
func (d *Diary) lacks(v *dose, day civil.Date) bool {
	m := d.months(day)
	if from, before := v.ages(day); m < from || m >= before || v.eligible != nil && !v.eligible(d, day) {
		return false
	}
	n := d.numbered(v, day)
	for _, a := range n.Awaited {
		if n.Given == civil.None && a.From <= day && day < a.To {
			return a.Recommended <= day && a.Recommended >= v.firstOf(day).AddMonths(-12)
		}
	}
	return false
}

// given is the flow of the dose given: on the first day by which it is known as
// the one of that number. Given at a unit that nobody knows it is the managing one's.
func (d *Diary) given(v *dose) *flow {
	return &flow{
		in: v.in, atUnit: v.atUnit, elseManager: v.atUnit,
		happenings: func(d *Diary) []happening { return d.givenOnce(v) },
		eligible: func(d *Diary, h *happening) bool {
			return (v.countedBefore == 0 || h.on < d.r.Person.Birth.AddMonths(v.countedBefore)) && (v.eligible == nil || v.eligible(d, h.on))
		},
		covered: func(*Diary, *happening) bool { return true },
	}
}

func firstOfMonth(day civil.Date) civil.Date {
	y, m, _ := day.YMD()
	return civil.Of(y, m, 1)
}

// givenOnce is that dose as an event; recorded twice it is one.
func (d *Diary) givenOnce(v *dose) []happening {
	key := which{v.series, v.number, -1}
	if out, done := d.dosesGiven[key]; done {
		return out
	}
	var out []happening
	for _, x := range d.r.Doses {
		if x.On == civil.None || d.numbered(v, x.On).Given != x.On || d.numbered(v, x.On-1).Given != civil.None {
			continue
		}
		known := d.dosesBy(x.On)
		if n := d.numbered(v, x.On); known[n.Index].Product == x.Product {
			out = append(out, happening{id: x.ID, on: x.On, unit: x.UnitID})
		}
	}
	slices.SortFunc(out, func(a, b happening) int { return cmp.Compare(a.id, b.id) })
	out = out[:min(len(out), 1)]
	if d.dosesGiven == nil {
		d.dosesGiven = map[which][]happening{}
	}
	d.dosesGiven[key] = out
	return out
}
