package permit

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/workday"
)

// weekend is a calendar that knows no year: Saturdays and Sundays are rest days.
var weekend = new(workday.Calendar)

// diary keeps a permit day by day, as the texts say it and not as the package
// computes it: what holds today, how many days count so far, since when without
// a break.
type diary struct {
	rule      Rule
	card      Card
	holds     bool
	suspended civil.Date // first day of the present suspension
	dead      bool       // must be registered anew
	counted   int        // days that count, today included
	unbroken  int        // days without a break, today included
	base      civil.Date // due days are counted from it
}

// lastDay moves a last day that is a rest day to the next working day.
func (d *diary) lastDay(day civil.Date) civil.Date {
	for d.rule.Rest != nil && !d.rule.Rest.Works(day) {
		day++
	}
	return day
}

// dueToday says whether today is the day after the last day of some window, and
// which day that window opened.
func (d *diary) dueToday(today civil.Date) (opened civil.Date, due bool) {
	for n := 1; n <= 12; n++ {
		full := d.base.AddMonths(n * d.rule.EveryMonths)
		if d.lastDay(full-1)+1 == today {
			return full.AddMonths(-d.rule.Window.Months).AddDays(-d.rule.Window.Days), true
		}
	}
	return 0, false
}

func (d *diary) endorsedBetween(from, to civil.Date) bool {
	return slices.ContainsFunc(d.card.Endorsed, func(e civil.Date) bool { return from <= e && e <= to })
}

// live lets one day pass.
func (d *diary) live(today civil.Date) {
	if d.card.Cancelled != civil.None && today >= d.card.Cancelled {
		d.holds, d.dead = false, true
	}
	if d.dead {
		return
	}
	if today == d.card.Issued {
		d.holds = true
	}
	if opened, due := d.dueToday(today); d.holds && due && !d.endorsedBetween(opened, today) {
		d.holds, d.suspended = false, today
	}
	if d.rule.LapseSuspends && d.holds && today == d.card.Lapsed {
		d.holds, d.suspended = false, today
	}
	if !d.holds && d.endorsedBetween(today, today) {
		d.endorseLate(today)
	}
	if d.holds {
		d.counted++
		d.unbroken++
	}
}

func (d *diary) endorseLate(today civil.Date) {
	gap := int(today - d.suspended)
	limit := civil.Forever
	if d.rule.LimitMonths > 0 {
		limit = d.lastDay(d.suspended.AddMonths(d.rule.LimitMonths))
	}
	bridge := d.suspended
	if d.rule.GraceDays > 0 {
		bridge = d.lastDay(d.suspended + civil.Date(d.rule.GraceDays))
	}
	switch {
	case today <= bridge:
		d.counted, d.unbroken = d.counted+gap, d.unbroken+gap
	case d.rule.Late == Resume && today <= limit:
		d.unbroken = 0
	case d.rule.Late == Resume && d.rule.Beyond == RegisterAnew:
		d.dead = true
		return
	default:
		d.counted, d.unbroken = 0, 0
	}
	d.holds = true
	if d.rule.DueFromLate {
		d.base = today
	}
}

func drawRule(t *rapid.T) Rule {
	r := Rule{
		EveryMonths: rapid.SampledFrom([]int{1, 6, 12}).Draw(t, "every"), GraceDays: rapid.SampledFrom([]int{0, 0, 30}).Draw(t, "grace"),
		Late: rapid.SampledFrom([]Mode{Restart, Resume}).Draw(t, "late"), LimitMonths: rapid.SampledFrom([]int{0, 6, 12}).Draw(t, "limit"),
		LapseSuspends: rapid.Bool().Draw(t, "lapse suspends"), DueFromLate: rapid.Bool().Draw(t, "due from late"),
		Window: rapid.SampledFrom([]Period{{Months: 1}, {Days: 30}, {Days: 10}}).Draw(t, "window"),
	}
	if r.Late == Resume && r.LimitMonths > 0 {
		r.Beyond = rapid.SampledFrom([]Mode{Restart, RegisterAnew}).Draw(t, "beyond")
	}
	if rapid.Bool().Draw(t, "rest days") {
		r.Rest = weekend
	}
	return r
}

// issues are days on which months are hard.
var issues = []string{"2024-02-29", "2021-01-01", "2023-08-31", "2025-03-11", "2022-11-30", "2023-12-31"}

