package e2e_test

import (
	"fmt"
	"slices"
	"time"

	"google.golang.org/genproto/googleapis/type/date"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/timestamppb"

	archivev1 "xinju.dev/api/gen/xinju/archive/v1"
	familyplanningv1 "xinju.dev/api/gen/xinju/familyplanning/v1"
	immunizationv1 "xinju.dev/api/gen/xinju/immunization/v1"
	maternalv1 "xinju.dev/api/gen/xinju/maternal/v1"
	registryv1 "xinju.dev/api/gen/xinju/registry/v1"

	"xinju.dev/deploy/loader"
	"xinju.dev/deploy/synthetic"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/wire"
)

const (
	police = loader.Sender
	clinic = "wj-990101"
)

// Villages of two townships.
const (
	here  = "990101001201"
	there = "990101100201"
)

func on(day string) *date.Date { return wire.DateProto(civil.Must(day)) }

func citizen(index int, birth string, sex int) *registryv1.Document {
	number := synthetic.Number(4_800_000+index, civil.Must(birth), sex)
	ofStories.Store(number, true)
	return &registryv1.Document{Type: registryv1.DocumentType_DOCUMENT_TYPE_CITIZEN, Number: number}
}

func passport(number string) *registryv1.Document {
	return &registryv1.Document{Type: registryv1.DocumentType_DOCUMENT_TYPE_PASSPORT, Number: number, Country: "CHN"}
}

// arrives is an arrival on its first day.
func arrives(d *registryv1.Document, name, birth string, sex int32, village, address, day string) *registryv1.ResidenceEvent {
	return &registryv1.ResidenceEvent{
		Type: registryv1.EventType_EVENT_TYPE_ARRIVE, EffectiveDate: on(day), ArrivedDate: on(day), Document: d, Name: name, Sex: sex,
		BirthDate: on(birth), HukouDivision: "990201", Division: village, Address: address, Phone: "19911223344", MaritalCode: 20,
	}
}

// family is a mother and a child, each of them registered in two townships under
// two documents: mother, child, mother again, child again.
func (p *play) family(n int, tag string) (ids []string) {
	p.Helper()
	mother, card := citizen(n, "1995-03-02", 2), passport("E9900"+tag+"1")
	child, other := citizen(n+1, "2024-05-20", 1), passport("E9900"+tag+"2")
	name, small := "欧阳"+tag+"秋", "欧阳"+tag+"冬"
	born := arrives(child, small, "2024-05-20", 1, here, "一路1号", "2025-03-01")
	again := arrives(other, small, "2024-05-20", 1, there, "二路2号", "2025-09-15")
	born.MaritalCode, again.MaritalCode, born.Phone, again.Phone = 0, 0, "", ""
	p.arrivals = []*registryv1.ResidenceEvent{
		arrives(mother, name, "1995-03-02", 2, here, "一路1号", "2025-03-01"), born,
		arrives(card, name, "1995-03-02", 2, there, "二路2号", "2025-09-15"), again,
	}
	ids = p.record(police, append(slices.Clone(p.arrivals),
		&registryv1.ResidenceEvent{Type: registryv1.EventType_EVENT_TYPE_PERMIT_ISSUE, EffectiveDate: on("2025-10-01"), Document: mother, Division: synthetic.CountyCode, PermitValidUntilDate: on("2026-10-01")},
	)...)[:4]
	slicesDiffer(p, ids)
	p.wanted.Residents = append(p.wanted.Residents, ids...)
	p.wanted.Documents = append(p.wanted.Documents, mother, child, card, other)
	p.write(ids)
	return ids
}

func slicesDiffer(p *play, ids []string) {
	p.Helper()
	if sorted := slices.Sorted(slices.Values(ids)); len(slices.Compact(sorted)) != len(ids) || sorted[0] == "" {
		p.Fatalf("%d residents, not all different", len(ids))
	}
}

