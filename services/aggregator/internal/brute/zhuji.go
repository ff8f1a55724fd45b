package brute

import (
	"slices"

	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/platform/civil"
)

// zhuji is 诸暨市…推进流动人口卫生和计划生育基本公共服务均等化工作的通知.
func zhuji() text {
	x := ofCountry
	childbearing := both(x.floating, func(d *Diary, day civil.Date) bool { return d.aged(day, 15, 50) })
	expecting := both(x.floating, both(womanOnly, (*Diary).pregnant))
	reward := func(d *Diary, day civil.Date) bool {
		return x.floating(d, day) && d.lived(day, facts.County, 12) && d.couple(day) && d.longActingHere(day)
	}
	return text{
		id: "zhuji-2017", place: "330681000000", from: civil.Must("2017-08-10"),
		rules: map[string]test{
			// 三（一）1 居住满3个月的0-6岁流动儿童
			"R-IMM-3M": x.floatingChild,
			// 三（五）1 居住6个月以上的流动人口重点人群
			"R-EHR-6M": func(d *Diary, day civil.Date) bool { return x.floatingResident(d, day) && d.keyGroup(day) },
			// 三（三）3 居住一年以上且在现居住地落实长效避孕节育措施的流动育龄夫妻
			"R-REW-1Y": reward,
			// 三（二）1 不限证、不限次、不限时；流动育龄群众
			"R-FP-0": childbearing,
			// 三（一）2 流动孕产妇
			"R-MCH-0": x.floatingMother,
			// 三（一）2 0-6岁流动儿童
			"R-CHD-0": func(d *Diary, day civil.Date) bool { return x.floating(d, day) && d.under7(day) },
			// 三（二）2 优生健康服务; 三（二）3 生殖健康; 三（二）4 健康教育
			"R-ELG-0": x.floating,
			"R-RPH-0": childbearing,
			"R-HED-0": x.floating,
			// 三（一）3 流动人口艾滋病、结核病等传染病的免费救治
			"R-TRT-0": both(x.floating, holding("TREAT-FREE")),
		},
		stocks: map[string]stock{
			"IMM01F": {x.floatingChild, certified},
			"IMM06":  {func(d *Diary, day civil.Date) bool { return x.floatingChild(d, day) && !d.vaccinated(day) }, nil},
			"IMM07": {
				func(d *Diary, day civil.Date) bool { return x.floatingChild(d, day) && d.aged(day, 3, 7) },
				onRecord(ever, "IMM-ENTRY"),
			},
			"IMM08": {x.floatingChild, onRecord(thisYear, "IMM-SIA")},
			"CHD05": {both((*Diary).under7, x.floating), func(d *Diary, day civil.Date) bool { return times(d.checks(1, 2, 3, 4), day, thisYear) >= 1 }},
			"FPC01": {childbearing, planned(true, 2, 3, 4)},
			"FPV01": {childbearing, holding("FP-VOUCHER")},
			"PMC01": {both(x.floating, everMarried), onRecord(ever, "PRE-MARITAL")},
			"PRC01": {both(x.floating, (*Diary).couple), tested},
			"PRS01": {expecting, onRecord(last12Months, "PRE-SCREEN")},
			"FOL01": {expecting, onRecord(last12Months, "NUTRITION-FOLIC", "NUTRITION-OTHER")},
			"RPH01": {childbearing, planned(false, 7)},
			"RPH02": {both(childbearing, followedUp), planned(false, 5)},
			"REW01": {reward, nil},
			"REW02": {reward, onRecord(ever, "REWARD-LARC")},
			"EHR05": {both(x.floatingResident, (*Diary).keyGroup), standardOfAnyKind},
			"EHR06": {both(x.floatingResident, (*Diary).keyGroup), usedArchive},
			"EHR07": {both(x.floatingResident, mother), holding("FERTILITY-FILE")},
			"REG01": {x.floating, filledIn},
			// 三（四）3 计生协工作服务流动人口覆盖率
			"ASC01": {x.floating, onRecord(thisYear, "ASSOC-SERVED")},
		},
		flows: map[string]flow{
			// 三（一）2 高危筛查
			"MAT07": {happenings: pregnanciesEnded(), in: thisYear, eligible: onItsDay(both(x.floating, womanOnly)), covered: func(_ *Diary, h *happening) bool {
				return h.pregnancy.Risk >= 1 && h.pregnancy.Risk <= 5
			}},
		},
	}
}

func womanOnly(d *Diary, _ civil.Date) bool { return d.female() }

func mother(d *Diary, day civil.Date) bool {
	return d.female() && (d.pregnant(day) || d.postpartum(day))
}

func everMarried(d *Diary, _ civil.Date) bool {
	m := d.r.Person.Marital
	return m == 20 || m == 21 || m == 22
}

// onRecord: a record of one of the codes lies in the period.
func onRecord(in during, codes ...string) test {
	return func(d *Diary, day civil.Date) bool {
		return slices.ContainsFunc(codes, func(code string) bool { return times(d.recorded(code), day, in) >= 1 })
	}
}

// holding: a record of one of the codes holds on the day.
func holding(codes ...string) test {
	return func(d *Diary, day civil.Date) bool {
		return slices.ContainsFunc(codes, func(code string) bool { return d.recordHolds(day, code) })
	}
}

func planned(free bool, kinds ...int32) test {
	return func(d *Diary, day civil.Date) bool { return d.planning(day, free, kinds...) }
}

// tested: has ever had a preconception check.
func tested(d *Diary, day civil.Date) bool {
	return slices.ContainsFunc(d.r.Services, func(s facts.Service) bool {
		return s.Kind == 6 && times([]civil.Date{s.On}, day, ever) == 1
	})
}

// followedUp are those owed a follow-up: pregnant, after birth, or using a method.
func followedUp(d *Diary, day civil.Date) bool {
	return d.pregnant(day) || d.postpartum(day) || slices.ContainsFunc(d.r.Methods, func(m facts.Method) bool {
		return m.From != civil.None && m.From <= day && (m.Until == civil.None || day <= m.Until)
	})
}

// standardOfAnyKind is 规范化, on paper too.
func standardOfAnyKind(d *Diary, day civil.Date) bool {
	return d.archive(day, func(a *facts.Archive, day civil.Date) bool {
		return slices.ContainsFunc(a.Standard, func(s facts.Days) bool {
			return s.From <= day && (s.Until == civil.None || day <= s.Until)
		})
	})
}

// filledIn: birth, sex, hukou, and of the stay arrival, registration and reason.
func filledIn(d *Diary, day civil.Date) bool {
	p, at := &d.r.Person, d.on(day).stay
	if at < 0 || p.Birth == civil.None || p.Sex != facts.Male && p.Sex != facts.Female || len(p.Hukou) == 0 || p.Hukou[len(p.Hukou)-1].Division == "" {
		return false
	}
	s := &d.r.Residences[at]
	return s.Arrived != civil.None && s.Registered != civil.None && s.Reason != 0
}
