package brute

import (
	"xinju.dev/services/platform/civil"
)

// xiangan is 翔安区开展流动人口基本公共卫生计生服务均等化示范区建设工作方案. Its
// six indicators are the national ones; its rules too.
func xiangan() text {
	x := ofCountry
	t := text{
		id: "xiangan-2018", place: "350213000000", from: civil.Must("2018-06-20"),
		rules: map[string]test{
			// 三（三）2 健康教育活动面向全部流动人口
			"R-HED-0": x.floating,
			// 三（三）5 常住流动孕产妇
			"R-MAT-6M": func(d *Diary, day civil.Date) bool { return x.floatingWoman(d, day) && d.pregnant(day) },
			// 三（三）4 常住0-3岁流动儿童
			"R-CHD-6M": x.floatingToddler,
		},
		stocks: map[string]stock{
			"EQ01": {x.floatingResident, nil}, // 三（一） 服务人口
			"EQ02": {x.resident6, nil},
			// 新市民健康手册: printed material
			"HED03": {x.floatingResident, func(d *Diary, day civil.Date) bool { return times(d.lessonsOf(1), day, thisYear) >= 1 }},
		},
		flows: map[string]flow{
			"HED04": {happenings: lessonsOf(2, 5), in: thisYear, eligible: onItsDay(x.floating)},
			"KNW01": {happenings: recordsOf("KNW-SCORE", false), in: thisYear, eligible: onItsDay(x.floating), covered: valueAtLeast(80)},
		},
		others: []string{"HPP01", "ASC01"},
	}
	t.alternative("HED04", "event")
	return t
}

func (x terms) floatingMother(d *Diary, day civil.Date) bool {
	return x.floating(d, day) && d.female() && (d.pregnant(day) || d.postpartum(day))
}

// yongkang is the report 卫计服务 流动人口享市民待遇.
func yongkang() text {
	x := ofCountry
	woman := func(d *Diary, day civil.Date) bool { return d.female() && d.aged(day, 15, 50) }
	return text{
		id: "yongkang-2017", place: "330784000000", from: civil.Must("2017-07-28"),
		rules: map[string]test{
			// B 外来育龄妇女和儿童
			"R-YK-5IN1": func(d *Diary, day civil.Date) bool { return x.floating(d, day) && (d.under7(day) || woman(d, day)) },
			"R-IMM-3M":  x.floatingChild,
			"R-MCH-0":   x.floatingMother,
			// D 流动育龄妇女免费享受的项目
			"R-FP-0": func(d *Diary, day civil.Date) bool { return x.floating(d, day) && woman(d, day) },
			// D 免费避孕药具发放点, whoever lives there
			"R-FP-DRUG-0": func(d *Diary, day civil.Date) bool { return d.present(day) && d.aged(day, 15, 50) },
		},
		flows: map[string]flow{
			// D 婚育证明电子化
			"FP05": {happenings: recordsOf("FP-CERT", false), in: thisYear, eligible: onItsDay((*Diary).present), covered: valueAtLeast(1)},
		},
	}
}
