package core

import (
	"time"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/record"
)

// InfectiousCase is one case in a clinic's register (传染病病例). The zero time
// means unknown.
type InfectiousCase struct {
	record.Base
	Disease    string
	Registered civil.Date
	Diagnosed  time.Time
	Reported   time.Time
	Outbreak   bool
	UnitID     string
}

// Timeliness says whether a report met its deadline; numbers of archive.v1.ReportTimeliness.
type Timeliness int

// How a report stands.
const (
	InTime        Timeliness = 1
	Late          Timeliness = 2
	NotReported   Timeliness = 3
	NotAssessable Timeliness = 4
	NotNotifiable Timeliness = 5
)

// day is the day of diagnosis, or of registration where that is unknown.
func (c InfectiousCase) day() civil.Date {
	if c.Diagnosed.IsZero() {
		return c.Registered
	}
	return civil.DateOf(c.Diagnosed)
}

// Class is the class of the disease on the day of diagnosis and the hours
// allowed for the report; "" and 0 when not notifiable on that day.
//
// 2 hours for class A, for class B managed as A, and for outbreaks; 24 hours for
// the others (传染病信息报告管理规范 2015; 传染病防治法 2025).
func (c InfectiousCase) Class() (class string, hours int) {
	d, ok := Diseases[c.Disease]
	if !ok {
		return "", 0
	}
	class, asA := d.On(c.day())
	switch {
	case class == "":
		return "", 0
	case class == "A", asA, c.Outbreak:
		return class, 2
	}
	return class, 24
}

// Timeliness compares the report with the deadline. Equal to the limit is in
// time, holidays do not stop the clock, and without a time of diagnosis nothing
// can be said.
func (c InfectiousCase) Timeliness() Timeliness {
	_, hours := c.Class()
	switch {
	case hours == 0:
		return NotNotifiable
	case c.Reported.IsZero():
		return NotReported
	case c.Diagnosed.IsZero():
		return NotAssessable
	case c.Reported.After(c.Diagnosed.Add(time.Duration(hours) * time.Hour)):
		return Late
	}
	return InTime
}
