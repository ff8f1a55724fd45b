package loader

import (
	"context"
	"fmt"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	archivev1 "xinju.dev/api/gen/xinju/archive/v1"
	familyplanningv1 "xinju.dev/api/gen/xinju/familyplanning/v1"
	immunizationv1 "xinju.dev/api/gen/xinju/immunization/v1"
	maternalv1 "xinju.dev/api/gen/xinju/maternal/v1"

	"xinju.dev/deploy/synthetic"
	"xinju.dev/services/platform/civil"
)

func (c *chunk) sendArchives(ctx context.Context) error {
	err := each(ctx, c, "archive", c.archives, func(ctx context.Context, part []*archivev1.HealthArchive, id string) error {
		_, err := c.To.Archive.BatchCreateHealthArchives(ctx, &archivev1.BatchCreateHealthArchivesRequest{HealthArchives: part, RequestId: id})
		return err
	})
	if err != nil {
		return err
	}
	err = each(ctx, c, "attendance", c.attendances, func(ctx context.Context, part []*archivev1.EducationAttendance, id string) error {
		_, err := c.To.Archive.BatchCreateEducationAttendances(ctx, &archivev1.BatchCreateEducationAttendancesRequest{EducationAttendances: part, RequestId: id})
		return err
	})
	if err != nil {
		return err
	}
	return each(ctx, c, "case", c.cases, func(ctx context.Context, part []*archivev1.InfectiousCase, id string) error {
		_, err := c.To.Archive.BatchCreateInfectiousCases(ctx, &archivev1.BatchCreateInfectiousCasesRequest{InfectiousCases: part, RequestId: id})
		return err
	})
}

func (c *chunk) sendDoses(ctx context.Context) error {
	err := each(ctx, c, "certificate", c.certificates, func(ctx context.Context, part []*immunizationv1.Certificate, id string) error {
		_, err := c.To.Immunization.BatchCreateCertificates(ctx, &immunizationv1.BatchCreateCertificatesRequest{Certificates: part, RequestId: id})
		return err
	})
	if err != nil {
		return err
	}
	return each(ctx, c, "dose", c.doses, func(ctx context.Context, part []*immunizationv1.Dose, id string) error {
		_, err := c.To.Immunization.BatchCreateDoses(ctx, &immunizationv1.BatchCreateDosesRequest{Doses: part, RequestId: id})
		return err
	})
}

func (c *chunk) sendMaternal(ctx context.Context) error {
	at := 0
	err := each(ctx, c, "pregnancy", c.pregnancies, func(ctx context.Context, part []*maternalv1.Pregnancy, id string) error {
		made, err := c.To.Maternal.BatchCreatePregnancies(ctx, &maternalv1.BatchCreatePregnanciesRequest{Pregnancies: part, RequestId: id})
		if err != nil {
			return err
		}
		for _, g := range made.GetPregnancies() {
			c.follow(g, c.carried[at])
			at++
		}
		return nil
	})
	if err != nil {
		return err
	}
	err = each(ctx, c, "antenatal", c.antenatals, func(ctx context.Context, part []*maternalv1.AntenatalVisit, id string) error {
		_, err := c.To.Maternal.BatchCreateAntenatalVisits(ctx, &maternalv1.BatchCreateAntenatalVisitsRequest{AntenatalVisits: part, RequestId: id})
		return err
	})
	if err != nil {
		return err
	}
	err = each(ctx, c, "delivery", c.deliveries, func(ctx context.Context, part []*maternalv1.Delivery, id string) error {
		_, err := c.To.Maternal.BatchCreateDeliveries(ctx, &maternalv1.BatchCreateDeliveriesRequest{Deliveries: part, RequestId: id})
		return err
	})
	if err != nil {
		return err
	}
	err = each(ctx, c, "postnatal", c.postnatals, func(ctx context.Context, part []*maternalv1.PostnatalVisit, id string) error {
		_, err := c.To.Maternal.BatchCreatePostnatalVisits(ctx, &maternalv1.BatchCreatePostnatalVisitsRequest{PostnatalVisits: part, RequestId: id})
		return err
	})
	if err != nil {
		return err
	}
	return each(ctx, c, "check", c.checks, func(ctx context.Context, part []*maternalv1.ChildCheck, id string) error {
		_, err := c.To.Maternal.BatchCreateChildChecks(ctx, &maternalv1.BatchCreateChildChecksRequest{ChildChecks: part, RequestId: id})
		return err
	})
}

