package policy

import (
	"fmt"
	"slices"

	"go.yaml.in/yaml/v3"

	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/timeline"
	"xinju.dev/services/nip"
	"xinju.dev/services/platform/civil"
)

// dose is what a dose indicator counts (实种 of 应种): persons to whom the dose
// was given in the period, of those and of the persons who lack it though it was
// recommended to them at most so many months before the period began.
//
// The vaccine is a series of package nip, or the product that counts for one;
// there the data say which products stand in for which, and when each dose is
// recommended. A vaccine that the national programme does not have is a list of
// products, with the age and the interval of the dose.
type dose struct {
	Vaccine  string     `yaml:"vaccine"`
	Number   int        `yaml:"number"`
	Products []string   `yaml:"products"`
	Age      *ageSpan   `yaml:"age"`
	Interval *ageSpan   `yaml:"interval"`
	Expected *ageWindow `yaml:"expected"`       // age of those who lack it, on the day
	Counted  *ageSpan   `yaml:"counted_before"` // age below which a dose given counts
	LookBack *int       `yaml:"look_back"`      // months; default 12

	schedule *nip.Schedule
	series   string
}

// ageWindow is From completed and Before not reached; each may be missing.
type ageWindow struct {
	From   *ageSpan `yaml:"from"`
	Before *ageSpan `yaml:"before"`
}

func (d *dose) lookBack() int {
	if d.LookBack == nil {
		return 12
	}
	return *d.LookBack
}

// doseOf compiles the key dose of an indicator.
func (c *compiler) doseOf(it *indicatorItem) *dose {
	o, d := it.origin, &dose{schedule: c.schedule}
	path := o.path + ".dose"
	if it.Dose.IsZero() {
		c.fail(o, nil, path, Text{"缺少 dose：疫苗与剂次", "dose is missing: which vaccine, which number"})
		return d
	}
	if !c.strict(o, &it.Dose, path, d) {
		return d
	}
	if wrong := d.check(); wrong != (Text{}) {
		c.fail(o, &it.Dose, path, wrong)
		return d
	}
	if d.Vaccine != "" {
		var ok bool
		if d.series, ok = c.schedule.SeriesOf(d.Vaccine); !ok {
			c.fail(o, keyNode(&it.Dose, "vaccine"), path+".vaccine", c.unknown("免疫程序数据中没有此疫苗，或它计入多个系列", "the schedule has no such vaccine, or it counts for several series", d.Vaccine, c.schedule.Series()))
		}
	}
	return d
}

func keyNode(y *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(y.Content); i += 2 {
		if y.Content[i].Value == key {
			return y.Content[i]
		}
	}
	return y
}

func (d *dose) check() Text {
	switch w := d.Expected; {
	case d.Number < 1 || d.Number > 8:
		return Text{"number（剂次）应为 1–8", "number must be 1–8"}
	case (d.Vaccine == "") == (len(d.Products) == 0):
		return Text{"须给出 vaccine 或 products 之一", "exactly one of vaccine and products must be given"}
	case d.Vaccine != "" && (d.Age != nil || d.Interval != nil):
		return Text{"vaccine 的月龄与间隔取自免疫程序数据，不能另给 age、interval", "age and interval of a vaccine come from the schedule: they are for products only"}
	case len(d.Products) > 0 && (d.Age == nil || d.Number > 1 && d.Interval == nil):
		return Text{"products 须给出 age，第2剂起还须给出 interval", "products need age, and from the second dose on interval"}
	case d.lookBack() < 0 || d.lookBack() > 1200:
		return Text{"look_back 应为 0–1200 个月", "look_back must be 0–1200 months"}
	case w != nil && w.From != nil && w.Before != nil && w.From.after(730000) >= w.Before.after(730000):
		return Text{"expected.before 须大于 from", "expected.before must be greater than from"}
	}
	return Text{}
}

