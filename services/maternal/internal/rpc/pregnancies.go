package rpc

import (
	maternalv1 "xinju.dev/api/gen/xinju/maternal/v1"

	"xinju.dev/services/maternal/internal/core"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/record"
	"xinju.dev/services/platform/recordrpc"
	"xinju.dev/services/platform/wire"
)

var pregnancyKind = recordrpc.Kind[core.Pregnancy, *maternalv1.Pregnancy]{
	Name: "pregnancy", Plural: "pregnancies",
	FromProto: pregnancyFrom, ToProto: pregnancyProto,
	Base: func(p *core.Pregnancy) *record.Base { return &p.Base },
}

func pregnancyFrom(p *maternalv1.Pregnancy) (core.Pregnancy, error) {
	var c wire.Check
	one := core.Pregnancy{
		Base:       record.Base{ResidentID: c.ID("resident_id", p.GetResidentId(), wire.Required)},
		Registered: c.Date("registered_date", p.GetRegisteredDate(), wire.Required),
		LMP:        c.Date("last_menstrual_date", p.GetLastMenstrualDate(), !wire.Required),
		Due:        c.Date("due_date", p.GetDueDate(), !wire.Required),
		Risk:       c.Enum("risk", int32(p.GetRisk()), maternalv1.RiskColour_name, !wire.Required),
		Ended:      c.Date("ended_date", p.GetEndedDate(), !wire.Required),
		Outcome:    core.Outcome(c.Enum("outcome", int32(p.GetOutcome()), maternalv1.PregnancyOutcome_name, !wire.Required)),
		UnitID:     c.ID("unit_id", p.GetUnitId(), !wire.Required),
	}
	if one.LMP > one.Registered {
		c.Refuse("last_menstrual_date", "晚于建册日期 after registered_date")
	}
	if one.Due != civil.None && one.Due < one.LMP {
		c.Refuse("due_date", "早于末次月经 before last_menstrual_date")
	}
	if one.Ended != civil.None && one.Ended < one.LMP {
		c.Refuse("ended_date", "早于末次月经 before last_menstrual_date")
	}
	switch {
	case one.Ended != civil.None && one.Outcome == core.Ongoing:
		c.Refuse("outcome", "有结束日期时必填 required with ended_date")
	case one.Ended == civil.None && one.Outcome != core.Ongoing:
		c.Refuse("ended_date", "有结局时必填 required with outcome")
	}
	return one, c.Err()
}

func pregnancyProto(p core.Pregnancy) *maternalv1.Pregnancy {
	return &maternalv1.Pregnancy{
		PregnancyId: p.ID, ResidentId: p.ResidentID, RegisteredDate: wire.DateProto(p.Registered), LastMenstrualDate: wire.DateProto(p.LMP),
		DueDate: wire.DateProto(p.Due), Risk: maternalv1.RiskColour(p.Risk), EndedDate: wire.DateProto(p.Ended),
		Outcome: maternalv1.PregnancyOutcome(p.Outcome), UnitId: p.UnitID,
		Etag: p.Etag(), Deleted: p.Deleted, CreateTime: wire.TimeProto(p.CreateTime), UpdateTime: wire.TimeProto(p.UpdateTime),
	}
}
