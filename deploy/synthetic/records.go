package synthetic

import (
	"math/rand/v2"
	"slices"

	"xinju.dev/services/platform/civil"
)

// Records is what clinics wrote down about one person. Units are left to the
// loader: whoever manages the village gave the service.
type Records struct {
	Archive     *Archive
	Educations  []civil.Date
	Cases       []Case
	Certificate civil.Date
	Doses       []Dose
	Pregnancies []Pregnancy
	Checks      []Check
	Methods     []Method
	Services    []Service
}

// Archive is a health archive; Complete when its form passes the standard test.
type Archive struct {
	Opened, Touched civil.Date
	Complete        bool
}

// Case is an infectious case; ReportedHours after diagnosis, negative when never.
type Case struct {
	Disease       string
	On            civil.Date
	ReportedHours int
}

// Dose is one dose given.
type Dose struct {
	On      civil.Date
	Product string
}

// Pregnancy with its visits; Ended is None while it goes on.
type Pregnancy struct {
	LMP, Registered, Ended civil.Date
	Antenatal, Postnatal   []civil.Date
}

// Check is one check of a child: maternal.v1.ChildCheckKind.
type Check struct {
	On   civil.Date
	Kind int
}

// Method is one method of contraception: familyplanning.v1.MethodKind.
type Method struct {
	Kind int
	From civil.Date
}

// Service is one family-planning service: familyplanning.v1.PlanningServiceKind.
type Service struct {
	Kind int
	On   civil.Date
}

// happenings writes a person's records. Each kind of service reaches fewer than
// it should, as in life: that is what the suite has to show.
func (c *County) happenings(r *rand.Rand, p *Person) {
	if len(p.Stays) == 0 {
		return
	}
	arrived := p.Stays[0].Arrived
	age := p.Birth.YearsUntil(c.Today)
	c.archive(r, p, arrived)
	for y := max(arrived.Year(), c.Today.Year()-2); y <= c.Today.Year(); y++ {
		if r.IntN(100) < 70 {
			c.onDay(&p.Records.Educations, p, civil.Of(y, 1, 1).AddDays(r.IntN(330)))
		}
	}
	if r.IntN(150) == 0 {
		c.infection(r, p, arrived)
	}
	if age < 7 {
		c.vaccinations(r, p)
		c.checks(r, p)
	}
	if p.Sex == 2 && p.Spouse >= 0 && age >= 20 && age <= 45 {
		c.pregnancies(r, p)
		c.planning(r, p, arrived)
	}
}

func (c *County) archive(r *rand.Rand, p *Person, arrived civil.Date) {
	opened := arrived.AddDays(20 + r.IntN(300))
	if r.IntN(100) >= 82 || opened > c.Today {
		return
	}
	touched := min(opened.AddDays(r.IntN(400)), c.Today)
	p.Records.Archive = &Archive{Opened: opened, Touched: touched, Complete: r.IntN(100) < 88}
}

// onDay keeps a day if the person lives in the county then.
func (c *County) onDay(days *[]civil.Date, p *Person, day civil.Date) {
	if day <= c.Today && p.Here(day) {
		*days = append(*days, day)
	}
}

func (c *County) infection(r *rand.Rand, p *Person, arrived civil.Date) {
	on := arrived.AddDays(r.IntN(max(1, int(c.Today-arrived))))
	if !p.Here(on) || on >= c.Today {
		return
	}
	hours := pick(r, 1, 3, 8, 20, 23, 23, 30)
	if r.IntN(100) < 6 {
		hours = -1
	}
	p.Records.Cases = append(p.Records.Cases, Case{Disease: pick(r, "TUBERCULOSIS", "HEPATITIS", "INFLUENZA", "HFMD", "DYSENTERY"), On: on, ReportedHours: hours})
}

// visit is one dose that a clinic calls a child for: months of age, and the least
// days since the dose of the same series before it.
type visit struct {
	months  int
	product string
	series  string
	gap     int
}

// routine is the table in force from 2025 without DTaP, whose months changed then.
var routine = []visit{
	{0, "HepB", "HepB", 0},
	{0, "BCG", "BCG", 0},
	{1, "HepB", "HepB", 28},
	{2, "IPV", "polio", 0},
	{3, "IPV", "polio", 28},
	{4, "bOPV", "polio", 28},
	{6, "HepB", "HepB", 130},
	{6, "MPSV-A", "MenA", 0},
	{8, "MMR", "MMR", 0},
	{8, "JE-L", "JE", 0},
	{9, "MPSV-A", "MenA", 93},
	{18, "MMR", "MMR", 28},
	{18, "HepA-L", "HepA", 0},
	{24, "JE-L", "JE", 366},
	{36, "MPSV-AC", "MenAC", 0},
	{48, "bOPV", "polio", 28},
	{72, "MPSV-AC", "MenAC", 1097},
}

