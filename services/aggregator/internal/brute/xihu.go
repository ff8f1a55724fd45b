package brute

import (
	"slices"

	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/platform/civil"
)

// xihu is 2017年全区卫生计生工作要点.
func xihu() text {
	x := ofCountry
	screened := func(d *Diary, day civil.Date) bool {
		return d.female() && d.aged(day, 35, 50) && x.floatingResident(d, day)
	}
	t := text{
		id: "xihu-2017", place: "360103000000", from: civil.Must("2017-04-05"), until: civil.Must("2017-12-31"),
		rules: map[string]test{
			// 三（二）6 流入我区6个月以上部分育龄妇女两癌筛查
			"R-SCR-6M": screened,
			// 二6 流动人口子女
			"R-IMM-3M": x.floatingChild,
			// 二6 国家规定的免费计生技术服务
			"R-FP-0": func(d *Diary, day civil.Date) bool { return d.floatingPlanning(day) && d.couple(day) },
			// 三（三）14 国家免费孕前优生健康检查
			"R-PRE-0": func(d *Diary, day civil.Date) bool { return d.present(day) && d.couple(day) },
		},
		stocks: map[string]stock{
			// 二6 为新市民建立健康档案
			"EHR01F": {x.floatingResident, func(d *Diary, day civil.Date) bool { return d.archive(day, nil) }},
			// 二5 以街道为单位疫苗接种率
			"IMM04": {func(d *Diary, day civil.Date) bool { return d.under7(day) && d.lived(day, facts.County, 3) }, (*Diary).vaccinated},
			// 二3 3岁以下儿童系统管理率
			"CHD02": {func(d *Diary, day civil.Date) bool {
				m := d.months(day)
				return m >= 0 && m < 36 && x.resident6(d, day)
			}, managedChild},
			// 二6 国家规定的免费计生技术服务覆盖率
			"FP03": {
				func(d *Diary, day civil.Date) bool { return d.floatingPlanning(day) && d.couple(day) },
				func(d *Diary, day civil.Date) bool { return d.planning(day, true, 2, 3, 4) },
			},
			// 二6 流入成年育龄妇女登记管理率
			"FP04": {
				func(d *Diary, day civil.Date) bool { return d.female() && d.floatingPlanning(day) },
				func(d *Diary, day civil.Date) bool { return d.planning(day, false) },
			},
		},
		flows:  xihuEvents(),
		others: []string{"MAT04", "MOR01", "MOR02", "MOR03"},
	}
	xihuRecords(&t)
	t.alternative("MAT05", "event")
	return t
}

// xihuRecords are the items that rest on registers: 两癌筛查、重性精神病、家庭医生签约、
// 居民健康卡、特扶.
func xihuRecords(t *text) {
	x, here := ofCountry, test((*Diary).present)
	screened := t.rules["R-SCR-6M"]
	cervical, breast := onRecord(thisYear, "SCR-CERV"), onRecord(thisYear, "SCR-BREAST")
	t.stocks["SCR01"] = stock{screened, both(cervical, breast)}
	t.stocks["SCR02"] = stock{screened, cervical}
	t.stocks["SCR03"] = stock{screened, breast}
	ill := both(here, holding("MEN-REG"))
	t.stocks["MEN00"] = stock{ill, nil}
	t.stocks["MEN02"] = stock{ill, holding("MEN-MGT")}
	t.stocks["FDS01"] = stock{x.resident6, holding("SIGN")}
	t.stocks["FDS02"] = stock{both(x.resident6, func(d *Diary, day civil.Date) bool {
		return d.keyGroup(day) || holding("DISABLED", "FP-SPECIAL")(d, day)
	}), holding("SIGN")}
	t.stocks["FDS03"] = stock{both(here, holding("FP-SPECIAL")), holding("SIGN")}
	t.stocks["CRD01"] = stock{x.resident6, onRecord(ever, "CARD-INFO")}
	t.stocks["CRD02"] = stock{x.resident6, holding("CARD")}
	t.stocks["SUP01"] = stock{both(here, holding("FP-SUPPORT", "FP-SPECIAL")), onRecord(thisYear, "FP-SUPPORT-PAID")}
	t.stocks["SUP02"] = stock{both(here, holding("FP-SPECIAL")), onRecord(thisYear, "FP-SPECIAL-CHECK")}
	t.stocks["SUP03"] = stock{both(here, onRecord(ever, "FP-BEREAVED")), onRecord(ever, "FP-CONSOLATION")}
	t.rules["R-PMC-0"] = both(here, holding("MARRIAGE-INTENT"))
	t.rules["R-TRT-0"] = both(here, holding("TRT-SIGHT", "TRT-CHILD", "TRT-DIALYSIS", "TRT-MENTAL"))
	t.rules["R-SUP-0"] = both(here, holding("FP-SPECIAL", "FP-BEREAVED"))
}

