package brute

import (
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/platform/civil"
)

// terms are the definitions with which the national items are read at a place.
type terms struct {
	level    facts.Level // of 辖区, for lengths of residence
	floating test
}

var (
	ofCountry  = terms{facts.County, (*Diary).floatingHealth}
	ofShanghai = terms{facts.Province, (*Diary).floatingShanghai}
)

// resident6 is 常住：居住半年以上.
func (x terms) resident6(d *Diary, day civil.Date) bool { return d.lived(day, x.level, 6) }

// floatingResident is 常住流动人口.
func (x terms) floatingResident(d *Diary, day civil.Date) bool {
	return x.floating(d, day) && x.resident6(d, day)
}

// floatingChild is 0–6岁流动儿童，居住满3个月.
func (x terms) floatingChild(d *Diary, day civil.Date) bool {
	return d.under7(day) && x.floating(d, day) && d.lived(day, x.level, 3)
}

// national is 国家基本公共卫生服务规范（第三版） as the national pack takes it.
func national(x terms) text {
	t := text{
		id: "national",
		rules: map[string]test{
			"R-DC-0":   (*Diary).present,
			"R-IMM-3M": x.floatingChild,
			"R-EHR-6M": x.resident6,
			"R-EQ-6M":  x.floatingResident,
		},
		stocks: map[string]stock{
			"EHR03": {x.floatingResident, standardArchive},
			"HED01": {x.floatingResident, (*Diary).educated},
			"IMM03": {x.floatingChild, (*Diary).vaccinated},
			"CHD01": {x.floatingToddler, checkedThisYear},

			"POP01": {(*Diary).present, nil},
			"POP02": {x.resident6, nil},
			"POP03": {(*Diary).floatingHealth, nil},
			"EHR01": {x.resident6, anyArchive},
			"EHR02": {x.resident6, electronicArchive},
			"EHR04": {both((*Diary).present, anyArchive), usedArchive},
			"IMM01": {func(d *Diary, day civil.Date) bool { return d.under7(day) && d.lived(day, x.level, 3) }, certified},
			"CHD02": {x.toddler, managedChild},
			"CHD04": {both((*Diary).under7, x.resident6), func(d *Diary, day civil.Date) bool {
				return times(d.checks(1, 2, 3, 4), day, thisYear) >= 1
			}},
		},
		flows: map[string]flow{
			"MAT01": {happenings: pregnanciesEnded(), in: thisYear, eligible: onItsDay(x.floatingWoman), covered: antenatalOnce},
			"INF01": {happenings: casesRegistered, in: thisYear, eligible: onItsDay(x.floating), covered: reported(false)},
			"HED02": {happenings: lessons, in: thisYear, eligible: onItsDay((*Diary).floatingHealth)},
			// 报告及时率: of the cases that were reported
			"INF02": {happenings: casesRegistered, in: thisYear, eligible: also(onItsDay((*Diary).floatingHealth), reported(false)), covered: reported(true)},
		},
		doses: doseRates(),
	}
	nationalPlanning(t.stocks)
	nationalMaternal(t.flows)
	nationalSurveys(t.flows)
	quality(&t)
	t.alternative("HED02", "event")
	return t
}

func both(a, b test) test {
	return func(d *Diary, day civil.Date) bool { return a(d, day) && b(d, day) }
}

func standardArchive(d *Diary, day civil.Date) bool { return d.archive(day, standardForm) }

func anyArchive(d *Diary, day civil.Date) bool { return d.archive(day, nil) }

func electronicArchive(d *Diary, day civil.Date) bool {
	return d.archive(day, func(a *facts.Archive, _ civil.Date) bool { return a.Electronic })
}

// usedArchive is 有动态记录: in the 12 months from the last record linked to it.
func usedArchive(d *Diary, day civil.Date) bool {
	return d.archive(day, func(a *facts.Archive, day civil.Date) bool {
		return times([]civil.Date{a.Touched}, day, last12Months) == 1
	})
}

func certified(d *Diary, day civil.Date) bool {
	for _, c := range d.r.Certificates {
		if times([]civil.Date{c.Issued}, day, ever) == 1 {
			return true
		}
	}
	return false
}