func (d *dose) text() Text {
	name := Text{d.Vaccine, d.Vaccine}
	if d.Vaccine == "" {
		name = Text{fmt.Sprint(d.Products), fmt.Sprint(d.Products)}
	}
	return Text{fmt.Sprintf("%s第%d剂", name.Chinese, d.Number), fmt.Sprintf("dose %d of %s", d.Number, name.English)}
}

// course says when the dose was given (nil: not) and when it is awaited.
func (d *dose) course(e *evaluator) (given *facts.Dose, awaited []nip.Awaited) {
	doses := e.given()
	var n nip.Numbered
	if d.Vaccine != "" {
		if d.Number > len(doses)+1 {
			return nil, nil // neither given nor the next one
		}
		if e.read != d.schedule {
			e.record.Read(d.schedule, e.child(), doses)
			e.read = d.schedule
		}
		n = e.record.Numbered(d.series, d.Number)
	} else {
		n = d.ofProducts(e.r.Person.Birth, doses)
	}
	if n.Index >= 0 {
		given = e.doseLike(doses[n.Index])
	}
	return given, n.Awaited
}

// ofProducts counts the doses of a list of products: each on a day of its own, none before birth.
func (d *dose) ofProducts(birth civil.Date, doses []nip.Dose) nip.Numbered {
	out := nip.Numbered{Index: -1}
	last, n := civil.None, 0
	for i, x := range doses {
		if x.On == last || x.On < birth || x.On == civil.None || !slices.Contains(d.Products, x.Product) {
			continue
		}
		if n++; n == d.Number {
			out.Given, out.Index = x.On, i
			break
		}
		last = x.On
	}
	done := n
	if out.Index >= 0 {
		done--
	}
	if birth == civil.None || done != d.Number-1 {
		return out
	}
	a := nip.Awaited{From: max(birth, last), To: civil.Forever, Recommended: d.Age.after(birth)}
	if d.Number > 1 {
		a.Recommended = max(a.Recommended, d.Interval.after(last))
	}
	if out.Index >= 0 {
		a.To = out.Given
	}
	out.Awaited = append(out.Awaited, a)
	return out
}

// doseLike finds the fact of a dose; of equal ones the first by id, so that the
// order of facts does not matter.
func (e *evaluator) doseLike(x nip.Dose) *facts.Dose {
	var out *facts.Dose
	for i := range e.r.Doses {
		if d := &e.r.Doses[i]; d.On == x.On && d.Product == x.Product && (out == nil || d.ID < out.ID) {
			out = d
		}
	}
	return out
}

// expected is the days on which somebody who lacks the dose counts: from the
// recommended day until it is given, inside the window of age, and until the end
// of the last period that looks back as far as that day.
func (d *dose) expected(birth civil.Date, period Period, a nip.Awaited) timeline.Span {
	v := timeline.Span{From: max(a.From, a.Recommended), To: min(a.To, period.End(a.Recommended.AddMonths(d.lookBack())))}
	if w := d.Expected; w != nil {
		if w.From != nil {
			v.From = max(v.From, w.From.after(birth))
		}
		if w.Before != nil {
			v.To = min(v.To, w.Before.after(birth))
		}
	}
	return v
}

// outgrown says whether the person was too old to be expected for the dose on all
// days on which the pack counts them: most people are, and need no schedule.
func (d *dose) outgrown(birth civil.Date, runs []run) bool {
	if d.Expected == nil || d.Expected.Before == nil {
		return len(runs) == 0
	}
	last := d.Expected.Before.after(birth)
	return !slices.ContainsFunc(runs, func(r run) bool { return r.From < last })
}

// counts says whether a dose given counts by the age on its day.
func (d *dose) counts(birth civil.Date, given *facts.Dose) bool {
	return given != nil && (d.Counted == nil || given.On < d.Counted.after(birth))
}

