package registry_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/timestamppb"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/seal"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/registry"
	"xinju.dev/services/testkit"
)

// timed runs a test on both engines with a clock that it can move.
func timed(t *testing.T, test func(t *testing.T, s suite, clock *testkit.Clock)) {
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
		s := suite{RegistryServiceClient: registryv1.NewRegistryServiceClient(conn), places: registryv1.NewPlaceServiceClient(conn)}
		county(t, s)
		test(t, s, clock)
	})
}

// report records events of the police about the woman, a second after the last.
func report(t *testing.T, s suite, clock *testkit.Clock, events ...*registryv1.ResidenceEvent) string {
	t.Helper()
	clock.Advance(time.Second)
	for _, e := range events {
		e.Document = citizen(woman)
		if e.GetType() == registryv1.EventType_EVENT_TYPE_ARRIVE {
			e.Division, e.Address, e.Name = village, "幸福路3号", "王小红"
		}
	}
	out, err := s.BatchRecordEvents(t.Context(), &registryv1.BatchRecordEventsRequest{Sender: "ga-990101", Events: events})
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range out.GetOutcomes() {
		if o.GetOutcome() == registryv1.RowOutcome_ROW_OUTCOME_REFUSED {
			t.Fatal(o)
		}
	}
	return out.GetOutcomes()[0].GetResidentId()
}

func event(id string, kind registryv1.EventType, on string) *registryv1.ResidenceEvent {
	return &registryv1.ResidenceEvent{EventId: id, Type: kind, EffectiveDate: day(on)}
}

func TestAPersonIsReadAsKnownEarlier(t *testing.T) {
	timed(t, func(t *testing.T, s suite, clock *testkit.Clock) {
		id := report(t, s, clock, event("1", registryv1.EventType_EVENT_TYPE_ARRIVE, "2026-03-01"))
		then := timestamppb.New(clock.Now())
		correct := event("2", registryv1.EventType_EVENT_TYPE_CORRECT, "2026-06-01")
		correct.ReplacesEventId, correct.ArrivedDate = "1", day("2026-05-20")
		report(t, s, clock, correct)

		read := func(at *timestamppb.Timestamp) *registryv1.Resident {
			out, err := s.GetResident(t.Context(), &registryv1.GetResidentRequest{ResidentId: id, KnownTime: at})
			if err != nil {
				t.Fatal(err)
			}
			return out.GetResident()
		}
		now, was := read(nil), read(then)
		if d := cmp.Diff(day("2026-05-20"), now.GetResidences()[0].GetArrivedDate(), protocmp.Transform()); d != "" {
			t.Error(d)
		}
		if d := cmp.Diff(day("2026-03-01"), was.GetResidences()[0].GetArrivedDate(), protocmp.Transform()); d != "" {
			t.Error(d)
		}
		if now.GetEtag() == "" || was.GetEtag() != "" {
			t.Errorf("etags %q now, %q then", now.GetEtag(), was.GetEtag())
		}
		sources := map[string]string{}
		for _, x := range now.GetResidences()[0].GetSources() {
			sources[x.GetField()] = x.GetSender() + "/" + x.GetEventId()
		}
		if sources["arrived_date"] != "ga-990101/2" || sources["address"] != "ga-990101/1" {
			t.Errorf("sources %v", sources)
		}
		early := timestamppb.New(clock.Now().Add(-time.Hour))
		if _, err := s.GetResident(t.Context(), &registryv1.GetResidentRequest{ResidentId: id, KnownTime: early}); reason(err) != "RESIDENT_NOT_KNOWN_THEN" {
			t.Error(reason(err))
		}
		if _, err := s.GetResident(t.Context(), &registryv1.GetResidentRequest{ResidentId: "01JQNOB0DY0000000000000000", KnownTime: then}); reason(err) != "RESIDENT_NOT_FOUND" {
			t.Error(reason(err))
		}
		list, err := s.ListResidenceEvents(t.Context(), &registryv1.ListResidenceEventsRequest{ResidentId: id, KnownTime: then})
		if err != nil || len(list.GetEvents()) != 1 || list.GetEvents()[0].GetVoided() {
			t.Errorf("%v %v", list, err)
		}
	})
}

