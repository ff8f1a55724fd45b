package brute

import (
	"time"

	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/nip"
	"xinju.dev/services/platform/civil"
)

// The indicators, as all built-in packs define them.
var (
	StockIndicators = []string{"EHR03", "HED01", "IMM03", "CHD01"}
	FlowIndicators  = []string{"MAT01", "INF01"}
)

// Governs is the id of the pack that governs a place on a day; the place is read
// by the tree of the day `of`. "" when the tree does not know the place then.
func Governs(w *facts.World, place string, of, day civil.Date) string {
	if w.AncestorAt(place, facts.Province, of) == "" {
		return ""
	}
	switch w.AncestorAt(place, facts.County, of) {
	case "350213000000":
		if day >= civil.Must("2018-06-20") {
			return "xiangan-2018"
		}
	case "990101000000":
		if day >= civil.Must("2018-06-20") {
			return "demo-990101"
		}
	case "330681000000":
		if day >= civil.Must("2017-08-10") {
			return "zhuji-2017"
		}
	}
	return "national"
}

// State is where a resident stands for a stock indicator on a day.
type State struct {
	Pack, Village     string // "" when the person does not count
	Eligible, Covered bool
}

// Stock answers one stock indicator on one day.
func (d *Diary) Stock(indicator string, day civil.Date) State {
	p := d.on(day)
	if p.stay < 0 || !p.known || !d.eligible(indicator, day) {
		return State{}
	}
	pack := Governs(d.w, p.village, day, day)
	return State{pack, p.village, true, d.covered(indicator, day)}
}

func (d *Diary) eligible(indicator string, day civil.Date) bool {
	switch indicator {
	case "EHR03", "HED01":
		return d.residentOf6Months(day)
	case "IMM03":
		m := d.months(day)
		return m >= 0 && m < 84 && d.floating(day) && d.lived(day, 3)
	case "CHD01":
		m := d.months(day)
		return m >= 0 && m < 36 && d.residentOf6Months(day)
	}
	return false
}

func (d *Diary) covered(indicator string, day civil.Date) bool {
	switch indicator {
	case "EHR03":
		return d.standardArchive(day)
	case "HED01":
		for _, e := range d.r.Educations {
			if e.On != civil.None && e.On <= day && e.On.Year() == day.Year() {
				return true
			}
		}
	case "IMM03":
		return d.vaccinated(day)
	case "CHD01":
		for _, c := range d.r.ChildChecks {
			if c.Kind == 2 && c.On != civil.None && c.On <= day && c.On.Year() == day.Year() {
				return true
			}
		}
	}
	return false
}

func (d *Diary) standardArchive(day civil.Date) bool {
	for _, a := range d.r.Archives {
		if !a.Electronic || a.Opened == civil.None || day < a.Opened || a.Closed != civil.None && day >= a.Closed {
			continue
		}
		for _, s := range a.Standard {
			if s.From <= day && (s.Until == civil.None || day <= s.Until) {
				return true
			}
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
	var doses []nip.Dose
	once := map[nip.Dose]bool{} // a dose may be recorded under two identifiers of a person
	for _, x := range d.r.Doses {
		one := nip.Dose{Product: x.Product, On: x.On}
		if x.On != civil.None && x.On <= day && !once[one] {
			once[one] = true
			doses = append(doses, one)
		}
	}
	for _, s := range schedule.Forecast(nip.Child{Birth: d.r.Person.Birth, Sex: int(d.r.Person.Sex)}, doses, day) {
		if s.Status == nip.Overdue {
			return false
		}
	}
	return true
}

// Counted is one event that counts for a flow indicator.
type Counted struct {
	Pack, Village, EventID string
	On                     civil.Date
	Covered                bool
}

// Flow answers one flow indicator on one day: the events from 1 January to the
// day that count, each where the person lived on the event's day.
func (d *Diary) Flow(indicator string, day civil.Date) []Counted {
	var out []Counted
	add := func(id string, on civil.Date, eligible, covered bool) {
		p := d.on(on)
		if on == civil.None || on > day || on.Year() != day.Year() || p.stay < 0 || !p.known || !eligible {
			return
		}
		now := place(d.w, d.r.Residences[p.stay].Division, day, nil) // whoever lives there now has it
		if now == "" {
			now = p.village
		}
		out = append(out, Counted{Governs(d.w, p.village, on, day), now, id, on, covered})
	}
	switch indicator {
	case "MAT01":
		for _, g := range d.r.Pregnancies {
			woman := d.r.Person.Sex == facts.Female
			add(g.ID, g.Ended, woman && d.residentOf6Months(g.Ended), d.antenatal(g))
		}
	case "INF01":
		for _, c := range d.r.Cases {
			on := c.Registered
			if on == civil.None && c.Diagnosed != 0 {
				on = civil.DateOf(time.Unix(c.Diagnosed, 0))
			}
			add(c.ID, on, c.Class != "" && d.floating(on), c.Reported != 0)
		}
	}
	return out
}

func (d *Diary) antenatal(g facts.Pregnancy) bool {
	for _, a := range d.r.Antenatals {
		if a.PregnancyID == g.ID && a.On != civil.None && a.On <= g.Ended {
			return true
		}
	}
	return false
}
