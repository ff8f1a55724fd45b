package immunization_test

import (
	"testing"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/genproto/googleapis/type/date"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"gorm.io/gorm"

	"github.com/google/go-cmp/cmp"

	immunizationv1 "xinju.dev/api/gen/xinju/immunization/v1"

	"xinju.dev/services/immunization"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/residentlink"
	"xinju.dev/services/testkit"
)

const (
	resident = "01J00000000000000000000001"
	sibling  = "01J00000000000000000000002"
)

// client serves on 2026-06-30.
func client(t *testing.T) immunizationv1.ImmunizationServiceClient {
	svc, err := immunization.New(immunization.Deps{DB: testkit.SQLite(t, immunization.Migrations()...), Now: testkit.NewClock(civil.Must("2026-06-30")).Now})
	if err != nil {
		t.Fatal(err)
	}
	return immunizationv1.NewImmunizationServiceClient(testkit.Serve(t, svc.Register))
}

func day(y, m, d int32) *date.Date { return &date.Date{Year: y, Month: m, Day: d} }

func dose(who, product string, on *date.Date) *immunizationv1.Dose {
	return &immunizationv1.Dose{ResidentId: who, Product: product, DoseDate: on}
}

func info(err error) (reason string, meta map[string]string, fields []string) {
	for _, d := range status.Convert(err).Details() {
		switch d := d.(type) {
		case *errdetails.ErrorInfo:
			reason, meta = d.GetReason(), d.GetMetadata()
		case *errdetails.BadRequest:
			for _, v := range d.GetFieldViolations() {
				fields = append(fields, v.GetField())
			}
		}
	}
	return reason, meta, fields
}

func TestProductsAndDaysOfADose(t *testing.T) {
	for _, tc := range []struct {
		name    string
		dose    *immunizationv1.Dose
		product string
		fields  []string
	}{
		{"an abbreviation is taken as it is", dose(resident, "DTaP-IPV/Hib", day(2026, 6, 1)), "DTaP-IPV/Hib", nil},
		{"a code of the national system is translated", dose(resident, "0401", day(2026, 6, 1)), "DTaP", nil},
		{"spaces around it do not matter", dose(resident, " MMR ", day(2026, 6, 1)), "MMR", nil},
		{"an unknown product is refused", dose(resident, "XYZ", day(2026, 6, 1)), "", []string{"doses[0].product"}},
		{"so is an unknown code", dose(resident, "9999", day(2026, 6, 1)), "", []string{"doses[0].product"}},
		{"and none", dose(resident, "", day(2026, 6, 1)), "", []string{"doses[0].product"}},
		{"today is fine", dose(resident, "MMR", day(2026, 6, 30)), "MMR", nil},
		{"tomorrow is not", dose(resident, "MMR", day(2026, 7, 1)), "", []string{"doses[0].dose_date"}},
		{"a site is one of five", &immunizationv1.Dose{ResidentId: resident, Product: "MMR", DoseDate: day(2026, 6, 1), Site: "left"}, "", []string{"doses[0].site"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := client(t).CreateDose(t.Context(), &immunizationv1.CreateDoseRequest{Dose: tc.dose})
			reason, _, fields := info(err)
			if diff := cmp.Diff(tc.fields, fields); diff != "" || got.GetDose().GetProduct() != tc.product || (len(tc.fields) > 0) != (reason == "FIELD_INVALID") {
				t.Errorf("%v, %v %s", got, err, diff)
			}
		})
	}
}

