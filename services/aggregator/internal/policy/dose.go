package policy

import (
	"fmt"
	"slices"

	"go.yaml.in/yaml/v3"

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

	Changes []doseChange `yaml:"changes"` // by day

	schedule *nip.Schedule
	series   string
	eras     []doseEra // all days, ascending
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
	d.eras = d.inEras()
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
	d.eras = d.inEras()
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
	switch {
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
	case d.Expected.empty():
		return emptyWindow
	}
	return d.checkChanges()
}

func (d *dose) text() Text {
	name := Text{d.Vaccine, d.Vaccine}
	if d.Vaccine == "" {
		name = Text{fmt.Sprint(d.Products), fmt.Sprint(d.Products)}
	}
	return Text{fmt.Sprintf("%s第%d剂", name.Chinese, d.Number), fmt.Sprintf("dose %d of %s", d.Number, name.English)}
}

// course says when the dose was given (nil: not) and when it is awaited.
func (d *dose) course(e *evaluator) (given *event, awaited []nip.Awaited) {
	doses := e.given()
	var n nip.Numbered
	if d.Vaccine != "" {
		if d.Number > len(doses)+1 {
			return nil, nil // neither given nor the next one
		}
		n = e.readBy(d.schedule).Numbered(d.series, d.Number)
	} else {
		n = d.ofProducts(e.r.Person.Birth, doses)
	}
	if n.Index >= 0 {
		given = e.givenAs[n.Index]
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

// doseCourse is what a dose indicator counts of the resident, wherever that is:
// the dose given, and the days on which it is due and lacking, e.due[begin:end].
type doseCourse struct {
	round      uint32
	given      *event // nil: it does not count
	begin, end int
}

// courseOf is that of an indicator; equal ones of several packs have the same.
func (e *evaluator) courseOf(ind *Indicator) *doseCourse {
	c := &e.courses[ind.slot]
	if c.round == e.round {
		return c
	}
	given, awaited := ind.dose.course(e)
	if !ind.dose.counts(e.r.Person.Birth, given) {
		given = nil
	}
	*c = doseCourse{round: e.round, given: given, begin: len(e.due)}
	for _, a := range awaited {
		for i := range ind.dose.eras {
			if v := ind.dose.expected(e.r.Person.Birth, ind.Period, a, &ind.dose.eras[i]); v.From < v.To {
				e.due = append(e.due, v)
			}
		}
	}
	c.end = len(e.due)
	return c
}

// dosePieces appends the pieces of a dose indicator: those who lack it by day, where
// they live or at the unit that manages the village; the dose given from its day
// to the end of its period, where the person lived then or at the unit that gave
// it.
func (e *evaluator) dosePieces(p *Pack, ind *Indicator, index int, buf []Piece) []Piece {
	if e.r.Person.Birth == civil.None {
		return buf
	}
	c := e.courseOf(ind)
	if c.given == nil && c.begin == c.end {
		return buf
	}
	eligible := always
	if ind.eligible != nil {
		eligible = e.days(ind.eligible)
	}
	begin := len(buf)
	for _, v := range e.due[c.begin:c.end] {
		for _, r := range e.runs {
			for _, in := range eligible {
				from, to := max(v.From, r.From, in.From), min(v.To, r.To, in.To)
				buf = e.awaitedPieces(ind, Piece{Indicator: index, Village: r.village}, from, to, begin, buf)
			}
		}
	}
	if c.given == nil || !eligible.Contains(c.given.on) {
		return buf
	}
	if at := e.doseAt(ind.Attribution, c.given); at.chain != nil {
		buf = e.spread(p, ind, Piece{Indicator: index, Covered: true}, c.given, at, buf)
	}
	return buf
}

// outgrown says whether the person was too old for every dose of the pack on all
// days on which the pack counts them, and has none: most people are, and need no
// schedule.
func (e *evaluator) outgrown(p *Pack, runs []run) bool {
	birth := e.r.Person.Birth
	if len(e.happened(doseGiven)) > 0 || birth == civil.None {
		return false
	}
	if p.oldest == nil {
		return len(runs) == 0
	}
	last := p.oldest.after(birth)
	return !slices.ContainsFunc(runs, func(r run) bool { return r.From < last })
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
		place, until := e.managed(village, from)
		until = min(until, to)
		if p.Village = place; place == "" {
			p.Village = village
		}
		buf = join(buf, begin, p, from, until, false)
		from = until
	}
	return buf
}
