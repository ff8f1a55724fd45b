package facts

import "xinju.dev/services/platform/civil"

// Endorsement says what a place makes of the yearly endorsement (签注) of its
// residence permits. The zero value asks for none.
type Endorsement struct {
	EveryMonths  int  // due this often from the day of issue; 0: no endorsement
	WindowMonths int  // it may be done this long before the due day
	GraceDays    int  // late by no more than this after the suspension: counted as continuous
	Resume       bool // later than that: the years before are kept, the gap is left out; false: counted anew
	ResumeMonths int  // with Resume: only when late by at most this; 0: always
}

// Held is a run of days on which a permit holds, and the day from which its
// years are counted: behind the first day where earlier years were kept.
type Held struct{ From, To, Counted civil.Date }

// Held appends the days on which the permit holds, half-open and ascending. It
// ends with its last valid day, with lapse or with cancellation. Under an
// endorsement rule it is suspended from the due day until the late endorsement.
// The day of suspension itself is not counted in the grace (民法典 art. 201).
func (p *Permit) Held(rule Endorsement, buf []Held) []Held {
	if p.Issued == civil.None {
		return buf
	}
	if rule.EveryMonths <= 0 {
		if end := p.end(true); p.Issued < end {
			buf = append(buf, Held{p.Issued, end, p.Issued})
		}
		return buf
	}
	end := p.end(false)
	from, counted, next := p.Issued, p.Issued, 0
	for k := 1; from < end; k++ {
		due := p.Issued.AddMonths(k * rule.EveryMonths)
		if due >= end {
			return append(buf, Held{from, end, counted})
		}
		opens := due.AddMonths(-rule.WindowMonths)
		for next < len(p.Endorsed) && p.Endorsed[next] < opens {
			next++
		}
		if next < len(p.Endorsed) && p.Endorsed[next] <= due {
			continue // in time: on the due day the function is not yet suspended for a day
		}
		if from < due {
			buf = append(buf, Held{from, due, counted})
		}
		if next == len(p.Endorsed) {
			return buf
		}
		late := p.Endorsed[next]
		counted = rule.countedAfter(counted, due, late)
		from = late
		for p.Issued.AddMonths((k+1)*rule.EveryMonths) <= late {
			k++
		}
	}
	return buf
}

// countedAfter is the day from which years are counted after a late endorsement.
func (e Endorsement) countedAfter(counted, suspended, late civil.Date) civil.Date {
	gap := int(late - suspended)
	switch {
	case gap <= e.GraceDays:
		return counted
	case e.Resume && (e.ResumeMonths == 0 || late <= suspended.AddMonths(e.ResumeMonths)):
		return counted.AddDays(gap)
	}
	return late
}

// end is the first day after the permit. Where endorsements are reckoned here,
// the lapse that the registry derived from a missing one is not.
func (p *Permit) end(lapse bool) civil.Date {
	end := civil.Forever
	if p.Cancelled != civil.None {
		end = min(end, p.Cancelled)
	}
	if lapse {
		if p.ValidTo != civil.None {
			end = min(end, p.ValidTo.AddDays(1))
		}
		if p.Lapsed != civil.None {
			end = min(end, p.Lapsed)
		}
	}
	return end
}
