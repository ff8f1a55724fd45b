package brute

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/platform/civil"
)

// inventor draws residents.
type inventor struct {
	*rand.Rand
	n    int    // facts so far
	home string // county that most villages are drawn from
	last int    // year in which all days lie, or before; 0: any

	strangers int  // percent of villages that lie in any county
	stranger  bool // comes from another province
}

// Invent draws one resident with a history between 2015 and 2027: children and
// adults, moves, absences around 30 days, overlaps, month ends and leap days,
// conversions of hukou, deaths, gaps in the record. The same seed gives the same.
func Invent(seed uint64) *facts.Resident {
	v := &inventor{Rand: rand.New(rand.NewPCG(seed, 1)), strangers: 40}
	v.home = Counties[v.IntN(len(Counties))]
	return v.resident(seed)
}

// InventAt draws one who mostly lives in a county and comes from far away, while
// the pack of the county holds: what a pack counts is exercised by such people.
func InventAt(county string, seed uint64) *facts.Resident {
	v := &inventor{Rand: rand.New(rand.NewPCG(seed, 2)), strangers: 10, home: county, stranger: true}
	if county == xihuCounty {
		v.last = 2018 // for nine months only
	}
	return v.resident(seed)
}

func (v *inventor) resident(seed uint64) *facts.Resident {
	r := &facts.Resident{ID: fmt.Sprintf("R%020d", seed)}
	v.person(r)
	v.stays(r)
	v.services(r)
	v.reproduction(r)
	v.care(r)
	v.permits(r)
	v.records(r)
	v.relatives(r)
	v.entries(r)
	if r.Person.Birth > civil.Must("2010-01-01") {
		v.childhood(r)
	}
	v.Shuffle(len(r.Residences), func(i, j int) { r.Residences[i], r.Residences[j] = r.Residences[j], r.Residences[i] })
	v.Shuffle(len(r.Doses), func(i, j int) { r.Doses[i], r.Doses[j] = r.Doses[j], r.Doses[i] })
	v.moreRecords(r)
	return r
}

func (v *inventor) key() facts.Key {
	v.n++
	return facts.Key{ID: fmt.Sprintf("F%04d", v.n), Version: 1}
}

func (v *inventor) chance(percent int) bool { return v.IntN(100) < percent }

// day draws a day; one in four is a month's end, a leap day or a first of January.
func (v *inventor) day(fromYear, toYear int) civil.Date {
	if v.last > fromYear {
		toYear = min(toYear, v.last)
	}
	y := fromYear + v.IntN(toYear-fromYear+1)
	m := 1 + v.IntN(12)
	switch {
	case v.chance(15):
		return civil.Of(y, m, civil.DaysIn(y, m))
	case v.chance(5):
		return civil.Of(y/4*4, 2, 29)
	case v.chance(5):
		return civil.Of(y, 1, 1)
	case v.chance(5):
		return civil.Of(y, 12, 31)
	}
	return civil.Of(y, m, 1+v.IntN(civil.DaysIn(y, m)))
}

func (v *inventor) village() string {
	county := v.home
	if v.chance(v.strangers) {
		county = Counties[v.IntN(len(Counties))]
	}
	if v.chance(v.strangers * 15 / 40) {
		return Ended[v.IntN(len(Ended))]
	}
	return fmt.Sprintf("%s10%d20%d", county, v.IntN(2), v.IntN(2))
}

func (v *inventor) person(r *facts.Resident) {
	p := facts.Person{Key: v.key(), Sex: []int32{1, 2, 2, 0}[v.IntN(4)], Marital: []int32{10, 20, 21, 20, 30, 0}[v.IntN(6)]}
	switch {
	case v.chance(45):
		p.Birth = v.day(2013, 2024)
		if v.chance(20) {
			p.Birth = civil.Must("2012-12-01").AddDays(v.IntN(400)) // a girl of 13 when the programme has HPV
			p.Sex = facts.Female
		}
	case v.chance(20):
		p.Birth = v.day(1948, 1960)
	case v.chance(95):
		p.Birth = v.day(1965, 2004)
	}
	if v.chance(8) {
		p.Death = max(v.day(2016, 2027), p.Birth)
		if p.Birth > civil.Must("2013-01-01") && v.chance(60) {
			p.Death = p.Birth.AddDays(v.IntN(2200))
		}
	}
	homes := []string{"520102", "520102001201", "350213", "330681100201", "990101", "990103", "990102101201", "440305000000", Ended[0], Ended[1], Ended[4], "990104", "310113", "310110100201", "330784", "361127", "360102", "360103", "520000"}
	if v.chance(25) {
		p.Flags = []string{[]string{"NAME_PRIVATE_USE", "NUMBER_SHARED", "NAME_RARE", "DUPLICATE_SUSPECTED"}[v.IntN(4)]}
		dated(p.Flags[0], int(p.Birth), &p)
	}
	switch {
	case v.stranger && v.chance(85):
		p.Hukou = append(p.Hukou, facts.HukouSpan{Division: "520102"})
	case v.chance(95):
		p.Hukou = append(p.Hukou, facts.HukouSpan{Division: homes[v.IntN(len(homes))]})
	}
	for from := v.day(2016, 2020); len(p.Hukou) > 0 && v.chance(25); from = from.AddDays(1 + v.IntN(900)) {
		p.Hukou = append(p.Hukou, facts.HukouSpan{From: from, Division: homes[v.IntN(len(homes))]})
	}
	r.Person = p
}