func TestSeveralPersonsAreReadAsKnownEarlierAtOnce(t *testing.T) {
	timed(t, func(t *testing.T, s suite, clock *testkit.Clock) {
		before := timestamppb.New(clock.Now())
		first := report(t, s, clock, event("1", registryv1.EventType_EVENT_TYPE_ARRIVE, "2026-03-01"))
		alone := timestamppb.New(clock.Now())
		report(t, s, clock, event("2", registryv1.EventType_EVENT_TYPE_LEAVE, "2026-05-01"))
		clock.Advance(time.Second)
		passport := &registryv1.Document{Type: registryv1.DocumentType_DOCUMENT_TYPE_PASSPORT, Number: "E99000001", Country: "CHN"}
		arrival := event("3", registryv1.EventType_EVENT_TYPE_ARRIVE, "2026-05-15")
		arrival.Document, arrival.Division, arrival.Address, arrival.Name = passport, village, "幸福路4号", "王小明"
		out, err := s.BatchRecordEvents(t.Context(), &registryv1.BatchRecordEventsRequest{Sender: "ga-990101", Events: []*registryv1.ResidenceEvent{arrival}})
		if err != nil {
			t.Fatal(err)
		}
		second := out.GetOutcomes()[0].GetResidentId()
		apart := timestamppb.New(clock.Now())
		clock.Advance(time.Second)
		merge := event("4", registryv1.EventType_EVENT_TYPE_MERGE, "2026-06-01")
		merge.Document, merge.OtherDocument = citizen(woman), passport
		if _, err := s.BatchRecordEvents(t.Context(), &registryv1.BatchRecordEventsRequest{Sender: "ga-990101", Events: []*registryv1.ResidenceEvent{merge}}); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			name string
			at   *timestamppb.Timestamp
			want string // identifiers and stays that went on
		}{
			{"before anybody was known", before, ""},
			{"one was known", alone, first + " 1 "},
			{"two were known, one had left", apart, second + " 1 " + first + " 0 "},
			{"one person now", nil, min(first, second) + " 1 "},
			{"one person, as known now", timestamppb.New(clock.Now()), min(first, second) + " 1 "},
		} {
			out, err := s.BatchGetResidents(t.Context(), &registryv1.BatchGetResidentsRequest{
				ResidentIds: []string{second, first, "01JQNOB0DY0000000000000000", first}, KnownTime: c.at,
			})
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			for _, r := range out.GetResidents() {
				got += fmt.Sprintf("%s %d ", r.GetResidentId(), len(r.GetResidences()))
				if (r.GetEtag() == "") != (c.at != nil) {
					t.Errorf("%s: etag %q", c.name, r.GetEtag())
				}
			}
			if got != c.want {
				t.Errorf("%s: %q, want %q", c.name, got, c.want)
			}
		}
	})
}

func TestChangesAreListedWithTheirSource(t *testing.T) {
	timed(t, func(t *testing.T, s suite, clock *testkit.Clock) {
		id := report(t, s, clock, event("1", registryv1.EventType_EVENT_TYPE_ARRIVE, "2026-03-01"))
		report(t, s, clock, event("2", registryv1.EventType_EVENT_TYPE_LEAVE, "2026-06-01"))
		when := timestamppb.New(clock.Now())
		out, err := s.ListResidentChanges(t.Context(), &registryv1.ListResidentChangesRequest{ResidentId: id, PageSize: 1})
		if err != nil || len(out.GetChanges()) != 1 || out.GetNextPageToken() == "" {
			t.Fatalf("%v %v", out, err)
		}
		out, err = s.ListResidentChanges(t.Context(), &registryv1.ListResidentChangesRequest{ResidentId: id, PageSize: 1, PageToken: out.GetNextPageToken()})
		if err != nil {
			t.Fatal(err)
		}
		stay := out.GetChanges()[0].GetFields()[0].GetField()
		want := &registryv1.ListResidentChangesResponse{Changes: []*registryv1.ResidentChange{{
			ChangeTime: when, Cause: registryv1.ChangeCause_CHANGE_CAUSE_RECORDED, Sender: "ga-990101", EventId: "2",
			Type: registryv1.EventType_EVENT_TYPE_LEAVE, RecordTime: when,
			Fields: []*registryv1.FieldChange{{Field: stay, After: "2026-06-01"}},
		}}}
		if d := cmp.Diff(want, out, protocmp.Transform()); d != "" || !strings.HasSuffix(stay, "].left_date") {
			t.Errorf("%s %s", stay, d)
		}
		if _, err := s.ListResidentChanges(t.Context(), &registryv1.ListResidentChangesRequest{ResidentId: "01JQNOB0DY0000000000000000"}); reason(err) != "RESIDENT_NOT_FOUND" {
			t.Error(reason(err))
		}
		if _, err := s.ListResidentChanges(t.Context(), &registryv1.ListResidentChangesRequest{ResidentId: id, PageToken: "x"}); reason(err) != "PAGE_TOKEN_INVALID" {
			t.Error(reason(err))
		}
	})
}

