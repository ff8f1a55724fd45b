package facts

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	rules "xinju.dev/services/permit"
	"xinju.dev/services/platform/civil"
)

// held is a run without the day since which residence is continuous.
type held struct{ From, To, Counted civil.Date }

func heldOf(r rules.Rule, p *Permit) (out []held) {
	for _, x := range r.Runs(p.Card(), nil) {
		out = append(out, held{x.From, x.To, x.Counted})
	}
	return out
}

func TestPermitsUnderRulesOfEndorsement(t *testing.T) {
	month := rules.Period{Months: 1}
	shanghai := rules.Rule{EveryMonths: 12, Window: month, GraceDays: 30}
	resume := rules.Rule{EveryMonths: 12, Window: month, Late: rules.Resume}
	oneYear := rules.Rule{EveryMonths: 12, Window: month, Late: rules.Resume, LimitMonths: 12}
	issued := day("2025-03-11")
	permit := func(endorsed ...string) Permit {
		p := Permit{Issued: issued}
		for _, e := range endorsed {
			p.Endorsed = append(p.Endorsed, day(e))
		}
		return p
	}
	for _, c := range []struct {
		name   string
		permit Permit
		rule   rules.Rule
		want   []held
	}{
		{"without endorsement it is suspended on the due day", permit(), shanghai, []held{{issued, day("2026-03-11"), issued}}},
		{"endorsed within the month before", permit("2026-02-20"), shanghai, []held{{issued, day("2027-03-11"), issued}}},
		{"endorsed before the window opens does not count", permit("2026-02-10"), shanghai, []held{{issued, day("2026-03-11"), issued}}},
		{
			"E15 late by thirty days keeps continuity", permit("2026-04-10"), shanghai,
			[]held{{issued, day("2026-03-11"), issued}, {day("2026-04-10"), day("2027-03-11"), issued}},
		},
		{
			"E16 late by thirty-one days counts anew", permit("2026-04-11"), shanghai,
			[]held{{issued, day("2026-03-11"), issued}, {day("2026-04-11"), day("2027-03-11"), day("2026-04-11")}},
		},
		{
			"resuming keeps the years and leaves out the gap", permit("2026-06-11"), resume,
			[]held{{issued, day("2026-03-11"), issued}, {day("2026-06-11"), day("2027-03-11"), day("2025-06-11")}},
		},
		{
			"resuming after more than the limit counts anew", permit("2027-03-12"), oneYear,
			[]held{{issued, day("2026-03-11"), issued}, {day("2027-03-12"), day("2028-03-11"), day("2027-03-12")}},
		},
		{
			"a year missed is no second suspension", permit("2027-05-01"), resume,
			[]held{{issued, day("2026-03-11"), issued}, {day("2027-05-01"), day("2028-03-11"), issued.AddDays(int(day("2027-05-01") - day("2026-03-11")))}},
		},
		{"cancelled", Permit{Issued: issued, Cancelled: day("2025-05-01")}, shanghai, []held{{issued, day("2025-05-01"), issued}}},
		{"no rule: valid to its last day", Permit{Issued: issued, ValidTo: day("2026-03-10")}, rules.Rule{}, []held{{issued, day("2026-03-11"), issued}}},
		{"no rule: lapsed earlier", Permit{Issued: issued, ValidTo: day("2026-03-10"), Lapsed: day("2025-12-01")}, rules.Rule{}, []held{{issued, day("2025-12-01"), issued}}},
		{"never issued", Permit{}, shanghai, nil},
		{"cancelled before it was issued", Permit{Issued: issued, Cancelled: issued}, shanghai, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			if d := cmp.Diff(c.want, heldOf(c.rule, &c.permit)); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestAPermitWithoutAnEndHasNone(t *testing.T) {
	p := Permit{Issued: day("2025-03-11")}
	if got := heldOf(rules.Rule{}, &p); len(got) != 1 || got[0].To != civil.Forever {
		t.Errorf("got %v", got)
	}
}
