package brute

import (
	"xinju.dev/services/platform/civil"
)

// Counted is what a resident counts for an indicator on a day: in person, or by
// an event.
type Counted struct {
	Pack, Village string     // no village: an event at a unit that nobody knows
	EventID       string     // "" in person
	On            civil.Date // of the event
	Covered       bool
	Weight        int32 // counts so many times
}

// Counts answers one indicator on one day, by every pack that has it: who is
// eligible that day, and the events of the period up to the day.
func (d *Diary) Counts(indicator string, day civil.Date) []Counted {
	var out []Counted
	here := textOf(d.Pack(day))
	if s, ok := here.stocks[indicator]; ok {
		out = d.inPerson(out, here, day, s.eligible, s.covered)
	}
	for i := range texts {
		t := &texts[i]
		if f, ok := t.flows[indicator]; ok {
			out = d.events(out, t, &f, day)
		}
		if v, ok := t.doses[indicator]; ok {
			out = d.doses(out, t, &v, day)
		}
	}
	return out
}

func (d *Diary) inPerson(out []Counted, t *text, day civil.Date, eligible, covered test) []Counted {
	if d.Pack(day) != t.id || !eligible(d, day) {
		return out
	}
	return append(out, Counted{Pack: t.id, Village: d.on(day).village, Covered: covered != nil && covered(d, day), Weight: 1})
}

// Pack is the pack that governs where the resident counts on a day; "" when that
// is nowhere.
func (d *Diary) Pack(day civil.Date) string {
	p := d.on(day)
	if p.stay < 0 || !p.known {
		return ""
	}
	return Governs(d.w, p.village, day, day)
}

// events are those of the period up to the day that count, each where the person
// lived on the event's day or at the unit that recorded it; whoever has the place
// now has the event.
func (d *Diary) events(out []Counted, t *text, f *flow, day civil.Date) []Counted {
	for _, h := range f.happenings(d) {
		if h.on == civil.None || h.on > day || !f.in(h.on, day) {
			continue
		}
		code := d.placeOf(&h)
		if f.atUnit && !h.mothers {
			code = d.unitOf(f, &h)
		}
		then, now := d.stands(code, h.on), d.stands(code, day)
		if then == "" && f.atUnit && !h.mothers && !f.elseManager {
			if d.packAt(h.on, day) == t.id && f.eligible(d, &h) {
				out = append(out, Counted{t.id, "", h.id, h.on, f.covered != nil && f.covered(d, &h), max(h.weight, 1)})
			}
			continue
		}
		if then == "" || Governs(d.w, d.division(then, h.on), h.on, day) != t.id || !f.eligible(d, &h) {
			continue
		}
		if now == "" {
			now = then
		}
		out = append(out, Counted{t.id, now, h.id, h.on, f.covered != nil && f.covered(d, &h), max(h.weight, 1)})
	}
	return out
}

// packAt is the pack in force on a day where the resident lived when something
// happened; that of the whole country when nobody knows where.
func (d *Diary) packAt(on, day civil.Date) string {
	if p := d.on(on); p.stay >= 0 && p.known {
		return Governs(d.w, p.village, on, day)
	}
	return "national"
}

// placeOf is where an event was recorded to be: where the person lived.
func (d *Diary) placeOf(h *happening) string {
	if p := d.on(h.on); p.stay >= 0 {
		return d.r.Residences[p.stay].Division
	}
	if mother := d.other(d.r.Person.MotherID); h.mothers && mother != nil {
		if p := mother.on(h.on); p.stay >= 0 {
			return mother.r.Residences[p.stay].Division
		}
	}
	return ""
}

// unitOf is the unit that recorded an event, as a place.
func (d *Diary) unitOf(f *flow, h *happening) string {
	at := d.atUnit(h.unit, h.on)
	if p := d.on(h.on); at == "" && f.elseManager && p.stay >= 0 {
		if at = d.atUnit(d.w.Manager(p.village, h.on), h.on); at == "" {
			at = d.r.Residences[p.stay].Division
		}
	}
	return at
}
