package permit

import (
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/workday"
)

// Rule says what one place makes of endorsements. The zero value asks for none:
// a permit then holds from its issue to its last valid day, lapse or
// cancellation.
type Rule struct {
	ID       string
	Chinese  string
	English  string
	Division string     // issuing divisions whose code begins so; "" is the whole country
	From, To civil.Date // in force; both inclusive, None is open
	Origin

	EveryMonths int    // due this often; 0: no endorsement
	Window      Period // it may be done this long before the due day
	GraceDays   int    // late by at most so many days: as if nothing had been
	Late        Mode   // later than the grace: Restart or Resume
	LimitMonths int    // with Resume: late by at most so many months; 0: always
	Beyond      Mode   // later than the limit: Restart or RegisterAnew
	// LapseSuspends lets a recorded lapse suspend the functions until the next
	// endorsement. Without it the recorded lapse is left aside, as one that the
	// sender derived from a missing endorsement, which is reckoned here.
	LapseSuspends bool
	// DueFromLate counts the next years from a late endorsement; otherwise the due
	// days stay those of the issue.
	DueFromLate bool
	// Rest moves a last day of rest to the next working day (民法典 art. 203); nil
	// moves no deadline.
	Rest *workday.Calendar
}

// Origin is where a rule was read, and how sure that is: sourced, recalled-sure,
// recalled-fairly-sure, recalled-less-sure or design.
type Origin struct{ Source, Confidence, Note string }

// Mode is what becomes of the years before a late endorsement.
type Mode int

// The modes. The zero value is the strictest that leaves the permit usable.
const (
	Restart      Mode = iota // years are counted anew from the late day
	Resume                   // the years before are kept, the gap is left out
	RegisterAnew             // the endorsement does nothing: residence must be registered anew
)

// Period is a length of months or of days.
type Period struct{ Months, Days int }

// Before returns the day that lies the period before d.
func (p Period) Before(d civil.Date) civil.Date { return d.AddMonths(-p.Months).AddDays(-p.Days) }

// working returns d, or the first working day after it.
func (r *Rule) working(d civil.Date) civil.Date {
	if r.Rest == nil {
		return d
	}
	return r.Rest.Roll(d)
}

// due is the k-th due day: the first day on which the functions are suspended.
func (r *Rule) due(anchor civil.Date, k int) civil.Date {
	day := anchor.AddMonths(k * r.EveryMonths)
	if r.Rest == nil || day == civil.Forever {
		return day
	}
	return r.working(day.AddDays(-1)).AddDays(1)
}

// opens is the first day of the window before the k-th due day. Rest days move
// the end of the window, not its beginning.
func (r *Rule) opens(anchor civil.Date, k int) civil.Date {
	return r.Window.Before(anchor.AddMonths(k * r.EveryMonths))
}

// graceEnd is the last day on which an endorsement leaves no trace. Without a grace
// that is the day of suspension, which is no deadline that a holiday could move.
func (r *Rule) graceEnd(suspended civil.Date) civil.Date {
	if r.GraceDays == 0 {
		return suspended
	}
	return r.working(suspended.AddDays(r.GraceDays))
}

// limitEnd is the last day on which an endorsement keeps the earlier years.
func (r *Rule) limitEnd(suspended civil.Date) civil.Date {
	switch {
	case r.Late != Resume:
		return r.graceEnd(suspended)
	case r.LimitMonths == 0:
		return civil.Forever
	}
	return r.working(suspended.AddMonths(r.LimitMonths))
}

// judge says what an endorsement on a day after the suspension does.
func (r *Rule) judge(suspended, late civil.Date) Verdict {
	switch {
	case late <= r.graceEnd(suspended):
		return Bridged
	case late > r.limitEnd(suspended):
		if r.Late == Resume && r.Beyond == RegisterAnew {
			return Refused
		}
		return Restarted
	case r.Late == Resume:
		return Resumed
	}
	return Restarted
}
