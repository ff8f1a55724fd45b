package feedfacts

import (
	feedv1 "xinju.dev/api/gen/xinju/feed/v1"
	"xinju.dev/services/aggregator/internal/facts"
)

func (e *Entry) addHealth(r *facts.Resident) error {
	switch e.Kind {
	case feedv1.FactKind_FACT_KIND_ARCHIVE:
		var m feedv1.ArchiveFact
		if err := e.read(&m); err != nil {
			return err
		}
		a := facts.Archive{
			Key: e.key(), Opened: day(m.GetOpenedYmd()), Closed: day(m.GetClosedYmd()), Electronic: m.GetElectronic(),
			Touched: day(m.GetTouchedYmd()), UnitID: m.GetUnitId(),
		}
		for _, s := range m.GetStandard() {
			a.Standard = append(a.Standard, facts.Days{From: day(s.GetFromYmd()), Until: day(s.GetUntilYmd())})
		}
		r.Archives = append(r.Archives, a)
	case feedv1.FactKind_FACT_KIND_EDUCATION:
		var m feedv1.EducationFact
		if err := e.read(&m); err != nil {
			return err
		}
		r.Educations = append(r.Educations, facts.Education{Key: e.key(), On: day(m.GetOnYmd()), Form: m.GetForm(), UnitID: m.GetUnitId()})
	case feedv1.FactKind_FACT_KIND_CASE:
		var m feedv1.CaseFact
		if err := e.read(&m); err != nil {
			return err
		}
		r.Cases = append(r.Cases, facts.Case{
			Key: e.key(), Disease: m.GetDisease(), Class: m.GetClass(), Diagnosed: m.GetDiagnosedSeconds(),
			Reported: m.GetReportedSeconds(), DeadlineHours: m.GetDeadlineHours(), Registered: day(m.GetRegisteredYmd()), UnitID: m.GetUnitId(),
		})
	case feedv1.FactKind_FACT_KIND_CERTIFICATE:
		var m feedv1.CertificateFact
		if err := e.read(&m); err != nil {
			return err
		}
		r.Certificates = append(r.Certificates, facts.Certificate{Key: e.key(), Issued: day(m.GetIssuedYmd()), UnitID: m.GetUnitId()})
	case feedv1.FactKind_FACT_KIND_DOSE:
		var m feedv1.DoseFact
		if err := e.read(&m); err != nil {
			return err
		}
		r.Doses = append(r.Doses, facts.Dose{Key: e.key(), On: day(m.GetOnYmd()), Product: m.GetProduct(), UnitID: m.GetUnitId()})
	}
	return nil
}

func (e *Entry) addMaternal(r *facts.Resident) error {
	switch e.Kind {
	case feedv1.FactKind_FACT_KIND_PREGNANCY:
		var m feedv1.PregnancyFact
		if err := e.read(&m); err != nil {
			return err
		}
		r.Pregnancies = append(r.Pregnancies, facts.Pregnancy{
			Key: e.key(), LMP: day(m.GetLmpYmd()), Registered: day(m.GetRegisteredYmd()), Ended: day(m.GetEndedYmd()),
			Outcome: m.GetOutcome(), Risk: m.GetRisk(), UnitID: m.GetUnitId(),
		})
	case feedv1.FactKind_FACT_KIND_ANTENATAL:
		var m feedv1.AntenatalFact
		if err := e.read(&m); err != nil {
			return err
		}
		r.Antenatals = append(r.Antenatals, facts.Antenatal{
			Key: e.key(), PregnancyID: m.GetPregnancyId(), On: day(m.GetOnYmd()), Week: m.GetWeek(), UnitID: m.GetUnitId(),
		})
	case feedv1.FactKind_FACT_KIND_DELIVERY:
		var m feedv1.DeliveryFact
		if err := e.read(&m); err != nil {
			return err
		}
		r.Deliveries = append(r.Deliveries, facts.Delivery{
			Key: e.key(), PregnancyID: m.GetPregnancyId(), On: day(m.GetOnYmd()), LiveBirths: m.GetLiveBirths(),
			InHospital: m.GetInHospital(), UnitID: m.GetUnitId(),
		})
	case feedv1.FactKind_FACT_KIND_POSTNATAL:
		var m feedv1.PostnatalFact
		if err := e.read(&m); err != nil {
			return err
		}
		r.Postnatals = append(r.Postnatals, facts.Postnatal{
			Key: e.key(), PregnancyID: m.GetPregnancyId(), On: day(m.GetOnYmd()), Kind: m.GetKind(), UnitID: m.GetUnitId(),
		})
	case feedv1.FactKind_FACT_KIND_CHILD_CHECK:
		var m feedv1.ChildCheckFact
		if err := e.read(&m); err != nil {
			return err
		}
		r.ChildChecks = append(r.ChildChecks, facts.ChildCheck{Key: e.key(), On: day(m.GetOnYmd()), Kind: m.GetKind(), UnitID: m.GetUnitId()})
	}
	return nil
}

func (e *Entry) addPlanning(r *facts.Resident) error {
	switch e.Kind {
	case feedv1.FactKind_FACT_KIND_METHOD:
		var m feedv1.MethodFact
		if err := e.read(&m); err != nil {
			return err
		}
		r.Methods = append(r.Methods, facts.Method{
			Key: e.key(), Method: m.GetMethod(), LongActing: m.GetLongActing(), From: day(m.GetFromYmd()), Until: day(m.GetUntilYmd()),
			Adopted: m.GetAdoptedDivision(), UnitID: m.GetUnitId(),
		})
	case feedv1.FactKind_FACT_KIND_PLANNING_SERVICE:
		var m feedv1.PlanningServiceFact
		if err := e.read(&m); err != nil {
			return err
		}
		r.Services = append(r.Services, facts.Service{
			Key: e.key(), On: day(m.GetOnYmd()), Kind: m.GetKind(), Free: m.GetFree(), Division: m.GetDivision(), UnitID: m.GetUnitId(),
		})
	}
	return nil
}

func (e *Entry) addRecord(r *facts.Resident) error {
	var m feedv1.RecordFact
	if err := e.read(&m); err != nil {
		return err
	}
	r.Records = append(r.Records, facts.Record{
		Key: e.key(), Code: m.GetCode(), On: day(m.GetOnYmd()), Until: day(m.GetUntilYmd()),
		Value: m.GetValue(), UnitID: m.GetUnitId(), Division: m.GetDivision(),
	})
	return nil
}