// xihuEvents are what the work points count over a period.
func xihuEvents() map[string]flow {
	here, floating := onItsDay((*Diary).present), onItsDay(ofCountry.floating)
	woman := onItsDay(both((*Diary).present, womanOnly))
	of := func(in during, least int64, codes ...string) flow {
		f := flow{in: in, eligible: here, happenings: func(d *Diary) (out []happening) {
			for _, code := range codes {
				out = append(out, recordsOf(code, false)(d)...)
			}
			return out
		}}
		if least > 0 {
			f.covered = valueAtLeast(least)
		}
		return f
	}
	born := func(sex int32) flow {
		return flow{happenings: births, in: thisYear, eligible: func(d *Diary, h *happening) bool {
			return sex == 0 || d.r.Person.Sex == sex // wherever it is placed: 未登记本人住处时随母亲
		}}
	}
	out := map[string]flow{
		// 二3 住院分娩率, by live births
		"MAT05": {
			happenings: func(d *Diary) []happening {
				return slices.DeleteFunc(liveBirths(d), func(h happening) bool { return h.pregnancy.Outcome != facts.LiveBirth })
			},
			in: thisMaternalYear, eligible: woman, covered: func(d *Diary, h *happening) bool { return d.inHospital(h.pregnancy) },
		},
		"BTH01": born(0), "BTH02": born(facts.Male), "BTH03": born(facts.Female),
		"DTH01": {happenings: deathsOf(func(*Diary, civil.Date) bool { return true }), in: thisYear, eligible: here},
		// 三（三）14 免费孕前优生检查, a couple by the wife
		"PRE01": {happenings: freePreconception, in: thisYear, eligible: woman},
		"FP06C": of(thisYear, 1, "BIRTH-REG"), "FP05": of(thisYear, 1, "FP-CERT"),
		"AID01": of(thisYear, 0, "AID-RESCUER"), "AID02": of(thisYear, 0, "AID-PUBLIC"), "PMC01": of(thisYear, 0, "PREMARITAL"),
		"TRT01": of(thisYear, 0, "TRT-SIGHT", "TRT-CHILD", "TRT-DIALYSIS", "TRT-MENTAL"),
		"REG01": of(thisQuarter, 1, "BIRTH-APPLY"), "REG02": of(thisQuarter, 4, "BIRTH-RATED"), "REG03": of(thisQuarter, 1, "BIRTH-ONLINE"),
		"KNW01": of(thisYear, 80, "KNW-SCORE"), "MON00": of(thisYear, 0, "MONITOR"),
		"KNW02N": {happenings: recordsOf("KNW-RIGHT", true), in: thisYear, eligible: floating},
		"KNW02D": {happenings: recordsOf("KNW-ASKED", true), in: thisYear, eligible: floating},
	}
	for _, id := range []string{"KNW01", "MON00"} { // of 新市民
		f := out[id]
		f.eligible = floating
		out[id] = f
	}
	return out
}

func freePreconception(d *Diary) (out []happening) {
	for _, s := range d.r.Services {
		if s.Kind == 6 && s.Free {
			out = append(out, happening{id: s.ID, on: s.On, unit: s.UnitID})
		}
	}
	return out
}
