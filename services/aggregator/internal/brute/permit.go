package brute

import (
	"slices"
	"sync"

	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/workday"
)

// Permits under the texts on endorsement, one day after the other.

// PermitPlaces are the places whose text on late endorsement PermitDays knows,
// with the beginning of the codes of their divisions, as rules of package permit
// name them. Elsewhere the national text holds, from 2016-01-01 on.
var PermitPlaces = map[string]string{"SHANGHAI": "31", "CHONGQING": "50", "SHIJIAZHUANG": "1301", "XUCHANG": "4110", "CN": ""}

// PermitDay is one day of a permit.
type PermitDay struct {
	Holds bool
	Years int // days that count for residence, today included
}

// PermitDays follows a permit from its day of issue under the text of a place.
func PermitDays(place string, p *facts.Permit, until civil.Date) map[civil.Date]PermitDay {
	out := map[civil.Date]PermitDay{}
	holds, over, count := true, false, 0
	var suspended civil.Date
	for day := p.Issued; day <= until; day++ {
		if p.Cancelled != civil.None && day >= p.Cancelled {
			break
		}
		full, due := yearOver(p, day)
		if holds && (day == p.Lapsed || due && !endorsedInTime(place, p, full, day)) {
			holds, suspended = false, day
		}
		if !holds && !over && slices.Contains(p.Endorsed, day) {
			holds, over, count = endorsedLate(place, suspended, day, count)
		}
		if holds {
			count++
		}
		out[day] = PermitDay{holds, count}
	}
	return out
}

// working is a last day that is moved: 期间的最后一日是法定休假日的，以法定休假日结束的次日为最后一日 (民法典
// 第二百零三条).
func working(last civil.Date) civil.Date {
	calendar, err := china()
	for err == nil && !calendar.Works(last) { // a calendar that cannot be read leaves the rules none either
		last++
	}
	return last
}

var china = sync.OnceValues(workday.China)

// yearOver: 自签发之日起每居住满1年. The day is the first one after the last on which that
// year could be endorsed; full is the day on which it was full.
func yearOver(p *facts.Permit, day civil.Date) (full civil.Date, over bool) {
	for year := 1; year <= 30; year++ {
		full := p.Issued.AddMonths(12 * year)
		if full <= day && day < full+30 && working(full-1)+1 == day {
			return full, true
		}
	}
	return 0, false
}

// endorsedInTime: 之日前1个月内; in Shijiazhuang 30日内.
func endorsedInTime(place string, p *facts.Permit, full, over civil.Date) bool {
	first := full.AddMonths(-1)
	if place == "SHIJIAZHUANG" {
		first = full - 30
	}
	return slices.ContainsFunc(p.Endorsed, func(d civil.Date) bool { return first <= d && d <= over })
}

// endorsedLate says what becomes of the permit and of the days that counted.
func endorsedLate(place string, suspended, day civil.Date, count int) (holds, over bool, now int) {
	late := int(day - suspended)
	switch place {
	case "SHANGHAI": // 中止之日起30日内补办的连续计算，逾期的重新计算
		if day <= working(suspended+30) {
			return true, false, count + late
		}
		return true, false, 0
	case "SHIJIAZHUANG": // 逾期一年以内恢复，超过一年重新计算
		if day > working(suspended.AddMonths(12)) {
			return true, false, 0
		}
	case "XUCHANG": // 逾期半年以内恢复，超过半年重新申报居住登记
		if day > working(suspended.AddMonths(6)) {
			return false, true, count
		}
	}
	return true, false, count // 使用功能恢复，居住年限连续计算
}
