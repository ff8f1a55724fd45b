package policy

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"xinju.dev/services/aggregator/internal/brute"
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/timeline"
	"xinju.dev/services/aggregator/policies"
	"xinju.dev/services/platform/civil"
)

// daysOf evaluates a predicate of the county 990102 for a resident.
func daysOf(t *testing.T, predicate string, r *facts.Resident) []string {
	t.Helper()
	p := onNational(t, rule(predicate))
	e := newEvaluator(r, brute.World(), p.program)
	defer e.free()
	for i := range p.Rules {
		if p.Rules[i].ID == "R-T" {
			return written(e.days(p.Rules[i].eligible))
		}
	}
	t.Fatal("no such rule")
	return nil
}

// onNational compiles one file on top of the national pack.
func onNational(t *testing.T, file string) *Pack {
	t.Helper()
	national, err := policies.Files.ReadFile("national.yaml")
	if err != nil {
		t.Fatal(err)
	}
	c, problems := build([]source{{name: "national", text: national}, {name: "test", text: []byte(file)}})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	p, _ := c.Pack("test")
	return p
}

func written(s timeline.Set) []string {
	var out []string
	for _, v := range s {
		from := "…"
		if v.From > timeline.First {
			from = v.From.String()
		}
		to := "…"
		if v.To < civil.Forever {
			to = (v.To - 1).String()
		}
		out = append(out, from+" "+to)
	}
	return out
}

func key(id string) facts.Key { return facts.Key{ID: id, Version: 1} }

// someone lives in 990102 from 2020-01-01 on, with a hukou elsewhere.
func someone(change func(r *facts.Resident)) *facts.Resident {
	r := &facts.Resident{
		Person:     facts.Person{Key: key("p"), Birth: day("1990-03-31"), Sex: facts.Female, Hukou: []facts.HukouSpan{{Division: "520102"}}},
		Residences: []facts.Residence{{Key: key("s"), Division: "990102100200", Arrived: day("2020-01-01"), Reason: 1}},
	}
	if change != nil {
		change(r)
	}
	return r
}

