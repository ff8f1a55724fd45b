package policy

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"xinju.dev/services/aggregator/internal/brute"
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/timeline"
	"xinju.dev/services/aggregator/policies"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/testkit"
)

// inventPermit draws a permit with endorsements around the edges.
func inventPermit(r *rand.Rand, division string) facts.Permit {
	p := facts.Permit{Key: key("1"), Division: division, Issued: day("2016-01-01").AddDays(r.IntN(1500))}
	if r.IntN(3) == 0 {
		p.Issued = day([]string{"2016-02-29", "2019-08-31", "2020-02-29", "2018-12-31"}[r.IntN(4)])
	}
	for year := range r.IntN(6) {
		edge := p.Issued.AddMonths(12 * (year + 1))
		off := []int{-40, -31, -30, -29, -28, -1, 0, 1, 29, 30, 31, 32, 181, 182, 184, 185, 364, 365, 366, 400}[r.IntN(20)]
		p.Endorsed = append(p.Endorsed, edge.AddDays(off))
	}
	slices.Sort(p.Endorsed)
	p.Endorsed = slices.Compact(p.Endorsed)
	if r.IntN(4) == 0 {
		p.Lapsed = p.Issued.AddDays(1 + r.IntN(1200))
	}
	if r.IntN(4) == 0 {
		p.Cancelled = p.Issued.AddDays(1 + r.IntN(2000))
	}
	return p
}

func TestPermitsUnderTheRulesOfThePlacesDayByDay(t *testing.T) {
	last := day("2026-12-31")
	for place, prefix := range brute.PermitPlaces {
		for _, word := range []string{place, byIssuer} {
			t.Run(place+" by "+word, func(t *testing.T) {
				p := onNational(t, rule(fmt.Sprintf("{permit: {rule: %s}}", word)))
				r := rand.New(rand.NewPCG(uint64(len(place)), 5))
				for range testkit.Histories(150, 10) {
					permit := inventPermit(r, (prefix + "990100")[:6])
					e := newEvaluator(someone(func(x *facts.Resident) { x.Permits = []facts.Permit{permit} }), brute.World(), p.program)
					var got timeline.Set
					for i := range p.Rules {
						if p.Rules[i].ID == "R-T" {
							got = e.days(p.Rules[i].eligible)
						}
					}
					want := brute.PermitDays(place, &permit, last)
					for d := permit.Issued; d <= last; d++ {
						if got.Contains(d) != want[d].Holds {
							t.Fatalf("%v: %v, want %v\n%+v\n%v", d, got.Contains(d), want[d].Holds, permit, written(got))
						}
					}
					e.free()
				}
			})
		}
	}
}

func TestMonthsOfAPermitUnderTheRulesOfThePlacesDayByDay(t *testing.T) {
	last := day("2026-12-31")
	const months = 18
	for place := range brute.PermitPlaces {
		t.Run(place, func(t *testing.T) {
			p := onNational(t, rule(fmt.Sprintf("{permit: {rule: %s, months: %d}}", place, months)))
			r := rand.New(rand.NewPCG(uint64(len(place)), 9))
			for range testkit.Histories(150, 10) {
				permit := inventPermit(r, "990101")
				e := newEvaluator(someone(func(x *facts.Resident) { x.Permits = []facts.Permit{permit} }), brute.World(), p.program)
				var got timeline.Set
				for i := range p.Rules {
					if p.Rules[i].ID == "R-T" {
						got = e.days(p.Rules[i].eligible)
					}
				}
				want := brute.PermitDays(place, &permit, last)
				for d := permit.Issued; d <= last; d++ {
					from := d.AddDays(1 - want[d].Years) // the first of the days that count, had they been without gap
					if full := want[d].Holds && d >= from.AddMonths(months); got.Contains(d) != full {
						t.Fatalf("%v: %v, want %v\n%+v\n%v", d, got.Contains(d), full, permit, written(got))
					}
				}
				e.free()
			}
		})
	}
}

func TestRulesOfPermitsInPacks(t *testing.T) {
	holder := func(p facts.Permit) func(*facts.Resident) {
		return func(r *facts.Resident) { p.Key = key("1"); r.Permits = []facts.Permit{p} }
	}
	for _, c := range []struct {
		name, predicate string
		who             func(*facts.Resident)
		want            []string
	}{
		{
			"by its name, whoever issued it", "{permit: {rule: SHANGHAI}}",
			holder(facts.Permit{Division: "990102", Issued: day("2025-03-11"), Endorsed: []civil.Date{day("2026-04-10")}}),
			[]string{"2025-03-11 2026-03-10", "2026-04-10 2027-03-10"},
		},
		{
			"by the issuer: before the first rule it holds while it is valid", "{permit: {rule: issuer}}",
			holder(facts.Permit{Division: "310110", Issued: day("2014-03-11"), Endorsed: []civil.Date{day("2015-03-01"), day("2016-03-01")}}),
			[]string{"2014-03-11 2017-03-10"},
		},
		{
			"a recorded lapse suspends until the next endorsement", "{permit: {rule: CN}}",
			holder(facts.Permit{Division: "990102", Issued: day("2021-01-01"), Lapsed: day("2021-07-01"), Endorsed: []civil.Date{day("2021-09-01")}}),
			[]string{"2021-01-01 2021-06-30", "2021-09-01 2021-12-31"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			if d := cmp.Diff(c.want, daysOf(t, c.predicate, someone(c.who))); d != "" {
				t.Error(d)
			}
		})
	}
}

