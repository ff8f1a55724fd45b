package brute

import (
	"slices"

	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/platform/civil"
)

// care draws deliveries, visits after birth and family-planning services.
func (v *inventor) care(r *facts.Resident) {
	for _, g := range r.Pregnancies {
		if g.Ended == civil.None {
			continue
		}
		if v.chance(75) {
			x := facts.Delivery{Key: v.key(), PregnancyID: g.ID, On: g.Ended, InHospital: v.chance(85), UnitID: v.unit()}
			if g.Outcome == facts.LiveBirth {
				x.LiveBirths = int32(1 + v.IntN(10)/9)
			}
			r.Deliveries = append(r.Deliveries, x)
		}
		for range v.IntN(3) {
			r.Postnatals = append(r.Postnatals, facts.Postnatal{Key: v.key(), PregnancyID: g.ID, On: g.Ended.AddDays(v.IntN(45) - 2), Kind: int32(1 + v.IntN(2))})
		}
		if v.chance(50) { // 5 visits and more, the first one early
			for week := int32(8 + v.IntN(8)); week < 40; week += int32(3 + v.IntN(6)) {
				r.Antenatals = append(r.Antenatals, facts.Antenatal{Key: v.key(), PregnancyID: g.ID, On: g.Ended.AddDays(-7 * (39 - int(week))), Week: week, UnitID: v.unit()})
			}
		}
	}
	for range v.IntN(5) {
		r.Services = append(r.Services, facts.Service{Key: v.key(), On: v.day(2016, 2026), Kind: int32(1 + v.IntN(7)), Free: v.chance(70), UnitID: v.unit()})
	}
}

func (v *inventor) unit() string {
	if v.chance(20) {
		return []string{"", "U3", "999999999999"}[v.IntN(3)]
	}
	return []string{"U1-", "U2-"}[v.IntN(2)] + v.home
}

// permits draws residence permits, endorsed around the edges of their windows.
func (v *inventor) permits(r *facts.Resident) {
	for range v.IntN(3) {
		county := v.home
		if v.chance(25) {
			county = Counties[v.IntN(len(Counties))]
		}
		p := facts.Permit{Key: v.key(), Division: county, Issued: v.day(2014, 2021)}
		for year := range v.IntN(6) {
			off := []int{-40, -31, -30, -20, -10, -1, 0, 1, 29, 30, 31, 60, 200, 366, 400}[v.IntN(15)]
			p.Endorsed = append(p.Endorsed, p.Issued.AddMonths(12*(year+1)).AddDays(off))
		}
		slices.Sort(p.Endorsed)
		p.Endorsed = slices.Compact(p.Endorsed)
		if v.chance(15) {
			p.Cancelled = p.Issued.AddDays(v.IntN(2000))
		}
		if v.chance(60) {
			p.ValidTo = p.Issued.AddMonths(12 * (1 + v.IntN(4)))
		}
		for from := p.Issued.AddDays(v.IntN(200)); v.chance(60); from = from.AddDays(1 + v.IntN(500)) {
			p.Points = append(p.Points, facts.Points{From: from, Points: int32(119 + v.IntN(3))})
		}
		r.Permits = append(r.Permits, p)
	}
}

// recordCodes are the codes of dated records that Invent draws.
var recordCodes = []string{
	"MAT-HIGHRISK", "PMT-HIV", "PMT-SYP", "PMT-HBV", "PMT-EXPOSED", "NBS-DISEASE", "NBS-HEARING", "KNW-SCORE", "KNW-RIGHT", "KNW-ASKED", "FP-CERT",
}

// localCodes are those of one county's pack.
var localCodes = map[string][]string{
	"330681": {
		"IMM-ENTRY", "IMM-SIA", "FP-VOUCHER", "PRE-MARITAL", "PRE-SCREEN", "NUTRITION-FOLIC", "NUTRITION-OTHER", "REWARD-LARC", "FERTILITY-FILE",
	},
	xihuCounty: {
		"SCR-CERV", "SCR-BREAST", "MEN-REG", "MEN-MGT", "SIGN", "HTN", "DM", "TB", "DISABLED", "FP-SPECIAL", "CARD-INFO", "CARD", "FP-SUPPORT",
		"FP-SUPPORT-PAID", "FP-SPECIAL-CHECK", "FP-BEREAVED", "FP-CONSOLATION", "MARRIAGE-INTENT", "TRT-SIGHT", "TRT-CHILD", "TRT-DIALYSIS",
		"TRT-MENTAL", "BIRTH-REG", "AID-RESCUER", "AID-PUBLIC", "PREMARITAL", "BIRTH-APPLY", "BIRTH-RATED", "BIRTH-ONLINE", "MONITOR",
	},
}

