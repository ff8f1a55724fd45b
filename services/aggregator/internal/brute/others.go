package brute

import (
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/platform/civil"
)

// other is the diary of a person tied to the resident; nil when nothing is known
// of that person.
func (d *Diary) other(id string) *Diary {
	o := d.r.Other(id)
	if o == nil || !o.Known() {
		return nil
	}
	if d.others == nil {
		d.others = map[string]*Diary{}
	}
	if d.others[id] == nil {
		d.others[id] = Open(o, d.w)
	}
	return d.others[id]
}

// family is 积分达标持证人的同住配偶和子女: the person's spouse, mother or father, or
// the holder whose cohabiting family the person is recorded to be, lives in the same
// village on the day and is such a holder.
func (d *Diary) family(day civil.Date) bool {
	here := d.on(day).at[facts.Village]
	for _, o := range d.r.Others {
		if o.ID == d.r.ID || !d.tied(o, day) {
			continue
		}
		h := d.other(o.ID)
		if h == nil || here == "" || h.on(day).at[facts.Village] != here {
			continue
		}
		if h.permitOfProvince(day) && h.points(day, standardPoints) {
			return true
		}
	}
	return false
}

// tied: the other one is spouse or parent, or they are recorded as a permit's
// family, whichever of the two recorded it.
func (d *Diary) tied(o *facts.Resident, day civil.Date) bool {
	if d.r.Person.MotherID == o.ID && d.r.Person.Birth <= day {
		return true
	}
	for _, x := range d.r.Relations {
		switch x.Kind {
		case facts.Spouse, facts.Mother, facts.Father, facts.PermitFamily:
			if x.OtherID == o.ID && lasts(x, day) {
				return true
			}
		}
	}
	for _, x := range o.Relations {
		switch x.Kind {
		case facts.Spouse, facts.Child, facts.PermitFamily:
			if x.OtherID == d.r.ID && lasts(x, day) {
				return true
			}
		}
	}
	return false
}

func lasts(x facts.Relation, day civil.Date) bool {
	return x.From <= day && (x.Until == civil.None || day <= x.Until)
}
