package policy

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"xinju.dev/services/aggregator/internal/brute"
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/platform/civil"
)

const declared = "records:\n  - {code: SCR, name: {zh: 筛查, en: screening}}\n  - {code: SIGN, name: {zh: 签约, en: contract}}\n"

func recordsOf(list ...facts.Record) func(*facts.Resident) {
	return func(r *facts.Resident) {
		for i, x := range list {
			x.Key = key("rec" + string(rune('a'+i)))
			r.Records = append(r.Records, x)
		}
	}
}

func daysUnder(t *testing.T, file string, r *facts.Resident) []string {
	t.Helper()
	p := onNational(t, file)
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

func TestRecords(t *testing.T) {
	scr := func(on string, value int64) facts.Record { return facts.Record{Code: "SCR", On: day(on), Value: value} }
	sign := func(on, until string) facts.Record {
		x := facts.Record{Code: "SIGN", On: day(on)}
		if until != "" {
			x.Until = day(until)
		}
		return x
	}
	for _, c := range []struct {
		name, predicate string
		who             func(r *facts.Resident)
		want            []string
	}{
		{"once in the calendar year", "{records: {code: SCR, within: calendar_year}}", recordsOf(scr("2021-12-31", 0), scr("2023-05-01", 0)), []string{"2021-12-31 2021-12-31", "2023-05-01 2023-12-31"}},
		{"twice in it", "{records: {code: SCR, at_least: 2, within: calendar_year}}", recordsOf(scr("2021-03-01", 0), scr("2021-12-30", 0)), []string{"2021-12-30 2021-12-31"}},
		{"in the maternal-and-child year", "{records: {code: SCR, within: mch_year}}", recordsOf(scr("2021-09-30", 0), scr("2021-10-01", 0)), []string{"2021-09-30 2022-09-30"}},
		{"in the last twelve months, from 29 February", "{records: {code: SCR, within: \"months:12\"}}", recordsOf(scr("2024-02-29", 0)), []string{"2024-02-29 2025-02-27"}},
		{"ever", "{records: {code: SCR, within: ever}}", recordsOf(scr("2021-03-01", 0)), []string{"2021-03-01 …"}},
		{"another code does not count", "{records: {code: SCR, within: ever}}", recordsOf(sign("2021-03-01", "")), nil},
		{"either code", "{records: {codes: [SCR, SIGN], within: ever}}", recordsOf(sign("2021-03-01", "")), []string{"2021-03-01 …"}},
		{"an answer of eighty or more", "{records: {code: SCR, value: {at_least: 80}, within: ever}}", recordsOf(scr("2021-03-01", 79), scr("2022-03-01", 80)), []string{"2022-03-01 …"}},
		{"a value in a range, both ends in it", "{records: {code: SCR, value: {at_least: 1, at_most: 2}, within: month}}", recordsOf(scr("2021-03-01", 0), scr("2021-04-01", 1), scr("2021-05-01", 2), scr("2021-06-01", 3)), []string{"2021-04-01 2021-05-31"}},
		{"holding until its last day", "{records: {code: SIGN, holding: true}}", recordsOf(sign("2021-03-01", "2022-02-28"), sign("2023-01-01", "")), []string{"2021-03-01 2022-02-28", "2023-01-01 …"}},
		{"no day, no record", "{records: {code: SCR, within: ever}}", func(r *facts.Resident) { r.Records = []facts.Record{{Key: key("x"), Code: "SCR"}} }, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := strings.Replace(rule(c.predicate), "rules:\n", declared+"rules:\n", 1)
			if diff := cmp.Diff(c.want, daysUnder(t, file, someone(c.who))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWrongRecordsAndFieldsAreRefused(t *testing.T) {
	for predicate, english := range map[string]string{
		"{records: {within: ever}}":                                              "code and codes",
		"{records: {code: SCR, codes: [SIGN], within: ever}}":                    "code and codes",
		"{records: {code: SCR}}":                                                 "within must be",
		"{records: {code: SCR, holding: true, within: ever}}":                    "holding cannot",
		"{records: {code: SCR, within: ever, value: {}}}":                        "at_least or at_most",
		"{records: {code: SCR, within: ever, value: {at_least: 3, at_most: 2}}}": "not be empty",
		"{records: {code: SRC, within: ever}}":                                   "SRC",
		"{complete: {fields: []}}":                                               "fields is a list",
		"{complete: {fields: [shoe_size]}}":                                      "fields is a list",
		"{archive: {touched: \"months:0\"}}":                                     "within must be",
		"{events: {kind: any, within: ever}}":                                    "not a service",
		"{entered: {within_days: 3}}":                                            "flow indicator",
	} {
		_, err := with(t, strings.Replace(rule(predicate), "rules:\n", declared+"rules:\n", 1))
		if err == nil || !strings.Contains(err.Error(), english) {
			t.Errorf("%s: %v", predicate, err)
		}
	}
}

func TestCompleteAndTouched(t *testing.T) {
	for _, c := range []struct {
		name, predicate string
		who             func(r *facts.Resident)
		want            []string
	}{
		{"fields of the person hold on all days", "{complete: {fields: [birth, sex, hukou]}}", nil, []string{"… …"}},
		{"an unknown marital status", "{complete: {fields: [birth, marital]}}", func(r *facts.Resident) { r.Person.Marital = 90 }, nil},
		{"no sex", "{complete: {fields: [sex]}}", func(r *facts.Resident) { r.Person.Sex = 9 }, nil},
		{"of the stay lived in", "{complete: {fields: [arrived, reason, registered]}}", func(r *facts.Resident) {
			r.Residences[0].Left = day("2020-12-31")
			r.Residences = append(r.Residences, facts.Residence{Key: key("s2"), Division: "990102100200", Arrived: day("2021-02-01"), Registered: day("2021-02-05"), Reason: 1})
		}, []string{"2021-02-01 …"}},
		{"address", "{complete: {fields: [address]}}", func(r *facts.Resident) { r.Residences[0].SortKey = "x" }, []string{"2020-01-01 …"}},
		{"an archive used in the last twelve months", "{archive: {touched: \"months:12\"}}", func(r *facts.Resident) {
			r.Archives = []facts.Archive{{Key: key("a"), Opened: day("2020-05-01"), Touched: day("2022-02-28")}}
		}, []string{"2022-02-28 2023-02-27"}},
		{"never used", "{archive: {touched: ever}}", func(r *facts.Resident) {
			r.Archives = []facts.Archive{{Key: key("a"), Opened: day("2020-05-01")}}
		}, nil},
		{"used and then closed", "{archive: {touched: ever, electronic: true}}", func(r *facts.Resident) {
			r.Archives = []facts.Archive{{Key: key("a"), Opened: day("2020-05-01"), Touched: day("2022-02-28"), Closed: day("2022-03-01"), Electronic: true}}
		}, []string{"2022-02-28 2022-02-28"}},
		{"doses are services too", "{events: {kind: dose, at_least: 2, within: ever}}", func(r *facts.Resident) {
			r.Doses = []facts.Dose{{Key: key("d"), On: day("2021-01-01")}, {Key: key("e"), On: day("2021-01-09")}}
		}, []string{"2021-01-09 …"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, daysOf(t, c.predicate, someone(c.who))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAllFloatingDefinitionsAreThere(t *testing.T) {
	p, ok := builtIn(t).Pack("national")
	if !ok {
		t.Fatal("no national pack")
	}
	have := map[string]bool{}
	for _, d := range p.Definitions {
		have[d.ID] = true
	}
	for _, id := range []string{"health", "fp", "shanghai", "permit", "statistics"} {
		if !have["floating_"+id] {
			t.Errorf("floating by %s is not defined", id)
		}
	}
}

// On every day the answer is what one finds by counting the records of the
// period that holds the day, up to the day.
func TestRecordsEqualCountingEachDay(t *testing.T) {
	periods := map[string]func(d, on civil.Date) bool{
		"calendar_year": func(d, on civil.Date) bool { return on.Year() == d.Year() },
		"mch_year":      func(d, on civil.Date) bool { return on.AddMonths(3).Year() == d.AddMonths(3).Year() },
		"quarter": func(d, on civil.Date) bool {
			_, m, _ := d.YMD()
			_, n, _ := on.YMD()
			return on.Year() == d.Year() && (m-1)/3 == (n-1)/3
		},
		"months:5": func(d, on civil.Date) bool { return d < on.AddMonths(5) },
		"ever":     func(civil.Date, civil.Date) bool { return true },
	}
	for within, same := range periods {
		file := strings.Replace(rule("{records: {code: SCR, at_least: 2, value: {at_least: 2}, within: \""+within+"\"}}"), "rules:\n", declared+"rules:\n", 1)
		p := onNational(t, file)
		eligible := p.Rules[slices.IndexFunc(p.Rules, func(r Rule) bool { return r.ID == "R-T" })].eligible
		rapid.Check(t, func(t *rapid.T) {
			r := someone(nil)
			for range rapid.IntRange(0, 6).Draw(t, "records") {
				x := facts.Record{Key: key("x"), Code: "SCR", On: day("2023-01-01").AddDays(rapid.IntRange(0, 800).Draw(t, "on")), Value: int64(rapid.IntRange(1, 3).Draw(t, "value"))}
				if rapid.IntRange(0, 5).Draw(t, "code") == 0 {
					x.Code = "SIGN"
				}
				r.Records = append(r.Records, x)
			}
			e := newEvaluator(r, brute.World(), p.program)
			defer e.free()
			set := e.days(eligible)
			for d := day("2023-01-01"); d < day("2025-09-01"); d++ {
				n := 0
				for _, x := range r.Records {
					if x.Code == "SCR" && x.Value >= 2 && x.On <= d && same(d, x.On) {
						n++
					}
				}
				if set.Contains(d) != (n >= 2) {
					t.Fatalf("%s on %s: %t with %d records", within, d, set.Contains(d), n)
				}
			}
		})
	}
}
