package brute

import (
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/platform/civil"
)

// ZhujiRules are the rules of the Zhuji notice that Rule answers.
var ZhujiRules = []string{"R-DC-0", "R-IMM-3M", "R-EHR-6M", "R-EQ-6M", "R-REW-1Y", "R-FP-0", "R-MCH-0", "R-CHD-0"}

// Rule answers one rule of Zhuji's pack on one day.
func (d *Diary) Rule(rule string, day civil.Date) bool {
	p := d.on(day)
	if p.stay < 0 || !p.known || Governs(d.w, p.village, day, day) != "zhuji-2017" {
		return false
	}
	m := d.months(day)
	child := m >= 0 && m < 84
	switch rule {
	case "R-DC-0":
		return true
	case "R-IMM-3M":
		return child && d.floating(day) && d.lived(day, 3)
	case "R-EHR-6M":
		return d.residentOf6Months(day) && (child || m >= 65*12 || d.pregnant(day) || d.postpartum(day))
	case "R-EQ-6M":
		return d.residentOf6Months(day)
	case "R-REW-1Y":
		return d.floating(day) && d.lived(day, 12) && d.childbearing(day) && d.longActingHere(day)
	case "R-FP-0":
		return d.floating(day) && m >= 15*12 && m < 50*12
	case "R-MCH-0":
		return d.floating(day) && d.r.Person.Sex == facts.Female && (d.pregnant(day) || d.postpartum(day))
	case "R-CHD-0":
		return child && d.floating(day)
	}
	return false
}

func (d *Diary) pregnant(day civil.Date) bool {
	for _, g := range d.r.Pregnancies {
		from := g.LMP
		if from == civil.None {
			from = g.Registered
		}
		if from == civil.None || day < from {
			continue
		}
		if g.Ended != civil.None && day < g.Ended || g.Ended == civil.None && int(day-from) < 44*7 {
			return true
		}
	}
	return false
}

func (d *Diary) postpartum(day civil.Date) bool {
	for _, g := range d.r.Pregnancies {
		if (g.Outcome == 1 || g.Outcome == 2) && g.Ended != civil.None && day >= g.Ended && int(day-g.Ended) <= 42 {
			return true
		}
	}
	return false
}

func (d *Diary) childbearing(day civil.Date) bool {
	married := d.r.Person.Marital >= 20 && d.r.Person.Marital <= 23
	for _, x := range d.r.Relations {
		married = married || x.Kind == facts.Spouse && x.From <= day && (x.Until == civil.None || day <= x.Until)
	}
	m := d.months(day)
	switch d.r.Person.Sex {
	case facts.Female:
		return married && m >= 15*12 && m < 50*12
	case facts.Male:
		return married && m >= 22*12 && m < 60*12
	}
	return false
}

func (d *Diary) longActingHere(day civil.Date) bool {
	for _, x := range d.r.Methods {
		if !x.LongActing || x.From == civil.None || x.From > day || x.Until != civil.None && day > x.Until || x.Adopted == "" {
			continue
		}
		if there, _ := d.home(x.Adopted, day); there != "" && there == d.on(day).county {
			return true
		}
	}
	return false
}
