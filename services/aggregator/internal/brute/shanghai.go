package brute

import (
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/platform/civil"
)

// standardPoints is 标准分值.
const standardPoints = 120

// shanghai is 关于进一步做好本市流动人口基本公共卫生计生服务的实施意见: 权责对等、梯度服务.
func shanghai() text {
	x := ofShanghai
	holder := func(d *Diary, day civil.Date) bool { return x.floating(d, day) && d.permitOfProvince(day) }
	family := func(d *Diary, day civil.Date) bool { return x.floating(d, day) && d.family(day) }
	t := text{
		id: "shanghai-2015", place: "310000000000", from: civil.Must("2015-07-20"),
		rules: map[string]test{
			// 二 疾病防控类：所有在沪人员
			"R-DC-0": (*Diary).present,
			// 二 预防保健类：持居住证者
			"R-EQ-6M": func(d *Diary, day civil.Date) bool {
				return x.floating(d, day) && (d.permitOfProvince(day) || d.family(day))
			},
			// 二 持有居住证且积分达到标准分值的持证人同住配偶和子女
			"R-SH-FAM": family,
			// 二 积分达到标准分值的持证人
			"R-SH-PTS": func(d *Diary, day civil.Date) bool { return holder(d, day) && d.points(day, standardPoints) },
			"R-IMM-3M": x.floatingChild,
			// 二 避孕药具、知识：所有流动人口
			"R-SH-FP-0": x.floating,
			// 二 基本项目的计划生育技术服务：持有本市居住证的流动人口
			"R-SH-FP-PERMIT": holder,
		},
		stocks: map[string]stock{
			"POP03":       {x.floating, nil},
			"TIER-ALL":    {(*Diary).present, nil},
			"TIER-FLOAT":  {x.floating, nil},
			"TIER-PERMIT": {holder, nil},
			"TIER-FAMILY": {func(d *Diary, day civil.Date) bool { return family(d, day) && !d.permitOfProvince(day) }, nil},
			"FP01": {
				func(d *Diary, day civil.Date) bool { return x.floating(d, day) && d.aged(day, 15, 50) },
				func(d *Diary, day civil.Date) bool { return d.planning(day, false, 1) },
			},
			// 二 基本项目的计划生育技术服务：持有本市居住证的流动人口；登记管理：所有流动人口
			"FP03": {
				func(d *Diary, day civil.Date) bool { return holder(d, day) && d.couple(day) },
				func(d *Diary, day civil.Date) bool { return d.planning(day, true, 2, 3, 4) },
			},
			"FP04": {
				func(d *Diary, day civil.Date) bool { return d.female() && x.floating(d, day) && d.aged(day, 18, 50) },
				func(d *Diary, day civil.Date) bool { return d.planning(day, false) },
			},
			"FP02": {
				both(x.floating, needsContraception),
				func(d *Diary, day civil.Date) bool { return d.planning(day, true, 2, 3, 4, 5) },
			},
		},
		flows: map[string]flow{
			"HED02":  {happenings: lessons, in: thisYear, eligible: onItsDay(x.floating)},
			"INF02":  {happenings: casesRegistered, in: thisYear, eligible: also(onItsDay(x.floating), reported(false)), covered: reported(true)},
			"KNW01":  {happenings: recordsOf("KNW-SCORE", false), in: thisYear, eligible: onItsDay(x.floating), covered: valueAtLeast(80)},
			"KNW02D": {happenings: recordsOf("KNW-ASKED", true), in: thisYear, eligible: onItsDay(x.floating)},
			"KNW02N": {happenings: recordsOf("KNW-RIGHT", true), in: thisYear, eligible: onItsDay(x.floating)},
		},
	}
	t.alternative("HED02", "event")
	return t
}

// permitOfProvince: holds a valid permit of the province lived in; endorsed every
// year within the month before, suspended when late, 30 days of grace.
func (d *Diary) permitOfProvince(day civil.Date) bool {
	here := d.on(day).at[facts.Province]
	for i := range d.r.Permits {
		p := &d.r.Permits[i]
		if d.permitDays(i)[day].Holds && here != "" && d.home(p.Division, day)[facts.Province] == here {
			return true
		}
	}
	return false
}

// permitDays follows a permit through the city's text, once.
func (d *Diary) permitDays(i int) map[civil.Date]PermitDay {
	if d.permits == nil {
		d.permits = make([]map[civil.Date]PermitDay, len(d.r.Permits))
	}
	if d.permits[i] == nil {
		d.permits[i] = PermitDays("SHANGHAI", &d.r.Permits[i], Last)
	}
	return d.permits[i]
}

// points: a permit that is valid on the day has reached so many.
func (d *Diary) points(day civil.Date, least int32) bool {
	for i := range d.r.Permits {
		p := &d.r.Permits[i]
		valid := p.Issued != civil.None && p.Issued <= day && (p.ValidTo == civil.None || day <= p.ValidTo) &&
			(p.Lapsed == civil.None || day < p.Lapsed) && (p.Cancelled == civil.None || day < p.Cancelled)
		now := int32(-1)
		for _, x := range p.Points { // oldest first
			if x.From <= day {
				now = x.Points
			}
		}
		if valid && now >= least {
			return true
		}
	}
	return false
}
