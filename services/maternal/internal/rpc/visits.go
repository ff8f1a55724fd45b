package rpc

import (
	maternalv1 "xinju.dev/api/gen/xinju/maternal/v1"

	"xinju.dev/services/maternal/internal/core"
	"xinju.dev/services/platform/record"
	"xinju.dev/services/platform/recordrpc"
	"xinju.dev/services/platform/wire"
)

// Limits of what a form can say.
const (
	mostWeeks     = 45
	mostAgeMonths = 18*12 - 1
	mostKG        = 200
	mostCM        = 250
)

var antenatalKind = recordrpc.Kind[core.Antenatal, *maternalv1.AntenatalVisit]{
	Name: "antenatal_visit", Plural: "antenatal_visits",
	FromProto: antenatalFrom, ToProto: antenatalProto,
	Base: func(v *core.Antenatal) *record.Base { return &v.Base },
}

func antenatalFrom(p *maternalv1.AntenatalVisit) (core.Antenatal, error) {
	var c wire.Check
	v := core.Antenatal{
		Base:        record.Base{ResidentID: c.ID("resident_id", p.GetResidentId(), wire.Required)},
		PregnancyID: c.ID("pregnancy_id", p.GetPregnancyId(), wire.Required),
		On:          c.Date("visit_date", p.GetVisitDate(), wire.Required),
		Week:        c.Range("gestational_week", p.GetGestationalWeek(), 0, mostWeeks),
		UnitID:      c.ID("unit_id", p.GetUnitId(), !wire.Required),
	}
	return v, c.Err()
}

func antenatalProto(v core.Antenatal) *maternalv1.AntenatalVisit {
	return &maternalv1.AntenatalVisit{
		AntenatalVisitId: v.ID, ResidentId: v.ResidentID, PregnancyId: v.PregnancyID, VisitDate: wire.DateProto(v.On),
		GestationalWeek: int32(v.Week), UnitId: v.UnitID,
		Etag: v.Etag(), Deleted: v.Deleted, CreateTime: wire.TimeProto(v.CreateTime), UpdateTime: wire.TimeProto(v.UpdateTime),
	}
}

var postnatalKind = recordrpc.Kind[core.Postnatal, *maternalv1.PostnatalVisit]{
	Name: "postnatal_visit", Plural: "postnatal_visits",
	FromProto: postnatalFrom, ToProto: postnatalProto,
	Base: func(v *core.Postnatal) *record.Base { return &v.Base },
}

func postnatalFrom(p *maternalv1.PostnatalVisit) (core.Postnatal, error) {
	var c wire.Check
	v := core.Postnatal{
		Base:        record.Base{ResidentID: c.ID("resident_id", p.GetResidentId(), wire.Required)},
		PregnancyID: c.ID("pregnancy_id", p.GetPregnancyId(), wire.Required),
		On:          c.Date("visit_date", p.GetVisitDate(), wire.Required),
		Kind:        c.Enum("kind", int32(p.GetKind()), maternalv1.PostnatalKind_name, wire.Required),
		UnitID:      c.ID("unit_id", p.GetUnitId(), !wire.Required),
	}
	return v, c.Err()
}

func postnatalProto(v core.Postnatal) *maternalv1.PostnatalVisit {
	return &maternalv1.PostnatalVisit{
		PostnatalVisitId: v.ID, ResidentId: v.ResidentID, PregnancyId: v.PregnancyID, VisitDate: wire.DateProto(v.On),
		Kind: maternalv1.PostnatalKind(v.Kind), UnitId: v.UnitID,
		Etag: v.Etag(), Deleted: v.Deleted, CreateTime: wire.TimeProto(v.CreateTime), UpdateTime: wire.TimeProto(v.UpdateTime),
	}
}

var checkKind = recordrpc.Kind[core.ChildCheck, *maternalv1.ChildCheck]{
	Name: "child_check", Plural: "child_checks",
	FromProto: checkFrom, ToProto: checkProto,
	Base: func(c *core.ChildCheck) *record.Base { return &c.Base },
}

func checkFrom(p *maternalv1.ChildCheck) (core.ChildCheck, error) {
	var c wire.Check
	one := core.ChildCheck{
		Base:      record.Base{ResidentID: c.ID("resident_id", p.GetResidentId(), wire.Required)},
		On:        c.Date("check_date", p.GetCheckDate(), wire.Required),
		Kind:      c.Enum("kind", int32(p.GetKind()), maternalv1.ChildCheckKind_name, wire.Required),
		AgeMonths: c.Range("age_months", p.GetAgeMonths(), 0, mostAgeMonths),
		WeightKG:  measure(&c, "weight_kg", p.GetWeightKg(), mostKG),
		HeightCM:  measure(&c, "height_cm", p.GetHeightCm(), mostCM),
		UnitID:    c.ID("unit_id", p.GetUnitId(), !wire.Required),
	}
	return one, c.Err()
}

// measure reads a measured number; what is not a number at all is refused too.
func measure(c *wire.Check, path string, value, most float64) float64 {
	if !(value >= 0 && value <= most) {
		c.Refuse(path, "超出范围 out of range")
	}
	return value
}

func checkProto(one core.ChildCheck) *maternalv1.ChildCheck {
	return &maternalv1.ChildCheck{
		ChildCheckId: one.ID, ResidentId: one.ResidentID, CheckDate: wire.DateProto(one.On), Kind: maternalv1.ChildCheckKind(one.Kind),
		AgeMonths: int32(one.AgeMonths), WeightKg: one.WeightKG, HeightCm: one.HeightCM, UnitId: one.UnitID,
		Etag: one.Etag(), Deleted: one.Deleted, CreateTime: wire.TimeProto(one.CreateTime), UpdateTime: wire.TimeProto(one.UpdateTime),
	}
}
