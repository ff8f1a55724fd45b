package registry_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/genproto/googleapis/type/date"
	"google.golang.org/grpc"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"
	registryv1 "xinju.dev/api/gen/xinju/registry/v1"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/seal"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/registry"
	"xinju.dev/services/testkit"
)

const (
	village = "990101001001"
	girl    = "990101201203150044"
	man     = "990101199006300058"
	woman   = "990101198811120063"
)

// suite is a registry behind the production interceptors.
type suite struct {
	registryv1.RegistryServiceClient
	places registryv1.PlaceServiceClient
	feed   feedv1.ChangeFeedServiceClient
}

// each runs a test on both engines, with an invented county.
func each(t *testing.T, test func(t *testing.T, s suite)) {
	t.Helper()
	testkit.EachEngine(t, registry.Migrations(), func(t *testing.T, db *sqlstore.DB) {
		sealer, err := seal.NewPlain([]byte(strings.Repeat("k", 32)))
		if err != nil {
			t.Fatal(err)
		}
		clock := testkit.NewClock(civil.Must("2026-06-30"))
		svc, err := registry.New(registry.Deps{DB: db, Now: clock.Now, Log: zap.NewNop(), Sealer: sealer, SpoolDir: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		if err := svc.Seed(t.Context()); err != nil {
			t.Fatal(err)
		}
		conn := testkit.Serve(t, func(r grpc.ServiceRegistrar) { svc.Register(r) })
		s := suite{registryv1.NewRegistryServiceClient(conn), registryv1.NewPlaceServiceClient(conn), feedv1.NewChangeFeedServiceClient(conn)}
		county(t, s)
		test(t, s)
	})
}

func county(t *testing.T, s suite) {
	t.Helper()
	req := &registryv1.BatchCreateDivisionsRequest{RequestId: "county", Divisions: []*registryv1.Division{
		{DivisionCode: "990000000000", Name: "虚构省", Level: registryv1.DivisionLevel_DIVISION_LEVEL_PROVINCE},
		{DivisionCode: "990100000000", Name: "虚构市", Level: registryv1.DivisionLevel_DIVISION_LEVEL_PREFECTURE, ParentCode: "990000000000"},
		{DivisionCode: "990101000000", Name: "虚构县", Level: registryv1.DivisionLevel_DIVISION_LEVEL_COUNTY, ParentCode: "990100000000"},
		{DivisionCode: "990101001000", Name: "东街道", Level: registryv1.DivisionLevel_DIVISION_LEVEL_TOWNSHIP, ParentCode: "990101000000"},
		{DivisionCode: village, Name: "一村", Level: registryv1.DivisionLevel_DIVISION_LEVEL_VILLAGE, ParentCode: "990101001000"},
	}}
	first, err := s.places.BatchCreateDivisions(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	again, err := s.places.BatchCreateDivisions(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(first, again, protocmp.Transform()); d != "" {
		t.Errorf("a retry answers otherwise: %s", d)
	}
}

func day(s string) *date.Date {
	y, m, d := civil.Must(s).YMD()
	return &date.Date{Year: int32(y), Month: int32(m), Day: int32(d)}
}

func citizen(number string) *registryv1.Document {
	return &registryv1.Document{Type: registryv1.DocumentType_DOCUMENT_TYPE_CITIZEN, Number: number}
}

// reason is the reason code of an error, "" of nil.
func reason(err error) string {
	for _, d := range status.Convert(err).Details() {
		if i, ok := d.(*errdetails.ErrorInfo); ok {
			return i.GetReason()
		}
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

func create(t *testing.T, s suite, number, name string) *registryv1.Resident {
	t.Helper()
	out, err := s.CreateResident(t.Context(), &registryv1.CreateResidentRequest{
		Resident: &registryv1.Resident{
			Name: name, Documents: []*registryv1.Document{citizen(number)}, Phone: "13900000000",
			Hukou: []*registryv1.HukouEntry{{Division: "360103"}},
		},
		Residence: &registryv1.Residence{Division: village, Address: "幸福路3号", ArrivedDate: day("2026-01-15")},
		RequestId: "create-" + number[14:],
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.GetResident()
}

func TestAResidentAtTheDesk(t *testing.T) {
	each(t, func(t *testing.T, s suite) {
		r := create(t, s, woman, "王小红")
		if r.GetSex() != 2 || r.GetBirthDate().GetYear() != 1988 || len(r.GetResidences()) != 1 || r.GetResidences()[0].GetRegisteredDate() != nil {
			t.Errorf("%v", r)
		}
		if again := create(t, s, woman, "王小红"); again.GetResidentId() != r.GetResidentId() {
			t.Error("a retry made somebody else")
		}
		_, err := s.CreateResident(t.Context(), &registryv1.CreateResidentRequest{
			Resident:  &registryv1.Resident{Documents: []*registryv1.Document{citizen(woman)}},
			Residence: &registryv1.Residence{Division: village, ArrivedDate: day("2026-02-01")},
		})
		if reason(err) != "DOCUMENT_TAKEN" {
			t.Errorf("the same document again: %v", reason(err))
		}
		up, err := s.UpdateResident(t.Context(), &registryv1.UpdateResidentRequest{
			Resident:   &registryv1.Resident{ResidentId: r.GetResidentId(), Etag: r.GetEtag(), Phone: "13911111111", Name: "不改"},
			UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"phone"}},
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := up.GetResident(); got.GetPhone() != "13911111111" || got.GetName() != "王小红" || got.GetEtag() == r.GetEtag() {
			t.Errorf("%v", got)
		}
		for _, tc := range []struct {
			want, etag, path string
		}{{"RESIDENT_CHANGED", r.GetEtag(), "phone"}, {"ETAG_INVALID", "", "phone"}, {"UPDATE_MASK_INVALID", "2", "residences"}, {"FIELD_CANNOT_BE_CLEARED", "2", "name"}} {
			_, err := s.UpdateResident(t.Context(), &registryv1.UpdateResidentRequest{
				Resident:   &registryv1.Resident{ResidentId: r.GetResidentId(), Etag: tc.etag, Phone: "1"},
				UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{tc.path}},
			})
			if reason(err) != tc.want {
				t.Errorf("%s, want %s", reason(err), tc.want)
			}
		}
	})
}

func TestEventsLookUpAndLists(t *testing.T) {
	each(t, func(t *testing.T, s suite) {
		arrive := &registryv1.ResidenceEvent{
			EventId: "1", Type: registryv1.EventType_EVENT_TYPE_ARRIVE, EffectiveDate: day("2026-03-10"), ArrivedDate: day("2026-03-01"),
			Document: citizen(man), Name: "张强", HukouDivision: "360103", Division: village, Address: "幸福路8号",
		}
		leave := &registryv1.ResidenceEvent{EventId: "2", Type: registryv1.EventType_EVENT_TYPE_LEAVE, EffectiveDate: day("2026-05-10"), Document: citizen(man)}
		bad := &registryv1.ResidenceEvent{EventId: "3", Type: registryv1.EventType_EVENT_TYPE_ARRIVE, EffectiveDate: day("2026-03-10"), Document: citizen("990101199006300059"), Division: village}
		out, err := s.BatchRecordEvents(t.Context(), &registryv1.BatchRecordEventsRequest{Sender: "ga-990101", Events: []*registryv1.ResidenceEvent{leave, bad, arrive, arrive}})
		if err != nil {
			t.Fatal(err)
		}
		want := &registryv1.FeedCounts{Received: 4, Created: 1, Updated: 0, Pending: 1, Duplicate: 1, Refused: 1}
		if d := cmp.Diff(want, out.GetCounts(), protocmp.Transform()); d != "" {
			t.Error(d)
		}
		if got := out.GetOutcomes()[1]; got.GetReason() != "NUMBER_CHECK_DIGIT" || got.GetColumn() != "document" || got.GetTextZh() == "" {
			t.Errorf("%v", got)
		}
		found, err := s.LookupResidents(t.Context(), &registryv1.LookupResidentsRequest{Documents: []*registryv1.Document{citizen(girl), citizen(man), citizen("1")}})
		if err != nil {
			t.Fatal(err)
		}
		id := found.GetResults()[1].GetResidentId()
		if id == "" || found.GetResults()[0].GetReason() != "RESIDENT_NOT_FOUND" || found.GetResults()[2].GetReason() != "NUMBER_MALFORMED" {
			t.Errorf("%v", found)
		}
		got, err := s.GetResident(t.Context(), &registryv1.GetResidentRequest{ResidentId: id})
		if err != nil || got.GetResident().GetResidences()[0].GetLeftDate().GetDay() != 10 {
			t.Errorf("the departure that came first was lost: %v %v", got, err)
		}
		events, err := s.ListResidenceEvents(t.Context(), &registryv1.ListResidenceEventsRequest{ResidentId: id, PageSize: 1})
		if err != nil || len(events.GetEvents()) != 1 || events.GetNextPageToken() == "" {
			t.Errorf("%v %v", events, err)
		}
		living := func(on string) int {
			list, err := s.ListResidents(t.Context(), &registryv1.ListResidentsRequest{Division: "990101000000", AsOfDate: day(on)})
			if err != nil {
				t.Fatal(err)
			}
			return len(list.GetResidents())
		}
		if living("2026-04-01") != 1 || living("2026-05-10") != 1 || living("2026-05-11") != 0 {
			t.Error("the list does not follow the stay")
		}
		if _, err := s.GetResident(t.Context(), &registryv1.GetResidentRequest{ResidentId: "x"}); reason(err) != "RESIDENT_NOT_FOUND" {
			t.Error(reason(err))
		}
		if _, err := s.BatchRecordEvents(t.Context(), &registryv1.BatchRecordEventsRequest{Sender: "desk"}); reason(err) != "SENDER_INVALID" {
			t.Error(reason(err))
		}
	})
}

func TestRelations(t *testing.T) {
	each(t, func(t *testing.T, s suite) {
		child, mother := create(t, s, girl, "李小花"), create(t, s, woman, "王小红")
		rel := &registryv1.Relation{ResidentId: child.GetResidentId(), OtherResidentId: mother.GetResidentId(), Kind: registryv1.RelationKind_RELATION_KIND_GUARDIAN}
		out, err := s.CreateRelation(t.Context(), &registryv1.CreateRelationRequest{Relation: rel})
		if err != nil {
			t.Fatal(err)
		}
		up := out.GetRelation()
		up.EndDate = day("2026-05-01")
		if _, err := s.UpdateRelation(t.Context(), &registryv1.UpdateRelationRequest{Relation: up}); err != nil {
			t.Fatal(err)
		}
		if _, err := s.DeleteRelation(t.Context(), &registryv1.DeleteRelationRequest{RelationId: up.GetRelationId(), Etag: "1"}); reason(err) != "RECORD_CHANGED" {
			t.Error(reason(err))
		}
		rel.OtherResidentId = "01JQZZZZZZZZZZZZZZZZZZZZZZ"
		if _, err := s.CreateRelation(t.Context(), &registryv1.CreateRelationRequest{Relation: rel}); reason(err) != "RESIDENT_NOT_FOUND" {
			t.Error(reason(err))
		}
		rel.OtherResidentId = rel.GetResidentId()
		if _, err := s.CreateRelation(t.Context(), &registryv1.CreateRelationRequest{Relation: rel}); reason(err) != "RELATION_INVALID" {
			t.Error(reason(err))
		}
		list, err := s.ListRelations(t.Context(), &registryv1.ListRelationsRequest{ResidentId: child.GetResidentId()})
		if err != nil || len(list.GetRelations()) != 1 {
			t.Errorf("%v %v", list, err)
		}
	})
}

func TestPlaces(t *testing.T) {
	each(t, func(t *testing.T, s suite) {
		get := func(code, on string) (*registryv1.Division, string) {
			out, err := s.places.GetDivision(t.Context(), &registryv1.GetDivisionRequest{DivisionCode: code, AsOfDate: day(on)})
			return out.GetDivision(), reason(err)
		}
		for _, tc := range []struct{ code, on, name, why string }{
			{"350213000000", "2018-06-01", "翔安区", ""},
			{"360103000000", "2018-06-01", "西湖区", ""},
			{"330106000000", "2018-06-01", "西湖区", ""},
			{"310108000000", "2015-07-20", "闸北区", ""},
			{"310108000000", "2016-07-20", "", "DIVISION_NOT_FOUND"},
			{"310230000000", "2015-07-20", "崇明县", ""},
			{"310151000000", "2015-07-20", "", "DIVISION_NOT_FOUND"},
			{"310151000000", "2017-07-20", "崇明区", ""},
		} {
			if d, why := get(tc.code, tc.on); d.GetName() != tc.name || why != tc.why {
				t.Errorf("%s on %s: %s %s", tc.code, tc.on, d.GetName(), why)
			}
		}
		for _, tc := range []struct {
			d   *registryv1.Division
			why string
		}{
			{&registryv1.Division{DivisionCode: village, Name: "又一村", Level: 5, ParentCode: "990101001000"}, "DIVISION_EXISTS"},
			{&registryv1.Division{DivisionCode: "990101009001", Name: "孤村", Level: 5, ParentCode: "990101009000"}, "DIVISION_PARENT_UNKNOWN"},
			{&registryv1.Division{DivisionCode: "990102001001", Name: "别县", Level: 5, ParentCode: "990101001000"}, "DIVISION_PARENT_UNKNOWN"},
		} {
			if _, err := s.places.BatchCreateDivisions(t.Context(), &registryv1.BatchCreateDivisionsRequest{Divisions: []*registryv1.Division{tc.d}}); reason(err) != tc.why {
				t.Errorf("%s, want %s", reason(err), tc.why)
			}
		}
		d, _ := get(village, "2026-01-01")
		d.ValidUntilDate = day("2026-01-31")
		if _, err := s.places.UpdateDivision(t.Context(), &registryv1.UpdateDivisionRequest{Division: d}); err != nil {
			t.Fatal(err)
		}
		if _, err := s.places.UpdateDivision(t.Context(), &registryv1.UpdateDivisionRequest{Division: &registryv1.Division{
			DivisionCode: village, ValidFromDate: day("2026-01-01"), Etag: "1", Name: "x",
		}, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"name"}}}); reason(err) != "DIVISION_CHANGED" {
			t.Error(reason(err))
		}
		if _, why := get(village, "2026-02-01"); why != "DIVISION_NOT_FOUND" {
			t.Error(why)
		}
		below, err := s.places.ListDivisions(t.Context(), &registryv1.ListDivisionsRequest{ParentCode: "350200000000"})
		if err != nil || len(below.GetDivisions()) != 6 {
			t.Errorf("%v %v", below, err)
		}
	})
}

func TestUnits(t *testing.T) {
	each(t, func(t *testing.T, s suite) {
		req := &registryv1.BatchCreateUnitsRequest{RequestId: "u", Units: []*registryv1.Unit{{
			Name: "东街道社区卫生服务中心", Kind: registryv1.UnitKind_UNIT_KIND_HEALTH_CENTRE, Division: "990101001000",
			ManagedVillages: []*registryv1.ManagedVillage{{Division: village, FromDate: day("2025-01-01")}},
		}}}
		out, err := s.places.BatchCreateUnits(t.Context(), req)
		if err != nil {
			t.Fatal(err)
		}
		again, err := s.places.BatchCreateUnits(t.Context(), req)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(out, again, protocmp.Transform()); d != "" {
			t.Error(d)
		}
		u := out.GetUnits()[0]
		u.ManagedVillages[0].UntilDate = day("2026-01-01")
		up, err := s.places.UpdateUnit(t.Context(), &registryv1.UpdateUnitRequest{Unit: u})
		if err != nil || up.GetUnit().GetManagedVillages()[0].GetUntilDate() == nil {
			t.Errorf("%v %v", up, err)
		}
		if _, err := s.places.UpdateUnit(t.Context(), &registryv1.UpdateUnitRequest{Unit: u}); reason(err) != "UNIT_CHANGED" {
			t.Error(reason(err))
		}
		if _, err := s.places.GetUnit(t.Context(), &registryv1.GetUnitRequest{UnitId: "x"}); reason(err) != "UNIT_NOT_FOUND" {
			t.Error(reason(err))
		}
		list, err := s.places.ListUnits(t.Context(), &registryv1.ListUnitsRequest{Division: "990101000000"})
		if err != nil || len(list.GetUnits()) != 1 {
			t.Errorf("%v %v", list, err)
		}
		req.RequestId, req.Units[0].Division = "", "990199001000"
		if _, err := s.places.BatchCreateUnits(t.Context(), req); reason(err) != "DIVISION_NOT_FOUND" {
			t.Error(reason(err))
		}
	})
}

// The feed must not say who anybody is.
func TestNothingPersonalIsInTheFeed(t *testing.T) {
	each(t, func(t *testing.T, s suite) {
		create(t, s, woman, "王小红")
		out, err := s.feed.ReadChanges(context.WithoutCancel(t.Context()), &feedv1.ReadChangesRequest{Limit: 5000})
		if err != nil {
			t.Fatal(err)
		}
		people := 0
		for _, c := range out.GetChanges() {
			text := c.String()
			for _, secret := range []string{woman, "王小红", "13900000000", "幸福路"} {
				if strings.Contains(text, secret) {
					t.Error("a change says who somebody is")
				}
			}
			if c.GetFact().GetPerson() != nil {
				people++
			}
		}
		if people != 1 {
			t.Errorf("%d persons in the feed", people)
		}
	})
}
