// Package facts makes the coded facts that the archive service tells other
// services: dates and codes, never a name or a telephone.
package facts

import (
	feedv1 "xinju.dev/api/gen/xinju/feed/v1"

	"xinju.dev/services/archive/internal/core"
	"xinju.dev/services/archive/internal/store"
	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/civil"
)

// All are the facts of the service's records.
var All = store.Facts{Archive: archive, Attendance: attendance, Case: infectiousCase}

func ymd(d civil.Date) int32 { return int32(d.YYYYMMDD()) }

func archive(a core.HealthArchive) changefeed.Fact {
	body := &feedv1.ArchiveFact{
		OpenedYmd: ymd(a.Opened), ClosedYmd: ymd(a.Closed), Electronic: a.Electronic, TouchedYmd: ymd(a.Touched), UnitId: a.UnitID,
	}
	for _, s := range a.StandardOn {
		body.Standard = append(body.Standard, &feedv1.DaySpan{FromYmd: ymd(s.From), UntilYmd: ymd(s.Until)})
	}
	return changefeed.FactOf(a.Base, feedv1.FactKind_FACT_KIND_ARCHIVE, body)
}

func attendance(a core.Attendance) changefeed.Fact {
	return changefeed.FactOf(a.Base, feedv1.FactKind_FACT_KIND_EDUCATION, &feedv1.EducationFact{
		OnYmd: ymd(a.On), Form: int32(a.Form), UnitId: a.UnitID,
	})
}

func infectiousCase(c core.InfectiousCase) changefeed.Fact {
	class, hours := c.Class()
	body := &feedv1.CaseFact{
		Disease: c.Disease, Class: class, DeadlineHours: int32(hours), RegisteredYmd: ymd(c.Registered), UnitId: c.UnitID,
	}
	if !c.Diagnosed.IsZero() {
		body.DiagnosedSeconds = c.Diagnosed.Unix()
	}
	if !c.Reported.IsZero() {
		body.ReportedSeconds = c.Reported.Unix()
	}
	return changefeed.FactOf(c.Base, feedv1.FactKind_FACT_KIND_CASE, body)
}