// What a pack writes down itself holds on the same days as the rule that says so.
func TestAnEndorsementThatAPackWritesIsTheRuleItRepeats(t *testing.T) {
	const shanghai = "every_months: 12, window_months: 1, grace_days: 30, late: restart"
	program := func(permit string) *Pack { return onNational(t, rule("{permit: {months: 14, "+permit+"}}")) }
	named, moved, fixed := program("rule: SHANGHAI"), program("endorsement: {"+shanghai+", rest_days: china}"), program("endorsement: {"+shanghai+", rest_days: none}")
	of := func(p *Pack, x *facts.Permit) string {
		e := newEvaluator(someone(func(r *facts.Resident) { r.Permits = []facts.Permit{*x} }), brute.World(), p.program)
		defer e.free()
		i := slices.IndexFunc(p.Rules, func(r Rule) bool { return r.ID == "R-T" })
		return fmt.Sprint(written(e.days(p.Rules[i].eligible)))
	}
	r, differ := rand.New(rand.NewPCG(7, 7)), false
	for range testkit.Histories(400, 100) {
		x := inventPermit(r, "310110")
		x.Lapsed = civil.None // what a recorded lapse does, only a rule says
		want := of(named, &x)
		if got := of(moved, &x); got != want {
			t.Fatalf("%+v\nthe rule   %s\nthe pack's %s", x, want, got)
		}
		if of(fixed, &x) != want {
			differ = true
		}
	}
	if !differ {
		t.Error("no permit in which a rest day matters")
	}
}

func TestAnExplanationSaysByWhenAPermitIsEndorsed(t *testing.T) {
	for _, c := range []struct {
		name, rule string
		permit     facts.Permit
		on         string
		want       Text
	}{
		{
			"while it holds", "rule: CN",
			facts.Permit{Division: "990102", Issued: day("2024-06-15")},
			"2025-01-01",
			Text{"居住证 2024-06-15起，签注期 2025-05-15 至 2025-06-16", "residence permit from 2024-06-15, to be endorsed from 2025-05-15 to 2025-06-16"},
		},
		{
			"suspended", "rule: issuer",
			facts.Permit{Division: "310110", Issued: day("2024-06-15")},
			"2025-06-17",
			Text{"居住证 2024-06-15起，2025-06-17起中止使用", "residence permit from 2024-06-15, suspended from 2025-06-17"},
		},
		{
			"in a year of which the law's holidays alone are known", "rule: CN",
			facts.Permit{Division: "990102", Issued: day("2026-02-09")},
			"2026-12-01",
			Text{
				"居住证 2026-02-09起，签注期 2027-01-09 至 2027-02-09（当年放假安排未收录，按法定假日推算）",
				"residence permit from 2026-02-09, to be endorsed from 2027-01-09 to 2027-02-09 (that year's holidays are not on file: by those of the law)",
			},
		},
		{
			"in a year of which nothing is known", "rule: CN",
			facts.Permit{Division: "990102", Issued: day("2027-01-02")},
			"2027-12-01",
			Text{
				"居住证 2027-01-02起，签注期 2027-12-02 至 2028-01-03（当年放假安排未收录，仅按周末推算）",
				"residence permit from 2027-01-02, to be endorsed from 2027-12-02 to 2028-01-03 (that year's holidays are not on file: by weekends alone)",
			},
		},
		{
			"where rest days move nothing, no year is doubtful", "endorsement: {every_months: 12, window_months: 1}",
			facts.Permit{Division: "990102", Issued: day("2027-01-02")},
			"2027-12-01",
			Text{"居住证 2027-01-02起，签注期 2027-12-02 至 2028-01-01", "residence permit from 2027-01-02, to be endorsed from 2027-12-02 to 2028-01-01"},
		},
		{
			"where none is asked", "months: 1",
			facts.Permit{Division: "990102", Issued: day("2027-01-02")},
			"2027-12-01",
			Text{"居住证 2027-01-02起", "residence permit from 2027-01-02"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.permit.Key = key("1")
			p := onNational(t, rule("{permit: {"+c.rule+"}}"))
			e := newEvaluator(someone(func(r *facts.Resident) { r.Permits = []facts.Permit{c.permit} }), brute.World(), p.program)
			defer e.free()
			i := slices.IndexFunc(p.Rules, func(r Rule) bool { return r.ID == "R-T" })
			used := p.Rules[i].eligible.pred.(witness).used(e, day(c.on))
			if len(used) != 1 || used[0].Text != c.want {
				t.Errorf("%+v", used)
			}
		})
	}
}

func TestWrongRulesOfPermitsAreRefused(t *testing.T) {
	for _, predicate := range []string{
		"{permit: {rule: ATLANTIS}}", "{permit: {rule: CN, endorsement: {every_months: 12, window_months: 1}}}",
		"{permit: {endorsement: {every_months: 12}}}", "{permit: {endorsement: {window_months: 1}}}",
		"{permit: {endorsement: {every_months: 12, window_months: 1, rest_days: mars}}}",
		"{permit: {endorsement: {every_months: 12, window_months: 1, rest_days: true}}}",
	} {
		national, err := policies.Files.ReadFile("national.yaml")
		if err != nil {
			t.Fatal(err)
		}
		_, problems := build([]source{{name: "national", text: national}, {name: "test", text: []byte(rule(predicate))}})
		if len(problems) != 1 || problems[0].Path != "rules[0].eligible.permit" {
			t.Errorf("%s: %v", predicate, problems)
		}
	}
}
