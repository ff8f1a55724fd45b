package familyplanning_test

import (
	"testing"

	"google.golang.org/genproto/googleapis/type/date"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	familyplanningv1 "xinju.dev/api/gen/xinju/familyplanning/v1"

	"xinju.dev/services/familyplanning"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/testkit"
)

const resident = "01J00000000000000000000001"

func client(t *testing.T) familyplanningv1.FamilyPlanningServiceClient {
	svc, err := familyplanning.New(familyplanning.Deps{DB: testkit.SQLite(t, familyplanning.Migrations()...), Now: testkit.NewClock(civil.Must("2026-06-30")).Now})
	if err != nil {
		t.Fatal(err)
	}
	return familyplanningv1.NewFamilyPlanningServiceClient(testkit.Serve(t, svc.Register))
}

func day(y, m, d int32) *date.Date { return &date.Date{Year: y, Month: m, Day: d} }

func TestAMethodEndsByAnUpdateOfItsEndDate(t *testing.T) {
	c := client(t)
	made, err := c.CreateMethod(t.Context(), &familyplanningv1.CreateMethodRequest{Method: &familyplanningv1.Method{
		ResidentId: resident, Kind: familyplanningv1.MethodKind_METHOD_KIND_IUD, StartDate: day(2025, 1, 1), AdoptedDivision: "990101001201",
	}})
	if err != nil {
		t.Fatal(err)
	}
	m := made.GetMethod()
	if !m.GetLongActing() {
		t.Error("an IUD is not long-acting")
	}
	ended, err := c.UpdateMethod(t.Context(), &familyplanningv1.UpdateMethodRequest{
		Method:     &familyplanningv1.Method{MethodId: m.GetMethodId(), Etag: m.GetEtag(), EndDate: day(2026, 2, 28)},
		UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"end_date"}},
	})
	if err != nil || ended.GetMethod().GetEndDate().GetDay() != 28 || ended.GetMethod().GetAdoptedDivision() != "990101001201" {
		t.Errorf("%v, %v", ended, err)
	}
	_, err = c.UpdateMethod(t.Context(), &familyplanningv1.UpdateMethodRequest{
		Method:     &familyplanningv1.Method{MethodId: m.GetMethodId(), Etag: "2", EndDate: day(2024, 2, 28)},
		UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"end_date"}},
	})
	if status.Code(err) != codes.InvalidArgument {
		t.Errorf("an end before the beginning: %v", err)
	}
}

func TestOutputOnlyFieldsCannotBeMasked(t *testing.T) {
	c := client(t)
	made, err := c.CreatePlanningService(t.Context(), &familyplanningv1.CreatePlanningServiceRequest{PlanningService: &familyplanningv1.PlanningService{
		ResidentId: resident, Kind: familyplanningv1.PlanningServiceKind_PLANNING_SERVICE_KIND_GUIDANCE, ServiceDate: day(2026, 1, 1), Free: true,
	}})
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"planning_service_id", "resident_id", "deleted", "nonsense", "create_time"} {
		_, err := c.UpdatePlanningService(t.Context(), &familyplanningv1.UpdatePlanningServiceRequest{
			PlanningService: made.GetPlanningService(), UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{path}},
		})
		if status.Code(err) != codes.InvalidArgument {
			t.Errorf("%s: %v", path, err)
		}
	}
}
