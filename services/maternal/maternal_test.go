package maternal_test

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/genproto/googleapis/type/date"
	"google.golang.org/grpc"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"
	maternalv1 "xinju.dev/api/gen/xinju/maternal/v1"

	"xinju.dev/services/maternal"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/testkit"
)

const (
	mother = "01J00000000000000000000001"
	child  = "01J00000000000000000000002"
)

func serve(t *testing.T) (maternalv1.MaternalServiceClient, *grpc.ClientConn) {
	svc, err := maternal.New(maternal.Deps{DB: testkit.SQLite(t, maternal.Migrations()...), Now: testkit.NewClock(civil.Must("2026-06-30")).Now})
	if err != nil {
		t.Fatal(err)
	}
	conn := testkit.Serve(t, svc.Register)
	return maternalv1.NewMaternalServiceClient(conn), conn
}

func day(y, m, d int32) *date.Date { return &date.Date{Year: y, Month: m, Day: d} }

func iso(d *date.Date) string {
	return civil.Of(int(d.GetYear()), int(d.GetMonth()), int(d.GetDay())).String()
}

func info(err error) (reason, index string, fields []string) {
	for _, d := range status.Convert(err).Details() {
		switch d := d.(type) {
		case *errdetails.ErrorInfo:
			reason, index = d.GetReason(), d.GetMetadata()["index"]
		case *errdetails.BadRequest:
			for _, v := range d.GetFieldViolations() {
				fields = append(fields, v.GetField())
			}
		}
	}
	return reason, index, fields
}

func pregnant(t *testing.T, c maternalv1.MaternalServiceClient) *maternalv1.Pregnancy {
	t.Helper()
	made, err := c.CreatePregnancy(t.Context(), &maternalv1.CreatePregnancyRequest{Pregnancy: &maternalv1.Pregnancy{
		ResidentId: mother, RegisteredDate: day(2025, 12, 1), LastMenstrualDate: day(2025, 10, 1), Risk: maternalv1.RiskColour_RISK_COLOUR_GREEN,
	}})
	if err != nil {
		t.Fatal(err)
	}
	return made.GetPregnancy()
}

