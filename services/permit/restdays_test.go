package permit

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/workday"
)

func TestTheLastDayOfAWindow(t *testing.T) {
	for _, c := range []struct {
		name, issued, on string
		want             string
		basis            workday.Basis
	}{
		{"a Tuesday stays, though a long holiday begins on the morrow", "2024-10-01", "2025-09-30", "2025-09-30", workday.Sourced},
		{"the first day of that holiday moves to the day after it", "2024-10-02", "2025-09-30", "2025-10-09", workday.Sourced},
		{"so does its last day", "2024-10-09", "2025-09-30", "2025-10-09", workday.Sourced},
		{"a Saturday moves to Monday", "2024-06-15", "2025-06-14", "2025-06-16", workday.Sourced},
		{"a Saturday that is worked stays", "2024-10-12", "2025-10-11", "2025-10-11", workday.Sourced},
		{"a Saturday moves to a Sunday that is worked", "2024-01-26", "2025-01-25", "2025-01-26", workday.Sourced},
		{"29 February, a Saturday", "2019-03-01", "2020-02-29", "2020-03-02", workday.Sourced},
		{"29 February, a Thursday", "2023-03-01", "2024-02-29", "2024-02-29", workday.Sourced},
		{"issued on 29 February, of a common year the eve of the 28th, a Saturday", "2020-02-29", "2020-12-01", "2021-03-01", workday.Sourced},
		{"from one year to the next, both announced", "2022-01-01", "2022-12-31", "2023-01-03", workday.Sourced},
		{"a holiday by law of a year that was not announced yet", "2026-02-09", "2026-12-01", "2027-02-09", workday.Statutory},
		{"a weekday of that year, which the announcement may make a holiday", "2026-02-10", "2026-12-01", "2027-02-09", workday.Statutory},
		{"from that year into one of which nothing is known: 1 January 2028 is a Saturday to it", "2027-01-02", "2027-12-01", "2028-01-03", workday.Weekends},
		{"in such a year 1 October is a weekday", "2030-10-02", "2031-09-01", "2031-10-01", workday.Weekends},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := rule(t, "CN")
			s := r.Standing(card(c.issued), day(c.on))
			if s.State != Holds || s.WindowUntil != day(c.want) || s.Basis != c.basis {
				t.Errorf("%d until %s (%s), want %s (%s)", s.State, s.WindowUntil, s.Basis, c.want, c.basis)
			}
			if opens := day(c.issued).AddMonths(12).AddMonths(-1); s.WindowFrom != opens {
				t.Errorf("opens on %s, want %s: no rest day moves the first day", s.WindowFrom, opens)
			}
			r.Rest = nil
			if s := r.Standing(card(c.issued), day(c.issued)); s.WindowUntil != day(c.issued).AddMonths(12)-1 || s.Basis != 0 {
				t.Errorf("without a calendar until %s (%s)", s.WindowUntil, s.Basis)
			}
		})
	}
}

// An endorsement on the day after the last one leaves no day of suspension.
func TestALastDayThatMovedIsInTime(t *testing.T) {
	for _, c := range []struct{ name, issued, last string }{
		{"a Saturday", "2024-06-15", "2025-06-16"},
		{"a long holiday", "2024-10-02", "2025-10-09"},
		{"a Saturday that is worked", "2024-10-12", "2025-10-11"},
		{"29 February, a Saturday", "2019-03-01", "2020-03-02"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, last := rule(t, "CN"), day(c.last)
			for late, runs := range map[civil.Date]int{last: 1, last + 1: 1, last + 2: 2} {
				if got := r.Runs(Card{Issued: day(c.issued), Endorsed: []civil.Date{late}}, nil); len(got) != runs || got[0].To != last+1 && runs == 2 {
					t.Errorf("endorsed %s: %v", late, got)
				}
			}
		})
	}
}

func TestTheLastDaysOfGracesAndLimits(t *testing.T) {
	for _, c := range []struct {
		name, rule, issued, endorsed string
		want                         []Run
	}{
		{
			// Suspended from 2025-09-04: the thirtieth day is 4 October, in a holiday until the 8th.
			"thirty days end in a holiday: the day after it bridges", "SHANGHAI", "2024-09-04", "2025-10-09",
			[]Run{run("2024-09-04", "2025-09-04", "2024-09-04", "2024-09-04"), run("2025-10-09", "2026-09-04", "2024-09-04", "2024-09-04")},
		},
		{
			"and the next one counts anew", "SHANGHAI", "2024-09-04", "2025-10-10",
			[]Run{run("2024-09-04", "2025-09-04", "2024-09-04", "2024-09-04"), run("2025-10-10", "2026-09-04", "2025-10-10", "2025-10-10")},
		},
		{
			// Suspended from 2025-04-04: half a year ends on 4 October.
			"half a year ends in a holiday: the day after it resumes", "XUCHANG", "2024-04-04", "2025-10-09",
			[]Run{run("2024-04-04", "2025-04-04", "2024-04-04", "2024-04-04"), run("2025-10-09", "2026-04-04", "2024-10-09", "2025-10-09")},
		},
		{
			"and the next one does nothing", "XUCHANG", "2024-04-04", "2025-10-10",
			[]Run{run("2024-04-04", "2025-04-04", "2024-04-04", "2024-04-04")},
		},
		{
			// Suspended from 2024-10-12: a year ends on 12 October 2025, a Sunday; the Saturday before it is worked.
			"a year ends on a Sunday", "SHIJIAZHUANG", "2023-10-12", "2025-10-13",
			[]Run{run("2023-10-12", "2024-10-12", "2023-10-12", "2023-10-12"), run("2025-10-13", "2026-10-13", "2024-10-12", "2025-10-13")},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := rule(t, c.rule)
			if d := cmp.Diff(c.want, r.Runs(card(c.issued, c.endorsed), nil)); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestASuspensionSaysOnWhatItsLastDaysRest(t *testing.T) {
	for _, c := range []struct {
		name, rule, issued, on string
		bridge, keep           string
		basis                  workday.Basis
	}{
		{"announced", "SHANGHAI", "2024-09-04", "2025-09-10", "2025-10-09", "2025-10-09", workday.Sourced},
		{"the grace ends in a year that is not", "SHANGHAI", "2025-12-10", "2026-12-20", "2027-01-11", "2027-01-11", workday.Statutory},
		{"so does the limit, though the grace is over", "XUCHANG", "2025-09-02", "2026-09-10", "2026-09-02", "2027-03-02", workday.Statutory},
		{"beyond the calendar", "XUCHANG", "2026-09-02", "2027-09-10", "2027-09-02", "2028-03-02", workday.Weekends},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := rule(t, c.rule)
			s := r.Standing(card(c.issued), day(c.on))
			if s.State != Suspended || s.BridgeUntil != day(c.bridge) || s.KeepUntil != day(c.keep) || s.Basis != c.basis {
				t.Errorf("%+v", s)
			}
		})
	}
}
