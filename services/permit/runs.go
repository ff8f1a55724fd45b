package permit

import "xinju.dev/services/platform/civil"

// Card is what is recorded of one permit. A card lost or reissued changes
// nothing here: it proves a status that goes on.
type Card struct {
	Issued     civil.Date // first day; None: there is no permit
	ValidUntil civil.Date // last day, inclusive; counts only where no endorsement is asked
	Endorsed   []civil.Date
	Lapsed     civil.Date // first day on which it had lapsed
	Cancelled  civil.Date // first day on which it was cancelled
}

// Run is a run of days on which the functions of a permit hold, half-open.
type Run struct {
	From, To civil.Date
	// Counted is the day from which its years are counted: From or the issue, or a
	// day between them where earlier years were kept and a gap left out.
	Counted civil.Date
	// Since is the day since which residence is continuous: bridged gaps do not
	// interrupt it, all others do.
	Since civil.Date
}

// Verdict is what a late endorsement did.
type Verdict int

// The verdicts.
const (
	Bridged   Verdict = iota + 1 // within the grace: continuous
	Resumed                      // years kept, the gap left out
	Restarted                    // years counted anew
	Refused                      // nothing: residence must be registered anew
)

// Runs appends the days on which the permit holds, ascending. Card.Endorsed is
// ascending.
func (r *Rule) Runs(c Card, buf []Run) []Run {
	var w walk // stays on the stack: the aggregator asks for millions of permits
	w.follow(r, c, buf)
	return w.runs
}

// walk is one permit followed through its years.
type walk struct {
	rule   *Rule
	card   Card
	runs   []Run
	run    Run        // under way
	anchor civil.Date // due days are counted from it
	k      int        // the next due day
	next   int        // first endorsement that may still count
	end    civil.Date // first day after the permit
	lapse  civil.Date // recorded lapse that is still to come

	stopped civil.Date // first day of the suspension in which it ended; None otherwise
	byLapse bool       // of a recorded lapse
	refused civil.Date // a late endorsement that did nothing
}

func (w *walk) follow(r *Rule, c Card, buf []Run) {
	*w = walk{rule: r, card: c, runs: buf, anchor: c.Issued, k: 1, end: c.end(r.EveryMonths <= 0)}
	w.run = Run{From: c.Issued, Counted: c.Issued, Since: c.Issued}
	if c.Issued == civil.None {
		return
	}
	if r.EveryMonths <= 0 {
		w.close(w.end)
		return
	}
	if r.LapseSuspends {
		w.lapse = c.Lapsed
	}
	for w.run.From < w.end && w.year() {
	}
}

// close ends the run under way.
func (w *walk) close(at civil.Date) {
	if w.run.From < at {
		w.run.To = at
		w.runs = append(w.runs, w.run)
	}
}

// year follows the permit to the next due day or lapse; false: it ended.
func (w *walk) year() bool {
	due := w.rule.due(w.anchor, w.k)
	stop, lapsed := due, w.lapse != civil.None && w.lapse >= w.run.From && w.lapse < due
	if lapsed {
		stop = w.lapse
	}
	if stop >= w.end {
		w.close(w.end)
		return false
	}
	if !lapsed && w.inTime(due) {
		w.k++
		return true
	}
	w.close(stop)
	late := w.after(stop, lapsed)
	if late == civil.None || late >= w.end {
		w.stopped, w.byLapse = stop, lapsed
		return false
	}
	if lapsed {
		w.lapse = civil.None
	}
	return w.late(stop, late)
}

// inTime reports an endorsement within the window, or on the due day itself.
func (w *walk) inTime(due civil.Date) bool {
	opens := w.rule.opens(w.anchor, w.k)
	for w.next < len(w.card.Endorsed) && w.card.Endorsed[w.next] < opens {
		w.next++
	}
	return w.next < len(w.card.Endorsed) && w.card.Endorsed[w.next] <= due
}

// after is the first endorsement after a due day, or on or after a lapse.
func (w *walk) after(stop civil.Date, lapsed bool) civil.Date {
	for _, e := range w.card.Endorsed[w.next:] {
		if e > stop || lapsed && e == stop {
			return e
		}
	}
	return civil.None
}

// late opens the run that a late endorsement brings.
func (w *walk) late(suspended, day civil.Date) bool {
	gap := int(day - suspended)
	switch w.rule.judge(suspended, day) {
	case Resumed:
		w.run.Counted, w.run.Since = w.run.Counted.AddDays(gap), day
	case Restarted:
		w.run.Counted, w.run.Since = day, day
	case Refused:
		w.stopped, w.refused = suspended, day
		return false
	}
	w.run.From = day
	if w.rule.DueFromLate {
		w.anchor, w.k = day, 1
	}
	for w.rule.due(w.anchor, w.k) <= day {
		w.k++
	}
	return true
}

// end is the first day after the permit. Validity and lapse end it only where
// no endorsement is asked.
func (c Card) end(validity bool) civil.Date {
	end := civil.Forever
	if c.Cancelled != civil.None {
		end = min(end, c.Cancelled)
	}
	if validity {
		if c.ValidUntil != civil.None {
			end = min(end, c.ValidUntil.AddDays(1))
		}
		if c.Lapsed != civil.None {
			end = min(end, c.Lapsed)
		}
	}
	return end
}
