package permit

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/workday"
)

func day(s string) civil.Date { return civil.Must(s) }

func rule(t *testing.T, id string) Rule {
	t.Helper()
	all, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	r, ok := all.ByID(id)
	if !ok {
		t.Fatalf("no rule %s", id)
	}
	return *r
}

func card(issued string, endorsed ...string) Card {
	c := Card{Issued: day(issued)}
	for _, e := range endorsed {
		c.Endorsed = append(c.Endorsed, day(e))
	}
	return c
}

// run writes a run as four days: from, first day after, counted, continuous since.
func run(from, to, counted, since string) Run {
	return Run{From: day(from), To: day(to), Counted: day(counted), Since: day(since)}
}

func TestTheTextsOfThePlaces(t *testing.T) {
	for _, c := range []struct {
		name, rule string
		card       Card
		want       []Run
	}{
		{
			"Chongqing's own example: January to May are an interruption, continuous again from June", "CHONGQING", card("2021-01-01", "2022-06-01"),
			[]Run{run("2021-01-01", "2022-01-01", "2021-01-01", "2021-01-01"), run("2022-06-01", "2023-01-04", "2021-06-01", "2022-06-01")},
		},
		{
			// 31 December 2022 to 2 January 2023 were New Year's holidays; the 3rd was worked.
			"the last day of a window that is a holiday is the first working day after it", "CN", card("2021-01-01", "2021-12-10", "2023-01-03"), // and 2023-12-30 to 2024-01-01
			[]Run{run("2021-01-01", "2024-01-03", "2021-01-01", "2021-01-01")},
		},
		{
			"the day after it is late, and leaves a day out", "CN", card("2021-01-01", "2021-12-10", "2023-01-05"),
			[]Run{run("2021-01-01", "2023-01-04", "2021-01-01", "2021-01-01"), run("2023-01-05", "2024-01-03", "2021-01-02", "2023-01-05")},
		},
		{
			"Chongqing: the last day of the window is 31 December", "CHONGQING", card("2021-01-01", "2021-12-31"),
			[]Run{run("2021-01-01", "2023-01-04", "2021-01-01", "2021-01-01")},
		},
		{
			"Chongqing: the first day of the window is 1 December", "CHONGQING", card("2021-01-01", "2021-12-01"),
			[]Run{run("2021-01-01", "2023-01-04", "2021-01-01", "2021-01-01")},
		},
		{
			"Chongqing: the day before the window is too early", "CHONGQING", card("2021-01-01", "2021-11-30"),
			[]Run{run("2021-01-01", "2022-01-01", "2021-01-01", "2021-01-01")},
		},
		{
			"E15 Shanghai: suspended from 11 March, endorsed on 10 April, the last day of thirty", "SHANGHAI", card("2025-03-11", "2026-04-10"),
			[]Run{run("2025-03-11", "2026-03-11", "2025-03-11", "2025-03-11"), run("2026-04-10", "2027-03-11", "2025-03-11", "2025-03-11")},
		},
		{
			"E16 Shanghai: a day later it is counted anew", "SHANGHAI", card("2025-03-11", "2026-04-11"),
			[]Run{run("2025-03-11", "2026-03-11", "2025-03-11", "2025-03-11"), run("2026-04-11", "2027-03-11", "2026-04-11", "2026-04-11")},
		},
		{
			"the country: the years before are kept", "CN", card("2020-05-20", "2021-05-01", "2022-07-20"),
			[]Run{run("2020-05-20", "2022-05-20", "2020-05-20", "2020-05-20"), run("2022-07-20", "2023-05-20", "2020-07-20", "2022-07-20")},
		},
		{
			"Shijiazhuang: late by exactly a year the years go on", "SHIJIAZHUANG", card("2022-03-01", "2024-03-01"),
			[]Run{run("2022-03-01", "2023-03-01", "2022-03-01", "2022-03-01"), run("2024-03-01", "2025-03-01", "2023-03-02", "2024-03-01")},
		},
		{
			"Shijiazhuang: late by a day more they are counted anew", "SHIJIAZHUANG", card("2022-03-01", "2024-03-02"),
			[]Run{run("2022-03-01", "2023-03-01", "2022-03-01", "2022-03-01"), run("2024-03-02", "2025-03-01", "2024-03-02", "2024-03-02")},
		},
		{
			"Shijiazhuang: the window is thirty days, not a month", "SHIJIAZHUANG", card("2022-03-01", "2023-01-30"),
			[]Run{run("2022-03-01", "2024-03-01", "2022-03-01", "2022-03-01")},
		},
		{
			"Shijiazhuang: thirty-one days before is too early", "SHIJIAZHUANG", card("2022-03-01", "2023-01-29"),
			[]Run{run("2022-03-01", "2023-03-01", "2022-03-01", "2022-03-01")},
		},
		{
			"Xuchang: late by half a year the years go on", "XUCHANG", card("2022-08-31", "2024-02-29"),
			[]Run{run("2022-08-31", "2023-08-31", "2022-08-31", "2022-08-31"), run("2024-02-29", "2024-08-31", "2023-03-01", "2024-02-29")},
		},
		{
			"Xuchang: later the endorsement does nothing", "XUCHANG", card("2022-08-31", "2024-03-01", "2024-08-20"),
			[]Run{run("2022-08-31", "2023-08-31", "2022-08-31", "2022-08-31")},
		},
		{
			"issued on 29 February it is due on the 28th of a common year", "CN", card("2024-02-29", "2025-02-27"),
			[]Run{run("2024-02-29", "2026-02-28", "2024-02-29", "2024-02-29")},
		},
		{
			"and on the 29th of a leap year", "CN", card("2024-02-29", "2025-02-27", "2026-02-27", "2027-02-27"),
			[]Run{run("2024-02-29", "2028-02-29", "2024-02-29", "2024-02-29")},
		},
		{
			"a recorded lapse suspends until the next endorsement", "CN",
			Card{Issued: day("2021-01-01"), Lapsed: day("2021-07-01"), Endorsed: []civil.Date{day("2021-09-01"), day("2021-12-15")}},
			[]Run{run("2021-01-01", "2021-07-01", "2021-01-01", "2021-01-01"), run("2021-09-01", "2023-01-04", "2021-03-04", "2021-09-01")},
		},
		{
			"cancelled while it holds", "CN",
			Card{Issued: day("2021-01-01"), Cancelled: day("2021-05-01")},
			[]Run{run("2021-01-01", "2021-05-01", "2021-01-01", "2021-01-01")},
		},
		{"cancelled on the day of issue", "CN", Card{Issued: day("2021-01-01"), Cancelled: day("2021-01-01")}, nil},
		{"never issued", "CN", Card{}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := rule(t, c.rule)
			if d := cmp.Diff(c.want, r.Runs(c.card, nil)); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestSettings(t *testing.T) {
	base := Rule{EveryMonths: 12, Window: Period{Months: 1}, GraceDays: 30}
	with := func(change func(*Rule)) Rule { r := base; change(&r); return r }
	for _, c := range []struct {
		name string
		rule Rule
		card Card
		want []Run
	}{
		{"no endorsement asked: to its last valid day", Rule{}, Card{Issued: day("2025-03-11"), ValidUntil: day("2026-03-10")}, []Run{run("2025-03-11", "2026-03-11", "2025-03-11", "2025-03-11")}},
		{"no endorsement asked: to the lapse", Rule{}, Card{Issued: day("2025-03-11"), ValidUntil: day("2026-03-10"), Lapsed: day("2025-12-01")}, []Run{run("2025-03-11", "2025-12-01", "2025-03-11", "2025-03-11")}},
		{"a lapse is left aside unless the rule says otherwise", base, Card{Issued: day("2025-03-11"), Lapsed: day("2025-12-01")}, []Run{run("2025-03-11", "2026-03-11", "2025-03-11", "2025-03-11")}},
		{
			"the next due day may be counted from the late endorsement", with(func(r *Rule) { r.DueFromLate = true }), card("2025-03-11", "2026-06-01"),
			[]Run{run("2025-03-11", "2026-03-11", "2025-03-11", "2025-03-11"), run("2026-06-01", "2027-06-01", "2026-06-01", "2026-06-01")},
		},
		{
			// 2023-01-01 is due; 2022-12-31 is a Saturday, 2023-01-02 the Monday after.
			"a last day on a weekend moves to Monday", with(func(r *Rule) { r.Rest = weekend }), card("2022-01-01", "2023-01-02"),
			[]Run{run("2022-01-01", "2024-01-02", "2022-01-01", "2022-01-01")}, // and 2023-12-31 is a Sunday
		},
		{
			"and without a calendar it does not", with(func(r *Rule) { r.GraceDays = 0 }), card("2022-01-01", "2023-01-02"),
			[]Run{run("2022-01-01", "2023-01-01", "2022-01-01", "2022-01-01"), run("2023-01-02", "2024-01-01", "2023-01-02", "2023-01-02")},
		},
		{
			// Suspended from Saturday 2025-03-15: what is late is not helped by the weekend.
			"without a grace a weekend at the beginning of the suspension bridges nothing", with(func(r *Rule) { r.Rest, r.GraceDays = weekend, 0 }), card("2024-03-15", "2025-03-17"),
			[]Run{run("2024-03-15", "2025-03-15", "2024-03-15", "2024-03-15"), run("2025-03-17", "2026-03-17", "2025-03-17", "2025-03-17")},
		},
		{
			// Suspended from Thursday 2025-03-13: thirty days end on Saturday 2025-04-12.
			"the last day of the grace moves too", with(func(r *Rule) { r.Rest = weekend }), card("2024-03-13", "2025-04-14"),
			[]Run{run("2024-03-13", "2025-03-13", "2024-03-13", "2024-03-13"), run("2025-04-14", "2026-03-13", "2024-03-13", "2024-03-13")},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			if d := cmp.Diff(c.want, c.rule.Runs(c.card, nil)); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestStandings(t *testing.T) {
	for _, c := range []struct {
		name, rule string
		card       Card
		on         string
		want       Standing
	}{
		{"before the issue", "CN", card("2021-01-01"), "2020-12-31", Standing{}},
		{"on the day of issue", "CN", card("2021-01-01"), "2021-01-01", Standing{
			State: Holds, Since: day("2021-01-01"), WindowFrom: day("2021-12-01"), WindowUntil: day("2021-12-31"), Continuous: day("2021-01-01"), Counted: day("2021-01-01"),
		}},
		{"endorsed in the window, the next one is a year later", "CN", card("2021-01-01", "2021-12-10"), "2021-12-10", Standing{
			State: Holds, Since: day("2021-01-01"), WindowFrom: day("2022-12-01"), WindowUntil: day("2023-01-03"), Continuous: day("2021-01-01"), Counted: day("2021-01-01"), Months: 11,
		}},
		{"an endorsement to come is not known yet", "CN", card("2021-01-01", "2021-12-10"), "2021-12-09", Standing{
			State: Holds, Since: day("2021-01-01"), WindowFrom: day("2021-12-01"), WindowUntil: day("2021-12-31"), Continuous: day("2021-01-01"), Counted: day("2021-01-01"), Months: 11,
		}},
		{"suspended in Shanghai, thirty days to go", "SHANGHAI", card("2025-03-11"), "2026-03-11", Standing{
			State: Suspended, Since: day("2026-03-11"), Cause: NotEndorsed, BridgeUntil: day("2026-04-10"), KeepUntil: day("2026-04-10"), Months: 12,
		}},
		{"suspended in the country, no end to resuming", "CN", card("2021-01-01"), "2022-03-01", Standing{
			State: Suspended, Since: day("2022-01-01"), Cause: NotEndorsed, BridgeUntil: day("2022-01-01"), KeepUntil: civil.Forever, Months: 12,
		}},
		{"late in Chongqing", "CHONGQING", card("2021-01-01", "2022-06-01"), "2022-06-01", Standing{
			State: Holds, Since: day("2022-06-01"), WindowFrom: day("2022-12-01"), WindowUntil: day("2023-01-03"), Continuous: day("2022-06-01"), Counted: day("2021-06-01"), Months: 12,
			Gaps: []Gap{{From: day("2022-01-01"), Until: day("2022-05-31"), Verdict: Resumed}},
		}},
		{"the last day on which Xuchang still endorses", "XUCHANG", card("2022-08-31"), "2024-02-29", Standing{
			State: Suspended, Since: day("2023-08-31"), Cause: NotEndorsed, BridgeUntil: day("2023-08-31"), KeepUntil: day("2024-02-29"), Months: 12,
		}},
		{"too late in Xuchang", "XUCHANG", card("2022-08-31", "2024-03-01"), "2024-03-01", Standing{State: Ended, Since: day("2024-03-01"), Cause: MustAnew, Months: 12}},
		{"cancelled", "CN", Card{Issued: day("2021-01-01"), Cancelled: day("2021-05-01")}, "2021-05-01", Standing{State: Ended, Since: day("2021-05-01"), Cause: Cancel, Months: 4}},
		{"the day before it is cancelled", "CN", Card{Issued: day("2021-01-01"), Cancelled: day("2021-05-01")}, "2021-04-30", Standing{
			State: Holds, Since: day("2021-01-01"), WindowFrom: day("2021-12-01"), WindowUntil: day("2021-12-31"), Continuous: day("2021-01-01"), Counted: day("2021-01-01"), Months: 3,
		}},
		{"lapsed", "CN", Card{Issued: day("2021-01-01"), Lapsed: day("2021-07-01")}, "2021-08-01", Standing{
			State: Suspended, Since: day("2021-07-01"), Cause: Lapse, BridgeUntil: day("2021-07-01"), KeepUntil: civil.Forever, Months: 6,
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := rule(t, c.rule)
			if c.want.Since != civil.None && c.want.Cause != Cancel {
				c.want.Basis = workday.Sourced // the holidays of all these years were announced
			}
			if d := cmp.Diff(c.want, r.Standing(c.card, day(c.on))); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestNoEndorsementAsked(t *testing.T) {
	c := Card{Issued: day("2025-03-11"), ValidUntil: day("2026-03-10")}
	if s := (&Rule{}).Standing(c, day("2026-03-11")); s.State != Ended || s.Cause != Expired || s.Since != day("2026-03-11") {
		t.Errorf("%+v", s)
	}
	c.Lapsed = day("2025-12-01")
	if s := (&Rule{}).Standing(c, day("2026-01-01")); s.State != Ended || s.Cause != Lapse || s.Since != day("2025-12-01") {
		t.Errorf("%+v", s)
	}
}
