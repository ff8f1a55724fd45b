package rpc

import (
	archivev1 "xinju.dev/api/gen/xinju/archive/v1"

	"xinju.dev/services/archive/internal/core"
	"xinju.dev/services/platform/record"
	"xinju.dev/services/platform/recordrpc"
	"xinju.dev/services/platform/wire"
)

var attendanceKind = recordrpc.Kind[core.Attendance, *archivev1.EducationAttendance]{
	Name: "education_attendance", Plural: "education_attendances",
	FromProto: attendanceFrom, ToProto: attendanceProto,
	Base: func(a *core.Attendance) *record.Base { return &a.Base },
}

func attendanceFrom(p *archivev1.EducationAttendance) (core.Attendance, error) {
	var c wire.Check
	a := core.Attendance{
		Base:   record.Base{ResidentID: c.ID("resident_id", p.GetResidentId(), wire.Required)},
		On:     c.Date("education_date", p.GetEducationDate(), wire.Required),
		Form:   c.Enum("form", int32(p.GetForm()), archivev1.EducationForm_name, wire.Required),
		Topic:  c.Text("topic", p.GetTopic(), 100, !wire.Required),
		UnitID: c.ID("unit_id", p.GetUnitId(), !wire.Required),
	}
	return a, c.Err()
}

func attendanceProto(a core.Attendance) *archivev1.EducationAttendance {
	return &archivev1.EducationAttendance{
		EducationAttendanceId: a.ID, ResidentId: a.ResidentID, EducationDate: wire.DateProto(a.On), Form: archivev1.EducationForm(a.Form),
		Topic: a.Topic, UnitId: a.UnitID, Etag: a.Etag(), Deleted: a.Deleted,
		CreateTime: wire.TimeProto(a.CreateTime), UpdateTime: wire.TimeProto(a.UpdateTime),
	}
}

var caseKind = recordrpc.Kind[core.InfectiousCase, *archivev1.InfectiousCase]{
	Name: "infectious_case", Plural: "infectious_cases",
	FromProto: caseFrom, ToProto: caseProto,
	Base: func(c *core.InfectiousCase) *record.Base { return &c.Base },
}

func caseFrom(p *archivev1.InfectiousCase) (core.InfectiousCase, error) {
	var c wire.Check
	one := core.InfectiousCase{
		Base:       record.Base{ResidentID: c.ID("resident_id", p.GetResidentId(), wire.Required)},
		Disease:    c.Text("disease_code", p.GetDiseaseCode(), 32, wire.Required),
		Registered: c.Date("registered_date", p.GetRegisteredDate(), wire.Required),
		Diagnosed:  c.Time("diagnosed_time", p.GetDiagnosedTime(), !wire.Required),
		Reported:   c.Time("reported_time", p.GetReportedTime(), !wire.Required),
		Outbreak:   p.GetOutbreak(),
		UnitID:     c.ID("unit_id", p.GetUnitId(), !wire.Required),
	}
	if _, known := core.Diseases[one.Disease]; !known && one.Disease != "" {
		c.Refuse("disease_code", "不在病种表中 not in the table of diseases")
	}
	if !one.Reported.IsZero() && !one.Diagnosed.IsZero() && one.Reported.Before(one.Diagnosed) {
		c.Refuse("reported_time", "早于诊断时间 before diagnosed_time")
	}
	return one, c.Err()
}

func caseProto(c core.InfectiousCase) *archivev1.InfectiousCase {
	class, hours := c.Class()
	return &archivev1.InfectiousCase{
		InfectiousCaseId: c.ID, ResidentId: c.ResidentID, DiseaseCode: c.Disease, RegisteredDate: wire.DateProto(c.Registered),
		DiagnosedTime: wire.TimeProto(c.Diagnosed), ReportedTime: wire.TimeProto(c.Reported), Outbreak: c.Outbreak, UnitId: c.UnitID,
		DiseaseClass: class, DeadlineHours: int32(hours), Timeliness: archivev1.ReportTimeliness(c.Timeliness()),
		Etag: c.Etag(), Deleted: c.Deleted, CreateTime: wire.TimeProto(c.CreateTime), UpdateTime: wire.TimeProto(c.UpdateTime),
	}
}
