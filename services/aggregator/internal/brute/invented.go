package brute

import (
	"fmt"
	"math/rand/v2"

	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/platform/civil"
)

// World is a small country for tests: the jurisdictions of the built-in packs
// with a neighbour each, an invented province, a township that changes its county
// on 2021-05-01, a county that was merged away at the end of 2019, and the places
// of Ended.
func World() *facts.World {
	var list []facts.Division
	add := func(code, name, parent string, l facts.Level) {
		list = append(list, facts.Division{Key: facts.Key{ID: code}, Code: code, Name: name, Level: l, Parent: parent})
	}
	for _, p := range []string{"33", "35", "99"} {
		add(p+"0000000000", "省"+p, "", facts.Province)
	}
	for _, p := range []string{"3306", "3502", "9901", "9902"} {
		add(p+"00000000", "市"+p, p[:2]+"0000000000", facts.Prefecture)
	}
	names := map[string]string{"330681": "诸暨市", "330682": "上虞市", "350213": "翔安区", "350212": "同安区", "990101": "甲区", "990102": "乙区", "990221": "丙县"}
	for _, c := range Counties {
		add(c+"000000", names[c], c[:4]+"00000000", facts.County)
		for t := range 2 {
			town := fmt.Sprintf("%s10%d000", c, t)
			if town != moving {
				add(town, "镇", c+"000000", facts.Township)
			}
			for v := range 2 {
				add(fmt.Sprintf("%s10%d20%d", c, t, v), "村", town, facts.Village)
			}
		}
	}
	list = append(list,
		facts.Division{Key: facts.Key{ID: "moving-1"}, Code: moving, Name: "镇", Level: facts.Township, Parent: "990102000000", Until: civil.Must("2021-04-30")},
		facts.Division{Key: facts.Key{ID: "moving-2"}, Code: moving, Name: "镇", Level: facts.Township, Parent: "990101000000", From: civil.Must("2021-05-01")},
		facts.Division{
			Key: facts.Key{ID: "merged"}, Code: "990103000000", Name: "丁区", Level: facts.County, Parent: "990100000000",
			Until: civil.Must("2019-12-31"), Successors: []string{"990101000000"},
		})
	return facts.NewWorld(append(list, ended()...), nil)
}

// Counties are the counties of World, 6 digits.
var Counties = []string{"330681", "330682", "350213", "350212", "990101", "990102", "990221"}

// moving is a township that changes its county.
const moving = "990102101000"

// inventor draws residents.
type inventor struct {
	*rand.Rand
	n    int    // facts so far
	home string // county that most villages are drawn from
}

// Invent draws one resident with a history between 2015 and 2027: children and
// adults, moves, absences around 30 days, overlaps, month ends and leap days,
// conversions of hukou, deaths, gaps in the record. The same seed gives the same.
func Invent(seed uint64) *facts.Resident {
	v := &inventor{Rand: rand.New(rand.NewPCG(seed, 1))}
	v.home = Counties[v.IntN(len(Counties))]
	r := &facts.Resident{ID: fmt.Sprintf("R%020d", seed)}
	v.person(r)
	v.stays(r)
	v.services(r)
	v.reproduction(r)
	if r.Person.Birth > civil.Must("2010-01-01") {
		v.childhood(r)
	}
	v.Shuffle(len(r.Residences), func(i, j int) { r.Residences[i], r.Residences[j] = r.Residences[j], r.Residences[i] })
	v.Shuffle(len(r.Doses), func(i, j int) { r.Doses[i], r.Doses[j] = r.Doses[j], r.Doses[i] })
	return r
}

func (v *inventor) key() facts.Key {
	v.n++
	return facts.Key{ID: fmt.Sprintf("F%04d", v.n), Version: 1}
}

func (v *inventor) chance(percent int) bool { return v.IntN(100) < percent }

// day draws a day; one in four is a month's end, a leap day or a first of January.
func (v *inventor) day(fromYear, toYear int) civil.Date {
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
	if v.chance(40) {
		county = Counties[v.IntN(len(Counties))]
	}
	if v.chance(15) {
		return Ended[v.IntN(len(Ended))]
	}
	return fmt.Sprintf("%s10%d20%d", county, v.IntN(2), v.IntN(2))
}

func (v *inventor) person(r *facts.Resident) {
	p := facts.Person{Key: v.key(), Sex: []int32{1, 2, 2, 0}[v.IntN(4)], Marital: []int32{10, 20, 21, 20, 30, 0}[v.IntN(6)]}
	switch {
	case v.chance(45):
		p.Birth = v.day(2013, 2024)
	case v.chance(20):
		p.Birth = v.day(1948, 1960)
	case v.chance(95):
		p.Birth = v.day(1965, 2004)
	}
	if v.chance(8) {
		p.Death = max(v.day(2016, 2027), p.Birth)
	}
	homes := []string{"520102", "520102001201", "350213", "330681100201", "990101", "990103", "990102101201", "440305000000", Ended[0], Ended[1], Ended[4], "990104"}
	if v.chance(95) {
		p.Hukou = append(p.Hukou, facts.HukouSpan{Division: homes[v.IntN(len(homes))]})
	}
	for from := v.day(2016, 2020); len(p.Hukou) > 0 && v.chance(25); from = from.AddDays(1 + v.IntN(900)) {
		p.Hukou = append(p.Hukou, facts.HukouSpan{From: from, Division: homes[v.IntN(len(homes))]})
	}
	r.Person = p
}

func (v *inventor) stays(r *facts.Resident) {
	at := v.day(2015, 2021)
	place := v.village()
	for range v.IntN(7) {
		s := facts.Residence{Key: v.key(), Division: place, Arrived: at, Reason: int32(v.IntN(7))}
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
		r.Archives = append(r.Archives, a)
	}
	for range v.IntN(6) {
		r.Educations = append(r.Educations, facts.Education{Key: v.key(), On: v.day(2016, 2026), Form: int32(1 + v.IntN(5))})
	}
	for range v.IntN(3) {
		c := facts.Case{Key: v.key(), Class: []string{"A", "B", "C", ""}[v.IntN(4)], Registered: v.day(2016, 2026)}
		c.Diagnosed = c.Registered.Time().Unix() - int64(v.IntN(3*86400)) + 3600
		if v.chance(15) {
			c.Registered = civil.None
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
			g.Outcome = int32(1 + v.IntN(5))
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

func (v *inventor) childhood(r *facts.Resident) {
	late := v.IntN(60)
	for _, x := range routine {
		if v.chance(6) {
			continue
		}
		on := r.Person.Birth.AddMonths(x.month).AddDays(v.IntN(late + 1))
		if v.chance(3) {
			on = on.AddDays(-20) // too early
		}
		if on < Last {
			r.Doses = append(r.Doses, facts.Dose{Key: v.key(), Product: x.product, On: on})
		}
	}
	for range v.IntN(6) {
		on := r.Person.Birth.AddMonths(v.IntN(50))
		r.ChildChecks = append(r.ChildChecks, facts.ChildCheck{Key: v.key(), Kind: int32(1 + v.IntN(3)), On: on.AddDays(v.IntN(30))})
	}
}