func TestAPregnancyFromItsRegistrationToTheCheckAfterDelivery(t *testing.T) {
	c, conn := serve(t)
	p := pregnant(t, c)
	if iso(p.GetDueDate()) != "2026-07-08" {
		t.Errorf("due %v", p.GetDueDate())
	}
	visits, err := c.BatchCreateAntenatalVisits(t.Context(), &maternalv1.BatchCreateAntenatalVisitsRequest{AntenatalVisits: []*maternalv1.AntenatalVisit{
		{ResidentId: mother, PregnancyId: p.GetPregnancyId(), VisitDate: day(2025, 12, 10)},
		{ResidentId: mother, PregnancyId: p.GetPregnancyId(), VisitDate: day(2026, 2, 20), GestationalWeek: 21},
	}})
	if err != nil || visits.GetAntenatalVisits()[0].GetGestationalWeek() != 10 || visits.GetAntenatalVisits()[1].GetGestationalWeek() != 21 {
		t.Fatalf("%v, %v", visits, err)
	}
	after := &maternalv1.PostnatalVisit{ResidentId: mother, PregnancyId: p.GetPregnancyId(), VisitDate: day(2026, 6, 25), Kind: maternalv1.PostnatalKind_POSTNATAL_KIND_HOME_VISIT}
	_, err = c.CreatePostnatalVisit(t.Context(), &maternalv1.CreatePostnatalVisitRequest{PostnatalVisit: after})
	if reason, _, _ := info(err); reason != "PREGNANCY_ONGOING" {
		t.Errorf("a postnatal visit before the delivery is known: %v", err)
	}
	born, err := c.CreateDelivery(t.Context(), &maternalv1.CreateDeliveryRequest{Delivery: &maternalv1.Delivery{
		ResidentId: mother, PregnancyId: p.GetPregnancyId(), DeliveryDate: day(2026, 6, 20), LiveBirths: 1, InHospital: true, ChildIds: []string{child},
	}})
	if err != nil || !cmp.Equal(born.GetDelivery().GetChildIds(), []string{child}) {
		t.Fatalf("%v, %v", born, err)
	}
	got, err := c.GetPregnancy(t.Context(), &maternalv1.GetPregnancyRequest{PregnancyId: p.GetPregnancyId()})
	if err != nil || iso(got.GetPregnancy().GetEndedDate()) != "2026-06-20" || got.GetPregnancy().GetOutcome() != maternalv1.PregnancyOutcome_PREGNANCY_OUTCOME_LIVE_BIRTH {
		t.Errorf("%v, %v", got, err)
	}
	if _, err = c.CreatePostnatalVisit(t.Context(), &maternalv1.CreatePostnatalVisitRequest{PostnatalVisit: after}); err != nil {
		t.Error(err)
	}
	facts := map[feedv1.FactKind]int{}
	for token := ""; ; {
		listed, err := feedv1.NewChangeFeedServiceClient(conn).ListFacts(t.Context(), &feedv1.ListFactsRequest{PageToken: token, PageSize: 2})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range listed.GetFacts() {
			facts[f.GetKind()]++
		}
		if token = listed.GetNextPageToken(); token == "" {
			break
		}
	}
	want := map[feedv1.FactKind]int{feedv1.FactKind_FACT_KIND_PREGNANCY: 1, feedv1.FactKind_FACT_KIND_ANTENATAL: 2, feedv1.FactKind_FACT_KIND_DELIVERY: 1, feedv1.FactKind_FACT_KIND_POSTNATAL: 1}
	if diff := cmp.Diff(want, facts); diff != "" {
		t.Error(diff)
	}
}

func TestVisitsThatBelongToNoPregnancy(t *testing.T) {
	c, _ := serve(t)
	p := pregnant(t, c)
	good := func() *maternalv1.AntenatalVisit {
		return &maternalv1.AntenatalVisit{ResidentId: mother, PregnancyId: p.GetPregnancyId(), VisitDate: day(2026, 1, 10)}
	}
	for _, tc := range []struct {
		name   string
		spoil  func(*maternalv1.AntenatalVisit)
		reason string
	}{
		{"no such pregnancy", func(v *maternalv1.AntenatalVisit) { v.PregnancyId = child }, "PREGNANCY_NOT_FOUND"},
		{"the pregnancy of somebody else", func(v *maternalv1.AntenatalVisit) { v.ResidentId = child }, "PREGNANCY_NOT_FOUND"},
		{"before it began", func(v *maternalv1.AntenatalVisit) { v.VisitDate = day(2025, 9, 30) }, "VISIT_OUTSIDE_PREGNANCY"},
		{"46 weeks on", func(v *maternalv1.AntenatalVisit) { v.VisitDate = day(2026, 8, 13) }, "VISIT_OUTSIDE_PREGNANCY"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			bad := good()
			tc.spoil(bad)
			_, err := c.BatchCreateAntenatalVisits(t.Context(), &maternalv1.BatchCreateAntenatalVisitsRequest{AntenatalVisits: []*maternalv1.AntenatalVisit{good(), bad}})
			if reason, index, _ := info(err); reason != tc.reason || index != "1" {
				t.Errorf("%v at %s", err, index)
			}
		})
	}
	if all, err := c.ListAntenatalVisits(t.Context(), &maternalv1.ListAntenatalVisitsRequest{ResidentId: mother}); err != nil || len(all.GetAntenatalVisits()) != 0 {
		t.Errorf("the good ones of refused batches: %v, %v", all, err)
	}
}

