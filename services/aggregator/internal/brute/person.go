package brute

import (
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/platform/civil"
)

// What the texts say of a person on a day.

func (d *Diary) present(day civil.Date) bool { return d.on(day).stay >= 0 }

// hukouElsewhere: the hukou is in another division of the level than the one
// lived in on the day, compared at what is known of both. An unknown hukou is not
// elsewhere.
func (d *Diary) hukouElsewhere(day civil.Date, l facts.Level) bool {
	p, home := d.on(day), d.hukou(day)
	if p.stay < 0 || home == "" || !p.known {
		return false
	}
	there := d.home(home, day)
	for ; l > 0; l-- {
		if there[l] != "" && p.at[l] != "" {
			return there[l] != p.at[l]
		}
	}
	return false
}

// hukou is the place of registration; the first one holds for all earlier days.
func (d *Diary) hukou(day civil.Date) (home string) {
	for i, h := range d.r.Person.Hukou {
		if i == 0 || h.From <= day {
			home = h.Division
		}
	}
	return home
}

// floatingHealth is 流动人口（卫生业务口径）: no local hukou of the county.
func (d *Diary) floatingHealth(day civil.Date) bool { return d.hukouElsewhere(day, facts.County) }

// floatingPlanning is 流动人口 of 《流动人口计划生育工作条例》第二条, repealed from
// 2021-09-26: away from the county or district of hukou for work or living, an
// adult of childbearing age, 18–49; not for study, medical care or a visit, and
// not between districts of one city.
func (d *Diary) floatingPlanning(day civil.Date) bool {
	if day < civil.Must("2009-10-01") || day >= civil.Must("2021-09-26") || !d.aged(day, 18, 50) || !d.hukouElsewhere(day, facts.County) {
		return false
	}
	here, there := d.on(day).at, d.home(d.hukou(day), day)
	oneCity := here[facts.Prefecture] == there[facts.Prefecture]
	if oneCity && district(d.w, here[facts.County], day) && district(d.w, there[facts.County], day) {
		return false
	}
	return d.reasonNot(day, 3, 5, 6)
}

// floatingShanghai is 来沪人员: hukou of another province, living in the city for
// work or living; not for medical care or a visit.
func (d *Diary) floatingShanghai(day civil.Date) bool {
	return day >= civil.Must("2015-07-20") && d.hukouElsewhere(day, facts.Province) && d.reasonNot(day, 5, 6)
}

func (d *Diary) reasonNot(day civil.Date, codes ...int32) bool {
	p := d.on(day)
	if p.stay < 0 {
		return false
	}
	for _, c := range codes {
		if d.r.Residences[p.stay].Reason == c {
			return false
		}
	}
	return true
}

// lived: has lived in the division of the level for n months, by anniversary.
func (d *Diary) lived(day civil.Date, l facts.Level, n int) bool {
	p := d.on(day)
	return p.stay >= 0 && p.since[l].AddMonths(n) <= day
}

// months is the age in completed months; -1 before birth or without a birth date.
func (d *Diary) months(day civil.Date) int {
	if b := d.r.Person.Birth; b != civil.None && b <= day {
		return b.MonthsUntil(day)
	}
	return -1
}

// aged: from completed years until the day before the birthday of the other.
func (d *Diary) aged(day civil.Date, from, before int) bool {
	m := d.months(day)
	return m >= 12*from && m < 12*before
}

func (d *Diary) under7(day civil.Date) bool { return d.aged(day, 0, 7) }

func (d *Diary) female() bool { return d.r.Person.Sex == facts.Female }

func (d *Diary) married(day civil.Date) bool {
	if m := d.r.Person.Marital; m >= 20 && m <= 23 {
		return true
	}
	for _, x := range d.r.Relations {
		if x.Kind == facts.Spouse && x.From <= day && (x.Until == civil.None || day <= x.Until) {
			return true
		}
	}
	return false
}

// couple is 育龄夫妻: married, the wife 15–49, a husband 22–59 in her stead.
func (d *Diary) couple(day civil.Date) bool {
	switch d.r.Person.Sex {
	case facts.Female:
		return d.married(day) && d.aged(day, 15, 50)
	case facts.Male:
		return d.married(day) && d.aged(day, 22, 60)
	}
	return false
}

func (d *Diary) pregnant(day civil.Date) bool {
	for i := range d.r.Pregnancies {
		if d.carries(&d.r.Pregnancies[i], day) {
			return true
		}
	}
	return false
}

// carries: from the last period (else the record) until the day before the end,
// 44 weeks when nobody recorded one.
func (d *Diary) carries(g *facts.Pregnancy, day civil.Date) bool {
	from := g.LMP
	if from == civil.None {
		from = g.Registered
	}
	if from == civil.None || day < from {
		return false
	}
	return g.Ended != civil.None && day < g.Ended || g.Ended == civil.None && int(day-from) < 44*7
}

// postpartum is 产后42天内, the day itself included.
func (d *Diary) postpartum(day civil.Date) bool {
	for _, g := range d.r.Pregnancies {
		if (g.Outcome == 1 || g.Outcome == 2) && g.Ended != civil.None && day >= g.Ended && int(day-g.Ended) <= 42 {
			return true
		}
	}
	return false
}

// keyGroup is 重点人群: 0–6岁儿童、孕产妇、65岁及以上老年人，登记的高血压、糖尿病、严重精神障碍、肺结核患者.
func (d *Diary) keyGroup(day civil.Date) bool {
	return d.under7(day) || d.aged(day, 65, 200) || d.pregnant(day) || d.postpartum(day) || holding("HTN", "DM", "MEN-REG", "TB")(d, day)
}

// longActingHere: uses a long-acting method that was adopted in the county lived in.
func (d *Diary) longActingHere(day civil.Date) bool {
	for _, x := range d.r.Methods {
		if !x.LongActing || x.From == civil.None || x.From > day || x.Until != civil.None && day > x.Until || x.Adopted == "" {
			continue
		}
		if there := d.home(x.Adopted, day)[facts.County]; there != "" && there == d.on(day).at[facts.County] {
			return true
		}
	}
	return false
}