// dated gives some flags days, so that some hold since a day, some are over, and
// some have held twice.
func dated(flag string, salt int, p *facts.Person) {
	from := civil.Must("2018-03-01").AddDays(salt % 700)
	until := from.AddDays(1 + salt%400)
	switch salt % 5 {
	case 1:
		p.Doubted = []facts.FlagSpan{{Flag: flag, From: from}}
	case 2:
		p.Flags, p.Doubted = nil, []facts.FlagSpan{{Flag: flag, From: from, Until: until}}
	case 3:
		p.Doubted = []facts.FlagSpan{{Flag: flag, From: from, Until: until}, {Flag: flag, From: until.AddDays(30)}}
	case 4: // set again before there were days
		p.Doubted = []facts.FlagSpan{{Flag: flag, From: from, Until: until}}
	}
}

func (v *inventor) stays(r *facts.Resident) {
	at := v.day(2015, 2021)
	if b := r.Person.Birth; b > civil.Must("2015-01-01") && v.chance(40) {
		at = b // born here
	}
	if v.last > 0 {
		at = v.day(2015, 2017)
	}
	place := v.village()
	for range v.IntN(7) {
		s := facts.Residence{Key: v.key(), Division: place, Arrived: at, Reason: int32(v.IntN(7)), SortKey: []string{"a", "b", ""}[v.IntN(3)]}
		if v.chance(60) {
			s.Registered = at.AddDays(v.IntN(9))
		}
		if v.chance(10) {
			s.Arrived, s.Registered, s.FirstSeen = civil.None, at, at.AddDays(v.IntN(20))
		}
		if v.chance(5) {
			s.Arrived, s.FirstSeen = civil.None, at
		}
		length := 1 + v.IntN(700)
		if v.chance(25) { // settled
			length += 1500
		}
		if v.chance(80) {
			s.Left = at.AddDays(length)
		}
		if v.chance(3) {
			s.Left = at.AddDays(-1) // left before arriving: no day at all
		}
		r.Residences = append(r.Residences, s)
		gaps := []int{1, 1, 1, 2, 29, 30, 31, 32, 33, 60, 200, -20, -100}
		at = at.AddDays(length + gaps[v.IntN(len(gaps))])
		if v.chance(60) {
			place = v.village()
		}
		if v.chance(2) {
			place = "990101109299" // the tree does not have it
		}
	}
}

func (v *inventor) services(r *facts.Resident) {
	for range v.IntN(3) {
		a := facts.Archive{Key: v.key(), Opened: v.day(2016, 2026), Electronic: v.chance(85)}
		if v.chance(20) {
			a.Closed = a.Opened.AddDays(v.IntN(900))
		}
		for from := a.Opened; v.chance(60); from = from.AddDays(400) {
			a.Standard = append(a.Standard, facts.Days{From: from.AddDays(v.IntN(60)), Until: from.AddDays(60 + v.IntN(300))})
		}
		if n := len(a.Standard); n > 0 && v.chance(50) {
			a.Standard[n-1].Until = civil.None
		}
		if v.chance(70) {
			a.Touched = a.Opened.AddDays(v.IntN(900))
		}
		r.Archives = append(r.Archives, a)
	}
	for range v.IntN(6) {
		r.Educations = append(r.Educations, facts.Education{Key: v.key(), On: v.day(2016, 2026), Form: int32(1 + v.IntN(5)), UnitID: v.unit()})
	}
	for range v.IntN(3) {
		c := facts.Case{Key: v.key(), Class: []string{"A", "B", "C", ""}[v.IntN(4)], Registered: v.day(2016, 2026)}
		c.Diagnosed = c.Registered.Time().Unix() - int64(v.IntN(3*86400)) + 3600
		if v.chance(15) {
			c.Registered = civil.None
		}
		if c.Class != "" && v.chance(90) {
			c.DeadlineHours = 24
		}
		if v.chance(70) {
			c.Reported = c.Diagnosed + int64(v.IntN(3*86400))
		}
		r.Cases = append(r.Cases, c)
	}
}

