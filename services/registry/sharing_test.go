package registry_test

import (
	"strings"
	"testing"

	"go.uber.org/zap"
	"google.golang.org/grpc"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"
	registryv1 "xinju.dev/api/gen/xinju/registry/v1"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/seal"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/registry"
	"xinju.dev/services/testkit"
)

const (
	eastTown  = "990101001000"
	westTown  = "990101002000"
	west      = "990101002001"
	wholeArea = "990101000000"
)

// desk is a registry with what it shares, on a clock that tests move.
type desk struct {
	suite
	registryv1.VerificationServiceClient
	hooks feedv1.SubscriptionServiceClient
	svc   *registry.Service
	clock *testkit.Clock
}

func openDesk(t *testing.T, db *sqlstore.DB) *desk {
	t.Helper()
	sealer, err := seal.NewPlain([]byte(strings.Repeat("k", 32)))
	if err != nil {
		t.Fatal(err)
	}
	clock := testkit.NewClock(civil.Must("2026-06-15"))
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
	_, err = s.places.BatchCreateDivisions(t.Context(), &registryv1.BatchCreateDivisionsRequest{Divisions: []*registryv1.Division{
		{DivisionCode: westTown, Name: "西街道", Level: registryv1.DivisionLevel_DIVISION_LEVEL_TOWNSHIP, ParentCode: wholeArea},
		{DivisionCode: west, Name: "西村", Level: registryv1.DivisionLevel_DIVISION_LEVEL_VILLAGE, ParentCode: westTown},
	}})
	if err != nil {
		t.Fatal(err)
	}
	return &desk{s, registryv1.NewVerificationServiceClient(conn), feedv1.NewSubscriptionServiceClient(conn), svc, clock}
}

func eachDesk(t *testing.T, test func(t *testing.T, d *desk)) {
	t.Helper()
	testkit.EachEngine(t, registry.Migrations(), func(t *testing.T, db *sqlstore.DB) { test(t, openDesk(t, db)) })
}

// question asks the west about somebody who lives in the east.
func question(resident string) *registryv1.Verification {
	return &registryv1.Verification{
		ResidentId: resident, Kind: registryv1.VerificationKind_VERIFICATION_KIND_RESIDENCE, Question: "是否仍在贵处居住？",
		Evidence: []*registryv1.VerificationEvidence{{Kind: "居住证", Text: "复印件存档", Digest: strings.Repeat("ab", 32)}},
		Asking:   &registryv1.VerificationParty{Division: eastTown}, Asked: &registryv1.VerificationParty{Division: westTown},
		WorkingDays: 5, SentBy: "E-007",
	}
}

func (d *desk) send(t *testing.T, v *registryv1.Verification) *registryv1.Verification {
	t.Helper()
	resp, err := d.SendVerification(t.Context(), &registryv1.SendVerificationRequest{Verification: v})
	if err != nil {
		t.Fatal(err)
	}
	return resp.GetVerification()
}

func (d *desk) receive(t *testing.T, v *registryv1.Verification) *registryv1.Verification {
	t.Helper()
	resp, err := d.ReceiveVerification(t.Context(), &registryv1.ReceiveVerificationRequest{VerificationId: v.GetVerificationId(), Etag: v.GetEtag(), By: "W-001"})
	if err != nil {
		t.Fatal(err)
	}
	return resp.GetVerification()
}

func (d *desk) answer(t *testing.T, v *registryv1.Verification, result registryv1.AnswerResult, events ...*registryv1.ResidenceEvent) *registryv1.Verification {
	t.Helper()
	resp, err := d.AnswerVerification(t.Context(), &registryv1.AnswerVerificationRequest{
		VerificationId: v.GetVerificationId(), Etag: v.GetEtag(), By: "W-002", Result: result, Note: "已上门核实", Corrections: events,
	})
	if err != nil {
		t.Fatal(err)
	}
	return resp.GetVerification()
}

func (d *desk) head(t *testing.T) int64 {
	t.Helper()
	resp, err := d.feed.ReadChanges(t.Context(), &feedv1.ReadChangesRequest{Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	return resp.GetHead()
}

func (d *desk) resident(t *testing.T, id string) *registryv1.Resident {
	t.Helper()
	resp, err := d.GetResident(t.Context(), &registryv1.GetResidentRequest{ResidentId: id})
	if err != nil {
		t.Fatal(err)
	}
	return resp.GetResident()
}

func leave(on string) *registryv1.ResidenceEvent {
	return &registryv1.ResidenceEvent{Type: registryv1.EventType_EVENT_TYPE_LEAVE, EffectiveDate: day(on)}
}
