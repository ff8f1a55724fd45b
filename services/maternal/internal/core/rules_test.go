package core_test

import (
	"testing"

	"pgregory.net/rapid"

	"xinju.dev/services/maternal/internal/core"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/fault"
)

func on(s string) civil.Date {
	if s == "" {
		return civil.None
	}
	return civil.Must(s)
}

// pregnancy began on lmp, was registered on 2026-01-10 and may have ended.
func pregnancy(lmp, ended string, outcome core.Outcome) core.Pregnancy {
	return core.Pregnancy{Registered: on("2026-01-10"), LMP: on(lmp), Ended: on(ended), Outcome: outcome}
}

func reason(f *fault.Error) string {
	if f == nil {
		return ""
	}
	return f.Reason
}

func TestWhichAntenatalVisitsAPregnancyAdmits(t *testing.T) {
	const outside = "VISIT_OUTSIDE_PREGNANCY"
	byDue := core.Pregnancy{Registered: on("2026-01-10"), Due: on("2026-08-08")} // began 2025-11-01
	for _, tc := range []struct {
		name string
		p    core.Pregnancy
		day  string
		want string
	}{
		{"on the first day", pregnancy("2025-11-01", "", 0), "2025-11-01", ""},
		{"on the day before", pregnancy("2025-11-01", "", 0), "2025-10-31", outside},
		{"45 weeks after the start", pregnancy("2025-11-01", "", 0), "2026-09-12", ""},
		{"a day more", pregnancy("2025-11-01", "", 0), "2026-09-13", outside},
		{"on the day it ended", pregnancy("2025-11-01", "2026-06-01", core.LiveBirth), "2026-06-01", ""},
		{"on the day after", pregnancy("2025-11-01", "2026-06-01", core.LiveBirth), "2026-06-02", outside},
		{"before the start that the due date tells", byDue, "2025-10-31", outside},
		{"on the start that the due date tells", byDue, "2025-11-01", ""},
		{"before registration when the start is unknown", pregnancy("", "", 0), "2025-06-01", ""},
		{"45 weeks after registration when the start is unknown", pregnancy("", "", 0), "2026-11-21", ""},
		{"a day more when the start is unknown", pregnancy("", "", 0), "2026-11-22", outside},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := reason(tc.p.Admits(core.Antenatal{On: on(tc.day)})); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

func TestWhichPostnatalVisitsAPregnancyAdmits(t *testing.T) {
	for _, tc := range []struct{ name, ended, day, want string }{
		{"on the day of delivery", "2026-06-01", "2026-06-01", ""},
		{"on the day before", "2026-06-01", "2026-05-31", "VISIT_OUTSIDE_PREGNANCY"},
		{"while it goes on", "", "2026-06-01", "PREGNANCY_ONGOING"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := reason(pregnancy("2025-11-01", tc.ended, core.LiveBirth).AdmitsAfter(core.Postnatal{On: on(tc.day)})); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

func TestWhichDeliveriesAPregnancyAdmits(t *testing.T) {
	for _, tc := range []struct {
		name, ended string
		outcome     core.Outcome
		day         string
		known       bool
		want        string
	}{
		{"while it goes on", "", core.Ongoing, "2026-08-01", false, ""},
		{"before it began", "", core.Ongoing, "2025-10-01", false, "VISIT_OUTSIDE_PREGNANCY"},
		{"long after its term", "", core.Ongoing, "2026-12-01", false, "VISIT_OUTSIDE_PREGNANCY"},
		{"on the day it is known to have ended", "2026-08-01", core.LiveBirth, "2026-08-01", false, ""},
		{"on that day, the outcome not known", "2026-08-01", core.UnknownOutcome, "2026-08-01", false, ""},
		{"on another day", "2026-08-01", core.LiveBirth, "2026-08-02", false, "PREGNANCY_ENDED"},
		{"after a miscarriage", "2026-08-01", core.Miscarriage, "2026-08-01", false, "PREGNANCY_ENDED"},
		{"after an abortion", "2026-08-01", core.InducedAbortion, "2026-08-01", false, "PREGNANCY_ENDED"},
		{"after an ectopic pregnancy", "2026-08-01", core.Ectopic, "2026-08-01", false, "PREGNANCY_ENDED"},
		{"another day of the delivery that ended it", "2026-08-01", core.LiveBirth, "2026-08-02", true, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := reason(pregnancy("2025-11-01", tc.ended, tc.outcome).AdmitsDelivery(core.Delivery{On: on(tc.day)}, tc.known)); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

func TestHowADeliveryEndsAPregnancy(t *testing.T) {
	open := pregnancy("2025-11-01", "", core.Ongoing)
	for _, tc := range []struct {
		name       string
		live, dead int
		want       core.Outcome
	}{
		{"a live birth", 1, 0, core.LiveBirth},
		{"twins of whom one lives", 1, 1, core.LiveBirth},
		{"a stillbirth", 0, 1, core.Stillbirth},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := open.EndedBy(core.Delivery{On: on("2026-08-01"), LiveBirths: tc.live, Stillbirths: tc.dead})
			if got.Ended != on("2026-08-01") || got.Outcome != tc.want {
				t.Errorf("ended %s, outcome %d", got.Ended, got.Outcome)
			}
			if got.Reopened() != open {
				t.Errorf("reopened: %+v", got.Reopened())
			}
		})
	}
}

func TestTheDueDateFollowsTheLastMenstrualPeriod(t *testing.T) {
	for _, tc := range []struct {
		name, lmp, due, oldLMP, oldDue, want string
	}{
		{"280 days after it", "2025-11-01", "", "", "", "2026-08-08"},
		{"one that is given stays", "2025-11-01", "2026-08-20", "", "", "2026-08-20"},
		{"without either there is none", "", "", "", "", ""},
		{"a computed one follows a correction", "2025-11-03", "2026-08-08", "2025-11-01", "2026-08-08", "2026-08-10"},
		{"a computed one goes with what it came from", "", "2026-08-08", "2025-11-01", "2026-08-08", ""},
		{"one that somebody wrote does not", "2025-11-03", "2026-08-20", "2025-11-01", "2026-08-20", "2026-08-20"},
		{"a new one beats the computed one", "2025-11-03", "2026-08-20", "2025-11-01", "2026-08-08", "2026-08-20"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := core.Pregnancy{LMP: on(tc.lmp), Due: on(tc.due)}
			var before *core.Pregnancy
			if tc.oldDue != "" {
				before = &core.Pregnancy{LMP: on(tc.oldLMP), Due: on(tc.oldDue)}
			}
			if p.Complete(before); p.Due != on(tc.want) {
				t.Errorf("due %s, want %s", p.Due, tc.want)
			}
		})
	}
}

func TestTheWeekOfAVisit(t *testing.T) {
	p := pregnancy("2025-11-01", "", core.Ongoing)
	for _, tc := range []struct {
		name, lmp, day string
		week           int
		oldDay         string
		oldWeek        int
		want           int
	}{
		{"the seventh day completes a week", "2025-11-01", "2025-11-08", 0, "", 0, 1},
		{"the sixth does not", "2025-11-01", "2025-11-07", 0, "", 0, 0},
		{"a visit in the thirteenth week", "2025-11-01", "2026-01-30", 0, "", 0, 12},
		{"one that is given stays", "2025-11-01", "2026-01-30", 14, "", 0, 14},
		{"without a period it is not known", "", "2026-01-30", 0, "", 0, 0},
		{"a computed one follows the day", "2025-11-01", "2026-02-06", 12, "2026-01-30", 12, 13},
		{"one that somebody wrote does not", "2025-11-01", "2026-02-06", 14, "2026-01-30", 14, 14},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p.LMP = on(tc.lmp)
			v := core.Antenatal{On: on(tc.day), Week: tc.week}
			var before *core.Antenatal
			if tc.oldDay != "" {
				before = &core.Antenatal{On: on(tc.oldDay), Week: tc.oldWeek}
			}
			if v.Complete(p, before); v.Week != tc.want {
				t.Errorf("week %d, want %d", v.Week, tc.want)
			}
		})
	}
}

// Whatever the dates, a visit that is admitted has a week that a form can hold,
// and completing a record again changes nothing.
func TestLawsOfPregnancyDates(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		base := civil.Must("2024-01-01")
		p := core.Pregnancy{Registered: base.AddDays(rapid.IntRange(0, 300).Draw(t, "registered"))}
		if rapid.Bool().Draw(t, "lmp known") {
			p.LMP = base.AddDays(rapid.IntRange(0, 300).Draw(t, "lmp"))
		}
		p.Complete(nil)
		again := p
		again.Complete(&p)
		if again != p {
			t.Fatalf("completed again: %+v, %+v", p, again)
		}
		v := core.Antenatal{On: base.AddDays(rapid.IntRange(-100, 800).Draw(t, "visit"))}
		if p.Admits(v) != nil {
			return
		}
		v.Complete(p, nil)
		if v.Week < 0 || v.Week > 45 {
			t.Fatalf("week %d", v.Week)
		}
		same := v
		if same.Complete(p, &v); same != v {
			t.Fatalf("completed again: %+v, %+v", v, same)
		}
	})
}