func TestTheStandingOfAPermit(t *testing.T) {
	timed(t, func(t *testing.T, s suite, clock *testkit.Clock) {
		issue := event("2", registryv1.EventType_EVENT_TYPE_PERMIT_ISSUE, "2025-03-11")
		issue.Division, issue.PermitNumber, issue.PermitPoints = "310110", "P1", 120
		id := report(t, s, clock, event("1", registryv1.EventType_EVENT_TYPE_ARRIVE, "2024-03-01"), issue, event("3", registryv1.EventType_EVENT_TYPE_PERMIT_LOST, "2026-01-05"))
		before := timestamppb.New(clock.Now())
		report(t, s, clock, event("4", registryv1.EventType_EVENT_TYPE_PERMIT_ENDORSE, "2026-04-10"), event("5", registryv1.EventType_EVENT_TYPE_PERMIT_REISSUE, "2026-04-12"))
		who, err := s.GetResident(t.Context(), &registryv1.GetResidentRequest{ResidentId: id})
		if err != nil {
			t.Fatal(err)
		}
		card := who.GetResident().GetPermits()[0]
		if card.GetNumber() != "P1" || card.GetLostDate().GetDay() != 5 || len(card.GetReissuedDates()) != 1 || card.GetPoints()[0].GetPoints() != 120 || len(card.GetSources()) == 0 {
			t.Errorf("%v", card)
		}
		ask := func(on, rule string, known *timestamppb.Timestamp) *registryv1.PermitStanding {
			out, err := s.GetPermitStanding(t.Context(), &registryv1.GetPermitStandingRequest{
				ResidentId: id, PermitId: card.GetPermitId(), AsOfDate: day(on), Rule: rule, KnownTime: known,
			})
			if err != nil {
				t.Fatal(err)
			}
			return out.GetStanding()
		}
		bridged := ask("2026-04-10", "", nil)
		want := &registryv1.PermitStanding{
			State: registryv1.PermitState_PERMIT_STATE_HOLDS, SinceDate: day("2026-04-10"), WindowFromDate: day("2027-02-11"), WindowUntilDate: day("2027-03-10"),
			ContinuousSinceDate: day("2025-03-11"), CountedFromDate: day("2025-03-11"), CountedMonths: 12, AsOfDate: day("2026-04-10"), CardLost: true,
			Gaps: []*registryv1.PermitGap{{FromDate: day("2026-03-11"), UntilDate: day("2026-04-09"), Effect: "BRIDGED"}},
			Rule: bridged.GetRule(), DeadlineBasis: "statutory", // the holidays of 2027 are not announced yet
		}
		if d := cmp.Diff(want, bridged, protocmp.Transform()); d != "" {
			t.Error(d)
		}
		if r := bridged.GetRule(); r.GetRuleId() != "SHANGHAI" || r.GetSource() == "" || r.GetConfidence() != "sourced" || !r.GetMovesRestDays() {
			t.Errorf("%v", r)
		}
		if got := ask("2026-04-10", "CHONGQING", nil); got.GetContinuousSinceDate().GetDay() != 10 || got.GetCountedFromDate().GetYear() != 2025 {
			t.Errorf("by the rule of Chongqing: %v", got)
		}
		if got := ask("2026-04-12", "", nil); got.GetCardLost() {
			t.Error("the card was made anew")
		}
		if got := ask("2026-04-10", "", before); got.GetState() != registryv1.PermitState_PERMIT_STATE_SUSPENDED || got.GetCause() != "NOT_ENDORSED" || got.GetBridgeUntilDate().GetDay() != 10 ||
			got.GetDeadlineBasis() != "sourced" {
			t.Errorf("as known before the endorsement: %v", got)
		}
		for want, req := range map[string]*registryv1.GetPermitStandingRequest{
			"PERMIT_NOT_FOUND":    {ResidentId: id, PermitId: "01JQNOB0DY0000000000000000"},
			"PERMIT_RULE_UNKNOWN": {ResidentId: id, PermitId: card.GetPermitId(), Rule: "ATLANTIS"},
			"RESIDENT_NOT_FOUND":  {ResidentId: "01JQNOB0DY0000000000000000", PermitId: card.GetPermitId()},
		} {
			if _, err := s.GetPermitStanding(t.Context(), req); reason(err) != want {
				t.Errorf("%s, want %s", reason(err), want)
			}
		}
	})
}