func (v *inventor) reproduction(r *facts.Resident) {
	for range v.IntN(3) {
		g := facts.Pregnancy{Key: v.key(), LMP: v.day(2016, 2025)}
		if v.chance(10) {
			g.Registered, g.LMP = g.LMP.AddDays(60), civil.None
		}
		if v.chance(85) {
			g.Ended = max(g.LMP, g.Registered).AddDays(30 + v.IntN(260))
			g.Outcome = int32([]int{1, 1, 1, 2, 3, 4, 5}[v.IntN(7)])
			g.Risk = int32(v.IntN(6))
			if v.chance(6) && r.Person.Sex == facts.Female && r.Person.Death == civil.None {
				r.Person.Death = max(g.Ended.AddDays(v.IntN(60)-10), r.Person.Birth)
			}
		}
		for range v.IntN(3) {
			r.Antenatals = append(r.Antenatals, facts.Antenatal{Key: v.key(), PregnancyID: g.ID, On: max(g.LMP, g.Registered).AddDays(v.IntN(320))})
		}
		r.Pregnancies = append(r.Pregnancies, g)
	}
	for range v.IntN(3) {
		m := facts.Method{Key: v.key(), LongActing: v.chance(70), From: v.day(2016, 2024)}
		if v.chance(85) {
			m.Adopted = v.village()
		}
		if n := len(r.Residences); n > 0 && v.chance(60) {
			m.Adopted = r.Residences[v.IntN(n)].Division
		}
		if v.chance(30) {
			m.Until = m.From.AddDays(v.IntN(1000))
		}
		r.Methods = append(r.Methods, m)
	}
	if v.chance(20) {
		r.Relations = append(r.Relations, facts.Relation{Key: v.key(), Kind: facts.Spouse, OtherID: "other", From: v.day(2015, 2022)})
	}
}

// routine is a plausible course of the national programme: product and month of age.
var routine = []struct {
	product string
	month   int
}{
	{"HepB", 0},
	{"BCG", 0},
	{"HepB", 1},
	{"IPV", 2},
	{"IPV", 3},
	{"DTaP", 3},
	{"bOPV", 4},
	{"DTaP", 4},
	{"DTaP", 5},
	{"HepB", 6},
	{"MPSV-A", 6},
	{"MMR", 8},
	{"JE-L", 8},
	{"MPSV-A", 9},
	{"DTaP", 18},
	{"MMR", 18},
	{"HepA-L", 18},
	{"JE-L", 24},
	{"MPSV-AC", 36},
	{"bOPV", 48},
	{"DT", 72},
	{"DTaP", 72},
	{"MPSV-AC", 72},
}

// inactive is what stands in for the live vaccines of the routine, and HPV.
var inactive = []struct {
	product string
	month   int
}{{"JE-I", 8}, {"JE-I", 9}, {"JE-I", 24}, {"JE-I", 72}, {"HepA-I", 18}, {"HepA-I", 24}, {"2vHPV", 156}, {"2vHPV", 162}}

func (v *inventor) childhood(r *facts.Resident) {
	late := v.IntN(60)
	if v.chance(70) {
		r.Certificates = append(r.Certificates, facts.Certificate{Key: v.key(), Issued: r.Person.Birth.AddDays(v.IntN(400))})
	}
	if v.chance(50) { // visited as a newborn
		r.ChildChecks = append(r.ChildChecks, facts.ChildCheck{Key: v.key(), Kind: 1, On: r.Person.Birth.AddDays(v.IntN(34))})
	}
	for range v.IntN(12) { // looked after in the first years
		r.ChildChecks = append(r.ChildChecks, facts.ChildCheck{Key: v.key(), Kind: int32(2 + v.IntN(2)), On: r.Person.Birth.AddMonths(v.IntN(30)).AddDays(v.IntN(20))})
	}
	inactivated := v.chance(35)
	course := routine
	if inactivated {
		course = slices.Concat(course, inactive)
	}
	for _, x := range course {
		live := x.product == "JE-L" || x.product == "HepA-L"
		if v.chance(6) || inactivated && live {
			continue
		}
		on := r.Person.Birth.AddMonths(x.month).AddDays(v.IntN(late + 1))
		if v.chance(3) {
			on = on.AddDays(-20) // too early
		}
		if on < Last {
			r.Doses = append(r.Doses, facts.Dose{Key: v.key(), Product: x.product, On: on, UnitID: v.unit()})
		}
	}
	for range v.IntN(6) {
		on := r.Person.Birth.AddMonths(v.IntN(50))
		r.ChildChecks = append(r.ChildChecks, facts.ChildCheck{Key: v.key(), Kind: int32(1 + v.IntN(3)), On: on.AddDays(v.IntN(30))})
	}
}
