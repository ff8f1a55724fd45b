package e2e

import (
	"context"

	"google.golang.org/protobuf/proto"

	archivev1 "xinju.dev/api/gen/xinju/archive/v1"
	familyplanningv1 "xinju.dev/api/gen/xinju/familyplanning/v1"
	immunizationv1 "xinju.dev/api/gen/xinju/immunization/v1"
	maternalv1 "xinju.dev/api/gen/xinju/maternal/v1"

	"xinju.dev/deploy/client"
)

// Records is what the four record services answer about one resident.
func Records(ctx context.Context, s *client.Suite, id string) (Everything, error) {
	out := Everything{}
	var err error
	note := func(list string, answer proto.Message, failed error) {
		if err == nil {
			err = out.add(list+" "+id, answer, failed)
		}
	}
	archives, failed := s.Archive.ListHealthArchives(ctx, &archivev1.ListHealthArchivesRequest{ResidentId: id})
	note("archives", archives, failed)
	attendances, failed := s.Archive.ListEducationAttendances(ctx, &archivev1.ListEducationAttendancesRequest{ResidentId: id})
	note("attendances", attendances, failed)
	cases, failed := s.Archive.ListInfectiousCases(ctx, &archivev1.ListInfectiousCasesRequest{ResidentId: id})
	note("cases", cases, failed)
	doses, failed := s.Immunization.ListDoses(ctx, &immunizationv1.ListDosesRequest{ResidentId: id})
	note("doses", doses, failed)
	certificates, failed := s.Immunization.ListCertificates(ctx, &immunizationv1.ListCertificatesRequest{ResidentId: id})
	note("certificates", certificates, failed)
	pregnancies, failed := s.Maternal.ListPregnancies(ctx, &maternalv1.ListPregnanciesRequest{ResidentId: id})
	note("pregnancies", pregnancies, failed)
	antenatals, failed := s.Maternal.ListAntenatalVisits(ctx, &maternalv1.ListAntenatalVisitsRequest{ResidentId: id})
	note("antenatals", antenatals, failed)
	deliveries, failed := s.Maternal.ListDeliveries(ctx, &maternalv1.ListDeliveriesRequest{ResidentId: id})
	note("deliveries", deliveries, failed)
	postnatals, failed := s.Maternal.ListPostnatalVisits(ctx, &maternalv1.ListPostnatalVisitsRequest{ResidentId: id})
	note("postnatals", postnatals, failed)
	checks, failed := s.Maternal.ListChildChecks(ctx, &maternalv1.ListChildChecksRequest{ResidentId: id})
	note("checks", checks, failed)
	methods, failed := s.FamilyPlanning.ListMethods(ctx, &familyplanningv1.ListMethodsRequest{ResidentId: id})
	note("methods", methods, failed)
	services, failed := s.FamilyPlanning.ListPlanningServices(ctx, &familyplanningv1.ListPlanningServicesRequest{ResidentId: id})
	note("services", services, failed)
	return out, err
}