func TestPredicates(t *testing.T) {
	hukouAt := func(code string) func(*facts.Resident) {
		return func(r *facts.Resident) { r.Person.Hukou = []facts.HukouSpan{{Division: code}} }
	}
	reasonIs := func(code int32) func(*facts.Resident) {
		return func(r *facts.Resident) { r.Residences[0].Reason = code }
	}
	since := []string{"2020-01-01 …"}
	for _, c := range []struct {
		name, predicate string
		who             func(r *facts.Resident)
		want            []string
	}{
		{"health: another county of another province", "{floating: {definition: health}}", nil, since},
		{"health: another district of the city is floating", "{floating: {definition: health}}", hukouAt("990101"), since},
		{"health: another township of the county is not", "{floating: {definition: health}}", func(r *facts.Resident) {
			r.Residences[0].Division = "990221100200"
			r.Person.Hukou[0].Division = "990221101200"
		}, nil},
		{"health: no hukou known is not", "{floating: {definition: health}}", func(r *facts.Resident) { r.Person.Hukou = nil }, nil},
		{"unless the rule says that it counts", "{hukou_elsewhere: {level: county, unknown_counts: true}}", func(r *facts.Resident) { r.Person.Hukou = nil }, since},
		{"health: conversion ends it on that day", "{floating: {definition: health}}", func(r *facts.Resident) {
			r.Person.Hukou = append(r.Person.Hukou, facts.HukouSpan{From: day("2021-05-01"), Division: "990102"})
		}, []string{"2020-01-01 2021-04-30"}},
		{"the first hukou entry holds for all earlier days, whatever its date", "{floating: {definition: health}}", func(r *facts.Resident) {
			r.Person.Hukou[0].From = day("2022-01-01")
		}, since},
		{"health: a county merged into the one lived in", "{floating: {definition: health}}", func(r *facts.Resident) {
			r.Residences[0].Division, r.Residences[0].Arrived = "990101100200", day("2019-06-01")
			r.Person.Hukou[0].Division = "990103"
		}, []string{"2019-06-01 2019-12-31"}},
		{"health: the township lived in comes to the county of the hukou", "{floating: {definition: health}}", func(r *facts.Resident) {
			r.Residences[0].Division = "990102101200"
			r.Person.Hukou[0].Division = "990101"
		}, []string{"2020-01-01 2021-04-30"}},
		{"family planning: until it was repealed", "{floating: {definition: fp}}", nil, []string{"2020-01-01 2021-09-25"}},
		{"family planning: not between districts of one city", "{floating: {definition: fp}}", hukouAt("990101"), nil},
		{"family planning: a county of another city", "{floating: {definition: fp}}", hukouAt("990221"), []string{"2020-01-01 2021-09-25"}},
		{"family planning: not a student", "{floating: {definition: fp}}", reasonIs(3), nil},
		{"family planning: not a visitor", "{floating: {definition: fp}}", reasonIs(6), nil},
		{"family planning: not at sixty", "{floating: {definition: fp}}", func(r *facts.Resident) { r.Person.Birth = day("1960-01-01") }, nil},
		{"family planning: not a child", "{floating: {definition: fp}}", func(r *facts.Resident) { r.Person.Birth = day("2015-01-01") }, nil},
		{"health: sixty is floating", "{floating: {definition: health}}", func(r *facts.Resident) { r.Person.Birth = day("1960-01-01") }, since},
		{"Shanghai: another province", "{floating: {definition: shanghai}}", nil, since},
		{"Shanghai: not within the province", "{floating: {definition: shanghai}}", hukouAt("990221"), nil},
		{"permit: another city, half a year from registration", "{floating: {definition: permit}}", func(r *facts.Resident) { r.Residences[0].Registered = day("2020-02-29") }, []string{"2020-08-29 …"}},
		{"permit: never registered", "{floating: {definition: permit}}", nil, nil},
		{"permit: a student is", "{floating: {definition: permit}}", func(r *facts.Resident) {
			r.Residences[0].Registered, r.Residences[0].Reason = day("2020-01-01"), 3
		}, []string{"2020-07-01 …"}},
		{"permit: not within the city", "{floating: {definition: permit}}", func(r *facts.Resident) {
			r.Residences[0].Registered = day("2020-01-01")
			r.Person.Hukou[0].Division = "990101"
		}, nil},
		{"statistics: another township of the county after half a year", "{floating: {definition: statistics}}", func(r *facts.Resident) {
			r.Residences[0].Division = "990221100200"
			r.Person.Hukou[0].Division = "990221101200"
		}, []string{"2020-07-01 …"}},
		{"statistics: not between districts of one city", "{floating: {definition: statistics}}", hukouAt("990101"), nil},
		{"statistics: not within one district of a city", "{floating: {definition: statistics}}", hukouAt("990102101200"), nil},
		{"statistics: a hukou known to the county only is compared there", "{floating: {definition: statistics}}", hukouAt("990102"), nil},
		{"hukou at or below a place", `{hukou: {in: ["520000000000"]}}`, nil, []string{"… …"}},
		{"hukou elsewhere than the place", `{hukou: {in: ["530000000000"]}}`, nil, nil},
		{"hukou of a kind", "{hukou: {kind: [1]}}", func(r *facts.Resident) {
			r.Person.Hukou = []facts.HukouSpan{{Division: "520102", Kind: 1}, {Division: "520102", Kind: 2, From: day("2021-01-01")}}
		}, []string{"… 2020-12-31"}},
		{"age in months clamps to the month's end", "{age: {from: 6m, before: 18y}}", func(r *facts.Resident) { r.Person.Birth = day("2020-08-31") }, []string{"2021-02-28 2038-08-30"}},
		{"age counted from the day after", "{age: {from: 18y, counting: day_after}}", nil, []string{"2008-04-01 …"}},
		{"no birth date, no age", "{age: {from: 18y}}", func(r *facts.Resident) { r.Person.Birth = civil.None }, nil},
		{"sex", "{sex: {is: male}}", nil, nil},
		{"married by status", "{married: {}}", func(r *facts.Resident) { r.Person.Marital = 22 }, []string{"… …"}},
		{"married by a recorded spouse", "{married: {}}", func(r *facts.Resident) {
			r.Relations = []facts.Relation{{Key: key("r"), Kind: facts.Spouse, From: day("2020-05-01"), Until: day("2021-05-01")}}
		}, []string{"2020-05-01 2021-05-01"}},
		{"a guardian is no spouse", "{married: {}}", func(r *facts.Resident) { r.Relations = []facts.Relation{{Key: key("r"), Kind: facts.Guardian}} }, nil},
		{"marital status", "{marital: {in: [30, 40]}}", func(r *facts.Resident) { r.Person.Marital = 40 }, []string{"… …"}},
		{"between", "{between: {from: 2020-01-01, until: 2020-12-31}}", nil, []string{"2020-01-01 2020-12-31"}},
		{"no source never holds", "{no_source: {facts: {zh: 某, en: some}}}", nil, nil},
		{"not", "{not: {between: {from: 2020-01-01}}}", nil, []string{"… 2019-12-31"}},
		{"lived by civil counting begins a day later", "{lived: {level: county, months: 3, mode: civil}}", nil, []string{"2020-04-02 …"}},
		{"lived counts from the first sight where asked", "{lived: {level: county, months: 3, start: first_seen}}", func(r *facts.Resident) { r.Residences[0].FirstSeen = day("2020-02-01") }, []string{"2020-05-01 …"}},
		{"an archive that is not electronic", "{archive: {electronic: true}}", func(r *facts.Resident) { r.Archives = []facts.Archive{{Key: key("a"), Opened: day("2020-02-01")}} }, nil},
		{"an archive until it is closed", "{archive: {}}", func(r *facts.Resident) {
			r.Archives = []facts.Archive{{Key: key("a"), Opened: day("2020-02-01"), Closed: day("2020-03-01")}}
		}, []string{"2020-02-01 2020-02-29"}},
		{"two checks within twelve months, rolling", "{events: {kind: child_check, at_least: 2, within: \"months:12\"}}", func(r *facts.Resident) {
			for i, d := range []string{"2020-01-31", "2020-12-01", "2021-06-30"} {
				r.ChildChecks = append(r.ChildChecks, facts.ChildCheck{Key: key(fmt.Sprint(i)), On: day(d), Kind: 2})
			}
		}, []string{"2020-12-01 2021-01-30", "2021-06-30 2021-11-30"}},
		{"free services only", "{events: {kind: planning, codes: [3], within: ever, free: true}}", func(r *facts.Resident) {
			r.Services = []facts.Service{{Key: key("1"), On: day("2020-02-01"), Kind: 3}, {Key: key("2"), On: day("2020-03-01"), Kind: 3, Free: true}, {Key: key("3"), On: day("2020-01-01"), Kind: 1, Free: true}}
		}, []string{"2020-03-01 …"}},
		{"services of the maternal-and-child year", "{events: {kind: antenatal, within: mch_year}}", func(r *facts.Resident) {
			r.Antenatals = []facts.Antenatal{{Key: key("1"), On: day("2020-09-30")}, {Key: key("2"), On: day("2020-11-30")}}
		}, []string{"2020-09-30 2020-09-30", "2020-11-30 2021-09-30"}},
		{"a certificate once issued", "{events: {kind: certificate, within: ever}}", func(r *facts.Resident) {
			r.Certificates = []facts.Certificate{{Key: key("1"), Issued: day("2020-02-03")}}
		}, []string{"2020-02-03 …"}},
		{"pregnant until the day before the end", "{pregnant: {}}", func(r *facts.Resident) {
			r.Pregnancies = []facts.Pregnancy{{Key: key("1"), LMP: day("2020-01-01"), Ended: day("2020-10-01"), Outcome: 1}}
		}, []string{"2020-01-01 2020-09-30"}},
		{"a pregnancy whose end was never recorded", "{pregnant: {}}", func(r *facts.Resident) { r.Pregnancies = []facts.Pregnancy{{Key: key("1"), LMP: day("2020-01-01")}} }, []string{"2020-01-01 2020-11-03"}},
		{"postpartum to the 42nd day", "{postpartum: {}}", func(r *facts.Resident) {
			r.Pregnancies = []facts.Pregnancy{{Key: key("1"), Ended: day("2020-10-01"), Outcome: 1}, {Key: key("2"), Ended: day("2019-10-01"), Outcome: 3}}
		}, []string{"2020-10-01 2020-11-12"}},
		{"a long-acting method adopted here", "{method: {long_acting: true, adopted_here: county}}", func(r *facts.Resident) {
			r.Methods = []facts.Method{
				{Key: key("1"), LongActing: true, From: day("2019-01-01"), Until: day("2020-06-30"), Adopted: "990102101200"},
				{Key: key("2"), LongActing: true, From: day("2019-01-01"), Adopted: "990101101200"},
				{Key: key("3"), From: day("2019-01-01"), Adopted: "990102101200"},
			}
		}, []string{"2020-01-01 2020-06-30"}},
		{"a permit of the place lived in", "{permit: {level: county}}", func(r *facts.Resident) {
			r.Permits = []facts.Permit{{Key: key("1"), Division: "990102", Issued: day("2019-07-01"), ValidTo: day("2020-06-30")}, {Key: key("2"), Division: "990101", Issued: day("2021-01-01")}}
		}, []string{"2020-01-01 2020-06-30"}},
		{"a permit held for a year, bridged by a late endorsement within the grace", "{permit: {months: 15, endorsement: {every_months: 12, window_months: 1, grace_days: 30}}}", func(r *facts.Resident) {
			r.Permits = []facts.Permit{{Key: key("1"), Division: "990102", Issued: day("2025-03-11"), Endorsed: []civil.Date{day("2026-04-10")}}}
		}, []string{"2026-06-11 2027-03-10"}},
		{"and counted anew after it", "{permit: {months: 11, endorsement: {every_months: 12, window_months: 1, grace_days: 30}}}", func(r *facts.Resident) {
			r.Permits = []facts.Permit{{Key: key("1"), Division: "990102", Issued: day("2025-03-11"), Endorsed: []civil.Date{day("2026-04-11")}}}
		}, []string{"2026-02-11 2026-03-10"}},
		{"points while the permit holds", "{points: {at_least: 120}}", func(r *facts.Resident) {
			r.Permits = []facts.Permit{{
				Key: key("1"), Issued: day("2020-01-01"), ValidTo: day("2020-12-31"),
				Points: []facts.Points{{From: day("2020-02-01"), Points: 119}, {From: day("2020-03-01"), Points: 120}, {From: day("2020-10-01"), Points: 80}},
			}}
		}, []string{"2020-03-01 2020-09-30"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if d := cmp.Diff(c.want, daysOf(t, c.predicate, someone(c.who))); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestPredicatesAboutEvents(t *testing.T) {
	pregnancy := func(r *facts.Resident) {
		r.Pregnancies = []facts.Pregnancy{{Key: key("g"), LMP: day("2020-10-01"), Ended: day("2021-07-01"), Outcome: 1, UnitID: "u"}}
	}
	sick := func(hours int64) func(r *facts.Resident) {
		return func(r *facts.Resident) {
			r.Cases = []facts.Case{{Key: key("c"), Class: "B", Registered: day("2021-07-01"), Diagnosed: 1000, Reported: 1000 + hours*3600, DeadlineHours: 24}}
		}
	}
	ended, registered := "{pregnancies_ended: {outcomes: [1, 2]}}", "{cases_registered: {classes: [B]}}"
	for _, c := range []struct {
		name, events, covered string
		who                   []func(r *facts.Resident)
		want                  string
	}{
		{"two antenatal visits of this pregnancy", ended, "{antenatal: {at_least: 2}}", []func(*facts.Resident){pregnancy, func(r *facts.Resident) {
			r.Antenatals = []facts.Antenatal{{PregnancyID: "g", On: day("2021-01-01")}, {PregnancyID: "g", On: day("2021-07-01")}}
		}}, "covered"},
		{"one is another pregnancy's", ended, "{antenatal: {at_least: 2}}", []func(*facts.Resident){pregnancy, func(r *facts.Resident) {
			r.Antenatals = []facts.Antenatal{{PregnancyID: "g", On: day("2021-01-01")}, {PregnancyID: "h", On: day("2021-06-01")}}
		}}, "uncovered"},
		{"one came after the end", ended, "{antenatal: {at_least: 1}}", []func(*facts.Resident){pregnancy, func(r *facts.Resident) {
			r.Antenatals = []facts.Antenatal{{PregnancyID: "g", On: day("2021-07-02")}}
		}}, "uncovered"},
		{"none before week 13", ended, "{antenatal: {before_week: 13}}", []func(*facts.Resident){pregnancy, func(r *facts.Resident) {
			r.Antenatals = []facts.Antenatal{{PregnancyID: "g", On: day("2021-01-01"), Week: 13}}
		}}, "uncovered"},
		{"one in week 12", ended, "{antenatal: {before_week: 13}}", []func(*facts.Resident){pregnancy, func(r *facts.Resident) {
			r.Antenatals = []facts.Antenatal{{PregnancyID: "g", On: day("2021-01-01"), Week: 12}}
		}}, "covered"},
		{"a postnatal visit on the 28th day", ended, "{postnatal: {within_days: 28}}", []func(*facts.Resident){pregnancy, func(r *facts.Resident) {
			r.Postnatals = []facts.Postnatal{{PregnancyID: "g", On: day("2021-07-29")}}
		}}, "covered"},
		{"on the 29th day", ended, "{postnatal: {within_days: 28}}", []func(*facts.Resident){pregnancy, func(r *facts.Resident) {
			r.Postnatals = []facts.Postnatal{{PregnancyID: "g", On: day("2021-07-30")}}
		}}, "uncovered"},
		{"in hospital", ended, "{in_hospital: {}}", []func(*facts.Resident){pregnancy, func(r *facts.Resident) {
			r.Deliveries = []facts.Delivery{{PregnancyID: "g", On: day("2021-07-01"), InHospital: true}}
		}}, "covered"},
		{"at home", ended, "{in_hospital: {}}", []func(*facts.Resident){pregnancy, func(r *facts.Resident) {
			r.Deliveries = []facts.Delivery{{PregnancyID: "g", On: day("2021-07-01")}}
		}}, "uncovered"},
		{"a miscarriage is not asked for", ended, "{in_hospital: {}}", []func(*facts.Resident){pregnancy, func(r *facts.Resident) { r.Pregnancies[0].Outcome = 3 }}, "nothing"},
		{"any of", ended, "{any: [{in_hospital: {}}, {outcome: {in: [1]}}]}", []func(*facts.Resident){pregnancy}, "covered"},
		{"all of, with one about the person on the event's day", ended, "{all: [{outcome: {in: [1]}}, {age: {before: 31y}}]}", []func(*facts.Resident){pregnancy}, "uncovered"},
		{"not", ended, "{not: {outcome: {in: [2]}}}", []func(*facts.Resident){pregnancy}, "covered"},
		{"reported within the hours of its class", registered, "{reported: {in_time: true}}", []func(*facts.Resident){sick(24)}, "covered"},
		{"reported an hour late", registered, "{reported: {in_time: true}}", []func(*facts.Resident){sick(25)}, "uncovered"},
		{"late is reported all the same", registered, "{reported: {}}", []func(*facts.Resident){sick(99)}, "covered"},
		{"a class not asked for", registered, "{reported: {}}", []func(*facts.Resident){sick(1), func(r *facts.Resident) { r.Cases[0].Class = "C" }}, "nothing"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := onNational(t, head(fmt.Sprintf("indicators:\n  - {id: X, name: {zh: 甲, en: x}, kind: flow, period: month, events: %s, eligible: {present: {}}, covered: %s}\n", c.events, c.covered)))
			r := someone(nil)
			for _, change := range c.who {
				change(r)
			}
			got := "nothing"
			for _, x := range p.Pieces(r, brute.World(), nil) {
				if p.Indicators[x.Indicator].ID != "X" {
					continue
				}
				if x.From != day("2021-07-01") || x.To != day("2021-08-01") {
					t.Errorf("counts %s–%s", x.From, x.To)
				}
				got = map[bool]string{true: "covered", false: "uncovered"}[x.Covered]
			}
			if got != c.want {
				t.Errorf("got %s", got)
			}
		})
	}
}

func TestAFlowMayCountWhereTheUnitStands(t *testing.T) {
	p := onNational(t, head("indicators:\n  - {id: X, name: {zh: 甲, en: x}, kind: flow, period: month, attribution: event, events: {cases_registered: {}}, eligible: {present: {}}, covered: {reported: {}}}\n"))
	r := someone(func(r *facts.Resident) {
		r.Residences[0].Division = "350213100200" // lives elsewhere
		r.Cases = []facts.Case{{Key: key("c"), Class: "B", Registered: day("2021-07-01"), UnitID: "clinic"}}
	})
	world := facts.NewWorld([]facts.Division{
		{Code: "990000000000", Level: facts.Province},
		{Code: "990102000000", Level: facts.County, Parent: "990000000000"},
		{Code: "990102100000", Level: facts.Township, Parent: "990102000000"},
		{Code: "350213100200", Level: facts.Province},
	}, []facts.Unit{{Key: key("clinic"), Division: "990102100000"}})
	var got []string
	for _, x := range p.Pieces(r, world, nil) {
		got = append(got, p.Indicators[x.Indicator].ID+" "+x.Village)
	}
	if d := cmp.Diff([]string{"X unit:clinic"}, got); d != "" {
		t.Error(d)
	}
}

func TestEveryPredicateSaysItselfInBothLanguages(t *testing.T) {
	for _, p := range builtIn(t).Packs() {
		for _, n := range p.program.nodes {
			if n.text.Chinese == "" || n.text.English == "" || strings.ContainsAny(n.text.English, "，（）为") {
				t.Errorf("%s %s: %+v", p.ID, n.name, n.text)
			}
		}
	}
}