// toddler is 3岁以下常住儿童, under 36 months.
func (x terms) toddler(d *Diary, day civil.Date) bool {
	m := d.months(day)
	return m >= 0 && m < 36 && x.resident6(d, day)
}

func (x terms) floatingToddler(d *Diary, day civil.Date) bool {
	return x.toddler(d, day) && x.floating(d, day)
}

func checkedThisYear(d *Diary, day civil.Date) bool { return times(d.checks(2), day, thisYear) >= 1 }

// floatingWoman is 辖区内常住流动孕产妇 on the day the pregnancy ends.
func (x terms) floatingWoman(d *Diary, day civil.Date) bool {
	return d.female() && x.floatingResident(d, day)
}

func antenatalOnce(d *Diary, h *happening) bool {
	n, _ := d.antenatals(h.pregnancy)
	return n >= 1
}

// nationalPlanning are the family-planning rates, by the health definition since
// the other one is repealed.
func nationalPlanning(s map[string]stock) {
	floating := test((*Diary).floatingHealth)
	aged := func(from int) test { return func(d *Diary, day civil.Date) bool { return d.aged(day, from, 50) } }
	served := func(free bool, kinds ...int32) test {
		return func(d *Diary, day civil.Date) bool { return d.planning(day, free, kinds...) }
	}
	s["FP01"] = stock{both(floating, aged(15)), served(false, 1)}
	s["FP02"] = stock{both(floating, needsContraception), served(true, 2, 3, 4, 5)}
	s["FP03"] = stock{both(floating, (*Diary).couple), served(true, 2, 3, 4)}
	s["FP04"] = stock{func(d *Diary, day civil.Date) bool { return d.female() && floating(d, day) && d.aged(day, 18, 50) }, served(false)}
}

// needsContraception is 避孕节育服务目标人群: a married woman of 15–49, not pregnant.
func needsContraception(d *Diary, day civil.Date) bool {
	return d.female() && d.aged(day, 15, 50) && d.married(day) && !d.pregnant(day)
}

// nationalSurveys are 知晓率: by person (80 of 100 points) and by question.
func nationalSurveys(f map[string]flow) {
	here := onItsDay((*Diary).present)
	f["KNW01"] = flow{happenings: recordsOf("KNW-SCORE", false), in: thisYear, eligible: here, covered: valueAtLeast(80)}
	f["KNW02N"] = flow{happenings: recordsOf("KNW-RIGHT", true), in: thisYear, eligible: here}
	f["KNW02D"] = flow{happenings: recordsOf("KNW-ASKED", true), in: thisYear, eligible: here}
}

// doseRates are 某疫苗某剂次接种率, by month: at the vaccinating unit, those who
// lack it at the managing one; and all in the village, for the managing unit.
func doseRates() map[string]dose {
	out := map[string]dose{}
	putBy := func(series string, number int, ages func(civil.Date) (from, before int), countedBefore int) {
		v := dose{series: series, number: number, in: thisMonth, firstOf: firstOfMonth, ages: ages, countedBefore: countedBefore}
		id := "IMM02-" + series + "-" + string(rune('0'+number))
		out[id+"@manager"] = v
		v.atUnit = true
		out[id] = v
	}
	put := func(series string, number, from, before, countedBefore int) {
		putBy(series, number, func(civil.Date) (int, int) { return from, before }, countedBefore)
	}
	for series, numbers := range map[string]int{"HepB": 3, "Polio": 4, "DTP": 4, "MMR": 2, "JE": 4, "HepA": 2} {
		for n := 1; n <= numbers; n++ {
			put(series, n, 0, 73, 216)
		}
	}
	put("BCG", 1, 0, 49, 49)
	putBy("DTP", 5, fifthDTP, 216)
	put("MenA", 1, 6, 24, 216)
	put("MenA", 2, 6, 24, 216)
	put("MenAC", 1, 24, 73, 216)
	put("MenAC", 2, 60, 97, 216)
	put("HPV", 1, 156, 169, 216)
	put("HPV", 2, 156, 169, 216)
	return out
}

// fifthDTP is the ages of the fifth dose: of 白破 72–132 months, of the fifth 百白破, in
// whose place it is given from 2025年1月1日起, 72–84.
func fifthDTP(day civil.Date) (from, before int) {
	if day < civil.Must("2025-01-01") {
		return 72, 133
	}
	return 72, 85
}
