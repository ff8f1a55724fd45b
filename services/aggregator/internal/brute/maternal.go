package brute

import (
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/platform/civil"
)

// nationalMaternal are the rates of mothers and the newborn, most of them by the
// maternal-and-child year, of women who live here on the day, whatever their hukou.
func nationalMaternal(f map[string]flow) {
	here := onItsDay((*Diary).present)
	woman := onItsDay(func(d *Diary, day civil.Date) bool { return d.female() && d.present(day) })
	ended, delivered := pregnanciesEnded(), pregnanciesEnded(1, 2)
	hospital := func(d *Diary, h *happening) bool { return d.inHospital(h.pregnancy) }
	early := func(d *Diary, h *happening) bool { _, early := d.antenatals(h.pregnancy); return early }
	visited := func(d *Diary, h *happening) bool { return d.visitedAfter(h.pregnancy, 28) }
	highRisk := func(_ *Diary, h *happening) bool { return h.pregnancy.Risk >= 3 && h.pregnancy.Risk <= 5 } // 橙、红、紫

	f["LB01"] = flow{happenings: liveBirths, in: thisYear, eligible: woman}
	f["LB02"] = flow{happenings: liveBirths, in: thisMaternalYear, eligible: woman}
	f["MAT02N"] = flow{happenings: delivered, in: thisYear, eligible: also(woman, early)}
	f["MAT03N"] = flow{happenings: delivered, in: thisYear, eligible: also(woman, visited)}
	f["MAT04N"] = flow{happenings: delivered, in: thisMaternalYear, eligible: also(woman, managedMother)}
	f["MAT05"] = flow{happenings: liveBirths, in: thisMaternalYear, eligible: woman, covered: hospital}
	f["MAT06A"] = flow{happenings: ended, in: thisMaternalYear, eligible: also(woman, highRisk), covered: recordedBefore("MAT-HIGHRISK")}
	f["MAT06B"] = flow{happenings: delivered, in: thisMaternalYear, eligible: also(woman, highRisk), covered: hospital}
	f["PMT01"] = flow{happenings: delivered, in: thisMaternalYear, eligible: woman, covered: recordedBefore("PMT-HIV")}
	f["PMT02"] = flow{happenings: delivered, in: thisMaternalYear, eligible: woman, covered: recordedBefore("PMT-SYP")}
	f["PMT03"] = flow{happenings: delivered, in: thisMaternalYear, eligible: woman, covered: recordedBefore("PMT-HBV")}
	f["PMT05"] = flow{happenings: recordsOf("PMT-DRUG", false), in: thisMaternalYear, eligible: woman, covered: valueAtLeast(1)}
	f["PMT04"] = flow{happenings: recordsOf("PMT-EXPOSED", false), in: thisMaternalYear, eligible: here, covered: valueAtLeast(1)}
	f["NBS01"] = flow{happenings: births, in: thisMaternalYear, eligible: here, covered: recordedAfter("NBS-DISEASE", 42)}
	f["NBS02"] = flow{happenings: births, in: thisMaternalYear, eligible: here, covered: recordedAfter("NBS-HEARING", 42)}
	// 新生儿访视: a first visit (kind 1) within 28 days
	f["CHD03"] = flow{happenings: births, in: thisYear, eligible: here, covered: func(d *Diary, h *happening) bool {
		return within(d.checks(1), h.on, 28)
	}}
	f["MOR01N"] = flow{happenings: deathsOf((*Diary).diedAMother), in: thisMaternalYear, eligible: here}
	f["MOR02N"] = flow{happenings: deathsOf(diedUnder(12)), in: thisMaternalYear, eligible: here}
	f["MOR03N"] = flow{happenings: deathsOf(diedUnder(60)), in: thisMaternalYear, eligible: here}
}

// diedAMother is 孕产妇死亡: in pregnancy or up to 42 days after its end, however it ended.
func (d *Diary) diedAMother(on civil.Date) bool {
	for i := range d.r.Pregnancies {
		g := &d.r.Pregnancies[i]
		if d.carries(g, on) || g.Ended != civil.None && on >= g.Ended && int(on-g.Ended) <= 42 {
			return true
		}
	}
	return false
}

func diedUnder(months int) test {
	return func(d *Diary, on civil.Date) bool {
		m := d.months(on)
		return m >= 0 && m < months
	}
}

// managedMother is 孕产妇系统管理: 孕13周前首检、产检5次及以上、住院分娩、产后28天内访视.
func managedMother(d *Diary, h *happening) bool {
	n, early := d.antenatals(h.pregnancy)
	return early && n >= 5 && d.inHospital(h.pregnancy) && d.visitedAfter(h.pregnancy, 28)
}

// managedChild is 4:2:1 over the last 12 months: four visits in the first year (at
// 3, 6, 8 and 12 months, a month of grace each), two in the second, one in the third.
func managedChild(d *Diary, day civil.Date) bool {
	asked := 1
	switch m := d.months(day); {
	case m < 7:
	case m < 9:
		asked = 2
	case m < 13:
		asked = 3
	case m < 15:
		asked = 4
	case m < 24:
		asked = 2
	}
	return times(d.checks(2, 3), day, last12Months) >= asked
}

// liveBirths: each pregnancy's end, counted by the live births recorded of its
// deliveries; one for a live birth whose delivery nobody recorded.
func liveBirths(d *Diary) []happening {
	var out []happening
	for _, h := range pregnanciesEnded()(d) {
		recorded := false
		for _, x := range d.r.Deliveries {
			if x.PregnancyID == h.id {
				recorded = true
				h.weight += x.LiveBirths
			}
		}
		if !recorded && h.pregnancy.Outcome == facts.LiveBirth {
			h.weight = 1
		}
		if h.weight > 0 && h.weight <= 10_000 {
			out = append(out, h)
		}
	}
	return out
}
