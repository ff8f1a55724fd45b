package rpc

import (
	archivev1 "xinju.dev/api/gen/xinju/archive/v1"

	"xinju.dev/services/archive/internal/core"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/record"
	"xinju.dev/services/platform/recordrpc"
	"xinju.dev/services/platform/wire"
)

var archiveKind = recordrpc.Kind[core.HealthArchive, *archivev1.HealthArchive]{
	Name: "health_archive", Plural: "health_archives",
	FromProto: archiveFrom, ToProto: archiveProto,
	Base: func(a *core.HealthArchive) *record.Base { return &a.Base },
}

func archiveFrom(p *archivev1.HealthArchive) (core.HealthArchive, error) {
	var c wire.Check
	a := core.HealthArchive{
		Base:       record.Base{ResidentID: c.ID("resident_id", p.GetResidentId(), wire.Required)},
		Number:     c.Text("archive_number", p.GetArchiveNumber(), 17, !wire.Required),
		Opened:     c.Date("opened_date", p.GetOpenedDate(), wire.Required),
		Closed:     c.Date("closed_date", p.GetClosedDate(), !wire.Required),
		Touched:    c.Date("touched_date", p.GetTouchedDate(), wire.Required),
		Electronic: p.GetElectronic(),
		Group:      core.Group(c.Enum("group", int32(p.GetGroup()), archivev1.PopulationGroup_name, wire.Required)),
		Verified:   p.GetIdentityVerified(),
		UnitID:     c.ID("unit_id", p.GetUnitId(), !wire.Required),
		Form:       formFrom(&c, p.GetPersonalInformation()),
	}
	if a.Touched < a.Opened {
		c.Refuse("touched_date", "早于建档日期 before opened_date")
	}
	if a.Closed != civil.None && a.Closed < a.Opened {
		c.Refuse("closed_date", "早于建档日期 before opened_date")
	}
	return a, c.Err()
}

func formFrom(c *wire.Check, p *archivev1.PersonalInformation) core.Form {
	code := func(field, value string, limit int) string {
		return c.Text("personal_information."+field, value, limit, !wire.Required)
	}
	codes := func(field string, values []string) []string {
		if len(values) > 20 {
			c.Refuse("personal_information."+field, "过多 too many")
			return nil
		}
		out := make([]string, len(values))
		for i, v := range values {
			out[i] = code(field, v, 4)
		}
		return out
	}
	return core.Form{
		Ethnic:                code("ethnic_code", p.GetEthnicCode(), 2),
		BloodType:             code("blood_type_code", p.GetBloodTypeCode(), 1),
		Rh:                    code("rh_code", p.GetRhCode(), 1),
		Education:             code("education_code", p.GetEducationCode(), 2),
		Occupation:            code("occupation_code", p.GetOccupationCode(), 3),
		Marital:               code("marital_code", p.GetMaritalCode(), 2),
		Payment:               code("payment_code", p.GetPaymentCode(), 2),
		ContactName:           code("contact_name", p.GetContactName(), 50),
		ContactPhone:          code("contact_phone", p.GetContactPhone(), 20),
		AllergyRecorded:       p.GetDrugAllergyRecorded(),
		Allergies:             codes("allergy_codes", p.GetAllergyCodes()),
		HistoryRecorded:       p.GetHistoryRecorded(),
		Diseases:              codes("disease_codes", p.GetDiseaseCodes()),
		FamilyHistoryRecorded: p.GetFamilyHistoryRecorded(),
		Disabilities:          codes("disability_codes", p.GetDisabilityCodes()),
	}
}

func archiveProto(a core.HealthArchive) *archivev1.HealthArchive {
	f := a.Form
	return &archivev1.HealthArchive{
		HealthArchiveId: a.ID, ResidentId: a.ResidentID, ArchiveNumber: a.Number,
		OpenedDate: wire.DateProto(a.Opened), ClosedDate: wire.DateProto(a.Closed), TouchedDate: wire.DateProto(a.Touched),
		Electronic: a.Electronic, Group: archivev1.PopulationGroup(a.Group), IdentityVerified: a.Verified, UnitId: a.UnitID,
		PersonalInformation: &archivev1.PersonalInformation{
			EthnicCode: f.Ethnic, BloodTypeCode: f.BloodType, RhCode: f.Rh, EducationCode: f.Education, OccupationCode: f.Occupation,
			MaritalCode: f.Marital, PaymentCode: f.Payment, ContactName: f.ContactName, ContactPhone: f.ContactPhone,
			DrugAllergyRecorded: f.AllergyRecorded, AllergyCodes: f.Allergies, HistoryRecorded: f.HistoryRecorded, DiseaseCodes: f.Diseases,
			FamilyHistoryRecorded: f.FamilyHistoryRecorded, DisabilityCodes: f.Disabilities,
		},
		Standard:        a.Standard(civil.DateOf(a.UpdateTime)),
		StandardMissing: core.Missing(a),
		Etag:            a.Etag(), Deleted: a.Deleted,
		CreateTime: wire.TimeProto(a.CreateTime), UpdateTime: wire.TimeProto(a.UpdateTime),
	}
}