func TestComputedFieldsFollowAnUpdate(t *testing.T) {
	c, _ := serve(t)
	p := pregnant(t, c)
	made, err := c.CreateAntenatalVisit(t.Context(), &maternalv1.CreateAntenatalVisitRequest{AntenatalVisit: &maternalv1.AntenatalVisit{
		ResidentId: mother, PregnancyId: p.GetPregnancyId(), VisitDate: day(2025, 12, 10),
	}})
	if err != nil {
		t.Fatal(err)
	}
	v := made.GetAntenatalVisit()
	v.VisitDate = day(2025, 12, 17)
	moved, err := c.UpdateAntenatalVisit(t.Context(), &maternalv1.UpdateAntenatalVisitRequest{AntenatalVisit: v, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"visit_date"}}})
	if err != nil || moved.GetAntenatalVisit().GetGestationalWeek() != 11 {
		t.Errorf("%v, %v", moved, err)
	}
	p.LastMenstrualDate = day(2025, 10, 3)
	later, err := c.UpdatePregnancy(t.Context(), &maternalv1.UpdatePregnancyRequest{Pregnancy: p, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"last_menstrual_date"}}})
	if err != nil || iso(later.GetPregnancy().GetDueDate()) != "2026-07-10" {
		t.Errorf("%v, %v", later, err)
	}
}

func TestFieldsThatDoNotFitTogether(t *testing.T) {
	c, _ := serve(t)
	for _, tc := range []struct {
		name string
		p    *maternalv1.Pregnancy
		want string
	}{
		{"an end without an outcome", &maternalv1.Pregnancy{EndedDate: day(2026, 1, 1)}, "outcome"},
		{"an outcome without an end", &maternalv1.Pregnancy{Outcome: maternalv1.PregnancyOutcome_PREGNANCY_OUTCOME_ECTOPIC}, "ended_date"},
		{"a period after the registration", &maternalv1.Pregnancy{LastMenstrualDate: day(2025, 12, 2)}, "last_menstrual_date"},
		{"a due date before the period", &maternalv1.Pregnancy{LastMenstrualDate: day(2025, 10, 1), DueDate: day(2025, 9, 1)}, "due_date"},
		{"a risk that is no colour", &maternalv1.Pregnancy{Risk: 17}, "risk"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tc.p.ResidentId, tc.p.RegisteredDate = mother, day(2025, 12, 1)
			_, err := c.CreatePregnancy(t.Context(), &maternalv1.CreatePregnancyRequest{Pregnancy: tc.p})
			if reason, _, fields := info(err); reason != "FIELD_INVALID" || !cmp.Equal(fields, []string{"pregnancies[0]." + tc.want}) {
				t.Errorf("%v names %v", err, fields)
			}
		})
	}
	t.Run("a delivery of nobody, with a child that is no resident", func(t *testing.T) {
		p := pregnant(t, c)
		_, err := c.CreateDelivery(t.Context(), &maternalv1.CreateDeliveryRequest{Delivery: &maternalv1.Delivery{
			ResidentId: mother, PregnancyId: p.GetPregnancyId(), DeliveryDate: day(2026, 6, 1), ChildIds: []string{"x"},
		}})
		if _, _, fields := info(err); !cmp.Equal(fields, []string{"deliveries[0].live_births", "deliveries[0].child_ids"}) {
			t.Errorf("%v names %v", err, fields)
		}
	})
	t.Run("measures that cannot be", func(t *testing.T) {
		_, err := c.CreateChildCheck(t.Context(), &maternalv1.CreateChildCheckRequest{ChildCheck: &maternalv1.ChildCheck{
			ResidentId: child, CheckDate: day(2026, 6, 1), Kind: maternalv1.ChildCheckKind_CHILD_CHECK_KIND_PHYSICAL, AgeMonths: -1, WeightKg: math.NaN(), HeightCm: 900,
		}})
		if _, _, fields := info(err); !cmp.Equal(fields, []string{"child_checks[0].age_months", "child_checks[0].weight_kg", "child_checks[0].height_cm"}) {
			t.Errorf("%v names %v", err, fields)
		}
	})
}