func TestTheSameDoseIsEnteredOnce(t *testing.T) {
	c := client(t)
	create := func(doses ...*immunizationv1.Dose) ([]*immunizationv1.Dose, error) {
		got, err := c.BatchCreateDoses(t.Context(), &immunizationv1.BatchCreateDosesRequest{Doses: doses})
		return got.GetDoses(), err
	}
	made, err := create(dose(resident, "MMR", day(2026, 6, 1)), dose(sibling, "MMR", day(2026, 6, 1)), dose(resident, "JE-L", day(2026, 6, 1)))
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		doses []*immunizationv1.Dose
		index string
	}{
		"again": {[]*immunizationv1.Dose{dose(resident, "MMR", day(2026, 6, 1))}, "0"},
		"in the middle of a batch, by another name": {[]*immunizationv1.Dose{
			dose(resident, "HepB", day(2026, 6, 1)), dose(sibling, "MMR", day(2026, 6, 2)), dose(resident, "JE-L", day(2026, 6, 1)),
		}, "2"},
		"within the batch": {[]*immunizationv1.Dose{dose(sibling, "HepB", day(2026, 6, 2)), dose(sibling, "0201", day(2026, 6, 2))}, "1"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := create(tc.doses...)
			if reason, meta, _ := info(err); reason != "DOSE_EXISTS" || meta["index"] != tc.index || status.Code(err) != codes.AlreadyExists {
				t.Errorf("%v %v", err, meta)
			}
		})
	}
	t.Run("nor moved onto another", func(t *testing.T) {
		moved := made[0]
		moved.Product = "JE-L"
		_, err := c.UpdateDose(t.Context(), &immunizationv1.UpdateDoseRequest{Dose: moved, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"product"}}})
		if reason, _, _ := info(err); reason != "DOSE_EXISTS" {
			t.Error(err)
		}
	})
	t.Run("and again once it was voided", func(t *testing.T) {
		for range 2 {
			gone, err := c.DeleteDose(t.Context(), &immunizationv1.DeleteDoseRequest{DoseId: made[2].GetDoseId(), Etag: "1"})
			if err != nil || !gone.GetDose().GetDeleted() {
				t.Fatal(err)
			}
			again, err := create(dose(resident, "JE-L", day(2026, 6, 1)))
			if err != nil {
				t.Fatal(err)
			}
			made[2] = again[0]
		}
	})
}

func TestAForecastFromTheDosesOnRecord(t *testing.T) {
	c := client(t)
	born := day(2026, 3, 10)
	if _, err := c.BatchCreateDoses(t.Context(), &immunizationv1.BatchCreateDosesRequest{Doses: []*immunizationv1.Dose{
		dose(resident, "0201", born), dose(resident, "BCG", born), dose(resident, "HepB", day(2026, 4, 10)),
		dose(resident, "IPV", day(2026, 5, 9)), dose(sibling, "IPV", day(2026, 5, 10)),
	}}); err != nil {
		t.Fatal(err)
	}
	ask := func(req *immunizationv1.GetForecastRequest) (*immunizationv1.GetForecastResponse, error) {
		req.ResidentId, req.Sex = resident, 2
		return c.GetForecast(t.Context(), req)
	}
	today, err := ask(&immunizationv1.GetForecastRequest{BirthDate: born})
	if err != nil {
		t.Fatal(err)
	}
	series := map[string]*immunizationv1.SeriesForecast{}
	for _, s := range today.GetSeries() {
		series[s.GetSeries()] = s
	}
	polio := series["Polio"]
	if today.GetEdition() != "CN-NIP-2026" || today.GetUpToDate() || series["BCG"].GetStatus() != immunizationv1.SeriesStatus_SERIES_STATUS_COMPLETE {
		t.Errorf("today: %v", today)
	}
	if polio.GetStatus() != immunizationv1.SeriesStatus_SERIES_STATUS_OVERDUE || polio.GetNextDose() != 1 || polio.GetProduct() != "IPV" || polio.GetEarliestDate().GetMonth() != 5 {
		t.Errorf("polio: %v", polio)
	}
	if polio.GetNote() != "脊灰疫苗：逾期 overdue" || len(polio.GetDoses()) != 1 || polio.GetDoses()[0].GetValid() || polio.GetDoses()[0].GetReason() != "MIN_AGE" {
		t.Errorf("the dose a day too early: %v", polio)
	}
	if hepB := series["HepB"]; hepB.GetNextDose() != 3 || !hepB.GetDoses()[1].GetValid() {
		t.Errorf("HepB: %v", hepB)
	}
	early, err := ask(&immunizationv1.GetForecastRequest{BirthDate: born, AsOfDate: day(2026, 4, 20)})
	if err != nil || !early.GetUpToDate() || early.GetEdition() != "CN-NIP-2025B" {
		t.Errorf("in April: %v, %v", early, err)
	}
	_, err = ask(&immunizationv1.GetForecastRequest{BirthDate: born, AsOfDate: day(2026, 3, 9)})
	if reason, _, fields := info(err); reason != "DATE_INVALID" || len(fields) != 1 || fields[0] != "as_of_date" {
		t.Errorf("before birth: %v", err)
	}
	_, err = ask(&immunizationv1.GetForecastRequest{BirthDate: day(2026, 2, 30)})
	if reason, _, fields := info(err); reason != "FIELD_INVALID" || len(fields) != 1 || fields[0] != "birth_date" {
		t.Errorf("no day of the calendar: %v", err)
	}
}