// follow notes the visits of a pregnancy that now has an identifier.
func (c *chunk) follow(g *maternalv1.Pregnancy, carried synthetic.Pregnancy) {
	id, resident, unit := g.GetPregnancyId(), g.GetResidentId(), g.GetUnitId()
	for _, d := range carried.Antenatal {
		c.antenatals = append(c.antenatals, &maternalv1.AntenatalVisit{PregnancyId: id, ResidentId: resident, VisitDate: on(d), UnitId: unit})
	}
	if carried.Ended == civil.None {
		return
	}
	c.deliveries = append(c.deliveries, &maternalv1.Delivery{
		PregnancyId: id, ResidentId: resident, DeliveryDate: on(carried.Ended), LiveBirths: 1, InHospital: true, UnitId: c.units["HOSPITAL"],
	})
	for _, d := range carried.Postnatal {
		c.postnatals = append(c.postnatals, &maternalv1.PostnatalVisit{
			PregnancyId: id, ResidentId: resident, VisitDate: on(d), Kind: maternalv1.PostnatalKind_POSTNATAL_KIND_HOME_VISIT, UnitId: unit,
		})
	}
}

func (c *chunk) sendPlanning(ctx context.Context) error {
	err := each(ctx, c, "method", c.methods, func(ctx context.Context, part []*familyplanningv1.Method, id string) error {
		_, err := c.To.FamilyPlanning.BatchCreateMethods(ctx, &familyplanningv1.BatchCreateMethodsRequest{Methods: part, RequestId: id})
		return err
	})
	if err != nil {
		return err
	}
	return each(ctx, c, "service", c.services, func(ctx context.Context, part []*familyplanningv1.PlanningService, id string) error {
		_, err := c.To.FamilyPlanning.BatchCreatePlanningServices(ctx, &familyplanningv1.BatchCreatePlanningServicesRequest{PlanningServices: part, RequestId: id})
		return err
	})
}

// archiveOf fills the standard form, or leaves what is most often left out.
func archiveOf(p *synthetic.Person, id, unit string, today civil.Date) *archivev1.HealthArchive {
	r := p.Records.Archive
	a := &archivev1.HealthArchive{
		ResidentId: id, ArchiveNumber: fmt.Sprintf("%s%05d", p.Stays[0].Village, p.Index%100_000),
		OpenedDate: on(r.Opened), TouchedDate: on(r.Touched), Electronic: true, Group: groupOf(p, today), IdentityVerified: r.Complete, UnitId: unit,
		PersonalInformation: &archivev1.PersonalInformation{
			EthnicCode: p.Ethnic, BloodTypeCode: "5", RhCode: "3", EducationCode: "60", OccupationCode: "5", MaritalCode: fmt.Sprint(p.Marital), PaymentCode: "2",
			ContactName: "紧急联系人", ContactPhone: "19900000000", DrugAllergyRecorded: true, HistoryRecorded: true, DiseaseCodes: []string{"01"},
			FamilyHistoryRecorded: true, DisabilityCodes: []string{"01"},
		},
	}
	if !r.Complete {
		a.PersonalInformation.ContactName, a.PersonalInformation.ContactPhone = "", ""
	}
	return a
}

func groupOf(p *synthetic.Person, today civil.Date) archivev1.PopulationGroup {
	switch age := p.Birth.YearsUntil(today); {
	case age < 7:
		return archivev1.PopulationGroup_POPULATION_GROUP_CHILD
	case age >= 65:
		return archivev1.PopulationGroup_POPULATION_GROUP_ELDERLY
	}
	return archivev1.PopulationGroup_POPULATION_GROUP_GENERAL
}

func caseOf(c synthetic.Case, id, unit string) *archivev1.InfectiousCase {
	diagnosed := c.On.Time().Add(9 * time.Hour)
	one := &archivev1.InfectiousCase{
		ResidentId: id, DiseaseCode: c.Disease, RegisteredDate: on(c.On), DiagnosedTime: timestamppb.New(diagnosed), UnitId: unit,
	}
	if c.ReportedHours >= 0 {
		one.ReportedTime = timestamppb.New(diagnosed.Add(time.Duration(c.ReportedHours) * time.Hour))
	}
	return one
}
