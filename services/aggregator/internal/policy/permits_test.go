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

func TestWrongRulesOfPermitsAreRefused(t *testing.T) {
	for _, predicate := range []string{"{permit: {rule: ATLANTIS}}", "{permit: {rule: CN, endorsement: {every_months: 12}}}"} {
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