func TestEditionsArePaged(t *testing.T) {
	c := client(t)
	var got []string
	for token := ""; ; {
		p, err := c.ListSchedules(t.Context(), &immunizationv1.ListSchedulesRequest{PageSize: 3, PageToken: token})
		if err != nil || len(p.GetEditions()) > 3 {
			t.Fatal(p, err)
		}
		for _, e := range p.GetEditions() {
			got = append(got, e.GetEdition())
			if e.GetValidFromDate() == nil || e.GetSource() == "" || len(e.GetDoses()) == 0 || e.GetDoses()[0].GetBeforeAge() != "1d" || e.GetDoses()[1].GetBeforeAge() != "" {
				t.Errorf("edition %v", e)
			}
		}
		if token = p.GetNextPageToken(); token == "" {
			break
		}
	}
	if diff := cmp.Diff([]string{"CN-NIP-2021", "CN-NIP-2025A", "CN-NIP-2025B", "CN-NIP-2026"}, got); diff != "" {
		t.Error(diff)
	}
	for _, bad := range []*immunizationv1.ListSchedulesRequest{{PageToken: "x"}, {PageSize: -1}} {
		if _, err := c.ListSchedules(t.Context(), bad); status.Code(err) != codes.InvalidArgument {
			t.Errorf("%v: %v", bad, err)
		}
	}
}

func TestACertificateIsNotFromTheFuture(t *testing.T) {
	c := client(t)
	made, err := c.CreateCertificate(t.Context(), &immunizationv1.CreateCertificateRequest{Certificate: &immunizationv1.Certificate{
		ResidentId: resident, IssuedDate: day(2026, 6, 30), CertificateNumber: "A-1",
	}})
	if err != nil || made.GetCertificate().GetCertificateNumber() != "A-1" {
		t.Fatal(made, err)
	}
	one := made.GetCertificate()
	one.IssuedDate = day(2026, 7, 1)
	_, err = c.UpdateCertificate(t.Context(), &immunizationv1.UpdateCertificateRequest{Certificate: one})
	if _, _, fields := info(err); len(fields) != 1 || fields[0] != "certificate.issued_date" {
		t.Errorf("%v", err)
	}
}

// TestAForecastOfAMergedChild: whichever identifier is asked for, the doses of
// both count, and each counts for its own again when the two are parted.
func TestAForecastOfAMergedChild(t *testing.T) {
	db := testkit.SQLite(t, immunization.Migrations()...)
	svc, err := immunization.New(immunization.Deps{DB: db, Now: testkit.NewClock(civil.Must("2026-06-30")).Now})
	if err != nil {
		t.Fatal(err)
	}
	c := immunizationv1.NewImmunizationServiceClient(testkit.Serve(t, svc.Register))
	_, err = c.BatchCreateDoses(t.Context(), &immunizationv1.BatchCreateDosesRequest{Doses: []*immunizationv1.Dose{
		dose(resident, "HepB", day(2026, 6, 1)), dose(resident, "BCG", day(2026, 6, 1)), dose(sibling, "HepB", day(2026, 6, 1)), dose(sibling, "HepB", day(2026, 6, 29)),
	}})
	if err != nil {
		t.Fatal(err)
	}
	link := func(into string, version int64) {
		t.Helper()
		err := db.Write(t.Context(), func(tx *gorm.DB) error {
			return residentlink.Put(tx, residentlink.Link{Linked: sibling, Into: into, Version: version})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	given := func(who string) (out map[string]int) {
		t.Helper()
		f, err := c.GetForecast(t.Context(), &immunizationv1.GetForecastRequest{ResidentId: who, BirthDate: day(2026, 6, 1), Sex: 2})
		if err != nil {
			t.Fatal(err)
		}
		out = map[string]int{}
		for _, s := range f.GetSeries() {
			if n := len(s.GetDoses()); n > 0 {
				out[s.GetSeries()] = n
			}
		}
		return out
	}
	apart := []map[string]int{given(resident), given(sibling)}
	if diff := cmp.Diff([]map[string]int{{"HepB": 1, "BCG": 1}, {"HepB": 2}}, apart); diff != "" {
		t.Fatalf("before: %s", diff)
	}
	link(resident, 1)
	for _, who := range []string{resident, sibling} {
		if diff := cmp.Diff(map[string]int{"HepB": 2, "BCG": 1}, given(who)); diff != "" {
			t.Errorf("merged: %s", diff)
		}
	}
	link("", 2)
	if diff := cmp.Diff(apart, []map[string]int{given(resident), given(sibling)}); diff != "" {
		t.Errorf("parted: %s", diff)
	}
}
