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
		f, err := e.fields()
		if err != nil {
			return err
		}
		r.Educations = append(r.Educations, facts.Education{Key: e.key(), On: f.day(1), Form: f.of(2), UnitID: f.text(3)})
	case feedv1.FactKind_FACT_KIND_CASE:
		f, err := e.fields()
		if err != nil {
			return err
		}
		r.Cases = append(r.Cases, facts.Case{
			Key: e.key(), Disease: f.text(1), Class: f.text(2), Diagnosed: f.long(3),
			Reported: f.long(4), DeadlineHours: f.of(5), Registered: f.day(6), UnitID: f.text(7),
		})
	case feedv1.FactKind_FACT_KIND_CERTIFICATE:
		f, err := e.fields()
		if err != nil {
			return err
		}
		r.Certificates = append(r.Certificates, facts.Certificate{Key: e.key(), Issued: f.day(1), UnitID: f.text(2)})
	case feedv1.FactKind_FACT_KIND_DOSE:
		f, err := e.fields()
		if err != nil {
			return err
		}
		r.Doses = append(r.Doses, facts.Dose{Key: e.key(), On: f.day(1), Product: f.text(2), UnitID: f.text(3)})
	}
	return nil
}

func (e *Entry) addMaternal(r *facts.Resident) error {
	switch e.Kind {
	case feedv1.FactKind_FACT_KIND_PREGNANCY:
		f, err := e.fields()
		if err != nil {
			return err
		}
		r.Pregnancies = append(r.Pregnancies, facts.Pregnancy{
			Key: e.key(), LMP: f.day(1), Registered: f.day(2), Ended: f.day(3),
			Outcome: f.of(4), Risk: f.of(5), UnitID: f.text(6),
		})
	case feedv1.FactKind_FACT_KIND_ANTENATAL:
		f, err := e.fields()
		if err != nil {
			return err
		}
		r.Antenatals = append(r.Antenatals, facts.Antenatal{
			Key: e.key(), PregnancyID: f.text(1), On: f.day(2), Week: f.of(3), UnitID: f.text(4),
		})
	case feedv1.FactKind_FACT_KIND_DELIVERY:
		f, err := e.fields()
		if err != nil {
			return err
		}
		r.Deliveries = append(r.Deliveries, facts.Delivery{
			Key: e.key(), PregnancyID: f.text(1), On: f.day(2), LiveBirths: f.of(3),
			InHospital: f.is(4), UnitID: f.text(5),
		})
	case feedv1.FactKind_FACT_KIND_POSTNATAL:
		f, err := e.fields()
		if err != nil {
			return err
		}
		r.Postnatals = append(r.Postnatals, facts.Postnatal{
			Key: e.key(), PregnancyID: f.text(1), On: f.day(2), Kind: f.of(3), UnitID: f.text(4),
		})
	case feedv1.FactKind_FACT_KIND_CHILD_CHECK:
		f, err := e.fields()
		if err != nil {
			return err
		}
		r.ChildChecks = append(r.ChildChecks, facts.ChildCheck{Key: e.key(), On: f.day(1), Kind: f.of(2), UnitID: f.text(3)})
	}
	return nil
}

func (e *Entry) addPlanning(r *facts.Resident) error {
	switch e.Kind {
	case feedv1.FactKind_FACT_KIND_METHOD:
		f, err := e.fields()
		if err != nil {
			return err
		}
		r.Methods = append(r.Methods, facts.Method{
			Key: e.key(), Method: f.of(1), LongActing: f.is(2), From: f.day(3), Until: f.day(4),
			Adopted: f.text(5), UnitID: f.text(6),
		})
	case feedv1.FactKind_FACT_KIND_PLANNING_SERVICE:
		f, err := e.fields()
		if err != nil {
			return err
		}
		r.Services = append(r.Services, facts.Service{
			Key: e.key(), On: f.day(1), Kind: f.of(2), Free: f.is(3), Division: f.text(4), UnitID: f.text(5),
		})
	}
	return nil
}

func (e *Entry) addRecord(r *facts.Resident) error {
	f, err := e.fields()
	if err != nil {
		return err
	}
	r.Records = append(r.Records, facts.Record{
		Key: e.key(), Code: f.text(1), On: f.day(2), Until: f.day(3),
		Value: f.long(4), UnitID: f.text(5), Division: f.text(6),
	})
	return nil
}