// write gives each of the family records of its own in the four services, some
// under one identifier of a person and some under the other.
func (p *play) write(ids []string) {
	p.Helper()
	ctx, to := p.Context(), p.to
	must := func(_ any, err error) {
		p.Helper()
		if err != nil {
			p.Fatalf("%v: %v", err, status.Convert(err).Details())
		}
	}
	for i, id := range ids {
		must(to.Archive.CreateHealthArchive(ctx, &archivev1.CreateHealthArchiveRequest{HealthArchive: &archivev1.HealthArchive{
			ResidentId: id, ArchiveNumber: fmt.Sprintf("9901010010%07d", i), Electronic: true, Group: archivev1.PopulationGroup_POPULATION_GROUP_GENERAL,
			OpenedDate: on([]string{"2025-03-05", "2025-03-06", "2026-02-05", "2026-02-06"}[i]), TouchedDate: on(fmt.Sprintf("2026-05-0%d", i+1)),
		}}))
		if id == max(ids[i%2], ids[i%2+2]) { // under the identifier that a merge makes the second one
			must(to.Archive.CreateEducationAttendance(ctx, &archivev1.CreateEducationAttendanceRequest{EducationAttendance: &archivev1.EducationAttendance{
				ResidentId: id, EducationDate: on(fmt.Sprintf("2026-03-0%d", i+1)), Form: archivev1.EducationForm_EDUCATION_FORM_LECTURE,
			}}))
		}
		must(to.Archive.CreateInfectiousCase(ctx, &archivev1.CreateInfectiousCaseRequest{InfectiousCase: &archivev1.InfectiousCase{
			ResidentId: id, DiseaseCode: "HFMD", RegisteredDate: on(fmt.Sprintf("2026-04-0%d", i+1)),
			DiagnosedTime: timestamppb.New(time.Date(2026, 4, i+1, 1, 0, 0, 0, time.UTC)), ReportedTime: timestamppb.New(time.Date(2026, 4, i+1, 3, 0, 0, 0, time.UTC)),
		}}))
	}
	for i, id := range []string{ids[0], ids[2]} {
		carried, err := to.Maternal.CreatePregnancy(ctx, &maternalv1.CreatePregnancyRequest{Pregnancy: &maternalv1.Pregnancy{
			ResidentId: id, RegisteredDate: on([]string{"2026-01-10", "2026-02-10"}[i]), LastMenstrualDate: on("2025-11-01"),
		}})
		must(nil, err)
		for k := range 3 {
			must(to.Maternal.CreateAntenatalVisit(ctx, &maternalv1.CreateAntenatalVisitRequest{AntenatalVisit: &maternalv1.AntenatalVisit{
				ResidentId: id, PregnancyId: carried.GetPregnancy().GetPregnancyId(), VisitDate: on(fmt.Sprintf("2026-0%d-1%d", 2+i+k, k)),
			}}))
		}
		must(to.FamilyPlanning.CreateMethod(ctx, &familyplanningv1.CreateMethodRequest{Method: &familyplanningv1.Method{
			ResidentId: id, Kind: familyplanningv1.MethodKind_METHOD_KIND_IUD, StartDate: on(fmt.Sprintf("2024-0%d-01", 7+i)), EndDate: on("2025-09-01"),
		}}))
		must(to.FamilyPlanning.CreatePlanningService(ctx, &familyplanningv1.CreatePlanningServiceRequest{PlanningService: &familyplanningv1.PlanningService{
			ResidentId: id, ServiceDate: on(fmt.Sprintf("2026-0%d-01", 3+i)), Kind: familyplanningv1.PlanningServiceKind_PLANNING_SERVICE_KIND_GUIDANCE, Free: true, Division: here,
		}}))
	}
	for i, id := range []string{ids[1], ids[3]} {
		must(to.Immunization.CreateCertificate(ctx, &immunizationv1.CreateCertificateRequest{Certificate: &immunizationv1.Certificate{ResidentId: id, IssuedDate: on(fmt.Sprintf("202%d-03-01", 5+i))}}))
		for k, product := range [][]string{{"HepB", "BCG"}, {"HepB", "IPV"}}[i] {
			must(to.Immunization.CreateDose(ctx, &immunizationv1.CreateDoseRequest{Dose: &immunizationv1.Dose{ResidentId: id, Product: product, DoseDate: on(fmt.Sprintf("202%d-06-0%d", 4+i, k+1))}}))
		}
		must(to.Maternal.CreateChildCheck(ctx, &maternalv1.CreateChildCheckRequest{ChildCheck: &maternalv1.ChildCheck{
			ResidentId: id, CheckDate: on(fmt.Sprintf("2026-0%d-01", 3+i)), Kind: maternalv1.ChildCheckKind_CHILD_CHECK_KIND_PHYSICAL, AgeMonths: 21,
		}}))
	}
	for i := range 2 {
		must(to.Registry.CreateRelation(ctx, &registryv1.CreateRelationRequest{Relation: &registryv1.Relation{
			ResidentId: ids[2*i+1], Kind: registryv1.RelationKind_RELATION_KIND_MOTHER, OtherResidentId: ids[2*i],
		}}))
	}
}