// doses appends the pieces of a dose indicator: those who lack it by day, where
// they live or at the unit that manages the village; the dose given from its day
// to the end of its period, where the person lived then or at the unit that gave
// it. A dose given at a unit that nobody knows (a birth dose from elsewhere) is
// credited to the managing unit.
func (e *evaluator) dosePieces(p *Pack, ind *Indicator, index int, buf []Piece) []Piece {
	birth := e.r.Person.Birth
	if birth == civil.None || len(e.runs) == 0 && !e.dosesCount(p, ind) {
		return buf
	}
	if len(e.r.Doses) == 0 && ind.dose.outgrown(birth, e.runs) {
		return buf
	}
	eligible := always
	if ind.eligible != nil {
		eligible = e.days(ind.eligible)
	}
	given, awaited := ind.dose.course(e)
	begin := len(buf)
	for _, a := range awaited {
		v := ind.dose.expected(birth, ind.Period, a)
		for _, r := range e.runs {
			for _, in := range eligible {
				from, to := max(v.From, r.From, in.From), min(v.To, r.To, in.To)
				buf = e.awaitedPieces(ind, Piece{Indicator: index, Village: r.village}, from, to, begin, buf)
			}
		}
	}
	if !ind.dose.counts(birth, given) || !eligible.Contains(given.On) {
		return buf
	}
	code := e.doseAt(ind, given)
	at := e.w.Standing(code, given.On)
	if code == "" || at.How == facts.Nowhere {
		return buf
	}
	for _, v := range e.governed(p, &at.At, timeline.Span{From: given.On, To: ind.Period.End(given.On)}) {
		buf = e.spread(Piece{Indicator: index, Village: at.At.Place(), From: v.From, To: v.To, Covered: true, EventID: given.ID, On: given.On}, code, buf)
	}
	return buf
}

// dosesCount says whether a dose given to somebody who is never counted by the pack
// may be: where it was given the pack may govern.
func (e *evaluator) dosesCount(p *Pack, ind *Indicator) bool {
	if known, asked := e.reached[ind.Attribution]; asked {
		return known
	}
	found := slices.ContainsFunc(e.r.Doses, func(d facts.Dose) bool {
		code := e.doseAt(ind, &d)
		at := e.w.Standing(code, d.On)
		return code != "" && at.How != facts.Nowhere && len(e.governed(p, &at.At, timeline.Span{From: d.On, To: civil.Forever})) > 0
	})
	if e.reached == nil {
		e.reached = map[Attribution]bool{}
	}
	e.reached[ind.Attribution] = found
	return found
}

// awaitedPieces appends a run of days in one village.
func (e *evaluator) awaitedPieces(ind *Indicator, p Piece, from, to civil.Date, begin int, buf []Piece) []Piece {
	if ind.Attribution != ByEvent {
		if from < to {
			buf = join(buf, begin, p, from, to, false)
		}
		return buf
	}
	village := p.Village
	for from < to {
		unit, until := e.w.ManagedUntil(village, from)
		until = min(until, to)
		p.Village = village
		if place := facts.UnitPlace(unit); unit != "" {
			at := e.w.Standing(place, from)
			if until = min(until, at.To); at.How != facts.Nowhere {
				p.Village = place
			}
		}
		buf = join(buf, begin, p, from, until, false)
		from = until
	}
	return buf
}

// doseAt is where a dose given counts; "" when it is not known.
func (e *evaluator) doseAt(ind *Indicator, given *facts.Dose) string {
	if ind.Attribution == ByEvent {
		if place := e.unitAt(given.UnitID, given.On); place != "" {
			return place
		}
	}
	s := e.stayOn(facts.ByArrival, given.On)
	if s == nil {
		return ""
	}
	if ind.Attribution == ByEvent {
		if place := e.unitAt(e.w.Manager(s.Village(), given.On), given.On); place != "" {
			return place
		}
	}
	return e.r.Residences[s.Residence].Division
}

// unitAt is a unit as a place; "" when it stands nowhere on the day.
func (e *evaluator) unitAt(unit string, day civil.Date) string {
	if unit == "" {
		return ""
	}
	place := facts.UnitPlace(unit)
	if e.w.Standing(place, day).How == facts.Nowhere {
		return ""
	}
	return place
}