func drawCard(t *rapid.T, r Rule) Card {
	c := Card{Issued: civil.Must(rapid.SampledFrom(issues).Draw(t, "issued"))}
	for k := range rapid.IntRange(0, 5).Draw(t, "endorsements") {
		near := c.Issued.AddMonths((k + 1) * r.EveryMonths)
		day := near.AddDays(rapid.SampledFrom([]int{-400, -40, -31, -30, -29, -15, -2, -1, 0, 1, 2, 29, 30, 31, 32, 33, 181, 184, 185, 365, 366, 500}).Draw(t, "off"))
		if day >= c.Issued {
			c.Endorsed = append(c.Endorsed, day)
		}
	}
	slices.Sort(c.Endorsed)
	if rapid.IntRange(0, 2).Draw(t, "lapses") == 0 {
		c.Lapsed = c.Issued.AddDays(rapid.IntRange(0, 900).Draw(t, "lapse"))
	}
	if rapid.IntRange(0, 3).Draw(t, "is cancelled") == 0 {
		c.Cancelled = c.Issued.AddDays(rapid.IntRange(0, 1200).Draw(t, "cancelled"))
	}
	return c
}

func TestRunsAreWhatADayByDayDiarySays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawRule(t)
		c := drawCard(t, r)
		d := &diary{rule: r, card: c, base: c.Issued}
		runs := r.Runs(c, nil)
		last := c.Issued.AddMonths(min(11*r.EveryMonths, 60))
		for today := c.Issued; today < last; today++ {
			d.live(today)
			i := slices.IndexFunc(runs, func(x Run) bool { return x.From <= today && today < x.To })
			if (i >= 0) != d.holds {
				t.Fatalf("%v: holds %v, the diary says %v\n%+v\n%v", today, i >= 0, d.holds, c, runs)
			}
			if i < 0 {
				continue
			}
			if want := today.AddDays(1 - d.counted); runs[i].Counted != want {
				t.Fatalf("%v: counted from %v, the diary says %v\n%+v", today, runs[i].Counted, want, c)
			}
			if want := today.AddDays(1 - d.unbroken); runs[i].Since != want {
				t.Fatalf("%v: continuous since %v, the diary says %v\n%+v", today, runs[i].Since, want, c)
			}
		}
	})
}

func TestTheStandingOnADayAgreesWithTheRuns(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawRule(t)
		c := drawCard(t, r)
		day := c.Issued.AddDays(rapid.IntRange(-5, 1500).Draw(t, "day"))
		s := r.Standing(c, day)
		runs := r.Runs(c, nil)
		i := slices.IndexFunc(runs, func(x Run) bool { return x.From <= day && day < x.To })
		if (i >= 0) != (s.State == Holds) {
			t.Fatalf("%v: %+v, runs %v", day, s, runs)
		}
		if i >= 0 && (s.Counted != runs[i].Counted || s.Continuous != runs[i].Since || s.Since != runs[i].From) {
			t.Fatalf("%v: %+v, run %v", day, s, runs[i])
		}
		if (s.State == NotIssued) != (day < c.Issued) || s.State != NotIssued && s.Since > day {
			t.Fatalf("%v: %+v", day, s)
		}
	})
}

func TestEndorsingInTheWindowLeavesNoGap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawRule(t)
		c := Card{Issued: civil.Must(rapid.SampledFrom(issues).Draw(t, "issued"))}
		day := c.Issued
		for range rapid.IntRange(1, 6).Draw(t, "years") {
			s := r.Standing(c, day)
			day = s.WindowFrom.AddDays(rapid.IntRange(0, int(s.WindowUntil-s.WindowFrom)).Draw(t, "in the window"))
			c.Endorsed = append(c.Endorsed, max(day, c.Issued))
			day = s.WindowUntil.AddDays(1)
		}
		if runs := r.Runs(c, nil); len(runs) != 1 || runs[0].Counted != c.Issued || runs[0].To <= day {
			t.Fatalf("%v", runs)
		}
	})
}

func TestEndorsingEarlierNeverCountsLess(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawRule(t)
		r.DueFromLate = false // there a later endorsement may push the next due day out
		issued := civil.Must(rapid.SampledFrom(issues).Draw(t, "issued"))
		due := r.due(issued, 1)
		early := due.AddDays(rapid.IntRange(0, 600).Draw(t, "early"))
		late := early.AddDays(rapid.IntRange(0, 600).Draw(t, "later by"))
		day := late.AddDays(rapid.IntRange(0, 3).Draw(t, "asked"))
		a, b := r.Standing(Card{Issued: issued, Endorsed: []civil.Date{early, late}}, day), r.Standing(Card{Issued: issued, Endorsed: []civil.Date{late}}, day)
		if b.State == Holds && (a.State != Holds || a.Counted > b.Counted) {
			t.Fatalf("endorsed %v: %+v\nendorsed %v: %+v", early, a, late, b)
		}
	})
}
