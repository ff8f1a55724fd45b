package brute

import (
	"slices"

	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/platform/civil"
)

// The indicators of data quality: what is filled in and not doubted of the people
// who live here, and how services were entered, at the unit that gave them.

// doubts are the flags of the registry that make a record not valid.
var doubts = []string{
	"OVERLAPPING_STAYS", "LEAVE_WITHOUT_STAY", "LEFT_BEFORE_ARRIVAL", "DOCUMENT_CONTRADICTS", "NO_DOCUMENT", "DEATH_CONTRADICTS",
	"NAME_PRIVATE_USE", "BIRTH_PARTIAL", "BIRTH_UNKNOWN", "ARRIVAL_CONTRADICTS", "LEAVE_CONTRADICTS", "HUKOU_CONTRADICTS",
}

func unflagged(by ...string) test {
	return func(d *Diary, today civil.Date) bool {
		still := slices.Clone(d.r.Person.Flags) // without a day: they hold today as ever
		for _, s := range d.r.Person.Doubted {
			if slices.Contains(by, s.Flag) && s.From <= today && (s.Until == civil.None || today < s.Until) {
				return false
			}
			if s.Until == civil.None {
				still = slices.DeleteFunc(still, func(f string) bool { return f == s.Flag })
			}
		}
		return !slices.ContainsFunc(still, func(f string) bool { return slices.Contains(by, f) })
	}
}

func quality(t *text) {
	here := test((*Diary).present)
	t.stocks["DQC01"] = stock{here, func(d *Diary, day civil.Date) bool {
		return filledIn(d, day) && d.r.Residences[d.on(day).stay].SortKey != ""
	}}
	t.stocks["DQV01"] = stock{here, unflagged(doubts...)}
	t.stocks["DQD01"] = stock{here, unflagged("NUMBER_SHARED", "DUPLICATE_SUSPECTED")}
	anybody := func(*Diary, *happening) bool { return true }
	t.flows["DQT01"] = flow{happenings: anyService, in: thisMonth, eligible: anybody, covered: enteredWithin7, atUnit: true}
	t.flows["DQR01"] = flow{happenings: anyService, in: thisMonth, eligible: anybody, covered: livedWhereServed, atUnit: true}
	t.flows["DQR02"] = flow{happenings: anyService, in: thisMonth, eligible: func(d *Diary, h *happening) bool { return !d.present(h.on) }, atUnit: true}
}

// enteredWithin7: the record was entered at most 7 days after; an unknown day of
// entry is not in time.
func enteredWithin7(_ *Diary, h *happening) bool {
	return h.entered != civil.None && int(h.entered-h.on) <= 7
}

// livedWhereServed: the person lived in the county of the unit.
func livedWhereServed(d *Diary, h *happening) bool {
	county := above(d.w, d.division(unitPrefix+h.unit, h.on), h.on)[facts.County]
	p := d.on(h.on)
	return county != "" && p.stay >= 0 && p.at[facts.County] == county
}

// anyService is every service that is recorded of the resident. The kind makes
// its id unique.
func anyService(d *Diary) []happening {
	if d.services == nil {
		d.services = d.everyService()
	}
	return d.services
}

func (d *Diary) everyService() (out []happening) {
	put := func(kind string, k facts.Key, on civil.Date, unit string) {
		out = append(out, happening{id: kind + "/" + k.ID, on: on, entered: k.Recorded, unit: unit})
	}
	for _, x := range d.r.Educations {
		put("education", x.Key, x.On, x.UnitID)
	}
	for _, x := range d.r.ChildChecks {
		put("child_check", x.Key, x.On, x.UnitID)
	}
	for _, x := range d.r.Antenatals {
		put("antenatal", x.Key, x.On, x.UnitID)
	}
	for _, x := range d.r.Postnatals {
		put("postnatal", x.Key, x.On, x.UnitID)
	}
	for _, x := range d.r.Deliveries {
		put("delivery", x.Key, x.On, x.UnitID)
	}
	for _, x := range d.r.Services {
		put("planning", x.Key, x.On, x.UnitID)
	}
	for _, x := range d.r.Certificates {
		put("certificate", x.Key, x.Issued, x.UnitID)
	}
	for _, x := range d.r.Doses {
		put("dose", x.Key, x.On, x.UnitID)
	}
	for _, x := range d.r.Records {
		put("record", x.Key, x.On, x.UnitID)
	}
	return out
}
