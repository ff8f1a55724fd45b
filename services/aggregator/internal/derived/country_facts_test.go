package derived_test

import (
	"xinju.dev/services/aggregator/internal/facts"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"
)

// factsOf is every fact of a resident as its service tells it.
func factsOf(r *facts.Resident) (out []written) {
	put := func(source string, kind feedv1.FactKind, k facts.Key, f *feedv1.Fact) {
		f.RecordedYmd = ymd(k.Recorded)
		out = append(out, written{source, fact(kind, idOf(r, k), r.ID, f)})
	}
	p := &r.Person
	person := &feedv1.PersonFact{BirthYmd: ymd(p.Birth), Sex: p.Sex, DeathYmd: ymd(p.Death), Marital: p.Marital, MotherId: p.MotherID, Flags: p.Flags}
	for _, s := range p.Doubted {
		person.FlagSpans = append(person.FlagSpans, &feedv1.FlagSpan{Flag: s.Flag, FromYmd: ymd(s.From), UntilYmd: ymd(s.Until)})
	}
	for _, h := range p.Hukou {
		person.Hukou = append(person.Hukou, &feedv1.HukouSpan{FromYmd: ymd(h.From), Division: h.Division, Kind: h.Kind})
	}
	put("registry", feedv1.FactKind_FACT_KIND_PERSON, p.Key, &feedv1.Fact{Body: &feedv1.Fact_Person{Person: person}})
	for _, x := range r.Residences {
		put("registry", feedv1.FactKind_FACT_KIND_RESIDENCE, x.Key, &feedv1.Fact{Body: &feedv1.Fact_Residence{Residence: &feedv1.ResidenceFact{
			Division: x.Division, ArrivedYmd: ymd(x.Arrived), RegisteredYmd: ymd(x.Registered), FirstSeenYmd: ymd(x.FirstSeen), LeftYmd: ymd(x.Left),
			SortKey: x.SortKey, Reason: x.Reason,
		}}})
	}
	for _, x := range r.Permits {
		f := &feedv1.PermitFact{
			Division: x.Division, IssuedYmd: ymd(x.Issued), ValidToYmd: ymd(x.ValidTo), EndorsedYmd: ymds(x.Endorsed), LapsedYmd: ymd(x.Lapsed), CancelledYmd: ymd(x.Cancelled),
		}
		for _, e := range x.Points {
			f.Points = append(f.Points, &feedv1.PointsEntry{FromYmd: ymd(e.From), Points: e.Points})
		}
		put("registry", feedv1.FactKind_FACT_KIND_PERMIT, x.Key, &feedv1.Fact{Body: &feedv1.Fact_Permit{Permit: f}})
	}
	for _, x := range r.Relations {
		put("registry", feedv1.FactKind_FACT_KIND_RELATION, x.Key, &feedv1.Fact{Body: &feedv1.Fact_Relation{Relation: &feedv1.RelationFact{
			Kind: x.Kind, OtherId: x.OtherID, FromYmd: ymd(x.From), UntilYmd: ymd(x.Until),
		}}})
	}
	health(r, put)
	maternity(r, put)
	return out
}

type teller func(source string, kind feedv1.FactKind, k facts.Key, f *feedv1.Fact)

