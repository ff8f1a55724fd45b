package permit

import (
	"slices"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/workday"
)

// State is how a permit stands on a day.
type State int

// The states.
const (
	NotIssued State = iota // before the day of issue, or never issued
	Holds
	Suspended // the functions are suspended; an endorsement brings them back
	Ended     // cancelled, lapsed or past its last day, or to be registered anew
)

// Cause is why a permit is suspended or ended.
type Cause int

// The causes.
const (
	NoCause     Cause = iota
	NotEndorsed       // the due day passed without endorsement
	Lapse             // a lapse was recorded
	Cancel            // it was cancelled
	Expired           // its last valid day passed, where no endorsement is asked
	MustAnew          // too late to endorse: residence must be registered anew
)

// Standing is how a permit stands on a day. It rests on what is dated on or
// before that day alone, so that a later endorsement does not change it.
type Standing struct {
	State State
	Since civil.Date // first day of the state; None when not issued
	Cause Cause

	// WindowFrom and WindowUntil are the first and last day on which the next
	// endorsement is in time. None where none is asked or the permit ended.
	WindowFrom, WindowUntil civil.Date
	// BridgeUntil is, while suspended, the last day on which an endorsement leaves
	// residence continuous: the day of suspension itself without a grace. None otherwise.
	BridgeUntil civil.Date
	// KeepUntil is, while suspended, the last day on which an endorsement keeps the
	// years before: civil.Forever without a limit. None otherwise.
	KeepUntil civil.Date
	// Basis is on what these three rest, and the day on which it was suspended, where
	// the rule moves rest days: the least known year among them, so that a last day
	// in a year whose holidays are not announced says so. 0 where no day moves, or
	// none of them is there.
	Basis workday.Basis

	Continuous civil.Date // since when residence is continuous; None while it does not hold
	Counted    civil.Date // since when years are counted; None while it does not hold
	Months     int        // completed months counted to the day, kept ones while suspended
	Gaps       []Gap      // suspended runs that ended before or on the day
}

// Gap is a run of days on which the functions were suspended.
type Gap struct {
	From, Until civil.Date // both inclusive
	Verdict     Verdict    // what the endorsement that ended it did
}

// Standing says how a permit stands on a day.
func (r *Rule) Standing(c Card, day civil.Date) Standing {
	if c.Issued == civil.None || day < c.Issued {
		return Standing{}
	}
	c = c.until(day)
	var w walk
	w.follow(r, c, nil)
	s := Standing{Gaps: r.gaps(w.runs)}
	if len(w.runs) > 0 {
		last := w.runs[len(w.runs)-1]
		s.Months = last.Counted.MonthsUntil(min(day, last.To))
		if day < last.To {
			s.State, s.Since, s.Continuous, s.Counted = Holds, last.From, last.Since, last.Counted
			r.window(&s, &w)
			return s
		}
	}
	s.State, s.Cause, s.Since = Ended, Cancel, w.end
	switch {
	case c.Cancelled != civil.None:
	case r.EveryMonths <= 0:
		s.Cause = Expired
		if c.Lapsed == w.end {
			s.Cause = Lapse
		}
	default:
		r.suspended(&s, &w, day)
	}
	return s
}

// until is the card as far as it is dated on or before a day.
func (c Card) until(day civil.Date) Card {
	if n, _ := slices.BinarySearch(c.Endorsed, day+1); n < len(c.Endorsed) {
		c.Endorsed = c.Endorsed[:n]
	}
	if c.Lapsed > day {
		c.Lapsed = civil.None
	}
	if c.Cancelled > day {
		c.Cancelled = civil.None
	}
	return c
}

// window fills in the next window of a permit that holds.
func (r *Rule) window(s *Standing, w *walk) {
	if r.EveryMonths <= 0 {
		return
	}
	s.WindowFrom, s.WindowUntil = r.opens(w.anchor, w.k), r.due(w.anchor, w.k).AddDays(-1)
	s.Basis = r.basis(w.anchor.AddMonths(w.k*r.EveryMonths).AddDays(-1), s.WindowUntil)
}

// basis is on what the last days between two days rest; none where no day moves.
func (r *Rule) basis(first, last civil.Date) workday.Basis {
	if r.Rest == nil || last >= civil.Forever {
		return 0
	}
	return r.Rest.Basis(first, last)
}

func (r *Rule) suspended(s *Standing, w *walk, day civil.Date) {
	s.State, s.Cause, s.Since = Suspended, NotEndorsed, w.stopped
	if w.byLapse {
		s.Cause = Lapse
	}
	s.BridgeUntil, s.KeepUntil = r.graceEnd(w.stopped), r.limitEnd(w.stopped)
	last := s.KeepUntil
	if last == civil.Forever {
		last = s.BridgeUntil
	}
	s.Basis = r.basis(w.stopped.AddDays(-1), last)
	if r.Late == Resume && r.Beyond == RegisterAnew && day > s.KeepUntil {
		s.State, s.Cause, s.Since = Ended, MustAnew, s.KeepUntil.AddDays(1)
		s.BridgeUntil, s.KeepUntil = civil.None, civil.None
	}
}

// gaps are the days between runs.
func (r *Rule) gaps(runs []Run) (out []Gap) {
	for i := 1; i < len(runs); i++ {
		from, to := runs[i-1].To, runs[i].From
		if from < to {
			out = append(out, Gap{From: from, Until: to.AddDays(-1), Verdict: r.judge(from, to)})
		}
	}
	return out
}