var (
	dtapUntil2024 = []int{3, 4, 5, 18}
	dtapFrom2025  = []int{2, 4, 6, 18}
	dtapGaps      = []int{0, 28, 28, 185}
)

// vaccinations brings a child to the clinic when it is called, a few days late
// each time; doses called for on the same day are given on the same day.
func (c *County) vaccinations(r *rand.Rand, p *Person) {
	if r.IntN(100) < 4 {
		return // no certificate, no dose: new here, or missed by everyone
	}
	p.Records.Certificate = min(p.Birth.AddDays(r.IntN(30)), c.Today)
	missing := 0 // percent of doses that a family misses
	if r.IntN(100) < 12 {
		missing = 25
	}
	calls := slices.Clone(routine)
	dtap := dtapFrom2025
	if p.Birth < civil.Of(2024, 9, 1) {
		dtap = dtapUntil2024
	}
	for i, months := range dtap {
		calls = append(calls, visit{months, "DTaP", "DTP", dtapGaps[i]})
	}
	last := visit{72, "DT", "DTP", 366}
	if p.Birth.AddMonths(72) >= civil.Of(2025, 1, 1) {
		last.product = "DTaP"
	}
	calls = append(calls, last)
	slices.SortStableFunc(calls, func(a, b visit) int { return a.months - b.months })
	late, before := map[int]int{0: 0}, map[string]civil.Date{}
	for _, call := range calls {
		if _, known := late[call.months]; !known {
			late[call.months] = r.IntN(18)
		}
		on := p.Birth.AddMonths(call.months).AddDays(late[call.months])
		if prev := before[call.series]; prev != civil.None {
			on = max(on, prev.AddDays(call.gap))
		}
		if on <= c.Today && r.IntN(100) >= missing {
			p.Records.Doses = append(p.Records.Doses, Dose{On: on, Product: call.product})
			before[call.series] = on
		}
	}
	slices.SortStableFunc(p.Records.Doses, func(a, b Dose) int { return int(a.On - b.On) })
}

func (c *County) checks(r *rand.Rand, p *Person) {
	if p.BornHere && r.IntN(100) < 85 {
		c.check(p, p.Birth.AddDays(4+r.IntN(20)), 1)
	}
	for _, months := range []int{3, 6, 8, 12, 18, 24, 30, 36, 48, 60, 72} {
		if r.IntN(100) < 72 {
			c.check(p, p.Birth.AddMonths(months).AddDays(r.IntN(20)), 2)
		}
	}
}

func (c *County) check(p *Person, on civil.Date, kind int) {
	if on <= c.Today && p.Here(on) {
		p.Records.Checks = append(p.Records.Checks, Check{On: on, Kind: kind})
	}
}

func (c *County) pregnancies(r *rand.Rand, p *Person) {
	if r.IntN(100) >= 22 {
		return
	}
	lmp := c.Today.AddDays(-r.IntN(900))
	reg := lmp.AddDays(50 + r.IntN(80))
	if reg > c.Today || !p.Here(reg) {
		return
	}
	one := Pregnancy{LMP: lmp, Registered: reg}
	visits := reg
	seldom := r.IntN(100) < 11 // hardly ever comes
	for range 6 {
		if r.IntN(100) < 78 && !seldom && p.Here(visits) && visits <= c.Today {
			one.Antenatal = append(one.Antenatal, visits)
		}
		visits = visits.AddDays(25 + r.IntN(12))
	}
	if end := lmp.AddDays(270 + r.IntN(20)); end <= c.Today {
		one.Ended = end
		one.Antenatal = slices.DeleteFunc(one.Antenatal, func(d civil.Date) bool { return d > end })
		if r.IntN(100) < 80 && end.AddDays(10) <= c.Today {
			one.Postnatal = append(one.Postnatal, end.AddDays(3+r.IntN(7)))
		}
	}
	p.Records.Pregnancies = append(p.Records.Pregnancies, one)
}

func (c *County) planning(r *rand.Rand, p *Person, arrived civil.Date) {
	if r.IntN(100) < 45 {
		from := c.Today.AddDays(-r.IntN(1500))
		p.Records.Methods = append(p.Records.Methods, Method{Kind: pick(r, 1, 1, 2, 3, 5, 7, 7), From: from})
	}
	for _, kind := range []int{1, 2, 3} {
		if on := arrived.AddDays(10 + r.IntN(700)); r.IntN(100) < 50 && on <= c.Today && p.Here(on) {
			p.Records.Services = append(p.Records.Services, Service{Kind: kind, On: on})
		}
	}
}
