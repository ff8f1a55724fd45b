package core

import (
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/fault"
)

const (
	term    = 280    // days from the last menstrual period to the due date (Naegele)
	longest = 45 * 7 // days after its start at which a pregnancy has certainly ended
)

// start returns the first day of the pregnancy, from the last menstrual period
// or the due date. Where neither is known it had begun by the day of
// registration, and known is false.
func (p Pregnancy) start() (day civil.Date, known bool) {
	switch {
	case p.LMP != civil.None:
		return p.LMP, true
	case p.Due != civil.None:
		return p.Due.AddDays(-term), true
	}
	return p.Registered, false
}

// Began is the first day of the pregnancy as far as it is known: where neither
// the last menstrual period nor the due date is, 40 weeks before registration.
func (p Pregnancy) Began() civil.Date {
	if start, known := p.start(); known {
		return start
	}
	return p.Registered.AddDays(-term)
}

// holds tells whether a day can lie within the pregnancy, wherever its end.
func (p Pregnancy) holds(day civil.Date) bool {
	start, known := p.start()
	return (!known || day >= start) && day <= start.AddDays(longest)
}

// Week returns the completed weeks on a day, 0 when the last menstrual period is
// not known.
func (p Pregnancy) Week(day civil.Date) int {
	if p.LMP == civil.None || day < p.LMP {
		return 0
	}
	return int(day-p.LMP) / 7
}

// Complete fills in the due date. before is the record as stored, nil for a new
// one: a due date that was computed follows the last menstrual period, one that
// somebody else wrote stays.
func (p *Pregnancy) Complete(before *Pregnancy) {
	if before != nil && before.LMP != civil.None && before.Due == before.LMP.AddDays(term) && p.Due == before.Due {
		p.Due = civil.None
	}
	if p.Due == civil.None && p.LMP != civil.None {
		p.Due = p.LMP.AddDays(term)
	}
}

// Complete fills in the week, as Pregnancy.Complete does the due date. The week
// of a visit stays when the pregnancy's dates change later: it is what was known
// when the visit was written.
func (v *Antenatal) Complete(p Pregnancy, before *Antenatal) {
	if before != nil && v.Week == before.Week && v.Week == p.Week(before.On) {
		v.Week = 0
	}
	if v.Week == 0 {
		v.Week = p.Week(v.On)
	}
}

// Admits tells why an antenatal visit cannot belong to the pregnancy; nil when
// it can. The day of the end itself belongs to it.
//
// Only what is being written is judged: an end recorded later stands, whatever
// visits are dated behind it, because an error in one of those must not keep a
// delivery from being recorded.
func (p Pregnancy) Admits(v Antenatal) *fault.Error {
	switch {
	case p.Ended != civil.None && v.On > p.Ended:
		return ErrOutside.On("visit_date", "晚于妊娠结束 after the end of the pregnancy")
	case !p.holds(v.On):
		return ErrOutside.On("visit_date", "早于妊娠开始或超过45周 before the pregnancy or more than 45 weeks after its start")
	}
	return nil
}

// AdmitsAfter tells why a postnatal visit cannot belong to the pregnancy; nil
// when it can.
func (p Pregnancy) AdmitsAfter(v Postnatal) *fault.Error {
	switch {
	case p.Ended == civil.None:
		return ErrOngoing
	case v.On < p.Ended:
		return ErrOutside.On("visit_date", "早于分娩 before the delivery")
	}
	return nil
}

// AdmitsDelivery tells why a delivery cannot belong to the pregnancy; nil when it
// can. A pregnancy whose end is already known must have ended that day and not
// otherwise; known says that it is this delivery that ended it.
func (p Pregnancy) AdmitsDelivery(d Delivery, known bool) *fault.Error {
	if !p.holds(d.On) {
		return ErrOutside.On("delivery_date", "早于妊娠开始或超过45周 before the pregnancy or more than 45 weeks after its start")
	}
	if known || p.Ended == civil.None {
		return nil
	}
	if p.Ended != d.On || p.Outcome == Miscarriage || p.Outcome == InducedAbortion || p.Outcome == Ectopic {
		return ErrEnded
	}
	return nil
}

// EndedBy returns the pregnancy as a delivery ends it.
func (p Pregnancy) EndedBy(d Delivery) Pregnancy {
	p.Ended, p.Outcome = d.On, Stillbirth
	if d.LiveBirths > 0 {
		p.Outcome = LiveBirth
	}
	return p
}

// Reopened returns the pregnancy as it goes on when its delivery turns out to
// have been entered in error.
func (p Pregnancy) Reopened() Pregnancy {
	p.Ended, p.Outcome = civil.None, Ongoing
	return p
}