// records draws dated records: some anywhere, some around births and pregnancies.
func (v *inventor) records(r *facts.Resident) {
	put := func(code string, on civil.Date) {
		x := facts.Record{Key: v.key(), Code: code, On: on, Value: int64([]int{0, 1, 4, 79, 80, 95, -3, 10_001}[v.IntN(8)]), UnitID: v.unit()}
		if v.chance(50) {
			x.Until = on.AddDays(v.IntN(700))
		}
		r.Records = append(r.Records, x)
	}
	for range v.IntN(8) {
		put(recordCodes[v.IntN(len(recordCodes))], v.day(2016, 2026))
	}
	for _, code := range recordCodes[7:] { // surveys
		if v.chance(30) {
			put(code, v.day(2016, 2022))
		}
	}
	for _, code := range localCodes[v.home] {
		if v.chance(45) {
			put(code, v.day(2016, 2022))
		}
	}
	for _, g := range r.Pregnancies {
		for _, code := range recordCodes[:4] {
			if g.Ended != civil.None && v.chance(40) {
				put(code, g.Ended.AddDays(v.IntN(420)-390))
			}
		}
	}
	for _, code := range recordCodes[4:7] {
		if r.Person.Birth != civil.None && v.chance(40) {
			put(code, r.Person.Birth.AddDays(v.IntN(50)))
		}
	}
}

// moreRecords draws records of codes that came later. It comes last, so that the
// lives drawn before stay what they were.
func (v *inventor) moreRecords(r *facts.Resident) {
	codes := []string{"PMT-DRUG"}
	if v.home == "330681" {
		codes = append(codes, "TREAT-FREE", "ASSOC-SERVED")
	}
	for _, code := range codes {
		for range v.IntN(3) {
			x := facts.Record{Key: v.key(), Code: code, On: v.day(2016, 2022), Value: int64(v.IntN(2)), UnitID: v.unit()}
			if v.chance(50) {
				x.Until = x.On.AddDays(v.IntN(700))
			}
			r.Records = append(r.Records, x)
		}
	}
}

// relatives draws spouses, parents and permit families who mostly live in the same
// village, the tie recorded by either of the two.
func (v *inventor) relatives(r *facts.Resident) {
	if v.home != "310110" && v.chance(60) || len(r.Residences) == 0 {
		return
	}
	for n := range 1 + v.IntN(2) {
		o := &facts.Resident{ID: r.ID + string(rune('a'+n))}
		o.Person = facts.Person{Key: v.key(), Sex: int32(v.IntN(3)), Birth: v.day(1965, 1990)}
		for _, s := range r.Residences {
			s.Key = v.key()
			if v.chance(20) {
				s.Division = v.village()
			}
			if s.Left != civil.None && v.chance(30) {
				s.Left = s.Left.AddDays(v.IntN(60) - 30)
			}
			o.Residences = append(o.Residences, s)
		}
		v.permits(o)
		for i := range o.Permits {
			if v.chance(60) {
				o.Permits[i].Points = []facts.Points{{From: o.Permits[i].Issued, Points: 120}}
			}
			o.Permits[i].Points = append(o.Permits[i].Points, facts.Points{From: o.Permits[i].Issued.AddDays(2000), Points: 130})
		}
		from := v.day(2015, 2019)
		x := facts.Relation{Key: v.key(), From: from}
		if v.chance(30) {
			x.Until = from.AddDays(v.IntN(1500))
		}
		switch v.IntN(6) {
		case 0:
			r.Person.MotherID = o.ID
		case 1, 2, 3: // as the resident has it
			x.Kind, x.OtherID = int32(1+v.IntN(6)), o.ID
			r.Relations = append(r.Relations, x)
		default: // as the other one has it
			x.Kind, x.OtherID = int32(1+v.IntN(6)), r.ID
			o.Relations = append(o.Relations, x)
		}
		r.Others = append(r.Others, o)
	}
}

// entries draws on which day the records of some services were entered.
func (v *inventor) entries(r *facts.Resident) {
	enter := func(k *facts.Key, on civil.Date) {
		if v.chance(85) {
			k.Recorded = on.AddDays(v.IntN(14))
		}
	}
	for i := range r.Educations {
		enter(&r.Educations[i].Key, r.Educations[i].On)
	}
	for i := range r.Services {
		enter(&r.Services[i].Key, r.Services[i].On)
	}
	for i := range r.Records {
		enter(&r.Records[i].Key, r.Records[i].On)
	}
}
