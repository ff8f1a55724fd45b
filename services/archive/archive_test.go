package archive_test

import (
	"testing"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/genproto/googleapis/type/date"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	archivev1 "xinju.dev/api/gen/xinju/archive/v1"
	feedv1 "xinju.dev/api/gen/xinju/feed/v1"

	"xinju.dev/services/archive"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/seal"
	"xinju.dev/services/testkit"
)

const resident = "01J00000000000000000000001"

func serve(t *testing.T) *grpc.ClientConn {
	sealer, err := seal.NewPlain(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	svc, err := archive.New(archive.Deps{DB: testkit.SQLite(t, archive.Migrations()...), Now: testkit.NewClock(civil.Must("2026-06-30")).Now, Sealer: sealer})
	if err != nil {
		t.Fatal(err)
	}
	return testkit.Serve(t, svc.Register)
}

func day(y, m, d int32) *date.Date { return &date.Date{Year: y, Month: m, Day: d} }

func child() *archivev1.HealthArchive {
	return &archivev1.HealthArchive{
		ResidentId: resident, ArchiveNumber: "99010100120100001", OpenedDate: day(2026, 1, 5), TouchedDate: day(2026, 1, 5),
		Electronic: true, Group: archivev1.PopulationGroup_POPULATION_GROUP_CHILD, IdentityVerified: true,
	}
}

func reason(err error) string {
	for _, d := range status.Convert(err).Details() {
		if info, ok := d.(*errdetails.ErrorInfo); ok {
			return info.GetReason()
		}
	}
	return ""
}

func TestAnArchiveLives(t *testing.T) {
	conn := serve(t)
	c := archivev1.NewArchiveServiceClient(conn)
	made, err := c.CreateHealthArchive(t.Context(), &archivev1.CreateHealthArchiveRequest{HealthArchive: child()})
	if err != nil {
		t.Fatal(err)
	}
	a := made.GetHealthArchive()
	if !a.GetStandard() || a.GetEtag() != "1" {
		t.Fatalf("stored as %v", a)
	}
	if _, err := c.CreateHealthArchive(t.Context(), &archivev1.CreateHealthArchiveRequest{HealthArchive: child()}); reason(err) != "ARCHIVE_EXISTS" {
		t.Errorf("a second open archive: %v", err)
	}
	a.IdentityVerified, a.TouchedDate = false, day(2026, 3, 1)
	changed, err := c.UpdateHealthArchive(t.Context(), &archivev1.UpdateHealthArchiveRequest{
		HealthArchive: a, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"identity_verified", "touched_date"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := changed.GetHealthArchive(); got.GetStandard() || got.GetStandardMissing()[0] != "IDENTITY_VERIFIED" || got.GetArchiveNumber() != a.GetArchiveNumber() {
		t.Errorf("after the update: %v", got)
	}
	if _, err := c.UpdateHealthArchive(t.Context(), &archivev1.UpdateHealthArchiveRequest{HealthArchive: a}); status.Code(err) != codes.Aborted {
		t.Errorf("a stale etag: %v", err)
	}
	feed, err := feedv1.NewChangeFeedServiceClient(conn).ReadChanges(t.Context(), &feedv1.ReadChangesRequest{})
	if err != nil || len(feed.GetChanges()) != 2 {
		t.Fatalf("feed %v, %v", feed, err)
	}
	last := feed.GetChanges()[1].GetFact()
	if spans := last.GetArchive().GetStandard(); last.GetVersion() != 2 || len(spans) != 1 || spans[0].GetFromYmd() != 20260105 || spans[0].GetUntilYmd() != 20260228 {
		t.Errorf("the feed says %v", last)
	}
}

func TestAVoidedArchiveMakesRoomForAnother(t *testing.T) {
	c := archivev1.NewArchiveServiceClient(serve(t))
	made, err := c.CreateHealthArchive(t.Context(), &archivev1.CreateHealthArchiveRequest{HealthArchive: child()})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.DeleteHealthArchive(t.Context(), &archivev1.DeleteHealthArchiveRequest{HealthArchiveId: made.GetHealthArchive().GetHealthArchiveId(), Etag: "1"}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.CreateHealthArchive(t.Context(), &archivev1.CreateHealthArchiveRequest{HealthArchive: child()}); err != nil {
		t.Errorf("after the first was voided: %v", err)
	}
}

func TestWrongFieldsAreAllNamedAtOnce(t *testing.T) {
	c := archivev1.NewArchiveServiceClient(serve(t))
	bad := child()
	bad.ResidentId, bad.OpenedDate, bad.Group = "short", day(2026, 2, 30), 0
	_, err := c.BatchCreateHealthArchives(t.Context(), &archivev1.BatchCreateHealthArchivesRequest{HealthArchives: []*archivev1.HealthArchive{child(), bad}})
	var paths []string
	for _, d := range status.Convert(err).Details() {
		if br, ok := d.(*errdetails.BadRequest); ok {
			for _, v := range br.GetFieldViolations() {
				paths = append(paths, v.GetField())
			}
		}
	}
	want := []string{"health_archives[1].resident_id", "health_archives[1].opened_date", "health_archives[1].group"}
	if reason(err) != "FIELD_INVALID" || len(paths) != 3 || paths[0] != want[0] || paths[1] != want[1] || paths[2] != want[2] {
		t.Errorf("%v names %v", err, paths)
	}
}

func TestACaseIsJudgedByTheDayOfDiagnosis(t *testing.T) {
	c := archivev1.NewArchiveServiceClient(serve(t))
	got, err := c.CreateInfectiousCase(t.Context(), &archivev1.CreateInfectiousCaseRequest{InfectiousCase: &archivev1.InfectiousCase{
		ResidentId: resident, DiseaseCode: "MEASLES", RegisteredDate: day(2026, 3, 1),
	}})
	if err != nil {
		t.Fatal(err)
	}
	if one := got.GetInfectiousCase(); one.GetDiseaseClass() != "B" || one.GetDeadlineHours() != 24 || one.GetTimeliness() != archivev1.ReportTimeliness_REPORT_TIMELINESS_NOT_REPORTED {
		t.Errorf("stored as %v", one)
	}
	_, err = c.CreateInfectiousCase(t.Context(), &archivev1.CreateInfectiousCaseRequest{InfectiousCase: &archivev1.InfectiousCase{
		ResidentId: resident, DiseaseCode: "SNEEZING", RegisteredDate: day(2026, 3, 1),
	}})
	if reason(err) != "FIELD_INVALID" {
		t.Errorf("an unknown disease: %v", err)
	}
}

func TestARetryReturnsTheFirstResult(t *testing.T) {
	c := archivev1.NewArchiveServiceClient(serve(t))
	req := &archivev1.CreateEducationAttendanceRequest{RequestId: "r-1", EducationAttendance: &archivev1.EducationAttendance{
		ResidentId: resident, EducationDate: day(2026, 3, 1), Form: archivev1.EducationForm_EDUCATION_FORM_LECTURE,
	}}
	first, err := c.CreateEducationAttendance(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	again, err := c.CreateEducationAttendance(t.Context(), req)
	if err != nil || again.GetEducationAttendance().GetEducationAttendanceId() != first.GetEducationAttendance().GetEducationAttendanceId() {
		t.Errorf("the retry returned %v, %v", again, err)
	}
	req.EducationAttendance.Topic = "other"
	if _, err := c.CreateEducationAttendance(t.Context(), req); reason(err) != "REQUEST_ID_REUSED" {
		t.Errorf("another content: %v", err)
	}
}
