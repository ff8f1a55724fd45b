package brute

import (
	"cmp"
	"slices"

	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/nip"
	"xinju.dev/services/platform/civil"
)

// What the texts ask of services that were given.

// during says whether what happened on a day still counts on a later one: the
// period of the later one holds both.
type during func(on, day civil.Date) bool

func thisYear(on, day civil.Date) bool { return on.Year() == day.Year() }

// maternalYear is 妇幼统计年度, 1 October of the year before until 30 September.
func maternalYear(day civil.Date) int {
	y, m, _ := day.YMD()
	if m >= 10 {
		y++
	}
	return y
}

func thisMaternalYear(on, day civil.Date) bool { return maternalYear(on) == maternalYear(day) }

func thisMonth(on, day civil.Date) bool {
	y, m, _ := on.YMD()
	y2, m2, _ := day.YMD()
	return y == y2 && m == m2
}

func thisQuarter(on, day civil.Date) bool {
	y, m, _ := on.YMD()
	y2, m2, _ := day.YMD()
	return y == y2 && (m-1)/3 == (m2-1)/3
}

func last12Months(on, day civil.Date) bool { return day < on.AddMonths(12) }

func ever(civil.Date, civil.Date) bool { return true }

// times counts the days that lie before the end of a day and still count on it.
func times(days []civil.Date, day civil.Date, in during) int {
	n := 0
	for _, on := range days {
		if on != civil.None && on <= day && in(on, day) {
			n++
		}
	}
	return n
}

// archive is 已建立健康档案: one is open that is as asked.
func (d *Diary) archive(day civil.Date, as func(a *facts.Archive, day civil.Date) bool) bool {
	for i := range d.r.Archives {
		a := &d.r.Archives[i]
		if a.Opened == civil.None || day < a.Opened || a.Closed != civil.None && day >= a.Closed {
			continue
		}
		if as == nil || as(a, day) {
			return true
		}
	}
	return false
}

func (d *Diary) educated(day civil.Date) bool {
	var days []civil.Date
	for _, e := range d.r.Educations {
		days = append(days, e.On)
	}
	return times(days, day, thisYear) >= 1
}

// checks is the days of a child's checks of some kinds.
func (d *Diary) checks(kinds ...int32) (days []civil.Date) {
	for _, c := range d.r.ChildChecks {
		for _, k := range kinds {
			if c.Kind == k {
				days = append(days, c.On)
			}
		}
	}
	return days
}

// planning: had a family-planning service of one of the kinds (none: any) in the
// calendar year.
func (d *Diary) planning(day civil.Date, free bool, kinds ...int32) bool {
	for _, s := range d.r.Services {
		if times([]civil.Date{s.On}, day, thisYear) == 0 || free && !s.Free {
			continue
		}
		if len(kinds) == 0 {
			return true
		}
		for _, k := range kinds {
			if s.Kind == k {
				return true
			}
		}
	}
	return false
}

// recorded is the days of records of a code.
func (d *Diary) recorded(code string) (days []civil.Date) {
	for _, x := range d.r.Records {
		if x.Code == code {
			days = append(days, x.On)
		}
	}
	return days
}

// recordHolds: a record of the code holds on the day, from its day to its last.
func (d *Diary) recordHolds(day civil.Date, code string) bool {
	for _, x := range d.r.Records {
		if x.Code == code && x.On != civil.None && x.On <= day && (x.Until == civil.None || day <= x.Until) {
			return true
		}
	}
	return false
}

// vaccinated asks the forecaster, on the day and with the doses up to the day,
// whether any series is overdue.
func (d *Diary) vaccinated(day civil.Date) bool {
	schedule, err := nip.Default()
	if err != nil {
		return false
	}
	for _, s := range schedule.Forecast(d.child(), d.dosesBy(day), day) {
		if s.Status == nip.Overdue {
			return false
		}
	}
	return true
}

func (d *Diary) child() nip.Child {
	return nip.Child{Birth: d.r.Person.Birth, Sex: int(d.r.Person.Sex)}
}

// dosesBy is the doses given by the end of a day, in the order in which they were
// given.
func (d *Diary) dosesBy(day civil.Date) []nip.Dose {
	if d.inOrder == nil {
		d.inOrder = []nip.Dose{}
		for _, x := range d.r.Doses {
			one := nip.Dose{Product: x.Product, On: x.On}
			if x.On != civil.None && !slices.Contains(d.inOrder, one) { // it may be recorded under two identifiers of a person
				d.inOrder = append(d.inOrder, one)
			}
		}
		slices.SortFunc(d.inOrder, func(a, b nip.Dose) int {
			return cmp.Or(cmp.Compare(a.On, b.On), cmp.Compare(a.Product, b.Product))
		})
	}
	n := 0
	for n < len(d.inOrder) && d.inOrder[n].On <= day {
		n++
	}
	return d.inOrder[:n:n]
}

// antenatals is the antenatal visits of a pregnancy up to its end.
func (d *Diary) antenatals(g *facts.Pregnancy) (n int, before13Weeks bool) {
	for _, a := range d.r.Antenatals {
		if a.PregnancyID == g.ID && a.On != civil.None && a.On <= g.Ended {
			n++
			before13Weeks = before13Weeks || a.Week > 0 && a.Week < 13
		}
	}
	return n, before13Weeks
}

func (d *Diary) inHospital(g *facts.Pregnancy) bool {
	for _, x := range d.r.Deliveries {
		if x.PregnancyID == g.ID && x.InHospital {
			return true
		}
	}
	return false
}

// visitedAfter: a postnatal visit within so many days after the end.
func (d *Diary) visitedAfter(g *facts.Pregnancy, days int) bool {
	for _, x := range d.r.Postnatals {
		if x.PregnancyID == g.ID && x.On >= g.Ended && int(x.On-g.Ended) <= days {
			return true
		}
	}
	return false
}
