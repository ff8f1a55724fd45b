package facts

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"xinju.dev/services/platform/civil"
)

func TestPermitsUnderRulesOfEndorsement(t *testing.T) {
	shanghai := Endorsement{EveryMonths: 12, WindowMonths: 1, GraceDays: 30}
	resume := Endorsement{EveryMonths: 12, WindowMonths: 1, Resume: true}
	oneYear := Endorsement{EveryMonths: 12, WindowMonths: 1, Resume: true, ResumeMonths: 12}
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
		rule   Endorsement
		want   []Held
	}{
		{"without endorsement it is suspended on the due day", permit(), shanghai, []Held{{issued, day("2026-03-11"), issued}}},
		{"endorsed within the month before", permit("2026-02-20"), shanghai, []Held{{issued, day("2027-03-11"), issued}}},
		{"endorsed before the window opens does not count", permit("2026-02-10"), shanghai, []Held{{issued, day("2026-03-11"), issued}}},
		{
			"E15 late by thirty days keeps continuity", permit("2026-04-10"), shanghai,
			[]Held{{issued, day("2026-03-11"), issued}, {day("2026-04-10"), day("2027-03-11"), issued}},
		},
		{
			"E16 late by thirty-one days counts anew", permit("2026-04-11"), shanghai,
			[]Held{{issued, day("2026-03-11"), issued}, {day("2026-04-11"), day("2027-03-11"), day("2026-04-11")}},
		},
		{
			"resuming keeps the years and leaves out the gap", permit("2026-06-11"), resume,
			[]Held{{issued, day("2026-03-11"), issued}, {day("2026-06-11"), day("2027-03-11"), day("2025-06-11")}},
		},
		{
			"resuming after more than the limit counts anew", permit("2027-03-12"), oneYear,
			[]Held{{issued, day("2026-03-11"), issued}, {day("2027-03-12"), day("2028-03-11"), day("2027-03-12")}},
		},
		{
			"a year missed is no second suspension", permit("2027-05-01"), resume,
			[]Held{{issued, day("2026-03-11"), issued}, {day("2027-05-01"), day("2028-03-11"), issued.AddDays(int(day("2027-05-01") - day("2026-03-11")))}},
		},
		{"cancelled", Permit{Issued: issued, Cancelled: day("2025-05-01")}, shanghai, []Held{{issued, day("2025-05-01"), issued}}},
		{"no rule: valid to its last day", Permit{Issued: issued, ValidTo: day("2026-03-10")}, Endorsement{}, []Held{{issued, day("2026-03-11"), issued}}},
		{"no rule: lapsed earlier", Permit{Issued: issued, ValidTo: day("2026-03-10"), Lapsed: day("2025-12-01")}, Endorsement{}, []Held{{issued, day("2025-12-01"), issued}}},
		{"never issued", Permit{}, shanghai, nil},
		{"cancelled before it was issued", Permit{Issued: issued, Cancelled: issued}, shanghai, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			if d := cmp.Diff(c.want, c.permit.Held(c.rule, nil)); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestAPermitWithoutAnEndHasNone(t *testing.T) {
	p := Permit{Issued: day("2025-03-11")}
	if got := p.Held(Endorsement{}, nil); len(got) != 1 || got[0].To != civil.Forever {
		t.Errorf("got %v", got)
	}
}