func health(r *facts.Resident, put teller) {
	for _, x := range r.Archives {
		put("archive", feedv1.FactKind_FACT_KIND_ARCHIVE, x.Key, &feedv1.Fact{Body: &feedv1.Fact_Archive{Archive: &feedv1.ArchiveFact{
			OpenedYmd: ymd(x.Opened), ClosedYmd: ymd(x.Closed), Electronic: x.Electronic, Standard: days(x.Standard), TouchedYmd: ymd(x.Touched),
		}}})
	}
	for _, x := range r.Educations {
		put("archive", feedv1.FactKind_FACT_KIND_EDUCATION, x.Key, &feedv1.Fact{Body: &feedv1.Fact_Education{Education: &feedv1.EducationFact{OnYmd: ymd(x.On), Form: x.Form, UnitId: x.UnitID}}})
	}
	for _, x := range r.Cases {
		put("archive", feedv1.FactKind_FACT_KIND_CASE, x.Key, &feedv1.Fact{Body: &feedv1.Fact_Case{Case: &feedv1.CaseFact{
			Disease: "HFMD", Class: x.Class, DiagnosedSeconds: x.Diagnosed, ReportedSeconds: x.Reported, DeadlineHours: x.DeadlineHours, RegisteredYmd: ymd(x.Registered),
		}}})
	}
	for _, x := range r.Records {
		put("archive", feedv1.FactKind_FACT_KIND_RECORD, x.Key, &feedv1.Fact{Body: &feedv1.Fact_Record{Record: &feedv1.RecordFact{
			Code: x.Code, OnYmd: ymd(x.On), UntilYmd: ymd(x.Until), Value: x.Value, UnitId: x.UnitID,
		}}})
	}
	for _, x := range r.Certificates {
		put("immunization", feedv1.FactKind_FACT_KIND_CERTIFICATE, x.Key, &feedv1.Fact{Body: &feedv1.Fact_Certificate{Certificate: &feedv1.CertificateFact{IssuedYmd: ymd(x.Issued), UnitId: x.UnitID}}})
	}
	for _, x := range r.Doses {
		put("immunization", feedv1.FactKind_FACT_KIND_DOSE, x.Key, &feedv1.Fact{Body: &feedv1.Fact_Dose{Dose: &feedv1.DoseFact{OnYmd: ymd(x.On), Product: x.Product, UnitId: x.UnitID}}})
	}
}

func maternity(r *facts.Resident, put teller) {
	of := func(id string) string { return idOf(r, facts.Key{ID: id}) } // a pregnancy
	for _, x := range r.Pregnancies {
		put("maternal", feedv1.FactKind_FACT_KIND_PREGNANCY, x.Key, &feedv1.Fact{Body: &feedv1.Fact_Pregnancy{Pregnancy: &feedv1.PregnancyFact{
			LmpYmd: ymd(x.LMP), RegisteredYmd: ymd(x.Registered), EndedYmd: ymd(x.Ended), Outcome: x.Outcome, Risk: x.Risk, UnitId: x.UnitID,
		}}})
	}
	for _, x := range r.Antenatals {
		put("maternal", feedv1.FactKind_FACT_KIND_ANTENATAL, x.Key, &feedv1.Fact{Body: &feedv1.Fact_Antenatal{Antenatal: &feedv1.AntenatalFact{PregnancyId: of(x.PregnancyID), OnYmd: ymd(x.On), Week: x.Week, UnitId: x.UnitID}}})
	}
	for _, x := range r.Deliveries {
		put("maternal", feedv1.FactKind_FACT_KIND_DELIVERY, x.Key, &feedv1.Fact{Body: &feedv1.Fact_Delivery{Delivery: &feedv1.DeliveryFact{
			PregnancyId: of(x.PregnancyID), OnYmd: ymd(x.On), LiveBirths: x.LiveBirths, InHospital: x.InHospital, UnitId: x.UnitID,
		}}})
	}
	for _, x := range r.Postnatals {
		put("maternal", feedv1.FactKind_FACT_KIND_POSTNATAL, x.Key, &feedv1.Fact{Body: &feedv1.Fact_Postnatal{Postnatal: &feedv1.PostnatalFact{PregnancyId: of(x.PregnancyID), OnYmd: ymd(x.On), Kind: x.Kind, UnitId: x.UnitID}}})
	}
	for _, x := range r.ChildChecks {
		put("maternal", feedv1.FactKind_FACT_KIND_CHILD_CHECK, x.Key, &feedv1.Fact{Body: &feedv1.Fact_ChildCheck{ChildCheck: &feedv1.ChildCheckFact{OnYmd: ymd(x.On), Kind: x.Kind, UnitId: x.UnitID}}})
	}
	for _, x := range r.Methods {
		put("familyplanning", feedv1.FactKind_FACT_KIND_METHOD, x.Key, &feedv1.Fact{Body: &feedv1.Fact_Method{Method: &feedv1.MethodFact{
			Method: 1, LongActing: x.LongActing, FromYmd: ymd(x.From), UntilYmd: ymd(x.Until), AdoptedDivision: x.Adopted,
		}}})
	}
	for _, x := range r.Services {
		put("familyplanning", feedv1.FactKind_FACT_KIND_PLANNING_SERVICE, x.Key, &feedv1.Fact{Body: &feedv1.Fact_PlanningService{PlanningService: &feedv1.PlanningServiceFact{
			OnYmd: ymd(x.On), Kind: x.Kind, Free: x.Free, UnitId: x.UnitID,
		}}})
	}
}
